/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/alloc.h"

#include <stdlib.h>

#include "bitmap.h"
#include "lib/vpn-model.h"
#include "lib/vpn-prefix.h"
#include "openvswitch/hmap.h"
#include "ovn-vpn/router.h"
#include "util.h"
#include "uuid.h"

/* Tags. */

static bool
share_chassis(const struct vpn_gateways *a, const struct vpn_gateways *b)
{
    for (size_t i = 0; i < a->n; i++) {
        if (vpn_gateways_find(b, a->list[i].chassis)) {
            return true;
        }
    }
    return false;
}

/* Returns true if 'item' can have a tag that the items in 'list' have. */
static bool
tag_is_free(const struct alloc_item *list, const struct alloc_item *item)
{
    for (; list; list = list->next) {
        if (share_chassis(list->gateways, item->gateways)) {
            return false;
        }
    }
    return true;
}

static void
give_tag(struct alloc_item **by_tag, struct alloc_item *item, int tag)
{
    item->tag = tag;
    item->next = by_tag[tag];
    by_tag[tag] = item;
}

/* Returns the lowest tag that no service has, or if there is none, the lowest
 * one that no service on the same chassis has, or 0. */
static int
find_tag(struct alloc_item **by_tag, const struct alloc_item *item)
{
    for (int tag = 1; tag <= ALLOC_TAG_MAX; tag++) {
        if (!by_tag[tag]) {
            return tag;
        }
    }
    for (int tag = 1; tag <= ALLOC_TAG_MAX; tag++) {
        if (tag_is_free(by_tag[tag], item)) {
            return tag;
        }
    }
    return 0;
}

