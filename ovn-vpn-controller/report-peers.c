/* SPDX-License-Identifier: Apache-2.0 */

/* Rows of Peer_State; see ovn-vpn-controller/report.h.
 *
 * Where a peer is, another gateway must know at once.  Counters and the time
 * of the last handshake are for people, who can wait. */

#include <config.h>

#include "ovn-vpn-controller/report.h"

#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "openvswitch/dynamic-string.h"
#include "ovn-vpn-controller/agent.h"
#include "ovn-vpn-controller/want.h"
#include "ovsdb-idl.h"
#include "timeval.h"
#include "util.h"

COVERAGE_DEFINE(report_endpoint);
COVERAGE_DEFINE(report_stats);

/* Rows in one transaction.  The end of it wakes us for what is left. */
#define MAX_ROWS 1000

/* For so long, peers that are called in a takeover are not reported.  They are
 * called where another chassis has reported them, and the time that it takes
 * to write that again, here and in the databases, is one that they wait. */
#define TAKEOVER_MS 2000

/* What a peer has sent and received on this chassis.  The device's own
 * counters begin anew when we drop a session and when it restarts. */
struct report_counter {
    struct hmap_node node;      /* In 'counters', by 'peer'. */
    struct uuid peer;
    uint64_t rx_base, tx_base;  /* Before the device's counters began. */
    uint64_t rx_last, tx_last;  /* The device's counters. */
};

void
report_peers_init(struct report *r)
{
    static const struct ovsdb_idl_column *const columns[] = {
        &vpnsbrec_peer_state_col_tunnel,
        &vpnsbrec_peer_state_col_peer,
        &vpnsbrec_peer_state_col_chassis,
        &vpnsbrec_peer_state_col_endpoint,
        &vpnsbrec_peer_state_col_last_handshake,
        &vpnsbrec_peer_state_col_rx_bytes,
        &vpnsbrec_peer_state_col_tx_bytes,
        &vpnsbrec_peer_state_col_problem,
    };

    hmap_init(&r->counters);
    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        ovsdb_idl_add_column(r->idl, columns[i]);
        ovsdb_idl_omit_alert(r->idl, columns[i]);
    }
    r->states_by_peer = ovsdb_idl_index_create1(
        r->idl, &vpnsbrec_peer_state_col_peer);
}

void
report_peers_destroy(struct report *r)
{
    struct report_counter *counter;

    HMAP_FOR_EACH_POP (counter, node, &r->counters) {
        free(counter);
    }
    hmap_destroy(&r->counters);
}

/* Counters. */

static struct report_counter *
find_counter(const struct report *r, const struct uuid *peer)
{
    struct report_counter *counter;

    HMAP_FOR_EACH_WITH_HASH (counter, node, uuid_hash(peer), &r->counters) {
        if (uuid_equals(&counter->peer, peer)) {
            return counter;
        }
    }
    return NULL;
}

/* Returns what to add to the device's counter, which is 'now', so that a row
 * that says 'row' never decreases. */
static uint64_t
initial_base(int64_t row, uint64_t now)
{
    return row > 0 && row > now ? row - now : 0;
}

/* Takes 'have''s counters into account.  'row' may be NULL. */
static const struct report_counter *
update_counter(struct report *r, const struct uuid *uuid,
               const struct wg_peer *have,
               const struct vpnsbrec_peer_state *row)
{
    struct report_counter *counter = find_counter(r, uuid);

    if (!counter) {
        counter = xzalloc(sizeof *counter);
        counter->peer = *uuid;
        if (row) {
            counter->rx_base = initial_base(row->rx_bytes, have->rx_bytes);
            counter->tx_base = initial_base(row->tx_bytes, have->tx_bytes);
        }
        hmap_insert(&r->counters, &counter->node, uuid_hash(uuid));
    } else if (have->rx_bytes < counter->rx_last
               || have->tx_bytes < counter->tx_last) {
        counter->rx_base += counter->rx_last;
        counter->tx_base += counter->tx_last;
    }
    counter->rx_last = have->rx_bytes;
    counter->tx_last = have->tx_bytes;
    return counter;
}

/* Forgets peers that are gone. */
static void
prune(struct report *r, const char *chassis)
{
    const struct vpnsbrec_peer_state *row;
    struct report_counter *counter;

    HMAP_FOR_EACH_SAFE (counter, node, &r->counters) {
        if (!vpnsbrec_peer_get_for_uuid(r->idl, &counter->peer)) {
            hmap_remove(&r->counters, &counter->node);
            free(counter);
        }
    }
    VPNSBREC_PEER_STATE_FOR_EACH_SAFE (row, r->idl) {
        if (!row->peer && !strcmp(row->chassis, chassis)) {
            vpnsbrec_peer_state_delete(row);
        }
    }
}

/* Rows. */

/* Returns the row in which 'chassis' reports of 'peer', NULL if none. */
const struct vpnsbrec_peer_state *
report_find_peer_state(const struct report *r, const char *chassis,
                       const struct vpnsbrec_peer *peer)
{
    struct vpnsbrec_peer_state *target = vpnsbrec_peer_state_index_init_row(
        r->states_by_peer);
    const struct vpnsbrec_peer_state *row, *found = NULL;

    vpnsbrec_peer_state_index_set_peer(target, peer);
    VPNSBREC_PEER_STATE_FOR_EACH_EQUAL (row, target, r->states_by_peer) {
        if (!strcmp(row->chassis, chassis)) {
            found = row;
        }
    }
    vpnsbrec_peer_state_index_destroy_row(target);
    return found;
}

