/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SWARM_CLIENT_H
#define SWARM_CLIENT_H 1

/* One simulated WireGuard client: a socket, its sessions, its timers and its
 * probes.
 *
 * The timers are WireGuard's own (section 6 of the paper, and
 * drivers/net/wireguard/timers.c), because what a client does by itself when
 * its server goes away is part of what is measured.  See
 * tests/swarm-timers.c. */

#include <netinet/in.h>

#include "heap.h"
#include "tests/swarm-probe.h"
#include "tests/wg-macs.h"
#include "tests/wg-noise.h"
#include "tests/wg-session.h"

/* What all clients have in common. */
struct swarm_config {
    struct sockaddr_in server;
    long long int interval;     /* Of probes, in us; 0 for idle clients. */
    long long int keepalive;    /* Persistent keepalive, in us; 0 for none. */
};

/* Times at which something is due, LLONG_MAX if it is not. */
struct swarm_timers {
    long long int probe;
    long long int initiate;     /* Begin a handshake, or repeat it. */
    long long int unanswered;   /* What was sent got no answer. */
    long long int passive;      /* What was received got no answer. */
    long long int persistent;   /* Persistent keepalive. */
};

struct swarm_counters {
    uint64_t n_initiated, n_responded, n_completed, n_cookies;
    uint64_t n_unsent;          /* Refused by the network. */
    uint64_t n_refused;         /* Initiations that came too late or too
                                 * soon, and other invalid handshakes. */
    uint64_t n_stale;           /* Packets of sessions that are gone. */
};

struct swarm_client {
    const struct swarm_config *config;
    unsigned int number;
    int fd;
    struct sockaddr_in server;  /* Moves with the server. */

    struct wg_identity id;
    struct wg_macs macs;
    struct wg_sessions sessions;
    uint32_t next_index;

    bool initiated;             /* Is 'handshake' waiting for a response? */
    struct wg_handshake handshake;
    unsigned int n_attempts;
    long long int initiated_at;
    long long int consumed_at;  /* Last initiation from the server. */
    uint8_t newest[WG_TIMESTAMP_LEN]; /* Its time stamp. */

    struct swarm_probe probe;
    struct swarm_timers timers;
    struct heap_node heap_node; /* For the owner's use. */
    struct swarm_counters counters;
};

void swarm_client_init(struct swarm_client *, const struct swarm_config *,
                       unsigned int number, int fd);
void swarm_client_start(struct swarm_client *, long long int now);
void swarm_client_mark(struct swarm_client *, long long int now);
void swarm_client_receive(struct swarm_client *, long long int now);
bool swarm_client_has_session(const struct swarm_client *, long long int now);

/* For tests/swarm-timers.c. */
void swarm_client_initiate(struct swarm_client *, long long int now);
void swarm_client_send_probe(struct swarm_client *, long long int now);
void swarm_client_send_keepalive(struct swarm_client *, long long int now);

/* tests/swarm-timers.c. */
void swarm_timers_init(struct swarm_client *);
void swarm_timers_run(struct swarm_client *, long long int now);
long long int swarm_timers_due(const struct swarm_client *);
void swarm_timers_initiated(struct swarm_client *, long long int now);
void swarm_timers_completed(struct swarm_client *);
void swarm_timers_sent(struct swarm_client *, bool data, long long int now);
void swarm_timers_received(struct swarm_client *, bool data,
                           long long int now);
bool swarm_timers_may_initiate(const struct swarm_client *,
                               long long int now);

#endif /* tests/swarm-client.h */
