/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TAKEOVER_H
#define TAKEOVER_H 1

/* Calling a tunnel's peers after the tunnel has come to this chassis: a pure
 * state machine.
 *
 * A client whose gateway died notices after 15 seconds, an idle one after
 * minutes.  A gateway that calls the client, that is, sends a handshake
 * initiation to its last known endpoint, has it back after one round trip.
 *
 * An initiation that is sent before OVN's new path is complete is lost, and
 * WireGuard would repeat it only after 5 s (REKEY_TIMEOUT).  So calls may be
 * held back until the path is there.  Besides, a peer that is removed and
 * added again may send at once.  The rules for that:
 *
 *   - Not within 20 ms of the last initiation: the client drops such a one and
 *     answers the previous one, whose index is gone, and 5 s are lost.
 *
 *   - Never when a handshake has come, which would throw the new session away.
 *     So an observation of the device must be younger than the moment at which
 *     the answer was due.
 *
 *   - At doubling intervals, so that an answer that takes longer than the
 *     first ones finds its initiation still valid.
 *
 *   - Not too many in flight: above a number of waiting messages WireGuard
 *     takes itself to be under load and asks for cookies, and 5 s are lost.
 *
 *   - A client uses a session that the gateway began only once it has got a
 *     packet of it.  If that one, which follows the client's answer at once,
 *     is lost, the client goes on with the old session for 15 s.  So a peer
 *     that stays silent after its answer is sent more keepalives.
 *
 * The most recently seen peers are called first.  Monotonic time in
 * milliseconds is an argument everywhere. */

#include <stdbool.h>
#include <stddef.h>

#include "openvswitch/hmap.h"
#include "openvswitch/list.h"
#include "ovn-vpn-controller/wg-device.h"

enum takeover_verb {
    TAKEOVER_HINT,      /* Set the endpoint and the keepalive interval: the
                         * peer was not seen lately. */
    TAKEOVER_CALL,      /* Set the endpoint and send an initiation. */
    TAKEOVER_AGAIN,     /* Remove the peer, add it, send an initiation. */
    TAKEOVER_CONFIRM,   /* Send a keepalive in the session that there is. */
};

struct takeover_action {
    enum takeover_verb verb;
    struct vpn_key public_key;
    struct wg_endpoint endpoint;
};

struct takeover_peer {
    struct hmap_node node;      /* In 'peers', by 'public_key'. */
    struct ovs_list in_flight;  /* In 'in_flight', while 'is_in_flight'. */
    bool is_in_flight;
    struct vpn_key public_key;
    struct wg_endpoint endpoint;
    long long int seen;         /* Wall clock; orders peers. */
    bool lately;                /* Call it, or give a hint only? */
    unsigned int n_calls;       /* Sent up to now. */
    bool back;                  /* A call has been answered. */
    unsigned int n_confirms;    /* Keepalives sent since. */
    long long int called_at;    /* Last call or keepalive, or the answer. */
    unsigned int wait_ms;       /* From there to the next. */
    bool done;                  /* Nothing is to be done any more. */
};

struct takeover {
    struct wg_pace pace;
    struct hmap peers;          /* Contains 'struct takeover_peer's. */
    struct takeover_peer **queue; /* All of them, newest first, once sorted. */
    size_t n_queue;
    bool sorted;
    struct ovs_list in_flight;  /* Oldest first. */
    size_t n_in_flight;
    size_t n_open;              /* Peers that are not done. */
    long long int started;
    long long int held_until;   /* No call before that. */
    long long int observed;     /* When the device was last asked. */
    long long int last_call;

    /* Results. */
    size_t n_called, n_back;
    long long int last_back;    /* Time of the last one. */
};

void takeover_init(struct takeover *, const struct wg_pace *,
                   long long int now);
void takeover_destroy(struct takeover *);

void takeover_add(struct takeover *, const struct vpn_key *,
                  const struct wg_endpoint *, long long int seen, bool lately);
void takeover_drop(struct takeover *, const struct vpn_key *);
bool takeover_has_open(const struct takeover *, const struct vpn_key *);

void takeover_observe(struct takeover *, long long int asked_at);
bool takeover_back(struct takeover *, const struct vpn_key *, bool heard,
                   long long int now);
void takeover_hold(struct takeover *, long long int until);
bool takeover_is_held(const struct takeover *, long long int now);
void takeover_hurry(struct takeover *, long long int now);

size_t takeover_run(struct takeover *, long long int now,
                    struct takeover_action *, size_t max);
void takeover_sent(struct takeover *, long long int now);
long long int takeover_wake_time(const struct takeover *);
int takeover_poll_interval(const struct takeover *, long long int now);
bool takeover_is_done(const struct takeover *);

#endif /* ovn-vpn-controller/takeover.h */
