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

/* The blocks on one router that nobody else may have. */
struct router_blocks {
    struct hmap_node node;      /* By router UUID. */
    const struct router *router;
    int n;
    unsigned long *used;        /* By services, or by what the router has. */
    unsigned long *used6;       /* What the router has of IPv6. */
};

static int
count_blocks(const struct vpn_options *options)
{
    return (1 << (32 - options->transit_subnet.plen)) / VPN_TRANSIT_BLOCK;
}

/* Returns the address at 'offset' in the given 'block' of 'transit_subnet'. */
struct in6_addr
alloc_block_addr(const struct vpn_prefix *transit_subnet, int block,
                 int offset)
{
    struct in6_addr addr;
    bool ok = vpn_prefix_nth(transit_subnet,
                             (uint64_t) block * VPN_TRANSIT_BLOCK + offset,
                             &addr);
    ovs_assert(ok);
    return addr;
}

/* Returns the number of the block of 'transit_subnet', of which at most 32
 * bits are not fixed, in which 'addr' lies, -1 if it lies in none. */
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

/* Marks in 'used' those of the first 'n' blocks of 'transit_subnet' that
 * overlap with 'p'. */
static void
mark_used(unsigned long *used, int n, const struct vpn_prefix *transit_subnet,
          const struct vpn_prefix *p)
{
    int host_bits = (vpn_prefix_is_v4(p) ? 32 : 128) - p->plen;

    if (!vpn_prefix_overlaps(transit_subnet, p)) {
        return;
    } else if (p->plen <= transit_subnet->plen) {
        bitmap_set_multiple(used, 0, n, true);
    } else {
        int first = alloc_block_of(transit_subnet, &p->addr);
        int len = (UINT64_C(1) << host_bits) / VPN_TRANSIT_BLOCK;

        if (first < n) {
            bitmap_set_multiple(used, first, MIN(MAX(len, 1), n - first),
                                true);
        }
    }
}

/* Marks what the router has by itself: networks, and routes other than those
 * to everywhere.  A route to a larger prefix than the IPv6 transit subnet is
 * harmless too, and common: to all local addresses. */
static void
mark_router(struct router_blocks *rb, const struct vpn_options *options)
{
    const struct vpn_prefix *transit = &options->transit_subnet;
    const struct vpn_prefix *transit6 = &options->transit_subnet6;
    const struct router *router = rb->router;

    for (size_t i = 0; i < router->n_foreign_ports; i++) {
        const struct router_port *port = &router->ports[i];

        for (size_t j = 0; j < port->networks.n; j++) {
            mark_used(rb->used, rb->n, transit, &port->networks.list[j]);
            mark_used(rb->used6, rb->n, transit6, &port->networks.list[j]);
        }
    }
    for (size_t i = 0; i < router->n_foreign_routes; i++) {
        const struct vpn_prefix *p = &router->routes[i].prefix;

        if (p->plen) {
            mark_used(rb->used, rb->n, transit, p);
        }
        if (p->plen >= transit6->plen) {
            mark_used(rb->used6, rb->n, transit6, p);
        }
    }
}

static struct router_blocks *
get_router_blocks(struct hmap *routers, const struct router *router,
                  const struct vpn_options *options)
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
    rb->n = count_blocks(options);
    rb->used = bitmap_allocate(rb->n);
    rb->used6 = bitmap_allocate(rb->n);
    hmap_insert(routers, &rb->node, hash);
    mark_router(rb, options);
    return rb;
}

static bool
block_is_free(const struct router_blocks *rb, const struct alloc_item *item,
              int block)
{
    return (!bitmap_is_set(rb->used, block)
            && (!item->ipv6 || !bitmap_is_set(rb->used6, block)));
}

/* Gives 'item' the lowest free block, or sets its 'error'. */
static void
find_block(struct router_blocks *rb, struct alloc_item *item)
{
    const char *name = rb->router->name;
    bool ipv4_left = false;

    for (int block = bitmap_scan(rb->used, false, 0, rb->n); block < rb->n;
         block = bitmap_scan(rb->used, false, block + 1, rb->n)) {
        if (block_is_free(rb, item, block)) {
            bitmap_set1(rb->used, block);
            item->block = block;
            return;
        }
        ipv4_left = true;
    }
    if (!item->error) {
        item->error = (ipv4_left
                       ? xasprintf("router %s uses the addresses of NB_Global "
                                   "options:transit_subnet_ipv6 itself; set "
                                   "that to another prefix", name)
                       : xasprintf("no transit addresses are left on router "
                                   "%s; make NB_Global options:transit_subnet "
                                   "larger", name));
    }
}

static void
allocate_blocks(struct alloc_item **items, size_t n,
                const struct vpn_options *options)
{
    struct hmap routers = HMAP_INITIALIZER(&routers);
    struct router_blocks *rb;

    for (size_t i = 0; i < n; i++) {
        int held = items[i]->block;

        rb = get_router_blocks(&routers, items[i]->router, options);
        items[i]->block = -1;
        if (held >= 0 && held < rb->n && block_is_free(rb, items[i], held)) {
            bitmap_set1(rb->used, held);
            items[i]->block = held;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (items[i]->block < 0) {
            find_block(get_router_blocks(&routers, items[i]->router, options),
                       items[i]);
        }
    }

    HMAP_FOR_EACH_POP (rb, node, &routers) {
        bitmap_free(rb->used);
        bitmap_free(rb->used6);
        free(rb);
    }
    hmap_destroy(&routers);
}

/* Gives a tag and a block of the transit subnets in 'options' to each of the
 * 'n' 'items', or sets its 'error'.  When two hold the same thing, the first
 * in the list keeps it. */
void
alloc_run(struct alloc_item **items, size_t n,
          const struct vpn_options *options)
{
    allocate_tags(items, n);
    allocate_blocks(items, n, options);
}
