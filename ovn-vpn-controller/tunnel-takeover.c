/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/tunnel-takeover.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "lib/vpn-model.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/resolver.h"
#include "ovn-vpn-controller/tunnel-device.h"
#include "ovn-vpn-controller/want.h"
#include "timeval.h"
#include "util.h"
#include "uuid.h"

VLOG_DEFINE_THIS_MODULE(tunnel_takeover);

COVERAGE_DEFINE(takeover_begun);
COVERAGE_DEFINE(takeover_called);
COVERAGE_DEFINE(takeover_called_again);
COVERAGE_DEFINE(takeover_came_back);
COVERAGE_DEFINE(takeover_confirmed);

/* A peer whose last handshake is known to be older has no session any more
 * (VPN_SESSION_MAX_MS), even if its chassis had not reported for a while. */
#define LATELY_MS (VPN_SESSION_MAX_MS + 120000)

/* Bytes that a device counts as received with an answer to its initiation: a
 * handshake response (struct message_handshake_response in
 * drivers/net/wireguard/messages.h). */
#define RESPONSE_BYTES 92

/* Actions in one request to the device, which computes their initiations
 * before it looks at the first answer: 10 ms of wireguard-go's time. */
#define MAX_ACTIONS 25

void
tunnel_takeover_init(struct tunnel_takeover *tt)
{
    memset(tt, 0, sizeof *tt);
}

void
tunnel_takeover_destroy(struct tunnel_takeover *tt)
{
    if (tt->begun) {
        takeover_destroy(&tt->t);
    }
}

/* The tunnel has gone to another chassis, or needs to be taken over anew. */
void
tunnel_takeover_cancel(struct tunnel_takeover *tt)
{
    tt->due = false;
    tt->over = true;
}

/* Returns true while peers are being called. */
bool
tunnel_takeover_is_on(const struct tunnel_takeover *tt)
{
    return tt->begun && !tt->over;
}

/* Returns true if the device serves 'peer' without our help. */
static bool
needs_no_call(const struct wg_peer *peer, long long int now)
{
    return (peer && (peer->has_endpoint
                     || now - peer->last_handshake < VPN_SESSION_MAX_MS));
}

static void
add_sites(struct takeover *t, const struct want_tunnel *want,
          const struct tunnel_device *device, struct resolver *resolver,
          long long int now)
{
    const struct wg_peer *peer;

    HMAP_FOR_EACH (peer, node, &want->device.peers) {
        struct wg_endpoint endpoint;

        if (peer->site && !takeover_has_open(t, &peer->public_key)
            && !needs_no_call(wg_device_find(&device->have,
                                             &peer->public_key), now)
            && resolver_lookup(resolver, peer->site, want->outer_is_v4,
                               LLONG_MAX, &endpoint)) {
            takeover_add(t, &peer->public_key, &endpoint, 0, true);
        }
    }
}

/* A wanted peer, found by the UUID of its row. */
struct row_node {
    struct hmap_node node;
    const struct wg_peer *peer;
};

static void
index_rows(const struct want_tunnel *want, struct hmap *rows)
{
    const struct wg_peer *peer;

    HMAP_FOR_EACH (peer, node, &want->device.peers) {
        struct row_node *row = xmalloc(sizeof *row);

        row->peer = peer;
        hmap_insert(rows, &row->node, uuid_hash(&peer->uuid));
    }
}

static const struct wg_peer *
find_row(const struct hmap *rows, const struct uuid *uuid)
{
    const struct row_node *row;

    HMAP_FOR_EACH_WITH_HASH (row, node, uuid_hash(uuid), rows) {
        if (uuid_equals(&row->peer->uuid, uuid)) {
            return row->peer;
        }
    }
    return NULL;
}

static void
add_sightings(struct takeover *t, const struct want_tunnel *want,
              const struct tunnel_device *device,
              const struct want_sightings *sightings, long long int now)
{
    struct hmap rows = HMAP_INITIALIZER(&rows);
    struct row_node *row;

    index_rows(want, &rows);
    for (size_t i = 0; i < sightings->n; i++) {
        const struct want_sighting *s = &sightings->list[i];
        const struct wg_peer *peer = find_row(&rows, &s->peer);
        bool lately = now - s->seen < LATELY_MS;

        /* The last known place of a site may be out of date, and its
         * configured one is not. */
        if (peer && (lately || !peer->site)
            && !needs_no_call(wg_device_find(&device->have,
                                             &peer->public_key), now)) {
            takeover_add(t, &peer->public_key, &s->endpoint, s->seen, lately);
        }
    }
    HMAP_FOR_EACH_POP (row, node, &rows) {
        free(row);
    }
    hmap_destroy(&rows);
}

