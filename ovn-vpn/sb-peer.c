/* SPDX-License-Identifier: Apache-2.0 */

/* The peers of a tunnel in the VPN Southbound database. */

#include <config.h>

#include "ovn-vpn/row-set.h"
#include "ovn-vpn/sb-private.h"

#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-model.h"
#include "openvswitch/shash.h"
#include "ovn-vpn/keyring.h"
#include "ovn-vpn/plan.h"
#include "util.h"
#include "uuid.h"
#include "uuidset.h"

COVERAGE_DEFINE(sb_peer_inserted);
COVERAGE_DEFINE(sb_peer_changed);
COVERAGE_DEFINE(sb_peer_deleted);
COVERAGE_DEFINE(sb_psk_locked);

/* Adds to 'peers' the rows of 'tunnel', by public key. */
static void
load_peers(const struct sb_sync *sync, const struct vpnsbrec_tunnel *tunnel,
           struct shash *peers)
{
    const struct vpnsbrec_peer *row;
    struct vpnsbrec_peer *target = vpnsbrec_peer_index_init_row(sync->peers);

    vpnsbrec_peer_index_set_tunnel(target, tunnel);
    VPNSBREC_PEER_FOR_EACH_EQUAL (row, target, sync->peers) {
        shash_add(peers, row->public_key, row);
    }
    vpnsbrec_peer_index_destroy_row(target);
}

/* Deletes 'row' and notes that in 'deleted'. */
static void
delete_peer(const struct vpnsbrec_peer *row, struct uuidset *deleted)
{
    uuidset_insert(deleted, &row->header_.uuid);
    vpnsbrec_peer_delete(row);
    COVERAGE_INC(sb_peer_deleted);
}

/* Deletes the reports about peers of 'tunnel' that are gone. */
static void
delete_peer_states(const struct sb_sync *sync,
                   const struct vpnsbrec_tunnel *tunnel,
                   const struct uuidset *deleted)
{
    const struct vpnsbrec_peer_state *row, *next;
    struct vpnsbrec_peer_state *target
        = vpnsbrec_peer_state_index_init_row(sync->peer_states);

    vpnsbrec_peer_state_index_set_tunnel(target, tunnel);
    struct ovsdb_idl_cursor cursor
        = vpnsbrec_peer_state_cursor_first_eq(sync->peer_states, target);
    for (row = vpnsbrec_peer_state_cursor_data(&cursor); row; row = next) {
        ovsdb_idl_cursor_next_eq(&cursor);
        next = vpnsbrec_peer_state_cursor_data(&cursor);
        if (!row->peer || uuidset_find(deleted, &row->peer->header_.uuid)) {
            vpnsbrec_peer_state_delete(row);
        }
    }
    vpnsbrec_peer_state_index_destroy_row(target);
}

/* Deletes all peers of 'tunnel', and what chassis say of them. */
void
sb_peers_delete(const struct sb_sync *sync,
                const struct vpnsbrec_tunnel *tunnel)
{
    struct uuidset deleted = UUIDSET_INITIALIZER(&deleted);
    struct shash peers = SHASH_INITIALIZER(&peers);
    struct shash_node *node;

    load_peers(sync, tunnel, &peers);
    SHASH_FOR_EACH (node, &peers) {
        delete_peer(node->data, &deleted);
    }
    delete_peer_states(sync, tunnel, &deleted);
    shash_destroy(&peers);
    uuidset_destroy(&deleted);
}

/* Locks the connection's pre-shared key for the chassis of the tunnel and
 * stores the value of sealed_psk in '*textp', or NULL there if it has none.
 * Keeps 'old', which stands there now, while it is current. */
static char *
lock_psk(struct service_keys *keys, const struct vpn_connection *c,
         const char *public_key, const char *old, char **textp)
{
    char fingerprint[VPN_FINGERPRINT_LEN + 1];
    struct vpn_key *psk;

    *textp = NULL;
    if (!c->sealed_psk) {
        return NULL;
    }
    vpn_fingerprint(keys->service->public_key, c->sealed_psk, fingerprint);
    if (old && !strncmp(old, fingerprint, VPN_FINGERPRINT_LEN)
        && old[VPN_FINGERPRINT_LEN] == ':') {
        *textp = xstrdup(old);
        return NULL;
    }

    char *error = service_keys_open(keys);
    if (!error) {
        error = keyring_open_psk(keys->keyring, keys->service->name,
                                 public_key, c->sealed_psk, &psk);
    }
    if (!error) {
        char *owner = vpn_box_owner_peer(keys->service->name, public_key);
        char *box = vpn_box_lock(keys->lock_key, VPN_BOX_PSK, owner, psk);

        *textp = xasprintf("%s:%s", fingerprint, box);
        vpn_secret_free(psk);
        free(box);
        free(owner);
        COVERAGE_INC(sb_psk_locked);
    }
    return error;
}

