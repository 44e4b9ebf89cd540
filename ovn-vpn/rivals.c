/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/rivals.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "lib/vpn-model.h"
#include "packets.h"
#include "util.h"

void
rivals_init(struct rivals *rivals)
{
    hmap_init(&rivals->by_address);
    hmap_init(&rivals->by_ifname);
}

static void
destroy_map(struct hmap *map)
{
    struct rival *rival;

    HMAP_FOR_EACH_POP (rival, node, map) {
        free(rival);
    }
    hmap_destroy(map);
}

void
rivals_destroy(struct rivals *rivals)
{
    destroy_map(&rivals->by_address);
    destroy_map(&rivals->by_ifname);
}

static void
insert(struct hmap *map, uint32_t hash, const struct vpn_service *service,
       const struct router *router, bool is_held)
{
    struct rival *rival = xmalloc(sizeof *rival);

    rival->service = service;
    rival->router = router;
    rival->is_held = is_held;
    hmap_insert(map, &rival->node, hash);
}

static uint32_t
hash_address(const struct in6_addr *addr)
{
    return hash_bytes(addr, sizeof *addr, 0);
}

/* Stores in 'ifname' what distinguishes the interfaces of 'service' from those
 * of others, whatever they are for. */
static void
get_ifname(const char *service, char ifname[VPN_IFNAME_SIZE])
{
    vpn_ifname("", service, ifname);
}

static uint32_t
hash_ifname(const char *service)
{
    char ifname[VPN_IFNAME_SIZE];

    get_ifname(service, ifname);
    return hash_string(ifname, 0);
}

/* Adds what 'service' wants, on 'router', to 'rivals'.  Both must outlive it.
 * 'is_held' says that the service has it already and will keep it. */
void
rivals_add(struct rivals *rivals, const struct vpn_service *service,
           const struct router *router, bool is_held)
{
    if (service->has_external_ip) {
        insert(&rivals->by_address, hash_address(&service->external_ip),
               service, router, is_held);
    }
    insert(&rivals->by_ifname, hash_ifname(service->name), service, router,
           is_held);
}

const struct rival *
rivals_next_by_address(const struct rivals *rivals, const struct rival *prev,
                       const struct in6_addr *addr)
{
    const struct hmap_node *node
        = (prev ? hmap_next_with_hash(&prev->node)
           : hmap_first_with_hash(&rivals->by_address, hash_address(addr)));

    for (; node; node = hmap_next_with_hash(node)) {
        const struct rival *rival = CONTAINER_OF(node, struct rival, node);

        if (ipv6_addr_equals(&rival->service->external_ip, addr)) {
            return rival;
        }
    }
    return NULL;
}

const struct rival *
rivals_next_by_ifname(const struct rivals *rivals, const struct rival *prev,
                      const char *service)
{
    const struct hmap_node *node
        = (prev ? hmap_next_with_hash(&prev->node)
           : hmap_first_with_hash(&rivals->by_ifname, hash_ifname(service)));
    char ifname[VPN_IFNAME_SIZE];

    get_ifname(service, ifname);
    for (; node; node = hmap_next_with_hash(node)) {
        const struct rival *rival = CONTAINER_OF(node, struct rival, node);
        char other[VPN_IFNAME_SIZE];

        get_ifname(rival->service->name, other);
        if (!strcmp(ifname, other)) {
            return rival;
        }
    }
    return NULL;
}
