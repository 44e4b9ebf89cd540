/* SPDX-License-Identifier: Apache-2.0 */

/* gateway-set, gateway-del, gateway-list, and chassis that are drained. */

#include <config.h>

#include "utilities/nbctl.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-parse.h"
#include "openvswitch/dynamic-string.h"
#include "table.h"
#include "util.h"

/* Largest priority of a chassis: maxInteger in the schema. */
#define PRIORITY_MAX 32767

static const struct vpnnbrec_gateway_chassis *
find_gateway(const struct vpnnbrec_vpn_service *row, const char *chassis)
{
    for (size_t i = 0; i < row->n_gateways; i++) {
        const struct vpnnbrec_gateway_chassis *gc = row->gateways[i];

        if (vpn_nb_has_row(&gc->header_)
            && !strcmp(gc->chassis_name, chassis)) {
            return gc;
        }
    }
    return NULL;
}

/* Returns a name for a new row, which the caller must free.  "a-b" and "c"
 * make the same as "a" and "b-c", so the second of them gets a slash, which
 * stands in no service's name. */
static char *
make_name(struct ovsdb_idl *idl, const char *service, const char *chassis)
{
    char *name = xasprintf("%s-%s", service, chassis);
    const struct vpnnbrec_gateway_chassis *gc;

    VPNNBREC_GATEWAY_CHASSIS_FOR_EACH (gc, idl) {
        if (!strcmp(gc->name, name)) {
            free(name);
            return xasprintf("%s/%s", service, chassis);
        }
    }
    return name;
}

/* Makes 'gateways', an array of 'n' rows, the gateways of 'row'. */
static void
set_gateways(const struct vpnnbrec_vpn_service *row,
             struct vpnnbrec_gateway_chassis **gateways, size_t n)
{
    vpnnbrec_vpn_service_verify_gateways(row);
    vpnnbrec_vpn_service_set_gateways(row, gateways, n);
    vpn_nb_touch(row);
    nbctl_expect("changed", row->name, NULL);
}

static const struct vpnnbrec_gateway_chassis *
add_gateway(struct ctl_context *ctx, const struct vpnnbrec_vpn_service *row,
            const char *chassis, int priority)
{
    struct vpnnbrec_gateway_chassis **gateways
        = xmalloc((row->n_gateways + 1) * sizeof *gateways);
    struct vpnnbrec_gateway_chassis *gc;
    char *name = make_name(ctx->idl, row->name, chassis);

    gc = vpnnbrec_gateway_chassis_insert(ctx->txn);
    vpnnbrec_gateway_chassis_set_name(gc, name);
    vpnnbrec_gateway_chassis_set_chassis_name(gc, chassis);
    vpnnbrec_gateway_chassis_set_priority(gc, priority);

    nullable_memcpy(gateways, row->gateways,
                    row->n_gateways * sizeof *gateways);
    gateways[row->n_gateways] = gc;
    set_gateways(row, gateways, row->n_gateways + 1);
    free(gateways);
    free(name);
    return gc;
}

static bool
sets_sticky(const struct ctl_context *ctx)
{
    return (shash_find(&ctx->options, "--sticky")
            || shash_find(&ctx->options, "--no-sticky"));
}

static void
cmd_gateway_set(struct ctl_context *ctx)
{
    const char *chassis = ctx->argv[2];
    const struct vpnnbrec_gateway_chassis *gc;
    const struct vpnnbrec_vpn_service *row;
    int priority = 0;

    ctx->error = nbctl_get_service(ctx, ctx->argv[1], &row);
    if (!ctx->error && !chassis[0]) {
        ctl_error(ctx, "CHASSIS: give the system-id of a chassis");
    }
    if (!ctx->error && ctx->argc > 3) {
        ctx->error = vpn_label("PRIORITY",
                                 vpn_parse_int(ctx->argv[3], 0, PRIORITY_MAX,
                                                 &priority));
    }
    if (ctx->error) {
        return;
    }

    gc = find_gateway(row, chassis);
    if (!gc) {
        gc = add_gateway(ctx, row, chassis, priority);
    } else if (ctx->argc > 3 || !sets_sticky(ctx)) {
        vpnnbrec_gateway_chassis_set_priority(gc, priority);
    }
    if (sets_sticky(ctx)) {
        vpnnbrec_gateway_chassis_set_sticky(
            gc, shash_find(&ctx->options, "--sticky") != NULL);
    }
    vpn_nb_touch(row);
    nbctl_expect("changed", row->name, NULL);
}

