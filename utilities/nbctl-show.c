/* SPDX-License-Identifier: Apache-2.0 */

/* init, sync, show and status. */

#include <config.h>

#include "utilities/nbctl.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "openvswitch/dynamic-string.h"
#include "table.h"
#include "util.h"
#include "utilities/vpn-dbctl.h"

static void
cmd_init(struct ctl_context *ctx OVS_UNUSED)
{
    /* The program makes the row of NB_Global by itself. */
}

static void
pre_sync(struct ctl_context *ctx OVS_UNUSED)
{
    nbctl_sync();
}

/* show. */

static void
show_gateways(struct ds *ds, const struct vpnnbrec_vpn_service *row)
{
    const struct vpnnbrec_gateway_chassis **gateways
        = nbctl_sort_gateways(row);

    for (size_t i = 0; i < row->n_gateways; i++) {
        const struct vpnnbrec_gateway_chassis *gc = gateways[i];

        vpn_dbctl_put_line(ds, 4, "gateway %s", gc->chassis_name);
        nbctl_put_int(ds, 8, "priority", &gc->priority, 1);
        if (gc->sticky) {
            nbctl_put_bool(ds, 8, "sticky", true);
        }
    }
    free(gateways);
}

static void
show_rules(struct ds *ds, const struct vpnnbrec_vpn_service *row)
{
    const struct vpnnbrec_access_rule **rules = nbctl_sort_rules(row);

    for (size_t i = 0; i < row->n_access_rules; i++) {
        const struct vpnnbrec_access_rule *rule = rules[i];

        vpn_dbctl_put_line(ds, 4, "rule "UUID_FMT"%s%s%s",
                           UUID_ARGS(&rule->header_.uuid),
                           rule->name[0] ? " (" : "", rule->name,
                           rule->name[0] ? ")" : "");
        nbctl_put_int(ds, 8, "priority", &rule->priority, 1);
        nbctl_put_and_free(ds, 8, rule->action, nbctl_describe_rule(rule));
    }
    free(rules);
}

static void
show_connection(struct ds *ds, const struct vpnnbrec_vpn_connection *c)
{
    vpn_dbctl_put_line(ds, 4, "connection "UUID_FMT" (%s)",
                       UUID_ARGS(&c->header_.uuid), c->name);
    nbctl_put(ds, 8, "type", c->type);
    if (c->n_enabled && !c->enabled[0]) {
        nbctl_put_bool(ds, 8, "enabled", false);
    }
    nbctl_put_and_free(ds, 8, "addresses", nbctl_join(c->addresses,
                                                      c->n_addresses));
    nbctl_put_and_free(ds, 8, "peer cidrs", nbctl_join(c->peer_cidrs,
                                                       c->n_peer_cidrs));
    nbctl_put(ds, 8, "status", c->status);
    nbctl_put(ds, 8, "error", c->error_message);
}

static void
show_service(struct ds *ds, const struct vpnnbrec_vpn_service *row)
{
    vpn_dbctl_put_line(ds, 0, "service "UUID_FMT" (%s)",
                       UUID_ARGS(&row->header_.uuid), row->name);
    nbctl_put(ds, 4, "router", row->router);
    if (row->n_enabled && !row->enabled[0]) {
        nbctl_put_bool(ds, 4, "enabled", false);
    }
    nbctl_put_and_free(ds, 4, "endpoint", nbctl_endpoint(row));
    nbctl_put_and_free(ds, 4, "tunnel subnets",
                       nbctl_join(row->tunnel_subnets, row->n_tunnel_subnets));
    nbctl_put_and_free(ds, 4, "local subnets",
                       nbctl_join(row->local_subnets, row->n_local_subnets));
    nbctl_put(ds, 4, "phase", row->phase);
    nbctl_put(ds, 4, "error", row->error_message);
    nbctl_put_and_free(ds, 4, "warnings", nbctl_join(row->warnings,
                                                     row->n_warnings));
    nbctl_put(ds, 4, "active chassis", row->active_chassis);
    nbctl_put_time(ds, 4, "active since", row->active_since,
                   row->n_active_since);
    nbctl_put_takeover(ds, 4, "last takeover", row);
    show_gateways(ds, row);
    show_rules(ds, row);

    size_t n;
    const struct vpnnbrec_vpn_connection **connections
        = nbctl_sort_connections(row, &n);
    for (size_t i = 0; i < n; i++) {
        show_connection(ds, connections[i]);
    }
    free(connections);
}

