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
#include "ovn-vpn/locksmith.h"
#include "ovn-vpn/model.h"
#include "ovn-vpn/plan.h"
#include "ovn-vpn/sb-sync.h"
#include "util.h"
#include "uuid.h"
#include "uuidset.h"

COVERAGE_DEFINE(sb_peer_inserted);
COVERAGE_DEFINE(sb_peer_changed);
COVERAGE_DEFINE(sb_peer_deleted);
COVERAGE_DEFINE(sb_psk_locked);

/* How many peers sb_sync_prepare() looks ahead: as many as keep the locksmith
 * busy until it is called again.  A service counts as so many, for its own key
 * has to be opened on the spot. */
#define MAX_AHEAD 2000
#define SERVICE_AHEAD 20

/* Deletes 'row', and what chassis say of it. */
static void
delete_peer(const struct sb_sync *sync, const struct vpnsbrec_peer *row)
{
    const struct vpnsbrec_peer_state *state, *next;
    struct vpnsbrec_peer_state *target
        = vpnsbrec_peer_state_index_init_row(sync->peer_states);

    vpnsbrec_peer_state_index_set_peer(target, row);
    struct ovsdb_idl_cursor cursor
        = vpnsbrec_peer_state_cursor_first_eq(sync->peer_states, target);
    for (state = vpnsbrec_peer_state_cursor_data(&cursor); state;
         state = next) {
        ovsdb_idl_cursor_next_eq(&cursor);
        next = vpnsbrec_peer_state_cursor_data(&cursor);
        vpnsbrec_peer_state_delete(state);
    }
    vpnsbrec_peer_state_index_destroy_row(target);
    vpnsbrec_peer_delete(row);
    COVERAGE_INC(sb_peer_deleted);
}

/* Stores in 'fingerprint' what the value of sealed_psk for 'c' begins with,
 * and returns true if 'old', which stands there now, is current: it need not
 * be made again. */
static bool
psk_is_current(const struct service_keys *keys, const struct vpn_connection *c,
               const char *old, char fingerprint[VPN_FINGERPRINT_LEN + 1])
{
    if (!c->sealed_psk) {
        return !old;
    }
    vpn_fingerprint(keys->service->public_key, c->sealed_psk, fingerprint);
    return (old && !strncmp(old, fingerprint, VPN_FINGERPRINT_LEN)
            && old[VPN_FINGERPRINT_LEN] == ':');
}

/* Locks the pre-shared key of 'mc' for the chassis of the tunnel, unless
 * sb_sync_prepare() has had that done and it is current according to
 * 'fingerprint', from psk_is_current().  Stores the value of sealed_psk in
 * '*textp', NULL if it has none. */
static char *
lock_psk(struct service_keys *keys, struct model_connection *mc,
         const char *fingerprint, char **textp)
{
    char *prepared = mc->psk_job ? locksmith_collect(mc->psk_job) : NULL;
    char *error = NULL;

    mc->psk_job = NULL;
    *textp = NULL;
    if (!mc->c.sealed_psk) {
        ovs_assert(!prepared);
        return NULL;
    } else if (prepared
               && !strncmp(prepared, fingerprint, VPN_FINGERPRINT_LEN)) {
        *textp = prepared;
    } else {
        free(prepared);
        error = service_keys_open(keys);
        if (!error) {
            error = locksmith_do(keys->lock, &mc->c.public_key,
                                 mc->c.sealed_psk, textp);
        }
    }
    if (!error) {
        COVERAGE_INC(sb_psk_locked);
    }
    return error;
}

