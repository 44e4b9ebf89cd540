/* SPDX-License-Identifier: Apache-2.0 */

/* Rows of the VPN Southbound database: in order, and who belongs to whom. */

#include <config.h>

#include "utilities/sbctl.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-sb-idl.h"
#include "ovsdb-idl.h"
#include "svec.h"
#include "util.h"

static struct ovsdb_idl_index *peers_by_tunnel;
static struct ovsdb_idl_index *tunnel_states_by_tunnel;
static struct ovsdb_idl_index *peer_states_by_peer;

/* Makes the IDL hold what the commands read.  Runs once for each command. */
void
sbctl_prerequisites(struct ctl_context *ctx)
{
    static const struct ovsdb_idl_column *const columns[] = {
        &vpnsbrec_sb_global_col_nb_cfg,
        &vpnsbrec_chassis_col_name,
        &vpnsbrec_chassis_col_hostname,
        &vpnsbrec_chassis_col_version,
        &vpnsbrec_chassis_col_backend,
        &vpnsbrec_chassis_col_nb_cfg,
        &vpnsbrec_chassis_col_problems,
        &vpnsbrec_chassis_col_other_config,
        &vpnsbrec_tunnel_col_name,
        &vpnsbrec_tunnel_col_chassis,
        &vpnsbrec_tunnel_col_tag,
        &vpnsbrec_tunnel_col_listen_port,
        &vpnsbrec_tunnel_col_mtu,
        &vpnsbrec_tunnel_state_col_tunnel,
        &vpnsbrec_tunnel_state_col_chassis,
        &vpnsbrec_tunnel_state_col_active,
        &vpnsbrec_tunnel_state_col_active_since,
        &vpnsbrec_tunnel_state_col_problems,
        &vpnsbrec_peer_col_tunnel,
        &vpnsbrec_peer_col_public_key,
        &vpnsbrec_peer_col_sealed_psk,
        &vpnsbrec_peer_col_allowed_ips,
        &vpnsbrec_peer_state_col_peer,
        &vpnsbrec_peer_state_col_chassis,
        &vpnsbrec_peer_state_col_endpoint,
        &vpnsbrec_peer_state_col_last_handshake,
        &vpnsbrec_peer_state_col_rx_bytes,
        &vpnsbrec_peer_state_col_tx_bytes,
        &vpnsbrec_peer_state_col_problem,
    };

    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        ovsdb_idl_add_column(ctx->idl, columns[i]);
    }
    if (!peers_by_tunnel) {
        peers_by_tunnel = ovsdb_idl_index_create1(
            ctx->idl, &vpnsbrec_peer_col_tunnel);
        tunnel_states_by_tunnel = ovsdb_idl_index_create1(
            ctx->idl, &vpnsbrec_tunnel_state_col_tunnel);
        peer_states_by_peer = ovsdb_idl_index_create1(
            ctx->idl, &vpnsbrec_peer_state_col_peer);
    }
}

/* Order.  Names are unique in both tables. */

static int
compare_chassis_cb(const void *a_, const void *b_)
{
    const struct vpnsbrec_chassis *const *a = a_, *const *b = b_;

    return strcmp((*a)->name, (*b)->name);
}

const struct vpnsbrec_chassis **
sbctl_sort_chassis(struct ovsdb_idl *idl, size_t *n)
{
    const struct vpnsbrec_chassis **rows = NULL, *row;
    size_t allocated = 0;

    *n = 0;
    VPNSBREC_CHASSIS_FOR_EACH (row, idl) {
        if (*n >= allocated) {
            rows = x2nrealloc(rows, &allocated, sizeof *rows);
        }
        rows[(*n)++] = row;
    }
    if (*n) {
        qsort(rows, *n, sizeof *rows, compare_chassis_cb);
    }
    return rows;
}

static int
compare_tunnel_cb(const void *a_, const void *b_)
{
    const struct vpnsbrec_tunnel *const *a = a_, *const *b = b_;

    return strcmp((*a)->name, (*b)->name);
}

const struct vpnsbrec_tunnel **
sbctl_sort_tunnels(struct ovsdb_idl *idl, size_t *n)
{
    const struct vpnsbrec_tunnel **rows = NULL, *row;
    size_t allocated = 0;

    *n = 0;
    VPNSBREC_TUNNEL_FOR_EACH (row, idl) {
        if (*n >= allocated) {
            rows = x2nrealloc(rows, &allocated, sizeof *rows);
        }
        rows[(*n)++] = row;
    }
    if (*n) {
        qsort(rows, *n, sizeof *rows, compare_tunnel_cb);
    }
    return rows;
}

static int
compare_peer_cb(const void *a_, const void *b_)
{
    const struct vpnsbrec_peer *const *a = a_, *const *b = b_;

    return strcmp((*a)->public_key, (*b)->public_key);
}

