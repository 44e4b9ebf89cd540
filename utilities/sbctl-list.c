/* SPDX-License-Identifier: Apache-2.0 */

/* chassis-list, tunnel-list and peer-list. */

#include <config.h>

#include "utilities/sbctl.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-time.h"
#include "openvswitch/dynamic-string.h"
#include "smap.h"
#include "table.h"
#include "util.h"

static struct table *
create_table(const char *const columns[], size_t n)
{
    struct table *table = xmalloc(sizeof *table);

    table_init(table);
    for (size_t i = 0; i < n; i++) {
        table_add_column(table, "%s", columns[i]);
    }
    return table;
}

static void
put_and_free(struct table *table, char *s)
{
    table_add_cell(table)->text = s;
}

static void
put(struct table *table, const char *s)
{
    put_and_free(table, xstrdup(s ? s : ""));
}

static void
put_number(struct table *table, int64_t n)
{
    put_and_free(table, xasprintf("%"PRId64, n));
}

/* chassis-list. */

static size_t
count_served(struct ovsdb_idl *idl, const char *chassis)
{
    const struct vpnsbrec_tunnel_state *row;
    size_t n = 0;

    VPNSBREC_TUNNEL_STATE_FOR_EACH (row, idl) {
        n += row->tunnel && row->active && !strcmp(row->chassis, chassis);
    }
    return n;
}

static void
cmd_chassis_list(struct ctl_context *ctx)
{
    static const char *const columns[] = {
        "chassis", "hostname", "backend", "version", "nb_cfg",
        "clock_synchronized", "serves", "problems",
    };
    size_t n;
    const struct vpnsbrec_chassis **rows = sbctl_sort_chassis(ctx->idl, &n);

    ctx->table = create_table(columns, ARRAY_SIZE(columns));
    for (size_t i = 0; i < n; i++) {
        const struct vpnsbrec_chassis *row = rows[i];

        table_add_row(ctx->table);
        put(ctx->table, row->name);
        put(ctx->table, row->hostname);
        put(ctx->table, row->backend);
        put(ctx->table, row->version);
        put_number(ctx->table, row->nb_cfg);
        put(ctx->table, smap_get(&row->other_config, "clock-synchronized"));
        put_number(ctx->table, count_served(ctx->idl, row->name));
        put_and_free(ctx->table,
                     sbctl_join(row->problems, row->n_problems, "; "));
    }
    free(rows);
}

/* tunnel-list. */

/* Puts who says to serve a tunnel, which are two for a moment when it moves,
 * into 'active', and what keeps whom from serving it into 'problems'. */
static void
summarize(const struct vpnsbrec_tunnel *tunnel, struct ds *active,
          struct ds *problems)
{
    size_t n;
    const struct vpnsbrec_tunnel_state **states
        = sbctl_sort_states(tunnel, &n);

    for (size_t i = 0; i < n; i++) {
        const struct vpnsbrec_tunnel_state *state = states[i];

        if (state->active) {
            ds_put_format(active, "%s%s", active->length ? ", " : "",
                          state->chassis);
        }
        for (size_t j = 0; j < state->n_problems; j++) {
            ds_put_format(problems, "%s%s: %s", problems->length ? "; " : "",
                          state->chassis, state->problems[j]);
        }
    }
    free(states);
}

static void
cmd_tunnel_list(struct ctl_context *ctx)
{
    static const char *const columns[] = {
        "tunnel", "active_chassis", "chassis", "tag", "port", "mtu", "peers",
        "problems",
    };
    size_t n;
    const struct vpnsbrec_tunnel **rows = sbctl_sort_tunnels(ctx->idl, &n);

    ctx->table = create_table(columns, ARRAY_SIZE(columns));
    for (size_t i = 0; i < n; i++) {
        const struct vpnsbrec_tunnel *row = rows[i];
        struct ds active = DS_EMPTY_INITIALIZER;
        struct ds problems = DS_EMPTY_INITIALIZER;
        size_t n_peers;

        free(sbctl_sort_peers(row, &n_peers));
        summarize(row, &active, &problems);
        table_add_row(ctx->table);
        put(ctx->table, row->name);
        put_and_free(ctx->table, ds_steal_cstr(&active));
        put_and_free(ctx->table,
                     sbctl_join(row->chassis, row->n_chassis, ", "));
        put_number(ctx->table, row->tag);
        put_number(ctx->table, row->listen_port);
        put_number(ctx->table, row->mtu);
        put_number(ctx->table, n_peers);
        put_and_free(ctx->table, ds_steal_cstr(&problems));
    }
    free(rows);
}

/* peer-list. */

static void
list_peer(struct ctl_context *ctx, const struct vpnsbrec_peer *peer)
{
    const struct vpnsbrec_peer_state *state = sbctl_peer_state(peer);

    table_add_row(ctx->table);
    put(ctx->table, peer->tunnel->name);
    put(ctx->table, peer->public_key);
    put_and_free(ctx->table,
                 sbctl_join(peer->allowed_ips, peer->n_allowed_ips, ", "));
    put(ctx->table, peer->sealed_psk ? "true" : "false");
    put(ctx->table, state ? state->chassis : NULL);
    put(ctx->table, state ? state->endpoint : NULL);
    put_and_free(ctx->table,
                 (state && state->n_last_handshake
                  ? vpn_format_time(state->last_handshake[0])
                  : xstrdup("")));
    put_number(ctx->table, state ? state->rx_bytes : 0);
    put_number(ctx->table, state ? state->tx_bytes : 0);
    put(ctx->table, state ? state->problem : NULL);
}

static void
list_peers(struct ctl_context *ctx, const struct vpnsbrec_tunnel *tunnel)
{
    size_t n;
    const struct vpnsbrec_peer **rows = sbctl_sort_peers(tunnel, &n);

    for (size_t i = 0; i < n; i++) {
        list_peer(ctx, rows[i]);
    }
    free(rows);
}

static void
cmd_peer_list(struct ctl_context *ctx)
{
    static const char *const columns[] = {
        "tunnel", "public_key", "allowed_ips", "psk", "chassis", "endpoint",
        "last_handshake", "rx_bytes", "tx_bytes", "problem",
    };
    const char *name = ctx->argc > 1 ? ctx->argv[1] : NULL;
    bool found = !name;
    size_t n;
    const struct vpnsbrec_tunnel **tunnels = sbctl_sort_tunnels(ctx->idl, &n);

    ctx->table = create_table(columns, ARRAY_SIZE(columns));
    for (size_t i = 0; i < n; i++) {
        if (!name || !strcmp(tunnels[i]->name, name)) {
            list_peers(ctx, tunnels[i]);
            found = true;
        }
    }
    free(tunnels);
    if (!found) {
        ctl_error(ctx, "there is no tunnel \"%s\" (\"%s tunnel-list\" prints "
                  "those that there are)", name, program_name);
    }
}

const struct ctl_command_syntax sbctl_list_commands[] = {
    {"chassis-list", 0, 0, "", sbctl_prerequisites, cmd_chassis_list, NULL, "",
     RO},
    {"tunnel-list", 0, 0, "", sbctl_prerequisites, cmd_tunnel_list, NULL, "",
     RO},
    {"peer-list", 0, 1, "[TUNNEL]", sbctl_prerequisites, cmd_peer_list, NULL,
     "", RO},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};