/* Writes the allowed IPs of 'row', if they differ.  Returns true if so. */
static bool
sync_allowed_ips(const struct vpnsbrec_peer *row, const struct plan_peer *peer)
{
    struct svec want = SVEC_EMPTY_INITIALIZER;

    if (peer->allowed_ips.n == 1 && row->n_allowed_ips == 1) {
        char text[VPN_PREFIX_TEXT_SIZE];

        vpn_prefix_print(&peer->allowed_ips.list[0], text);
        if (!strcmp(row->allowed_ips[0], text)) {
            return false;
        }
    }
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

/* Writes into 'row' what 'c' says, but for its pre-shared key.  Returns true
 * if anything differed. */
static bool
sync_peer_row(const struct vpnsbrec_peer *row, const struct vpn_connection *c)
{
    struct plan_peer peer;

    plan_peer_init(&peer, c);
    bool changed = sync_allowed_ips(row, &peer);
    if (!nullable_string_is_equal(row->endpoint, c->peer_address)) {
        vpnsbrec_peer_set_endpoint(row, c->peer_address);
        changed = true;
    }
    if (row->keepalive != peer.keepalive) {
        vpnsbrec_peer_set_keepalive(row, peer.keepalive);
        changed = true;
    }
    plan_peer_destroy(&peer);
    return changed;
}

/* Makes the row of 'mc', which is usable, what it should be. */
static void
sync_peer(const struct sb_sync *sync, struct ovsdb_idl_txn *txn,
          const struct vpnsbrec_tunnel *tunnel, struct service_keys *keys,
          struct model *model, struct model_connection *mc,
          struct sb_limits *limits)
{
    const struct vpnsbrec_peer *row
        = vpnsbrec_peer_get_for_uuid(sync->idl, &mc->peer);
    char public_key[VPN_KEY_TEXT_LEN + 1];
    char fingerprint[VPN_FINGERPRINT_LEN + 1];
    char *sealed_psk = NULL;
    char *error = NULL;

    vpn_key_format(&mc->c.public_key, public_key);
    if (row && strcmp(row->public_key, public_key)) {
        delete_peer(sync, row);
        row = NULL;
    }
    bool current = psk_is_current(keys, &mc->c, row ? row->sealed_psk : NULL,
                                  fingerprint);
    if (!current) {
        error = lock_psk(keys, mc, fingerprint, &sealed_psk);
    }
    model_set_error(model, mc, &mc->key_error, error);
    if (error) {
        if (row) {
            delete_peer(sync, row);
        }
        return;
    }
    if (!row) {
        row = vpnsbrec_peer_insert(txn);
        vpnsbrec_peer_set_tunnel(row, tunnel);
        vpnsbrec_peer_set_connection(row, mc->c.uuid);
        vpnsbrec_peer_set_public_key(row, public_key);
        model_await_peer(model, mc);
        limits->max_peers--;
        COVERAGE_INC(sb_peer_inserted);
    }
    if (!current) {
        vpnsbrec_peer_set_sealed_psk(row, sealed_psk);
        free(sealed_psk);
    }
    if (sync_peer_row(row, &mc->c) || !current) {
        COVERAGE_INC(sb_peer_changed);
    }
}

static void
remove_peer(const struct sb_sync *sync, struct model *model,
            struct model_connection *mc)
{
    const struct vpnsbrec_peer *row
        = vpnsbrec_peer_get_for_uuid(sync->idl, &mc->peer);

    if (row) {
        delete_peer(sync, row);
    }
    model_set_error(model, mc, &mc->key_error, NULL);
}

/* Makes the peers of 'tunnel', which belongs to 'ms', what the marked
 * connections of 'ms' want, and takes MODEL_SYNC from them.  'tunnel' may be
 * NULL if the service is not served: then there are none.  A connection whose
 * pre-shared key cannot be opened fails by itself.
 *
 * Returns false if connections had to be left because of 'limits'. */
bool
sb_peers_sync(const struct sb_sync *sync, struct ovsdb_idl_txn *txn,
              const struct vpnsbrec_tunnel *tunnel, struct service_keys *keys,
              struct model *model, struct model_service *ms,
              struct sb_limits *limits)
{
    struct model_connection *mc;

    LIST_FOR_EACH (mc, in_todo, &ms->todo) {
        if (!(mc->marks & MODEL_SYNC)) {
            continue;
        } else if (limits->max_peers <= 0) {
            return false;
        }

        /* What the key was like does not matter any more. */
        free(mc->key_error);
        mc->key_error = NULL;
        if (ms->plan->tunnel && model_connection_is_usable(mc, limits->now)) {
            sync_peer(sync, txn, tunnel, keys, model, mc, limits);
        } else {
            remove_peer(sync, model, mc);
        }

        /* What sb_sync_prepare() has had done is of no more use, if it is
         * still there. */
        locksmith_cancel(mc->psk_job);
        mc->psk_job = NULL;
        mc->marks &= ~MODEL_SYNC;
        mc->marks |= MODEL_STATUS;
    }
    return true;
}

/* Orders what the peers of 'ms' need that are among the next '*max_ahead', and
 * counts that down. */
static void
prepare_service(struct sb_sync *sync, const struct keyring *keyring,
                struct model_service *ms, long long int now, int *max_ahead)
{
    struct service_keys keys = { .keyring = keyring, .service = ms->service };
    struct model_connection *mc;

    *max_ahead -= SERVICE_AHEAD;
    LIST_FOR_EACH (mc, in_todo, &ms->todo) {
        if (*max_ahead <= 0) {
            break;
        } else if (mc->marks & MODEL_SYNC) {
            (*max_ahead)--;
            if (mc->psk_job || mc->marks & MODEL_READ || !mc->c.sealed_psk
                || !uuid_is_zero(&mc->peer)
                || !model_connection_is_usable(mc, now)) {
                continue;
            }
            char *error = service_keys_open(&keys);
            if (error) {
                free(error);    /* sb_sync_tunnel() will tell. */
                break;
            }
            mc->psk_job = locksmith_order(sync->locksmith, keys.lock,
                                          &mc->c.public_key,
                                          mc->c.sealed_psk);
        }
    }
    service_keys_destroy(&keys);
}

/* Has what takes most of the time for a new peer, to open the box with its
 * pre-shared key and to lock that again, done ahead for the peers that come
 * next in 'model'.  'now' is in milliseconds since the epoch. */
void
sb_sync_prepare(struct sb_sync *sync, const struct keyring *keyring,
                struct model *model, long long int now)
{
    int max_ahead = MAX_AHEAD;
    struct model_service *ms;

    if (locksmith_n_jobs(sync->locksmith) > MAX_AHEAD / 2) {
        return;
    }
    LIST_FOR_EACH (ms, in_todo, &model->todo) {
        if (max_ahead <= 0) {
            break;
        } else if (!(ms->marks & (MODEL_READ | MODEL_PLAN))
                   && ms->plan && ms->plan->tunnel) {
            prepare_service(sync, keyring, ms, now, &max_ahead);
        }
    }
}

/* Deletes stray peers, after a look for them in the whole table if
 * 'model->sweep'. */
void
sb_peers_sweep(const struct sb_sync *sync, struct model *model)
{
    const struct vpnsbrec_peer *row;
    struct uuidset_node *node;

    if (model->sweep) {
        VPNSBREC_PEER_FOR_EACH (row, sync->idl) {
            model_assign_peer(model, &row->tunnel->service, &row->connection,
                              &row->header_.uuid);
        }
    }
    UUIDSET_FOR_EACH_SAFE (node, &model->strays) {
        row = vpnsbrec_peer_get_for_uuid(sync->idl, &node->uuid);
        if (row) {
            /* Its connection may have come only now. */
            const struct uuid uuid = node->uuid;

            model_assign_peer(model, &row->tunnel->service, &row->connection,
                              &uuid);
        }
    }
    UUIDSET_FOR_EACH (node, &model->strays) {
        row = vpnsbrec_peer_get_for_uuid(sync->idl, &node->uuid);
        if (row) {
            delete_peer(sync, row);
        }
    }
    uuidset_clear(&model->strays);
}
