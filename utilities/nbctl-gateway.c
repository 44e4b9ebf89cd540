/* SPDX-License-Identifier: Apache-2.0 */

/* gateway-set, gateway-del and gateway-list. */

#include <config.h>

#include "utilities/nbctl.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "table.h"
#include "util.h"

/* Largest priority of a chassis: maxInteger in the schema. */
#define PRIORITY_MAX 32767

static const struct vpnnbrec_gateway_chassis *
find_gateway(const struct vpnnbrec_vpn_service *row, const char *chassis)
{
    for (size_t i = 0; i < row->n_gateways; i++) {
        if (!strcmp(row->gateways[i]->chassis_name, chassis)) {
            return row->gateways[i];
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
    nbctl_touch(row);
    nbctl_expect("changed", row->name, NULL);
}

static void
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
        ctx->error = nbctl_label("PRIORITY",
                                 nbctl_parse_int(ctx->argv[3], 0, PRIORITY_MAX,
                                                 &priority));
    }
    if (ctx->error) {
        return;
    }

    gc = find_gateway(row, chassis);
    if (gc) {
        vpnnbrec_gateway_chassis_set_priority(gc, priority);
        nbctl_touch(row);
        nbctl_expect("changed", row->name, NULL);
    } else {
        add_gateway(ctx, row, chassis, priority);
    }
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

const struct ctl_command_syntax nbctl_gateway_commands[] = {
    {"gateway-set", 2, 3, "SERVICE CHASSIS [PRIORITY]", nbctl_prerequisites,
     cmd_gateway_set, NULL, "", RW},
    {"gateway-del", 1, 2, "SERVICE [CHASSIS]", nbctl_prerequisites,
     cmd_gateway_del, NULL, "--if-exists", RW},
    {"gateway-list", 1, 1, "SERVICE", nbctl_prerequisites, cmd_gateway_list,
     NULL, "", RO},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};
