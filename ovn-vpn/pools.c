/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/pools.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "lib/vpn-ip-pool.h"
#include "lib/vpn-model.h"
#include "openvswitch/hmap.h"
#include "openvswitch/shash.h"
#include "ovn-vpn/neighbours.h"
#include "ovn-vpn/router.h"
#include "packets.h"
#include "util.h"
#include "uuid.h"

/* Most addresses of one range that are tried. */
#define MAX_TRIES 65536

/* An address that a service has.  On which network does not matter: there are
 * enough. */
struct taken {
    struct hmap_node node;
    struct in6_addr addr;
};

static bool
is_taken(const struct hmap *taken, const struct in6_addr *addr)
{
    const struct taken *t;

    HMAP_FOR_EACH_WITH_HASH (t, node, hash_bytes(addr, sizeof *addr, 0),
                             taken) {
        if (ipv6_addr_equals(&t->addr, addr)) {
            return true;
        }
    }
    return false;
}

static void
take(struct hmap *taken, const struct in6_addr *addr)
{
    struct taken *t = xmalloc(sizeof *t);

    t->addr = *addr;
    hmap_insert(taken, &t->node, hash_bytes(addr, sizeof *addr, 0));
}

/* Returns true if 'addr' can be the external address of 'user': if it is on an
 * external network of the router, and no router, NAT row or load balancer has
 * it. */
static bool
is_usable(const struct pool_user *user, const struct neighbours *neighbours,
          const struct in6_addr *addr)
{
    const struct router *router = user->router;
    const struct router_port *port = router_find_gateway_port(
        router, addr, user->service->external_port);
    const struct neighbour *n;

    if (!port) {
        return false;
    }
    for (size_t i = 0; i < port->networks.n; i++) {
        if (ipv6_addr_equals(&port->networks.list[i].addr, addr)) {
            return false;
        }
    }
    for (size_t i = 0; i < router->n_foreign_nats; i++) {
        if (ipv6_addr_equals(&router->nats[i].external_ip, addr)) {
            return false;
        }
    }
    if (router_find_vip(router, addr, 0)) {
        return false;
    }
    NEIGHBOURS_FOR_EACH (n, port, addr, neighbours) {
        if (!uuid_equals(&n->service, &user->service->uuid)) {
            return false;
        }
    }
    return true;
}

/* Finds a free address of 'pool' for 'user'. */
static bool
find_address(const struct vpn_ip_pool *pool, const struct hmap *taken,
             const struct pool_user *user, const struct neighbours *neighbours,
             struct in6_addr *addr)
{
    for (size_t i = 0; i < pool->n; i++) {
        int tries = MAX_TRIES;

        *addr = pool->ranges[i].first;
        do {
            if (!is_taken(taken, addr)
                && is_usable(user, neighbours, addr)) {
                return true;
            }
        } while (--tries && vpn_ip_range_next(&pool->ranges[i], addr));
    }
    return false;
}

/* Returns the pool of 'user', or NULL after it has set 'user->error'. */
static const struct vpn_ip_pool *
find_pool(const struct shash *pools, struct pool_user *user)
{
    const struct vpn_service *service = user->service;
    const struct vpn_ip_pool *pool = shash_find_data(pools, service->pool);

    if (!pool) {
        user->error = xasprintf("external_ip_pool: there is no pool %s; add "
                                "it to External_IP_Pool, or give the service "
                                "an external_ip", service->pool);
    } else if (pool->error) {
        user->error = xasprintf("external_ip_pool: pool %s: addresses: %s",
                                service->pool, pool->error);
    } else if (pool->router && strcmp(pool->router, service->router)) {
        user->error = xasprintf("external_ip_pool: pool %s is for services of "
                                "router %s; use another pool", service->pool,
                                pool->router);
    }
    return user->error ? NULL : pool;
}

static void
serve(const struct shash *pools, const struct neighbours *neighbours,
      struct hmap *taken, struct pool_user *user)
{
    struct vpn_service *service = user->service;
    struct in6_addr addr;
    bool had_it = service->has_external_ip;
    bool had_v4 = had_it && vpn_addr_is_v4(&service->external_ip);

    if (!user->router) {
        return;
    }
    const struct vpn_ip_pool *pool = find_pool(pools, user);
    if (pool && had_it && vpn_ip_pool_contains(pool, &service->external_ip)
        && !is_taken(taken, &service->external_ip)) {
        take(taken, &service->external_ip);
        return;
    }

    service->has_external_ip = false;
    if (pool && find_address(pool, taken, user, neighbours, &addr)) {
        service->external_ip = addr;
        service->has_external_ip = true;
        take(taken, &addr);
    } else if (pool) {
        user->error = xasprintf("external_ip_pool: pool %s has no free "
                                "address on an external network of router "
                                "%s; add some to it, or use another pool",
                                service->pool, user->router->name);
    }
    user->changed = had_it || service->has_external_ip;
    user->other_version = (service->has_external_ip != had_it
                           || (had_it && (vpn_addr_is_v4(&service->external_ip)
                                          != had_v4)));
}

/* Gives addresses of 'pools', a map from names to "struct vpn_ip_pool"s, to
 * those of the 'n' services in 'users', oldest first, that want one.  Who has
 * an address already comes before who needs one. */
void
pools_run(const struct shash *pools, const struct neighbours *neighbours,
          struct pool_user *users, size_t n)
{
    struct hmap taken = HMAP_INITIALIZER(&taken);
    struct taken *t;

    for (size_t i = 0; i < n; i++) {
        const struct vpn_service *service = users[i].service;

        if (!service->pool && service->has_external_ip) {
            take(&taken, &service->external_ip);
        }
    }
    for (int has_one = 1; has_one >= 0; has_one--) {
        for (size_t i = 0; i < n; i++) {
            const struct vpn_service *service = users[i].service;

            if (service->pool && !users[i].changed && !users[i].error
                && service->has_external_ip == has_one) {
                serve(pools, neighbours, &taken, &users[i]);
            }
        }
    }
    HMAP_FOR_EACH_POP (t, node, &taken) {
        free(t);
    }
    hmap_destroy(&taken);
}