/* Removes 'gc', one of the gateways of 'row'. */
static void
remove_gateway(const struct vpnnbrec_vpn_service *row,
               const struct vpnnbrec_gateway_chassis *gc)
{
    struct vpnnbrec_gateway_chassis **gateways
        = xmalloc(row->n_gateways * sizeof *gateways);
    size_t n = 0;

    for (size_t i = 0; i < row->n_gateways; i++) {
        if (row->gateways[i] != gc) {
            gateways[n++] = row->gateways[i];
        }
    }
    set_gateways(row, gateways, n);
    vpnnbrec_gateway_chassis_delete(gc);
    free(gateways);
}

static void
cmd_gateway_del(struct ctl_context *ctx)
{
    const struct vpnnbrec_vpn_service *row;

    ctx->error = nbctl_get_service(ctx, ctx->argv[1], &row);
    if (ctx->error) {
        return;
    } else if (ctx->argc < 3) {
        while (row->n_gateways) {
            remove_gateway(row, row->gateways[0]);
        }
        return;
    }

    const char *chassis = ctx->argv[2];
    const struct vpnnbrec_gateway_chassis *gc = find_gateway(row, chassis);
    if (gc) {
        remove_gateway(row, gc);
    } else if (!shash_find(&ctx->options, "--if-exists")) {
        ctl_error(ctx, "chassis \"%s\" is not a gateway of service %s (\"%s "
                  "gateway-list %s\" prints them)", chassis, row->name,
                  program_name, row->name);
    }
}

static void
cmd_gateway_list(struct ctl_context *ctx)
{
    static const char *const columns[] = { "chassis", "priority", "sticky" };
    const struct vpnnbrec_vpn_service *row;

    ctx->error = nbctl_get_service(ctx, ctx->argv[1], &row);
    if (ctx->error) {
        return;
    }

    const struct vpnnbrec_gateway_chassis **gateways
        = nbctl_sort_gateways(row);
    ctx->table = nbctl_table_create(columns, ARRAY_SIZE(columns));
    for (size_t i = 0; i < row->n_gateways; i++) {
        const struct vpnnbrec_gateway_chassis *gc = gateways[i];

        table_add_row(ctx->table);
        nbctl_table_put(ctx->table, gc->chassis_name);
        nbctl_table_put_and_free(ctx->table,
                                 xasprintf("%"PRId64, gc->priority));
        nbctl_table_put(ctx->table, gc->sticky ? "true" : "false");
    }
    free(gateways);
}

/* Chassis. */

static void
set_drain(struct ctl_context *ctx, bool drain)
{
    const char *name = ctx->argv[1];
    const struct vpnnbrec_chassis *row;

    VPNNBREC_CHASSIS_FOR_EACH (row, ctx->idl) {
        if (!strcmp(row->name, name)) {
            vpnnbrec_chassis_set_drain(row, drain);
            return;
        }
    }
    ctl_error(ctx, "no ovn-vpn-controller has reported from a chassis \"%s\" "
              "(\"%s chassis-list\" prints those that have)", name,
              program_name);
}

static void
cmd_gateway_drain(struct ctl_context *ctx)
{
    set_drain(ctx, true);
}

static void
cmd_gateway_undrain(struct ctl_context *ctx)
{
    set_drain(ctx, false);
}

