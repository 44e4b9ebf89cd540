/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/neighbours.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "ovn-vpn/router.h"
#include "packets.h"
#include "util.h"
#include "uuid.h"

struct neighbour_node {
    struct hmap_node by_address;    /* In 'neighbours.addresses'. */
    struct hmap_node by_router;     /* In 'neighbours.routers'. */
    struct uuid router;
    struct uuid switch_uuid;
    struct in6_addr addr;
    struct neighbour neighbour;
};

void
neighbours_init(struct neighbours *neighbours)
{
    hmap_init(&neighbours->addresses);
    hmap_init(&neighbours->routers);
}

static void
remove_node(struct neighbours *neighbours, struct neighbour_node *n)
{
    hmap_remove(&neighbours->addresses, &n->by_address);
    hmap_remove(&neighbours->routers, &n->by_router);
    free(n);
}

void
neighbours_destroy(struct neighbours *neighbours)
{
    struct neighbour_node *n;

    HMAP_FOR_EACH_SAFE (n, by_router, &neighbours->routers) {
        remove_node(neighbours, n);
    }
    hmap_destroy(&neighbours->addresses);
    hmap_destroy(&neighbours->routers);
}

static uint32_t
hash_address(const struct uuid *switch_uuid, const struct in6_addr *addr)
{
    return hash_bytes(addr, sizeof *addr, uuid_hash(switch_uuid));
}

/* Notes that 'neighbour', on 'router', has 'addr' on the given switch. */
void
neighbours_add(struct neighbours *neighbours, const struct uuid *router,
               const struct uuid *switch_uuid, const struct in6_addr *addr,
               const struct neighbour *neighbour)
{
    struct neighbour_node *n = xmalloc(sizeof *n);

    n->router = *router;
    n->switch_uuid = *switch_uuid;
    n->addr = *addr;
    n->neighbour = *neighbour;
    hmap_insert(&neighbours->addresses, &n->by_address,
                hash_address(switch_uuid, addr));
    hmap_insert(&neighbours->routers, &n->by_router, uuid_hash(router));
}

/* Returns one of the nodes of 'router', or NULL. */
static struct neighbour_node *
find_node(const struct neighbours *neighbours, const struct uuid *router)
{
    struct neighbour_node *n;

    HMAP_FOR_EACH_WITH_HASH (n, by_router, uuid_hash(router),
                             &neighbours->routers) {
        if (uuid_equals(&n->router, router)) {
            return n;
        }
    }
    return NULL;
}

/* Forgets all that is on 'router'. */
void
neighbours_remove(struct neighbours *neighbours, const struct uuid *router)
{
    struct neighbour_node *n;

    while ((n = find_node(neighbours, router))) {
        remove_node(neighbours, n);
    }
}

/* Orders neighbours by what they are called. */
int
neighbour_compare(const struct neighbour *a, const struct neighbour *b)
{
    int cmp = strcmp(a->port, b->port);

    return cmp ? cmp : strcmp(a->nat ? a->nat : "", b->nat ? b->nat : "");
}

const struct neighbour *
neighbours_next(const struct neighbours *neighbours,
                const struct neighbour *prev, const struct router_port *port,
                const struct in6_addr *addr)
{
    const struct hmap_node *node
        = (prev ? hmap_next_with_hash(&CONTAINER_OF(prev,
                                                    struct neighbour_node,
                                                    neighbour)->by_address)
           : hmap_first_with_hash(&neighbours->addresses,
                                  hash_address(&port->switch_uuid, addr)));

    for (; node; node = hmap_next_with_hash(node)) {
        const struct neighbour_node *n
            = CONTAINER_OF(node, struct neighbour_node, by_address);

        if (uuid_equals(&n->switch_uuid, &port->switch_uuid)
            && ipv6_addr_equals(&n->addr, addr)
            && strcmp(n->neighbour.port, port->name)) {
            return &n->neighbour;
        }
    }
    return NULL;
}

/* Returns a digest of who has 'addr' on the switch of 'port', 0 if nobody
 * has. */
uint32_t
neighbours_digest(const struct neighbours *neighbours,
                  const struct router_port *port, const struct in6_addr *addr)
{
    const struct neighbour *n;
    uint32_t digest = 0;

    NEIGHBOURS_FOR_EACH (n, port, addr, neighbours) {
        uint32_t basis = uuid_hash(&n->service);

        basis = hash_string(n->nat ? n->nat : "", basis);
        digest += hash_string(n->port, hash_string(n->router, basis));
    }
    return digest;
}