/* Begins to take 'want' over.  'device' must be known.  Peers that the device
 * has an endpoint of, or a session with, are left alone: after a restart of
 * this program they are being served. */
void
tunnel_takeover_begin(struct tunnel_takeover *tt,
                      const struct want_tunnel *want,
                      const struct tunnel_device *device,
                      const struct want_sightings *sightings,
                      struct resolver *resolver)
{
    long long int now = time_wall_msec();

    if (tt->begun) {
        takeover_destroy(&tt->t);
    }
    takeover_init(&tt->t, &device->backend->class->pace, time_msec());
    tt->due = false;
    tt->begun = true;
    tt->at = now;
    add_sightings(&tt->t, want, device, sightings, now);
    add_sites(&tt->t, want, device, resolver, now);
    /* Nobody to call is nothing to tell. */
    tt->over = takeover_is_done(&tt->t);
    if (!tt->over) {
        COVERAGE_INC(takeover_begun);
    }
}

/* The device has just been asked: tells the takeover who is back. */
void
tunnel_takeover_observe(struct tunnel_takeover *tt,
                        const struct tunnel_device *device)
{
    const struct wg_peer *peer;
    long long int now = time_msec();

    HMAP_FOR_EACH (peer, node, &device->have.peers) {
        /* A peer whose session counts is not in the takeover, and one that
         * is called again is a new one without a handshake. */
        if (peer->last_handshake >= tt->at - VPN_SESSION_MAX_MS
            && takeover_back(&tt->t, &peer->public_key,
                             peer->rx_bytes > RESPONSE_BYTES, now)) {
            COVERAGE_INC(takeover_came_back);
        }
    }
    takeover_observe(&tt->t, device->observed_at);
}

static void
add_changes(struct tunnel_takeover *tt, const struct want_tunnel *want,
            const struct tunnel_device *device,
            const struct takeover_action *action, struct wg_changes *changes)
{
    const struct wg_peer *peer = wg_device_find(&want->device,
                                                &action->public_key);

    if (!peer) {
        takeover_drop(&tt->t, &action->public_key);
        return;
    }
    switch (action->verb) {
    case TAKEOVER_HINT:
        wg_device_hint(peer, &action->endpoint, changes);
        break;
    case TAKEOVER_CALL:
        COVERAGE_INC(takeover_called);
        wg_device_call(&device->have, peer, &action->endpoint, false, changes);
        break;
    case TAKEOVER_AGAIN:
        COVERAGE_INC(takeover_called_again);
        wg_device_call(&device->have, peer, &action->endpoint, true, changes);
        break;
    case TAKEOVER_CONFIRM:
        COVERAGE_INC(takeover_confirmed);
        wg_device_confirm(&device->have, peer, changes);
        break;
    }
}

/* Adds to 'changes' what is to be done now.  Returns true if there is
 * anything. */
bool
tunnel_takeover_act(struct tunnel_takeover *tt, const struct want_tunnel *want,
                    const struct tunnel_device *device,
                    struct wg_changes *changes)
{
    struct takeover_action actions[MAX_ACTIONS];
    long long int now = time_msec();

    if (now < takeover_wake_time(&tt->t)) {
        return false;
    }
    size_t n = takeover_run(&tt->t, now, actions, ARRAY_SIZE(actions));
    for (size_t i = 0; i < n; i++) {
        add_changes(tt, want, device, &actions[i], changes);
    }
    return changes->n > 0;
}

/* Returns how long it took until the last of the peers was back. */
int
tunnel_takeover_ms(const struct tunnel_takeover *tt)
{
    return tt->t.last_back - tt->t.started;
}

/* Tells the log once the takeover is done. */
void
tunnel_takeover_finish(struct tunnel_takeover *tt,
                       const struct want_tunnel *want)
{
    if (takeover_is_done(&tt->t)) {
        tt->over = true;
        VLOG_INFO("%s: took over: called %"PRIuSIZE" peers, %"PRIuSIZE" came "
                  "back within %d ms, %"PRIuSIZE" did not", want->name,
                  tt->t.n_called, tt->t.n_back, tunnel_takeover_ms(tt),
                  tt->t.n_called - tt->t.n_back);
    }
}
