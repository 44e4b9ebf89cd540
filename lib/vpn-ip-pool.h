/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_IP_POOL_H
#define VPN_IP_POOL_H 1

/* Named pools of external addresses, from which services without an address of
 * their own get one. */

#include <stdbool.h>
#include <stddef.h>

#include "lib/vpn-prefix.h"

struct shash;

/* All addresses from 'first' to 'last', of one IP version. */
struct vpn_ip_range {
    struct in6_addr first, last;
};

char *vpn_ip_range_parse(const char *, struct vpn_ip_range *);
bool vpn_ip_range_contains(const struct vpn_ip_range *,
                           const struct in6_addr *);
bool vpn_ip_range_next(const struct vpn_ip_range *, struct in6_addr *);

struct vpn_ip_pool {
    char *router;               /* Whose services it is for, NULL for any. */
    struct vpn_ip_range *ranges;
    size_t n;
    char *error;                /* First mistake in it, NULL if none. */
};

bool vpn_ip_pool_contains(const struct vpn_ip_pool *, const struct in6_addr *);
void vpn_ip_pools_clear(struct shash *);

#endif /* lib/vpn-ip-pool.h */
