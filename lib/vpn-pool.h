/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_POOL_H
#define VPN_POOL_H 1

/* Allocation of tunnel addresses to connections.
 *
 * A pool holds the addresses of one prefix.  The caller marks those in use, as
 * many times as there are who use them, and asks for the lowest one that is
 * free.  Never free are the first host
 * address, which is the gateway's own, and in IPv4 the network and broadcast
 * addresses, in IPv6 the subnet-router anycast address (RFC 4291 section
 * 2.6.1). */

#include <stdbool.h>

#include "lib/vpn-prefix.h"
#include "openvswitch/hmap.h"

struct vpn_pool {
    struct vpn_prefix subnet;
    struct hmap used;           /* Contains 'struct vpn_pool_entry's. */
    struct in6_addr first;      /* That a connection could have. */
    struct in6_addr lowest;     /* Free one; whether the subnet has it or not.
                                 */
};

void vpn_pool_init(struct vpn_pool *, const struct vpn_prefix *subnet);
void vpn_pool_destroy(struct vpn_pool *);

bool vpn_pool_gateway(const struct vpn_prefix *subnet, struct in6_addr *);
bool vpn_pool_take(struct vpn_pool *, const struct in6_addr *);
void vpn_pool_release(struct vpn_pool *, const struct in6_addr *);
bool vpn_pool_next(const struct vpn_pool *, struct in6_addr *);

#endif /* lib/vpn-pool.h */
