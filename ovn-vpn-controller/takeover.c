/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/takeover.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

/* Calls to one peer.  After the last one WireGuard itself goes on, every 5 s
 * for 90 s. */
#define MAX_CALLS 6

/* Time that the first call gets; each further one gets twice as much. */
#define FIRST_WAIT_MS 100

/* Keepalives to a peer that is silent after its answer, and the time before
 * the first one; each further one waits twice as long. */
#define MAX_CONFIRMS 3
#define FIRST_CONFIRM_MS 100

/* The least time between two calls to a peer: INITIATIONS_PER_SECOND is 50 in
 * drivers/net/wireguard/messages.h. */
#define MIN_WAIT_MS 20

/* How often to look for answers, while calls are young and later. */
#define POLL_YOUNG_MS 15
#define POLL_OLD_MS 50
#define YOUNG_MS 500

void
takeover_init(struct takeover *t, const struct wg_pace *pace,
              long long int now)
{
    memset(t, 0, sizeof *t);
    t->pace = *pace;
    hmap_init(&t->peers);
    ovs_list_init(&t->in_flight);
    t->started = now;
    t->held_until = LLONG_MIN;
    t->observed = LLONG_MIN;
    t->last_call = now;
    t->last_back = now;
}

void
takeover_destroy(struct takeover *t)
{
    struct takeover_peer *peer;

    HMAP_FOR_EACH_POP (peer, node, &t->peers) {
        free(peer);
    }
    hmap_destroy(&t->peers);
    free(t->queue);
}

static struct takeover_peer *
find_peer(const struct takeover *t, const struct vpn_key *public_key)
{
    struct takeover_peer *peer;

    HMAP_FOR_EACH_WITH_HASH (peer, node, vpn_key_hash(public_key, 0),
                             &t->peers) {
        if (vpn_key_equals(&peer->public_key, public_key)) {
            return peer;
        }
    }
    return NULL;
}

/* Adds a peer that was 'seen' at 'endpoint', by the wall clock.  One that was
 * not seen 'lately' gets one chance: if it has a keepalive interval, the
 * device sends it something, otherwise when there is something to send. */
void
takeover_add(struct takeover *t, const struct vpn_key *public_key,
             const struct wg_endpoint *endpoint, long long int seen,
             bool lately)
{
    struct takeover_peer *peer = xzalloc(sizeof *peer);

    peer->public_key = *public_key;
    peer->endpoint = *endpoint;
    peer->seen = seen;
    peer->lately = lately;
    hmap_insert(&t->peers, &peer->node, vpn_key_hash(public_key, 0));
    t->n_open++;
    t->sorted = false;
}

static void
land(struct takeover *t, struct takeover_peer *peer)
{
    if (peer->is_in_flight) {
        ovs_list_remove(&peer->in_flight);
        peer->is_in_flight = false;
        t->n_in_flight--;
    }
}

static void
finish(struct takeover *t, struct takeover_peer *peer)
{
    land(t, peer);
    if (!peer->done) {
        peer->done = true;
        t->n_open--;
    }
}

/* Forgets a peer that is no longer wanted. */
void
takeover_drop(struct takeover *t, const struct vpn_key *public_key)
{
    struct takeover_peer *peer = find_peer(t, public_key);

    if (peer) {
        finish(t, peer);
    }
}

/* Returns true if the endpoint of the peer with 'public_key' is still 't''s
 * business. */
bool
takeover_has_open(const struct takeover *t, const struct vpn_key *public_key)
{
    const struct takeover_peer *peer = find_peer(t, public_key);

    return peer && !peer->done;
}

/* The device was asked at 'asked_at' which peers have a session, and
 * takeover_back() has been called for each of these. */
void
takeover_observe(struct takeover *t, long long int asked_at)
{
    t->observed = asked_at;
}

/* A handshake with the peer has been completed; 'heard' says whether anything
 * has come from it after that.  Returns true if it was not known to be
 * back. */
bool
takeover_back(struct takeover *t, const struct vpn_key *public_key, bool heard,
              long long int now)
{
    struct takeover_peer *peer = find_peer(t, public_key);

    if (!peer || peer->done) {
        return false;
    }
    bool is_new = !peer->back;
    if (is_new && peer->n_calls) {
        t->n_back++;
        t->last_back = now;
    }
    if (heard || !peer->n_calls) {
        finish(t, peer);
    } else if (is_new) {
        land(t, peer);
        peer->called_at = now;
        peer->wait_ms = FIRST_CONFIRM_MS;
    }
    peer->back = true;
    return is_new;
}

/* Holds calls back until 'until', or takeover_hurry(). */
void
takeover_hold(struct takeover *t, long long int until)
{
    t->held_until = until;
}

bool
takeover_is_held(const struct takeover *t, long long int now)
{
    return now < t->held_until;
}

/* The path to the peers has just become better: nothing is held back any more,
 * calls that have got no answer yet are to be repeated soon, and intervals
 * begin anew. */
void
takeover_hurry(struct takeover *t, long long int now)
{
    struct takeover_peer *peer;

    t->held_until = LLONG_MIN;
    HMAP_FOR_EACH (peer, node, &t->peers) {
        if (!peer->done && !peer->back && peer->n_calls) {
            long long int age = now - peer->called_at;

            peer->n_calls = 1;
            peer->wait_ms = MIN(peer->wait_ms, MAX(age, MIN_WAIT_MS));
        }
    }
}

