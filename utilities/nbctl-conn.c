/* SPDX-License-Identifier: Apache-2.0 */

/* conn-del, conn-list and conn-show. */

#include <config.h>

#include "utilities/nbctl.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "openvswitch/dynamic-string.h"
#include "table.h"
#include "timeval.h"
#include "util.h"

static void
cmd_conn_del(struct ctl_context *ctx)
{
    const char *id = ctx->argv[2];
    const struct vpnnbrec_vpn_connection *connection;
    const struct vpnnbrec_vpn_service *row;

    ctx->error = nbctl_get_service(ctx, ctx->argv[1], &row);
    if (ctx->error) {
        return;
    }
    connection = vpn_nb_find_connection(row, id);
    if (connection) {
        vpn_nb_forget_connection(row, connection);
        nbctl_unlink_connection(ctx, row, connection);
        vpnnbrec_vpn_connection_delete(connection);
        vpn_nb_touch(row);
    } else if (!shash_find(&ctx->options, "--if-exists")) {
        ctx->error = nbctl_get_connection(row, id, &connection);
    }
}

/* Returns how 'c' is, in a word: what keeps it from being used before what
 * ovn-vpn has seen of it. */
static const char *
get_status(const struct vpnnbrec_vpn_connection *c)
{
    return (c->n_enabled && !c->enabled[0] ? "disabled"
            : c->n_expires_at && c->expires_at[0] <= time_wall_msec()
            ? "expired"
            : c->error_message ? "error"
            : c->status ? c->status : "unknown");
}

static void
cmd_conn_list(struct ctl_context *ctx)
{
    static const char *const columns[] = {
        "name", "type", "enabled", "addresses", "peer_cidrs", "status"
    };
    const struct vpnnbrec_vpn_service *row;

    ctx->error = nbctl_get_service(ctx, ctx->argv[1], &row);
    if (ctx->error) {
        return;
    }

    size_t n;
    const struct vpnnbrec_vpn_connection **connections
        = nbctl_sort_connections(row, &n);
    ctx->table = nbctl_table_create(columns, ARRAY_SIZE(columns));
    for (size_t i = 0; i < n; i++) {
        const struct vpnnbrec_vpn_connection *c = connections[i];

        table_add_row(ctx->table);
        nbctl_table_put(ctx->table, c->name);
        nbctl_table_put(ctx->table, c->type);
        nbctl_table_put(ctx->table, (!c->n_enabled || c->enabled[0]
                                     ? "true" : "false"));
        nbctl_table_put_and_free(ctx->table, nbctl_join(c->addresses,
                                                        c->n_addresses));
        nbctl_table_put_and_free(ctx->table, nbctl_join(c->peer_cidrs,
                                                        c->n_peer_cidrs));
        nbctl_table_put(ctx->table, get_status(c));
    }
    free(connections);
}

static void
put_connection(struct ds *ds, const struct vpnnbrec_vpn_connection *c)
{
    nbctl_put(ds, 0, "name", c->name);
    nbctl_put_and_free(ds, 0, "uuid",
                       xasprintf(UUID_FMT, UUID_ARGS(&c->header_.uuid)));
    nbctl_put(ds, 0, "type", c->type);
    nbctl_put(ds, 0, "description", c->description);
    if (c->n_enabled) {
        nbctl_put_bool(ds, 0, "enabled", c->enabled[0]);
    }
    nbctl_put(ds, 0, "public_key", c->public_key);
    nbctl_put_bool(ds, 0, "has_psk", c->sealed_psk);
    nbctl_put_and_free(ds, 0, "addresses", nbctl_join(c->addresses,
                                                      c->n_addresses));
    nbctl_put_and_free(ds, 0, "peer_cidrs", nbctl_join(c->peer_cidrs,
                                                       c->n_peer_cidrs));
    nbctl_put(ds, 0, "peer_address", c->peer_address);
    nbctl_put_int(ds, 0, "keepalive", c->keepalive, c->n_keepalive);
    nbctl_put_and_free(ds, 0, "groups", nbctl_join(c->groups, c->n_groups));
    nbctl_put_time(ds, 0, "key_created_at", c->key_created_at,
                   c->n_key_created_at);
    nbctl_put_time(ds, 0, "psk_created_at", c->psk_created_at,
                   c->n_psk_created_at);
    nbctl_put_time(ds, 0, "created_at", c->created_at, c->n_created_at);
    nbctl_put_time(ds, 0, "updated_at", c->updated_at, c->n_updated_at);
    nbctl_put_time(ds, 0, "expires_at", c->expires_at, c->n_expires_at);
    nbctl_put(ds, 0, "status", get_status(c));
    nbctl_put(ds, 0, "error_message", c->error_message);
}

static void
cmd_conn_show(struct ctl_context *ctx)
{
    const struct vpnnbrec_vpn_connection *connection;
    const struct vpnnbrec_vpn_service *row;

    ctx->error = nbctl_get_service(ctx, ctx->argv[1], &row);
    if (!ctx->error) {
        ctx->error = nbctl_get_connection(row, ctx->argv[2], &connection);
    }
    if (!ctx->error) {
        put_connection(&ctx->output, connection);
    }
}

const struct ctl_command_syntax nbctl_conn_commands[] = {
    {"conn-del", 2, 2, "SERVICE NAME", nbctl_prerequisites, cmd_conn_del,
     NULL, "--if-exists", RW},
    {"conn-list", 1, 1, "SERVICE", nbctl_prerequisites, cmd_conn_list, NULL,
     "", RO},
    {"conn-show", 2, 2, "SERVICE NAME", nbctl_prerequisites, cmd_conn_show,
     NULL, "", RO},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};