static int
compare_chassis_cb(const void *a_, const void *b_)
{
    const struct vpnnbrec_chassis *const *a = a_, *const *b = b_;

    return strcmp((*a)->name, (*b)->name);
}

static size_t
count_services(struct ovsdb_idl *idl, const char *chassis)
{
    const struct vpnnbrec_vpn_service *row;
    size_t n = 0;

    VPNNBREC_VPN_SERVICE_FOR_EACH (row, idl) {
        n += row->active_chassis && !strcmp(row->active_chassis, chassis);
    }
    return n;
}

static void
list_chassis(struct ctl_context *ctx, const struct vpnnbrec_chassis *row)
{
    struct ds problems = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < row->n_problems; i++) {
        ds_put_format(&problems, "%s%s", i ? "; " : "", row->problems[i]);
    }
    table_add_row(ctx->table);
    nbctl_table_put(ctx->table, row->name);
    nbctl_table_put(ctx->table, row->alive ? "true" : "false");
    nbctl_table_put(ctx->table, row->drain ? "true" : "false");
    nbctl_table_put_and_free(ctx->table,
                             xasprintf("%"PRIuSIZE,
                                       count_services(ctx->idl, row->name)));
    nbctl_table_put(ctx->table, row->backend);
    nbctl_table_put(ctx->table, row->version);
    nbctl_table_put_and_free(ctx->table, ds_steal_cstr(&problems));
}

static void
cmd_chassis_list(struct ctl_context *ctx)
{
    static const char *const columns[] = {
        "chassis", "alive", "drain", "services", "backend", "version",
        "problems",
    };
    const struct vpnnbrec_chassis **rows = NULL, *row;
    size_t n = 0, allocated = 0;

    VPNNBREC_CHASSIS_FOR_EACH (row, ctx->idl) {
        if (n >= allocated) {
            rows = x2nrealloc(rows, &allocated, sizeof *rows);
        }
        rows[n++] = row;
    }
    if (n) {
        qsort(rows, n, sizeof *rows, compare_chassis_cb);
    }
    ctx->table = nbctl_table_create(columns, ARRAY_SIZE(columns));
    for (size_t i = 0; i < n; i++) {
        list_chassis(ctx, rows[i]);
    }
    free(rows);
}

static void
pre_chassis(struct ctl_context *ctx)
{
    nbctl_prerequisites(ctx);
    ovsdb_idl_add_column(ctx->idl, &vpnnbrec_chassis_col_name);
    ovsdb_idl_add_column(ctx->idl, &vpnnbrec_chassis_col_alive);
    ovsdb_idl_add_column(ctx->idl, &vpnnbrec_chassis_col_drain);
    ovsdb_idl_add_column(ctx->idl, &vpnnbrec_chassis_col_backend);
    ovsdb_idl_add_column(ctx->idl, &vpnnbrec_chassis_col_version);
    ovsdb_idl_add_column(ctx->idl, &vpnnbrec_chassis_col_problems);
}

const struct ctl_command_syntax nbctl_gateway_commands[] = {
    {"gateway-set", 2, 3, "SERVICE CHASSIS [PRIORITY]", nbctl_prerequisites,
     cmd_gateway_set, NULL, "--sticky,--no-sticky", RW},
    {"gateway-del", 1, 2, "SERVICE [CHASSIS]", nbctl_prerequisites,
     cmd_gateway_del, NULL, "--if-exists", RW},
    {"gateway-list", 1, 1, "SERVICE", nbctl_prerequisites, cmd_gateway_list,
     NULL, "", RO},
    {"gateway-drain", 1, 1, "CHASSIS", pre_chassis, cmd_gateway_drain, NULL,
     "", RW},
    {"gateway-undrain", 1, 1, "CHASSIS", pre_chassis, cmd_gateway_undrain,
     NULL, "", RW},
    {"chassis-list", 0, 0, "", pre_chassis, cmd_chassis_list, NULL, "", RO},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};
