/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_ALLOC_H
#define OVN_VPN_ALLOC_H 1

/* Allocation of VLAN tags and transit addresses to services.
 *
 * There is no state but the rows themselves: each item comes with what its
 * service's rows hold, keeps that while nothing speaks against it, and
 * otherwise gets the lowest that is free. */

#include <stdbool.h>
#include <stddef.h>

struct in6_addr;
struct router;
struct vpn_gateways;
struct vpn_options;
struct vpn_prefix;

/* Highest VLAN tag, IEEE 802.1Q. */
#define ALLOC_TAG_MAX 4094

struct alloc_item {
    const struct router *router;
    const struct vpn_gateways *gateways;
    bool ipv6;                  /* It needs the IPv6 block of its number. */

    /* Before alloc_run(), what the service's rows hold, and after it, what the
     * service has.  A tag belongs to one service on each chassis, a block to
     * one service on each router. */
    int tag;                    /* 1 to ALLOC_TAG_MAX, 0 for none. */
    int block;                  /* Number of a transit block, -1 for none. */

    char *error;                /* For the user, NULL if all went well. */
    struct alloc_item *next;    /* Next one with the same tag. */
};

void alloc_run(struct alloc_item **items, size_t n,
               const struct vpn_options *);

int alloc_block_of(const struct vpn_prefix *transit_subnet,
                   const struct in6_addr *);
struct in6_addr alloc_block_addr(const struct vpn_prefix *transit_subnet,
                                 int block, int offset);

#endif /* ovn-vpn/alloc.h */
