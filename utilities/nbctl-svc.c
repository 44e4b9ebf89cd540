/* SPDX-License-Identifier: Apache-2.0 */

/* svc-add, svc-del, svc-set, svc-list and svc-show. */

#include <config.h>

#include "utilities/nbctl.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-model.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-nb-setting.h"
#include "lib/vpn-nb-snapshot.h"
#include "lib/vpn-parse.h"
#include "openvswitch/dynamic-string.h"
#include "smap.h"
#include "table.h"
#include "util.h"

/* svc-add. */

/* Where svc-add takes a setting from: an option. */
static const struct {
    const char *option;
    const char *key;
} add_options[] = {
    { "--local-subnets", "local_subnets" },
    { "--dns", "dns" },
    { "--port", "listen_port" },
    { "--mtu", "mtu" },
    { "--project", "project" },
    { "--description", "description" },
};

/* Returns the tunnel subnets among the arguments of svc-add, separated by
 * commas.  The caller must free the string. */
static char *
join_subnets(struct ctl_context *ctx)
{
    return nbctl_join(&ctx->argv[4], ctx->argc - 4);
}

static bool
prefixes_equal(const struct vpn_prefixes *a, const struct vpn_prefixes *b)
{
    for (size_t i = 0; i < MIN(a->n, b->n); i++) {
        if (!vpn_prefix_equals(&a->list[i], &b->list[i])) {
            return false;
        }
    }
    return a->n == b->n;
}

/* Checks that 'row', which is there already, is the service that the arguments
 * of svc-add describe. */
static char *
check_same(struct ctl_context *ctx, const struct vpnnbrec_vpn_service *row)
{
    struct vpn_service *service = vpn_service_from_row(row);
    struct vpn_prefixes subnets = VPN_PREFIXES_INITIALIZER;
    struct in6_addr ip;
    char *args = join_subnets(ctx);

    char *error = vpn_label("EXTERNAL_IP",
                              vpn_addr_parse(ctx->argv[3], &ip));
    if (!error) {
        error = vpn_label("SUBNET", vpn_parse_prefixes(args, &subnets));
    }
    if (!error) {
        const char *other
            = (strcmp(row->router, ctx->argv[2]) ? "router"
               : (!service->has_external_ip
                  || memcmp(&ip, &service->external_ip, sizeof ip))
               ? "external IP"
               : !prefixes_equal(&subnets, &service->tunnel_subnets)
               ? "list of tunnel subnets" : NULL);

        if (other) {
            error = xasprintf("service %s exists already, with another %s; "
                              "use svc-set to change it", row->name, other);
        }
    }
    free(args);
    vpn_prefixes_destroy(&subnets);
    vpn_service_destroy(service);
    return error;
}

/* Gives 'row', a new service, what the arguments of svc-add say. */
static char *
set_from_arguments(struct ctl_context *ctx,
                   const struct vpnnbrec_vpn_service *row)
{
    char *subnets = join_subnets(ctx);
    char *error = vpn_label("ROUTER", vpn_nb_set_service(row, "router",
                                                          ctx->argv[2]));
    if (!error && !ctx->argv[3][0]) {
        error = xstrdup("EXTERNAL_IP: give the address at which clients shall "
                        "reach the service");
    }
    if (!error) {
        error = vpn_label("EXTERNAL_IP",
                            vpn_nb_set_service(row, "external_ip",
                                              ctx->argv[3]));
    }
    if (!error) {
        error = vpn_label("SUBNET", vpn_nb_set_service(row, "tunnel_subnets",
                                                        subnets));
    }
    for (size_t i = 0; !error && i < ARRAY_SIZE(add_options); i++) {
        const char *value = shash_find_data(&ctx->options,
                                            add_options[i].option);

        if (value) {
            error = vpn_label(add_options[i].option,
                                vpn_nb_set_service(row, add_options[i].key,
                                                  value));
        }
    }
    free(subnets);
    return error;
}

