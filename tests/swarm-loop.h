/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SWARM_LOOP_H
#define SWARM_LOOP_H 1

/* Thousands of simulated clients in one process: their sockets, and whose turn
 * it is. */

#include <stdbool.h>
#include <stddef.h>

#include "heap.h"
#include "tests/swarm-client.h"
#include "tests/swarm-peers.h"

struct swarm_source {
    ovs_be32 address;           /* First one to send from, or 0. */
    unsigned int n;             /* How many of them. */
};

struct swarm {
    struct swarm_config config;
    struct swarm_client *clients;
    size_t n;
    struct heap timers;         /* Of clients, earliest first. */
    int epoll_fd;
};

char *swarm_create(const struct swarm_config *, const struct swarm_peers *,
                   const struct vpn_key *server_key,
                   const struct swarm_source *, ovs_be32 target,
                   struct swarm **);
void swarm_destroy(struct swarm *);
void swarm_start(struct swarm *, unsigned int rate);
void swarm_mark(struct swarm *);
void swarm_run(struct swarm *);
void swarm_wait(const struct swarm *);

#endif /* tests/swarm-loop.h */
