/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/vpn-pool.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "packets.h"
#include "util.h"

/* An address in use. */
struct vpn_pool_entry {
    struct hmap_node node;      /* In 'vpn_pool.used', by 'addr'. */
    struct in6_addr addr;
    size_t n;                   /* How many times it was taken. */
};

static struct vpn_pool_entry *
find_entry(const struct vpn_pool *pool, const struct in6_addr *addr)
{
    struct vpn_pool_entry *e;

    HMAP_FOR_EACH_WITH_HASH (e, node, hash_bytes(addr, sizeof *addr, 0),
                             &pool->used) {
        if (ipv6_addr_equals(&e->addr, addr)) {
            return e;
        }
    }
    return NULL;
}

/* Returns the address that follows 'addr'. */
static struct in6_addr
successor(const struct in6_addr *addr)
{
    struct in6_addr next = *addr;

    for (int i = 15; i >= 0 && !++next.s6_addr[i]; i--) {
        continue;
    }
    return next;
}

/* Addresses are in network byte order. */
static bool
precedes(const struct in6_addr *a, const struct in6_addr *b)
{
    return memcmp(a, b, sizeof *a) < 0;
}

/* Makes 'pool' a pool of the addresses in 'subnet', all of them free. */
void
vpn_pool_init(struct vpn_pool *pool, const struct vpn_prefix *subnet)
{
    pool->subnet = vpn_prefix_network(subnet);
    hmap_init(&pool->used);
    pool->first = successor(&pool->subnet.addr);
    pool->first = successor(&pool->first);
    pool->lowest = pool->first;
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
    struct vpn_pool_entry *e = find_entry(pool, addr);

    if (e) {
        e->n++;
        return false;
    }
    e = xmalloc(sizeof *e);
    *e = (struct vpn_pool_entry) { .addr = *addr, .n = 1 };
    hmap_insert(&pool->used, &e->node, hash_bytes(addr, sizeof *addr, 0));
    while (find_entry(pool, &pool->lowest)) {
        pool->lowest = successor(&pool->lowest);
    }
    return true;
}

/* Takes back one vpn_pool_take() of 'addr'. */
void
vpn_pool_release(struct vpn_pool *pool, const struct in6_addr *addr)
{
    struct vpn_pool_entry *e = find_entry(pool, addr);

    ovs_assert(e);
    if (!--e->n) {
        hmap_remove(&pool->used, &e->node);
        free(e);
        if (precedes(addr, &pool->lowest) && !precedes(addr, &pool->first)) {
            pool->lowest = *addr;
        }
    }
}

/* Stores the lowest free address of 'pool' in '*addr', without marking it.
 * Returns false if there is none. */
bool
vpn_pool_next(const struct vpn_pool *pool, struct in6_addr *addr)
{
    struct in6_addr last = successor(&pool->lowest);

    *addr = pool->lowest;
    return (vpn_prefix_contains(&pool->subnet, addr)
            && (!vpn_prefix_is_v4(&pool->subnet)
                || vpn_prefix_contains(&pool->subnet, &last)));
}