static void
cmd_svc_add(struct ctl_context *ctx)
{
    const char *name = ctx->argv[1];
    const struct vpnnbrec_vpn_service *row;

    ctx->error = vpn_label("SERVICE", vpn_name_check("service", name));
    if (ctx->error) {
        return;
    }
    row = vpn_nb_find_service(ctx->idl, name);
    if (row && shash_find(&ctx->options, "--may-exist")) {
        ctx->error = check_same(ctx, row);
    } else if (row) {
        ctl_error(ctx, "there is a service named %s already (use svc-set to "
                  "change it, or --may-exist if that is all right)", name);
    } else {
        row = vpnnbrec_vpn_service_insert(ctx->txn);
        vpnnbrec_vpn_service_set_name(row, name);
        ctx->error = set_from_arguments(ctx, row);

        int64_t now = vpn_nb_touch(row);
        vpnnbrec_vpn_service_set_created_at(row, &now, 1);
        nbctl_expect("added", name, NULL);
    }
}

static void
cmd_svc_del(struct ctl_context *ctx)
{
    const char *id = ctx->argv[1];
    const struct vpnnbrec_vpn_service *row = vpn_nb_find_service(ctx->idl, id);

    if (row) {
        vpnnbrec_vpn_service_delete(row);
    } else if (!shash_find(&ctx->options, "--if-exists")) {
        ctx->error = nbctl_get_service(ctx, id, &row);
    }
}

/* svc-set. */

/* Checks that no connection of 'row' was well in 'before', a snapshot taken
 * before its settings were changed, and is in error now. */
static char *
check_connections(const struct vpnnbrec_vpn_service *row,
                  const struct vpn_service *before)
{
    struct vpn_service *after = vpn_service_from_row(row);
    char *error = vpn_service_find_harm(before, after);

    vpn_service_destroy(after);
    return error;
}

/* Parses 'arg', KEY=VALUE, and changes 'row' so. */
static char *
set_from_argument(const struct vpnnbrec_vpn_service *row, const char *arg)
{
    const char *equals = strchr(arg, '=');
    char *error;

    if (!equals) {
        return xasprintf("\"%s\" is not KEY=VALUE", arg);
    }
    char *key = xmemdup0(arg, equals - arg);
    if (!strcmp(key, "name")) {
        error = xstrdup("name: the name of a service cannot be changed; "
                        "delete it and add another one");
    } else {
        error = vpn_label(key, vpn_nb_set_service(row, key, equals + 1));
    }
    free(key);
    return error;
}

static void
cmd_svc_set(struct ctl_context *ctx)
{
    const struct vpnnbrec_vpn_service *row;

    ctx->error = nbctl_get_service(ctx, ctx->argv[1], &row);
    if (ctx->error) {
        return;
    }
    struct vpn_service *before = vpn_service_from_row(row);
    for (size_t i = 2; !ctx->error && i < ctx->argc; i++) {
        ctx->error = set_from_argument(row, ctx->argv[i]);
    }
    if (!ctx->error) {
        ctx->error = check_connections(row, before);
    }
    vpn_service_destroy(before);
    vpn_nb_touch(row);
    nbctl_expect("changed", row->name, NULL);
}

/* svc-list. */

static void
cmd_svc_list(struct ctl_context *ctx)
{
    static const char *const columns[] = {
        "name", "router", "endpoint", "tunnel_subnets", "connections",
        "phase", "project"
    };
    size_t n;
    const struct vpnnbrec_vpn_service **rows = nbctl_sort_services(ctx->idl,
                                                                   &n);

    ctx->table = nbctl_table_create(columns, ARRAY_SIZE(columns));
    for (size_t i = 0; i < n; i++) {
        const struct vpnnbrec_vpn_service *row = rows[i];

        table_add_row(ctx->table);
        nbctl_table_put(ctx->table, row->name);
        nbctl_table_put(ctx->table, row->router);
        nbctl_table_put_and_free(ctx->table, nbctl_endpoint(row));
        nbctl_table_put_and_free(ctx->table,
                                 nbctl_join(row->tunnel_subnets,
                                            row->n_tunnel_subnets));
        nbctl_table_put_and_free(ctx->table, xasprintf("%"PRIuSIZE,
                                                       row->n_connections));
        nbctl_table_put(ctx->table, row->phase ? row->phase : "unknown");
        nbctl_table_put(ctx->table, row->project);
    }
    free(rows);
}

/* svc-show. */

