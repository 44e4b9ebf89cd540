/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SWARM_PEERS_H
#define SWARM_PEERS_H 1

/* Who the simulated clients are: keys that derive from a seed, and addresses
 * in a subnet, so that the swarm, a WireGuard server and a database agree
 * without a list. */

#include <stdbool.h>

#include "lib/vpn-keys.h"
#include "openvswitch/types.h"

struct ds;

struct swarm_peers {
    struct vpn_key seed;
    unsigned int n;
    bool has_psk;
    ovs_be32 subnet;            /* The first client has its third address:
                                 * the second is the server's. */
};

void swarm_peer_keys(const struct swarm_peers *, unsigned int number,
                     struct vpn_key *private, struct vpn_key *psk);
ovs_be32 swarm_peer_address(const struct swarm_peers *, unsigned int number);

/* wg(8)'s configuration of these peers, with pre-shared keys. */
void swarm_peers_format(const struct swarm_peers *, struct ds *);

/* Adds the clients to 'service' in the OVN_VPN Northbound database at 'remote'
 * as one transaction. */
char *swarm_peers_load(const struct swarm_peers *, const char *remote,
                       const char *service);

#endif /* tests/swarm-peers.h */