/* Returns the services that a command with an optional argument SERVICE is
 * about, or NULL after it has set 'ctx->error'.  The caller must free the
 * array. */
static const struct vpnnbrec_vpn_service **
select_services(struct ctl_context *ctx, size_t *n)
{
    const struct vpnnbrec_vpn_service **rows;

    if (ctx->argc < 2) {
        return nbctl_sort_services(ctx->idl, n);
    }
    rows = xmalloc(sizeof *rows);
    *n = 1;
    ctx->error = nbctl_get_service(ctx, ctx->argv[1], &rows[0]);
    if (ctx->error) {
        *n = 0;
    }
    return rows;
}

static void
cmd_show(struct ctl_context *ctx)
{
    size_t n;
    const struct vpnnbrec_vpn_service **rows = select_services(ctx, &n);

    for (size_t i = 0; i < n; i++) {
        show_service(&ctx->output, rows[i]);
    }
    free(rows);
}

/* status. */

static void
put_status_row(struct table *table, const struct vpnnbrec_vpn_service *row)
{
    table_add_row(table);
    nbctl_table_put(table, row->name);
    nbctl_table_put(table, row->phase ? row->phase : "unknown");
    nbctl_table_put(table, row->public_ip);
    nbctl_table_put(table, row->active_chassis);
    nbctl_table_put_and_free(table,
                             xasprintf("%"PRIuSIZE"/%"PRIuSIZE,
                                       nbctl_count_active(row),
                                       row->n_connections));
}

/* Appends what is wrong with 'row' and its connections. */
static void
put_problems(struct ds *ds, const struct vpnnbrec_vpn_service *row)
{
    if (!row->phase) {
        vpn_dbctl_put_line(ds, 0, "%s: ovn-vpn has not seen this service "
                           "yet; is it running (\"ovn-appctl -t ovn-vpn "
                           "status\")?", row->name);
    }
    if (row->error_message) {
        vpn_dbctl_put_line(ds, 0, "%s: error: %s", row->name,
                           row->error_message);
    }
    for (size_t i = 0; i < row->n_warnings; i++) {
        vpn_dbctl_put_line(ds, 0, "%s: warning: %s", row->name,
                           row->warnings[i]);
    }

    size_t n;
    const struct vpnnbrec_vpn_connection **connections
        = nbctl_sort_connections(row, &n);
    for (size_t i = 0; i < n; i++) {
        const struct vpnnbrec_vpn_connection *c = connections[i];

        if (c->error_message) {
            vpn_dbctl_put_line(ds, 0, "%s: connection %s: error: %s",
                               row->name, c->name, c->error_message);
        }
    }
    free(connections);
}

/* Writes the warnings that are about the whole. */
static void
put_warnings(struct ctl_context *ctx)
{
    const struct vpnnbrec_nb_global *global
        = vpnnbrec_nb_global_first(ctx->idl);

    for (size_t i = 0; global && i < global->n_warnings; i++) {
        vpn_dbctl_put_line(&ctx->output, 0, "warning: %s",
                           global->warnings[i]);
    }
}

static void
cmd_status(struct ctl_context *ctx)
{
    static const char *const columns[] = {
        "service", "phase", "public_ip", "active_chassis", "connections"
    };
    size_t n;
    const struct vpnnbrec_vpn_service **rows = select_services(ctx, &n);

    ctx->table = nbctl_table_create(columns, ARRAY_SIZE(columns));
    for (size_t i = 0; i < n; i++) {
        put_status_row(ctx->table, rows[i]);
        put_problems(&ctx->output, rows[i]);
    }
    if (ctx->argc < 2) {
        put_warnings(ctx);
    }
    free(rows);
}

const struct ctl_command_syntax nbctl_show_commands[] = {
    {"init", 0, 0, "", NULL, cmd_init, NULL, "", RW},
    {"sync", 0, 0, "", pre_sync, NULL, NULL, "", RO},
    {"show", 0, 1, "[SERVICE]", nbctl_prerequisites, cmd_show, NULL, "", RO},
    {"status", 0, 1, "[SERVICE]", nbctl_prerequisites, cmd_status, NULL, "",
     RO},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};