static bool
sync_allowed_ips(const struct vpnsbrec_peer *row, const struct plan_peer *peer)
{
    struct svec want = SVEC_EMPTY_INITIALIZER;

    for (size_t i = 0; i < peer->allowed_ips.n; i++) {
        svec_add_nocopy(&want,
                        vpn_prefix_to_string(&peer->allowed_ips.list[i]));
    }
    svec_sort_unique(&want);
    bool same = row_set_equals(row->allowed_ips, row->n_allowed_ips, &want);
    if (!same) {
        vpnsbrec_peer_set_allowed_ips(
            row, (const char **) want.names, want.n);
    }
    svec_destroy(&want);
    return !same;
}

static void
sync_peer_row(const struct vpnsbrec_peer *row, const struct plan_peer *peer,
              const char *sealed_psk)
{
    const struct vpn_connection *c = peer->connection;
    bool changed = sync_allowed_ips(row, peer);

    if (!uuid_equals(&row->connection, &c->uuid)) {
        vpnsbrec_peer_set_connection(row, c->uuid);
        changed = true;
    }
    if (!nullable_string_is_equal(row->endpoint, c->peer_address)) {
        vpnsbrec_peer_set_endpoint(row, c->peer_address);
        changed = true;
    }
    if (row->keepalive != peer->keepalive) {
        vpnsbrec_peer_set_keepalive(row, peer->keepalive);
        changed = true;
    }
    if (!nullable_string_is_equal(row->sealed_psk, sealed_psk)) {
        vpnsbrec_peer_set_sealed_psk(row, sealed_psk);
        changed = true;
    }
    if (changed) {
        COVERAGE_INC(sb_peer_changed);
    }
}

static void
sync_peer(struct ovsdb_idl_txn *txn, const struct vpnsbrec_tunnel *tunnel,
          struct service_keys *keys, struct plan *plan,
          const struct plan_peer *peer, struct shash *peers,
          struct uuidset *deleted)
{
    const struct vpn_connection *c = peer->connection;
    char public_key[VPN_KEY_TEXT_LEN + 1];
    char *sealed_psk;

    vpn_key_format(&c->public_key, public_key);
    const struct vpnsbrec_peer *row = shash_find_and_delete(peers, public_key);
    char *error = lock_psk(keys, c, public_key, row ? row->sealed_psk : NULL,
                           &sealed_psk);
    if (error) {
        plan_fail_connection(plan, c - plan->in.service->connections, error);
        if (row) {
            delete_peer(row, deleted);
        }
        return;
    }
    if (!row) {
        row = vpnsbrec_peer_insert(txn);
        vpnsbrec_peer_set_tunnel(row, tunnel);
        vpnsbrec_peer_set_public_key(row, public_key);
        COVERAGE_INC(sb_peer_inserted);
    }
    sync_peer_row(row, peer, sealed_psk);
    free(sealed_psk);
}

/* Makes the peers of 'tunnel' those of 'plan'.  A connection whose pre-shared
 * key cannot be opened fails by itself. */
void
sb_peers_sync(const struct sb_sync *sync, struct ovsdb_idl_txn *txn,
              const struct vpnsbrec_tunnel *tunnel, struct service_keys *keys,
              struct plan *plan)
{
    struct uuidset deleted = UUIDSET_INITIALIZER(&deleted);
    struct shash peers = SHASH_INITIALIZER(&peers);
    struct shash_node *node;

    load_peers(sync, tunnel, &peers);
    for (size_t i = 0; i < plan->tunnel->n_peers; i++) {
        sync_peer(txn, tunnel, keys, plan, &plan->tunnel->peers[i], &peers,
                  &deleted);
    }
    SHASH_FOR_EACH (node, &peers) {
        delete_peer(node->data, &deleted);
    }
    delete_peer_states(sync, tunnel, &deleted);
    shash_destroy(&peers);
    uuidset_destroy(&deleted);
}