static void
allocate_tags(struct alloc_item **items, size_t n)
{
    struct alloc_item **by_tag = xcalloc(ALLOC_TAG_MAX + 1, sizeof *by_tag);

    for (size_t i = 0; i < n; i++) {
        int held = items[i]->tag;

        items[i]->tag = 0;
        if (held > 0 && held <= ALLOC_TAG_MAX
            && tag_is_free(by_tag[held], items[i])) {
            give_tag(by_tag, items[i], held);
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (!items[i]->tag) {
            int tag = find_tag(by_tag, items[i]);

            if (tag) {
                give_tag(by_tag, items[i], tag);
            } else {
                items[i]->error = xasprintf(
                    "no VLAN tag is left: the service's gateway chassis serve "
                    "%d others; use other gateway chassis", ALLOC_TAG_MAX);
            }
        }
    }
    free(by_tag);
}

/* Transit blocks. */

/* The blocks in use on one router. */
struct router_blocks {
    struct hmap_node node;      /* By router UUID. */
    const struct router *router;
    unsigned long *used;
};

static int
count_blocks(const struct vpn_prefix *transit_subnet)
{
    return (1 << (32 - transit_subnet->plen)) / VPN_TRANSIT_BLOCK;
}

/* Returns the address at 'offset' in the given 'block' of 'transit_subnet'. */
struct in6_addr
alloc_block_addr(const struct vpn_prefix *transit_subnet, int block,
                 int offset)
{
    struct in6_addr addr;
    bool ok = vpn_prefix_nth(transit_subnet,
                             block * VPN_TRANSIT_BLOCK + offset, &addr);
    ovs_assert(ok);
    return addr;
}

/* Returns the number of the block of 'transit_subnet' in which 'addr' lies, -1
 * if it lies in none. */
int
alloc_block_of(const struct vpn_prefix *transit_subnet,
               const struct in6_addr *addr)
{
    if (!vpn_prefix_contains(transit_subnet, addr)) {
        return -1;
    }
    uint32_t a = ntohl(*(const uint32_t *) &addr->s6_addr[12]);
    uint32_t b = ntohl(*(const uint32_t *)
                       &transit_subnet->addr.s6_addr[12]);
    return (a - b) / VPN_TRANSIT_BLOCK;
}

/* Marks the blocks of 'transit_subnet' that overlap with 'p' as used. */
static void
mark_used(unsigned long *used, const struct vpn_prefix *transit_subnet,
          const struct vpn_prefix *p)
{
    int n = count_blocks(transit_subnet);

    if (!vpn_prefix_overlaps(transit_subnet, p)) {
        return;
    } else if (p->plen <= transit_subnet->plen) {
        bitmap_set_multiple(used, 0, n, true);
    } else {
        int first = alloc_block_of(transit_subnet, &p->addr);
        int len = (1 << (32 - p->plen)) / VPN_TRANSIT_BLOCK;

        bitmap_set_multiple(used, first, MAX(len, 1), true);
    }
}

/* Marks what the router has by itself: networks, and routes other than those
 * to everywhere. */
static void
mark_router(struct router_blocks *rb, const struct vpn_prefix *transit_subnet)
{
    const struct router *router = rb->router;

    for (size_t i = 0; i < router->n_foreign_ports; i++) {
        const struct router_port *port = &router->ports[i];

        for (size_t j = 0; j < port->networks.n; j++) {
            mark_used(rb->used, transit_subnet, &port->networks.list[j]);
        }
    }
    for (size_t i = 0; i < router->n_foreign_routes; i++) {
        const struct router_route *route = &router->routes[i];

        if (route->prefix.plen) {
            mark_used(rb->used, transit_subnet, &route->prefix);
        }
    }
}

static struct router_blocks *
get_router_blocks(struct hmap *routers, const struct router *router,
                  const struct vpn_prefix *transit_subnet)
{
    uint32_t hash = uuid_hash(&router->uuid);
    struct router_blocks *rb;

    HMAP_FOR_EACH_WITH_HASH (rb, node, hash, routers) {
        if (uuid_equals(&rb->router->uuid, &router->uuid)) {
            return rb;
        }
    }
    rb = xmalloc(sizeof *rb);
    rb->router = router;
    rb->used = bitmap_allocate(count_blocks(transit_subnet));
    hmap_insert(routers, &rb->node, hash);
    mark_router(rb, transit_subnet);
    return rb;
}

static void
allocate_blocks(struct alloc_item **items, size_t n,
                const struct vpn_prefix *transit_subnet)
{
    struct hmap routers = HMAP_INITIALIZER(&routers);
    int n_blocks = count_blocks(transit_subnet);

    for (size_t i = 0; i < n; i++) {
        struct router_blocks *rb = get_router_blocks(
            &routers, items[i]->router, transit_subnet);
        int held = items[i]->block;

        items[i]->block = -1;
        if (held >= 0 && held < n_blocks && !bitmap_is_set(rb->used, held)) {
            bitmap_set1(rb->used, held);
            items[i]->block = held;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (items[i]->block >= 0) {
            continue;
        }
        struct router_blocks *rb = get_router_blocks(
            &routers, items[i]->router, transit_subnet);
        size_t block = bitmap_scan(rb->used, false, 0, n_blocks);

        if (block < n_blocks) {
            bitmap_set1(rb->used, block);
            items[i]->block = block;
        } else if (!items[i]->error) {
            items[i]->error = xasprintf(
                "no transit addresses are left on router %s; make NB_Global "
                "options:transit_subnet larger", items[i]->router->name);
        }
    }

    struct router_blocks *rb;
    HMAP_FOR_EACH_POP (rb, node, &routers) {
        bitmap_free(rb->used);
        free(rb);
    }
    hmap_destroy(&routers);
}

/* Gives a tag and a block of 'transit_subnet', an IPv4 prefix, to each of the
 * 'n' 'items', or sets its 'error'.  When two hold the same thing, the first
 * in the list keeps it. */
void
alloc_run(struct alloc_item **items, size_t n,
          const struct vpn_prefix *transit_subnet)
{
    allocate_tags(items, n);
    allocate_blocks(items, n, transit_subnet);
}
