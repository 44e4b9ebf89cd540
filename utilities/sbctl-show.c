/* SPDX-License-Identifier: Apache-2.0 */

/* show: each chassis with the tunnels that it has. */

#include <config.h>

#include "utilities/sbctl.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-time.h"
#include "openvswitch/dynamic-string.h"
#include "smap.h"
#include "util.h"
#include "utilities/vpn-dbctl.h"

/* Appends a line with 'label' and 'value', unless 'value' is NULL or empty. */
static void
put(struct ds *ds, int indent, const char *label, const char *value)
{
    if (value && value[0]) {
        vpn_dbctl_put_line(ds, indent, "%s: %s", label, value);
    }
}

static void
put_all(struct ds *ds, int indent, const char *label, char *const *values,
        size_t n)
{
    for (size_t i = 0; i < n; i++) {
        put(ds, indent, label, values[i]);
    }
}

static void
show_peers(struct ds *ds, const struct vpnsbrec_tunnel *tunnel)
{
    size_t n, n_seen = 0;
    const struct vpnsbrec_peer **peers = sbctl_sort_peers(tunnel, &n);

    for (size_t i = 0; i < n; i++) {
        const struct vpnsbrec_peer_state *state
            = sbctl_peer_state(peers[i]);

        n_seen += state && state->n_last_handshake;
    }
    ds_put_format(ds, "        peers: %"PRIuSIZE", of which %"PRIuSIZE" have "
                  "had a session\n", n, n_seen);
    free(peers);
}

static void
show_tunnel(struct ds *ds, const struct vpnsbrec_tunnel *tunnel,
            const char *chassis)
{
    const struct vpnsbrec_tunnel_state *state
        = sbctl_find_state(tunnel, chassis);

    vpn_dbctl_put_line(ds, 4, "tunnel %s", tunnel->name);
    if (!state) {
        put(ds, 8, "state", "not reported");
        return;
    }
    put(ds, 8, "state", state->active ? "active" : "standby");
    if (state->active) {
        if (state->n_active_since) {
            char *since = vpn_format_time(state->active_since[0]);
            put(ds, 8, "since", since);
            free(since);
        }
        show_peers(ds, tunnel);
    }
    put_all(ds, 8, "problem", state->problems, state->n_problems);
}

static bool
is_for(const struct vpnsbrec_tunnel *tunnel, const char *chassis)
{
    for (size_t i = 0; i < tunnel->n_chassis; i++) {
        if (!strcmp(tunnel->chassis[i], chassis)) {
            return true;
        }
    }
    return false;
}

static void
show_chassis(struct ctl_context *ctx, const struct vpnsbrec_chassis *row,
             const struct vpnsbrec_tunnel **tunnels, size_t n_tunnels)
{
    const struct vpnsbrec_sb_global *global
        = vpnsbrec_sb_global_first(ctx->idl);
    struct ds *ds = &ctx->output;

    vpn_dbctl_put_line(ds, 0, "chassis %s", row->name);
    put(ds, 4, "hostname", row->hostname);
    put(ds, 4, "backend", row->backend);
    put(ds, 4, "version", row->version);
    if (global) {
        ds_put_format(ds, "    applied: %s\n",
                      (row->nb_cfg >= global->nb_cfg ? "everything"
                       : "not the latest changes yet"));
    }
    if (!smap_get_bool(&row->other_config, "clock-synchronized", true)) {
        put(ds, 4, "clock", "not synchronized");
    }
    put_all(ds, 4, "problem", row->problems, row->n_problems);
    for (size_t i = 0; i < n_tunnels; i++) {
        if (is_for(tunnels[i], row->name)) {
            show_tunnel(ds, tunnels[i], row->name);
        }
    }
}

/* A tunnel that no chassis has, or only ones that have never reported, would
 * not show up otherwise. */
static void
show_homeless(struct ctl_context *ctx, const struct vpnsbrec_tunnel *tunnel,
              const struct vpnsbrec_chassis **chassis, size_t n_chassis)
{
    for (size_t i = 0; i < n_chassis; i++) {
        if (is_for(tunnel, chassis[i]->name)) {
            return;
        }
    }
    char *names = sbctl_join(tunnel->chassis, tunnel->n_chassis, ", ");
    vpn_dbctl_put_line(&ctx->output, 0, "tunnel %s", tunnel->name);
    put(&ctx->output, 4, "chassis that have not reported", names);
    free(names);
}

static void
cmd_show(struct ctl_context *ctx)
{
    size_t n_chassis, n_tunnels;
    const struct vpnsbrec_chassis **chassis
        = sbctl_sort_chassis(ctx->idl, &n_chassis);
    const struct vpnsbrec_tunnel **tunnels
        = sbctl_sort_tunnels(ctx->idl, &n_tunnels);

    for (size_t i = 0; i < n_chassis; i++) {
        show_chassis(ctx, chassis[i], tunnels, n_tunnels);
    }
    for (size_t i = 0; i < n_tunnels; i++) {
        show_homeless(ctx, tunnels[i], chassis, n_chassis);
    }
    free(tunnels);
    free(chassis);
}

const struct ctl_command_syntax sbctl_show_commands[] = {
    {"show", 0, 0, "", sbctl_prerequisites, cmd_show, NULL, "", RO},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};
