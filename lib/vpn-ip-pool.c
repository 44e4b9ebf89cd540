/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/vpn-ip-pool.h"

#include <stdlib.h>
#include <string.h>

#include "openvswitch/shash.h"
#include "util.h"

static char *
parse_bounds(const char *s, const char *dash, struct vpn_ip_range *range)
{
    char *first = xmemdup0(s, dash - s);
    char *error = vpn_addr_parse(first, &range->first);

    free(first);
    if (!error) {
        error = vpn_addr_parse(dash + 1, &range->last);
    }
    if (!error
        && (vpn_addr_is_v4(&range->first) != vpn_addr_is_v4(&range->last)
            || memcmp(&range->first, &range->last, sizeof range->first) > 0)) {
        error = xasprintf("\"%s\" is not a range: its first address is not "
                          "before its last", s);
    }
    return error;
}

/* Makes 'range' what 'prefix' holds, but for the network and broadcast
 * addresses of IPv4, which are nobody's, and the subnet-router anycast address
 * of IPv6 (RFC 4291 section 2.6.1). */
static void
range_from_prefix(const struct vpn_prefix *prefix, struct vpn_ip_range *range)
{
    bool v4 = vpn_prefix_is_v4(prefix);
    int bits = (v4 ? 32 : 128) - prefix->plen;

    range->first = range->last = prefix->addr;
    for (int i = 0; i < bits; i++) {
        range->last.s6_addr[15 - i / 8] |= 1 << i % 8;
    }
    if (bits > 1) {
        range->first.s6_addr[15] |= 1;
        if (v4) {
            range->last.s6_addr[15] &= ~1;
        }
    }
}

/* Stores in '*range' what 's' says: an address, a range such as
 * "192.0.2.5-192.0.2.9", or a prefix. */
char *
vpn_ip_range_parse(const char *s, struct vpn_ip_range *range)
{
    const char *dash = strchr(s, '-');

    if (dash) {
        return parse_bounds(s, dash, range);
    } else if (strchr(s, '/')) {
        struct vpn_prefix prefix;
        char *error = vpn_prefix_parse(s, &prefix);

        if (!error) {
            range_from_prefix(&prefix, range);
        }
        return error;
    }
    char *error = vpn_addr_parse(s, &range->first);
    range->last = range->first;
    return error;
}

bool
vpn_ip_range_contains(const struct vpn_ip_range *range,
                      const struct in6_addr *addr)
{
    return (memcmp(addr, &range->first, sizeof *addr) >= 0
            && memcmp(addr, &range->last, sizeof *addr) <= 0);
}

/* Makes 'addr', which is in 'range', the next one there.  Returns false if it
 * is the last. */
bool
vpn_ip_range_next(const struct vpn_ip_range *range, struct in6_addr *addr)
{
    if (!memcmp(addr, &range->last, sizeof *addr)) {
        return false;
    }
    for (int i = 15; i >= 0 && !++addr->s6_addr[i]; i--) {
        continue;
    }
    return true;
}

bool
vpn_ip_pool_contains(const struct vpn_ip_pool *pool,
                     const struct in6_addr *addr)
{
    for (size_t i = 0; i < pool->n; i++) {
        if (vpn_ip_range_contains(&pool->ranges[i], addr)) {
            return true;
        }
    }
    return false;
}

/* Frees the "struct vpn_ip_pool"s in 'pools' and leaves it empty. */
void
vpn_ip_pools_clear(struct shash *pools)
{
    struct shash_node *node;

    SHASH_FOR_EACH_SAFE (node, pools) {
        struct vpn_ip_pool *pool = node->data;

        free(pool->router);
        free(pool->ranges);
        free(pool->error);
        free(pool);
        shash_delete(pools, node);
    }
}
