/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SWARM_PROBE_H
#define SWARM_PROBE_H 1

/* ICMP echo packets that a simulated client sends through its tunnel, and what
 * their answers tell: pure, with monotonic time in microseconds as an
 * argument.
 *
 * The outage of a client that sends all the time is the longest time between
 * two consecutive answers, the second of which came after the mark.  The
 * outage of an idle client is the time from the mark to the first answer. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/types.h"

#define SWARM_PROBE_LEN 64      /* Bytes of a probe, with its IP header. */

struct swarm_probe {
    ovs_be32 src, dst;          /* Addresses in the tunnel. */
    uint16_t id;
    bool idle;

    uint64_t n_sent, n_answered;
    bool answered;              /* Since the mark. */
    long long int mark;
    long long int last_answer;  /* 0 if there was none. */
    long long int outage;       /* Since the mark. */
};

void swarm_probe_init(struct swarm_probe *, ovs_be32 src, ovs_be32 dst,
                      uint16_t id, bool idle);
void swarm_probe_mark(struct swarm_probe *, long long int now);
long long int swarm_probe_outage(const struct swarm_probe *,
                                 long long int now);

void swarm_probe_compose(struct swarm_probe *,
                         uint8_t packet[SWARM_PROBE_LEN]);

/* What a packet from the tunnel is. */
enum swarm_packet {
    SWARM_OTHER,
    SWARM_ANSWER,               /* To a probe. */
    SWARM_REQUEST,              /* Now turned into its own answer. */
};
enum swarm_packet swarm_probe_receive(struct swarm_probe *, uint8_t *packet,
                                      size_t *len, long long int now);

#endif /* tests/swarm-probe.h */