/* Adds a row in which 'chassis' reports of 'peer'. */
const struct vpnsbrec_peer_state *
report_insert_peer_state(struct ovsdb_idl_txn *txn, const char *chassis,
                         const struct vpnsbrec_peer *peer)
{
    const struct vpnsbrec_peer_state *row = vpnsbrec_peer_state_insert(txn);

    vpnsbrec_peer_state_set_tunnel(row, peer->tunnel);
    vpnsbrec_peer_state_set_peer(row, peer);
    vpnsbrec_peer_state_set_chassis(row, chassis);
    return row;
}

/* One look at one tunnel's peers. */
struct pass {
    struct report *r;
    struct ovsdb_idl_txn *txn;
    const char *chassis;
    bool stats;                 /* Counters, too. */
    size_t n_rows;              /* Written. */
};

static bool
endpoint_differs(const struct vpnsbrec_peer_state *row,
                 const struct wg_peer *have)
{
    struct wg_endpoint endpoint;

    return (!row->endpoint || !wg_endpoint_parse(row->endpoint, &endpoint)
            || !wg_endpoint_equals(&endpoint, &have->endpoint));
}

static bool
stats_differ(const struct vpnsbrec_peer_state *row, const struct wg_peer *have,
             const struct report_counter *counter)
{
    return (!row->n_last_handshake
            || row->last_handshake[0] != have->last_handshake
            || row->rx_bytes != counter->rx_base + counter->rx_last
            || row->tx_bytes != counter->tx_base + counter->tx_last);
}

static void
write_endpoint(const struct vpnsbrec_peer_state *row,
               const struct wg_peer *have)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    COVERAGE_INC(report_endpoint);
    wg_endpoint_format(&have->endpoint, &s);
    vpnsbrec_peer_state_set_endpoint(row, ds_cstr(&s));
    ds_destroy(&s);
}

static void
write_stats(const struct vpnsbrec_peer_state *row, const struct wg_peer *have,
            const struct report_counter *counter)
{
    int64_t last_handshake = have->last_handshake;

    COVERAGE_INC(report_stats);
    vpnsbrec_peer_state_set_last_handshake(row, &last_handshake, 1);
    vpnsbrec_peer_state_set_rx_bytes(row,
                                     counter->rx_base + counter->rx_last);
    vpnsbrec_peer_state_set_tx_bytes(row,
                                     counter->tx_base + counter->tx_last);
}

/* Reports 'have', which has had a handshake, for the peer's row 'peer'. */
static void
report_peer(struct pass *pass, const struct vpnsbrec_peer *peer,
            const struct wg_peer *have)
{
    const struct vpnsbrec_peer_state *row = report_find_peer_state(
        pass->r, pass->chassis, peer);
    const struct report_counter *counter = update_counter(
        pass->r, &peer->header_.uuid, have, row);
    bool new = !row;

    if (new) {
        row = report_insert_peer_state(pass->txn, pass->chassis, peer);
    }
    bool endpoint = new || endpoint_differs(row, have);
    bool stats = new || (pass->stats && stats_differ(row, have, counter));
    if (endpoint) {
        write_endpoint(row, have);
    }
    /* A handshake from a new place is what another chassis orders peers by. */
    if (stats || endpoint) {
        write_stats(row, have, counter);
    }
    pass->n_rows += endpoint || stats;
}

/* Returns false if there was more to write than fits. */
static bool
report_tunnel(struct pass *pass, const struct tunnel *t,
              const struct want_tunnel *wt)
{
    const struct wg_peer *want;

    HMAP_FOR_EACH (want, node, &wt->device.peers) {
        const struct wg_peer *have = wg_device_find(&t->device.have,
                                                    &want->public_key);

        if (!have || !have->has_endpoint || !have->last_handshake) {
            continue;
        } else if (pass->n_rows >= MAX_ROWS) {
            return false;
        }
        const struct vpnsbrec_peer *row = vpnsbrec_peer_get_for_uuid(
            pass->r->idl, &want->uuid);
        if (row && row->tunnel) {
            report_peer(pass, row, have);
        }
    }
    return true;
}

static bool
is_taking_over(const struct tunnel *t, long long int now)
{
    return (tunnel_takeover_is_on(&t->takeover)
            && now - t->takeover.t.started < TAKEOVER_MS);
}

/* Reports the peers of tunnels that are active here. */
void
report_peers_run(struct report *r, struct ovsdb_idl_txn *txn,
                 const char *chassis, struct agent *agent,
                 const struct want *want)
{
    long long int now = time_msec();
    struct pass pass = {
        .r = r, .txn = txn, .chassis = chassis, .stats = now >= r->stats_at,
    };
    struct shash_node *node;
    bool complete = true;

    SHASH_FOR_EACH (node, &agent->tunnels) {
        const struct want_tunnel *wt = shash_find_data(&want->tunnels,
                                                       node->name);
        struct tunnel *t = node->data;

        if (!complete || !wt || t->role.role != ROLE_ACTIVE || !t->device.known
            || is_taking_over(t, now)
            || (t->observations == t->reported && !pass.stats)) {
            continue;
        }
        complete = report_tunnel(&pass, t, wt);
        if (complete) {
            t->reported = t->observations;
        }
    }
    if (pass.stats && complete) {
        prune(r, chassis);
        r->stats_at = now + want->stats_interval_ms;
    }
}