/* Appends what the operator has set.  Labels are what svc-set calls it. */
static void
put_settings(struct ds *ds, const struct vpnnbrec_vpn_service *row)
{
    nbctl_put(ds, 0, "description", row->description);
    nbctl_put(ds, 0, "project", row->project);
    if (row->n_enabled) {
        nbctl_put_bool(ds, 0, "enabled", row->enabled[0]);
    }
    nbctl_put(ds, 0, "router", row->router);
    nbctl_put(ds, 0, "network", row->network);
    nbctl_put(ds, 0, "external_ip", row->external_ip);
    nbctl_put(ds, 0, "external_ip_pool", row->external_ip_pool);
    nbctl_put_int(ds, 0, "listen_port", row->listen_port, row->n_listen_port);
    nbctl_put_and_free(ds, 0, "tunnel_subnets",
                       nbctl_join(row->tunnel_subnets, row->n_tunnel_subnets));
    nbctl_put_and_free(ds, 0, "local_subnets",
                       nbctl_join(row->local_subnets, row->n_local_subnets));
    nbctl_put_and_free(ds, 0, "dns", nbctl_join(row->dns, row->n_dns));
    nbctl_put_int(ds, 0, "mtu", row->mtu, row->n_mtu);
    nbctl_put_int(ds, 0, "keepalive", row->keepalive, row->n_keepalive);
    nbctl_put_bool(ds, 0, "client_to_client", row->client_to_client);
    nbctl_put_time(ds, 0, "created_at", row->created_at, row->n_created_at);
    nbctl_put_time(ds, 0, "updated_at", row->updated_at, row->n_updated_at);
}

/* Appends what ovn-vpn has found and done. */
static void
put_status(struct ds *ds, const struct vpnnbrec_vpn_service *row)
{
    nbctl_put(ds, 0, "phase", row->phase ? row->phase : "unknown");
    nbctl_put(ds, 0, "error_message", row->error_message);
    nbctl_put_and_free(ds, 0, "warnings", nbctl_join(row->warnings,
                                                     row->n_warnings));
    nbctl_put(ds, 0, "public_key", row->public_key);
    nbctl_put(ds, 0, "next_public_key", row->next_public_key);
    nbctl_put_time(ds, 0, "cutover_at", row->cutover_at, row->n_cutover_at);
    nbctl_put(ds, 0, "public_ip", row->public_ip);
    nbctl_put_and_free(ds, 0, "offered_subnets",
                       nbctl_join(row->offered_subnets,
                                  row->n_offered_subnets));
    nbctl_put(ds, 0, "active_chassis", row->active_chassis);
    nbctl_put_time(ds, 0, "active_since", row->active_since,
                   row->n_active_since);

    const struct smap_node **nodes = smap_sort(&row->status);
    for (size_t i = 0; i < smap_count(&row->status); i++) {
        if (strncmp(nodes[i]->key, "last_takeover_", 14)) {
            nbctl_put_and_free(ds, 0, "status",
                               xasprintf("%s=%s", nodes[i]->key,
                                         nodes[i]->value));
        }
    }
    free(nodes);
    nbctl_put_takeover(ds, 0, "last_takeover", row);
    nbctl_put_and_free(ds, 0, "connections",
                       xasprintf("%"PRIuSIZE" (%"PRIuSIZE" active)",
                                 row->n_connections, nbctl_count_active(row)));
}

static void
cmd_svc_show(struct ctl_context *ctx)
{
    const struct vpnnbrec_vpn_service *row;

    ctx->error = nbctl_get_service(ctx, ctx->argv[1], &row);
    if (!ctx->error) {
        nbctl_put(&ctx->output, 0, "name", row->name);
        nbctl_put_and_free(&ctx->output, 0, "uuid",
                           xasprintf(UUID_FMT, UUID_ARGS(&row->header_.uuid)));
        put_settings(&ctx->output, row);
        put_status(&ctx->output, row);
    }
}

const struct ctl_command_syntax nbctl_svc_commands[] = {
    {"svc-add", 4, INT_MAX, "SERVICE ROUTER EXTERNAL_IP SUBNET...",
     nbctl_prerequisites, cmd_svc_add, NULL,
     "--may-exist,--local-subnets=,--dns=,--port=,--mtu=,--project=,"
     "--description=", RW},
    {"svc-del", 1, 1, "SERVICE", nbctl_prerequisites, cmd_svc_del, NULL,
     "--if-exists", RW},
    {"svc-set", 2, INT_MAX, "SERVICE KEY=VALUE...", nbctl_prerequisites,
     cmd_svc_set, NULL, "", RW},
    {"svc-list", 0, 0, "", nbctl_prerequisites, cmd_svc_list, NULL, "", RO},
    {"svc-show", 1, 1, "SERVICE", nbctl_prerequisites, cmd_svc_show, NULL, "",
     RO},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};
