/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/vpn-pool.h"

#include <stdlib.h>

#include "hash.h"
#include "packets.h"
#include "util.h"

/* An address in use. */
struct vpn_pool_entry {
    struct hmap_node node;      /* In 'vpn_pool.used', by 'addr'. */
    struct in6_addr addr;
};

static const struct vpn_pool_entry *
find_entry(const struct vpn_pool *pool, const struct in6_addr *addr)
{
    const struct vpn_pool_entry *e;

    HMAP_FOR_EACH_WITH_HASH (e, node, hash_bytes(addr, sizeof *addr, 0),
                             &pool->used) {
        if (ipv6_addr_equals(&e->addr, addr)) {
            return e;
        }
    }
    return NULL;
}

/* Makes 'pool' a pool of the addresses in 'subnet', all of them free. */
void
vpn_pool_init(struct vpn_pool *pool, const struct vpn_prefix *subnet)
{
    pool->subnet = vpn_prefix_network(subnet);
    hmap_init(&pool->used);
}

void
vpn_pool_destroy(struct vpn_pool *pool)
{
    struct vpn_pool_entry *e;

    HMAP_FOR_EACH_POP (e, node, &pool->used) {
        free(e);
    }
    hmap_destroy(&pool->used);
}

/* Stores the gateway's own address in 'subnet' in '*addr'.  Returns false if
 * 'subnet' is too small for a gateway and a peer: an IPv4 prefix longer than
 * /30 or an IPv6 prefix longer than /126. */
bool
vpn_pool_gateway(const struct vpn_prefix *subnet, struct in6_addr *addr)
{
    return (subnet->plen <= (vpn_prefix_is_v4(subnet) ? 30 : 126)
            && vpn_prefix_nth(subnet, 1, addr));
}

/* Marks 'addr' as in use.  Returns false if it was so before. */
bool
vpn_pool_take(struct vpn_pool *pool, const struct in6_addr *addr)
{
    if (find_entry(pool, addr)) {
        return false;
    }
    struct vpn_pool_entry *e = xmalloc(sizeof *e);
    e->addr = *addr;
    hmap_insert(&pool->used, &e->node, hash_bytes(addr, sizeof *addr, 0));
    return true;
}

/* Stores the lowest free address of 'pool' in '*addr', without marking it.
 * Returns false if there is none. */
bool
vpn_pool_next(const struct vpn_pool *pool, struct in6_addr *addr)
{
    struct in6_addr last;

    for (uint64_t n = 2; vpn_prefix_nth(&pool->subnet, n, addr); n++) {
        bool broadcast = (vpn_prefix_is_v4(&pool->subnet)
                          && !vpn_prefix_nth(&pool->subnet, n + 1, &last));
        if (!broadcast && !find_entry(pool, addr)) {
            return true;
        }
    }
    return false;
}