static int
compare_seen(const void *a_, const void *b_)
{
    const struct takeover_peer *const *a = a_, *const *b = b_;

    return ((*a)->seen > (*b)->seen ? -1
            : (*a)->seen < (*b)->seen ? 1
            : memcmp(&(*a)->public_key, &(*b)->public_key,
                     sizeof (*a)->public_key));
}

static void
sort_queue(struct takeover *t)
{
    struct takeover_peer *peer;

    free(t->queue);
    t->queue = xmalloc(MAX(hmap_count(&t->peers), 1) * sizeof *t->queue);
    t->n_queue = 0;
    HMAP_FOR_EACH (peer, node, &t->peers) {
        t->queue[t->n_queue++] = peer;
    }
    qsort(t->queue, t->n_queue, sizeof *t->queue, compare_seen);
    t->sorted = true;
}

static long long int
due_time(const struct takeover_peer *peer)
{
    return peer->called_at + peer->wait_ms;
}

/* Decides what to do with 'peer'.  Returns false if nothing. */
static bool
next_verb(struct takeover *t, struct takeover_peer *peer, long long int now,
          enum takeover_verb *verb)
{
    if (peer->done) {
        return false;
    } else if (!peer->n_calls) {
        *verb = peer->lately ? TAKEOVER_CALL : TAKEOVER_HINT;
        return t->n_in_flight < t->pace.max_in_flight;
    } else if (now < due_time(peer) || t->observed < due_time(peer)) {
        return false;
    } else if (peer->back ? peer->n_confirms >= MAX_CONFIRMS
               : peer->n_calls >= MAX_CALLS) {
        finish(t, peer);
        return false;
    } else if (peer->back) {
        *verb = TAKEOVER_CONFIRM;
        return true;
    }
    *verb = TAKEOVER_AGAIN;
    return t->n_in_flight < t->pace.max_in_flight;
}

static void
act(struct takeover *t, struct takeover_peer *peer, enum takeover_verb verb,
    long long int now)
{
    if (verb == TAKEOVER_CONFIRM) {
        peer->wait_ms = FIRST_CONFIRM_MS << ++peer->n_confirms;
        peer->called_at = now;
        return;
    } else if (verb == TAKEOVER_HINT) {
        finish(t, peer);
    } else {
        t->n_called += !peer->n_calls;
        peer->wait_ms = FIRST_WAIT_MS << peer->n_calls;
        peer->n_calls++;
    }
    peer->called_at = t->last_call = now;
    land(t, peer);
    ovs_list_push_back(&t->in_flight, &peer->in_flight);
    peer->is_in_flight = true;
    t->n_in_flight++;
}

/* Stores in 'actions', an array with room for 'max', what is to be done at
 * 'now', and takes it for done.  Returns the number of actions. */
size_t
takeover_run(struct takeover *t, long long int now,
             struct takeover_action *actions, size_t max)
{
    struct takeover_peer *peer;
    size_t n = 0;

    if (!t->sorted) {
        sort_queue(t);
    }
    if (takeover_is_held(t, now)) {
        return 0;
    }
    LIST_FOR_EACH_SAFE (peer, in_flight, &t->in_flight) {
        if (now - peer->called_at < t->pace.in_flight_ms) {
            break;
        }
        land(t, peer);
    }
    for (size_t i = 0; i < t->n_queue && n < max; i++) {
        enum takeover_verb verb;

        peer = t->queue[i];
        if (next_verb(t, peer, now, &verb)) {
            actions[n++] = (struct takeover_action) {
                .verb = verb,
                .public_key = peer->public_key,
                .endpoint = peer->endpoint,
            };
            act(t, peer, verb, now);
        }
    }
    return n;
}

/* What the last takeover_run() said has been done at 'now'.  An implementation
 * that computes initiations before it says so may take some time for many. */
void
takeover_sent(struct takeover *t, long long int now)
{
    long long int run_at = t->last_call;
    struct takeover_peer *peer;

    LIST_FOR_EACH_REVERSE (peer, in_flight, &t->in_flight) {
        if (peer->called_at != run_at) {
            break;
        }
        peer->called_at = now;
    }
    t->last_call = now;
}

/* Returns the time at which takeover_run() may have something to do, provided
 * that the device is observed in between; LLONG_MAX if all is done. */
long long int
takeover_wake_time(const struct takeover *t)
{
    long long int when = LLONG_MAX;

    if (!t->n_open) {
        return LLONG_MAX;
    } else if (!t->sorted) {
        return LLONG_MIN;
    }
    long long int slot_free = LLONG_MIN;
    if (t->n_in_flight >= t->pace.max_in_flight) {
        const struct takeover_peer *oldest = CONTAINER_OF(
            ovs_list_front(&t->in_flight), struct takeover_peer, in_flight);
        slot_free = oldest->called_at + t->pace.in_flight_ms;
    }
    for (size_t i = 0; i < t->n_queue; i++) {
        const struct takeover_peer *peer = t->queue[i];

        if (peer->done) {
            continue;
        } else if (!peer->n_calls) {
            when = MIN(when, slot_free);
        } else if (t->observed >= due_time(peer)) {
            when = MIN(when, (peer->back ? due_time(peer)
                              : MAX(slot_free, due_time(peer))));
        }
    }
    return MAX(when, t->held_until);
}

/* Returns how long to wait between two observations of the device. */
int
takeover_poll_interval(const struct takeover *t, long long int now)
{
    return now - t->last_call < YOUNG_MS ? POLL_YOUNG_MS : POLL_OLD_MS;
}

bool
takeover_is_done(const struct takeover *t)
{
    return !t->n_open;
}