const struct vpnsbrec_peer **
sbctl_sort_peers(const struct vpnsbrec_tunnel *tunnel, size_t *n)
{
    const struct vpnsbrec_peer **rows = NULL, *row;
    struct vpnsbrec_peer *target
        = vpnsbrec_peer_index_init_row(peers_by_tunnel);
    size_t allocated = 0;

    *n = 0;
    vpnsbrec_peer_index_set_tunnel(target, tunnel);
    VPNSBREC_PEER_FOR_EACH_EQUAL (row, target, peers_by_tunnel) {
        if (*n >= allocated) {
            rows = x2nrealloc(rows, &allocated, sizeof *rows);
        }
        rows[(*n)++] = row;
    }
    vpnsbrec_peer_index_destroy_row(target);
    if (*n) {
        qsort(rows, *n, sizeof *rows, compare_peer_cb);
    }
    return rows;
}

static int
compare_tunnel_state_cb(const void *a_, const void *b_)
{
    const struct vpnsbrec_tunnel_state *const *a = a_, *const *b = b_;

    return strcmp((*a)->chassis, (*b)->chassis);
}

/* Returns what chassis say of 'tunnel'. */
const struct vpnsbrec_tunnel_state **
sbctl_sort_states(const struct vpnsbrec_tunnel *tunnel, size_t *n)
{
    const struct vpnsbrec_tunnel_state **rows = NULL, *row;
    struct vpnsbrec_tunnel_state *target
        = vpnsbrec_tunnel_state_index_init_row(tunnel_states_by_tunnel);
    size_t allocated = 0;

    *n = 0;
    vpnsbrec_tunnel_state_index_set_tunnel(target, tunnel);
    VPNSBREC_TUNNEL_STATE_FOR_EACH_EQUAL (row, target,
                                          tunnel_states_by_tunnel) {
        if (*n >= allocated) {
            rows = x2nrealloc(rows, &allocated, sizeof *rows);
        }
        rows[(*n)++] = row;
    }
    vpnsbrec_tunnel_state_index_destroy_row(target);
    if (*n) {
        qsort(rows, *n, sizeof *rows, compare_tunnel_state_cb);
    }
    return rows;
}

/* What chassis say. */

/* Returns what 'chassis' says of 'tunnel', NULL if it says nothing. */
const struct vpnsbrec_tunnel_state *
sbctl_find_state(const struct vpnsbrec_tunnel *tunnel, const char *chassis)
{
    const struct vpnsbrec_tunnel_state *found = NULL;
    size_t n;
    const struct vpnsbrec_tunnel_state **states
        = sbctl_sort_states(tunnel, &n);

    for (size_t i = 0; !found && i < n; i++) {
        if (!strcmp(states[i]->chassis, chassis)) {
            found = states[i];
        }
    }
    free(states);
    return found;
}

static bool
serves(const char *chassis, const struct vpnsbrec_tunnel *tunnel)
{
    const struct vpnsbrec_tunnel_state *state
        = sbctl_find_state(tunnel, chassis);

    return state && state->active;
}

/* Returns true if what 'a' says of a peer of 'tunnel' counts more than what
 * 'b' says. */
static bool
is_better(const struct vpnsbrec_tunnel *tunnel,
          const struct vpnsbrec_peer_state *a,
          const struct vpnsbrec_peer_state *b)
{
    bool a_serves = serves(a->chassis, tunnel);
    bool b_serves = serves(b->chassis, tunnel);
    int64_t a_time = a->n_last_handshake ? a->last_handshake[0] : 0;
    int64_t b_time = b->n_last_handshake ? b->last_handshake[0] : 0;

    return a_serves != b_serves ? a_serves : a_time > b_time;
}

/* Returns what is known of 'peer': the word of the chassis that serves its
 * tunnel, or else the latest one.  NULL if there is none. */
const struct vpnsbrec_peer_state *
sbctl_peer_state(const struct vpnsbrec_peer *peer)
{
    const struct vpnsbrec_peer_state *best = NULL, *row;
    struct vpnsbrec_peer_state *target
        = vpnsbrec_peer_state_index_init_row(peer_states_by_peer);

    vpnsbrec_peer_state_index_set_peer(target, peer);
    VPNSBREC_PEER_STATE_FOR_EACH_EQUAL (row, target, peer_states_by_peer) {
        if (!best || is_better(peer->tunnel, row, best)) {
            best = row;
        }
    }
    vpnsbrec_peer_state_index_destroy_row(target);
    return best;
}

/* Returns the strings, sorted. */
char *
sbctl_join(char *const *strings, size_t n, const char *delimiter)
{
    struct svec svec = SVEC_EMPTY_INITIALIZER;

    for (size_t i = 0; i < n; i++) {
        svec_add(&svec, strings[i]);
    }
    svec_sort(&svec);
    char *s = svec_join(&svec, delimiter, "");
    svec_destroy(&svec);
    return s;
}
