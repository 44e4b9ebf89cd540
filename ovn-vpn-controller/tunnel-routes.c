/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/tunnel-routes.h"

#include <stdlib.h>
#include <string.h>

#include "ovn-vpn-controller/link.h"
#include "ovn-vpn-controller/tunnel-host.h"
#include "ovn-vpn-controller/want.h"
#include "util.h"

/* Routing tables: for what must go to the OVN router, and the kernel's. */
#define OUT_TABLE 0x6f76
#define MAIN_TABLE 254
#define LOCAL_TABLE 255

/* Sets the rules of a namespace with the WireGuard interface 'wg_ifname'. */
int
tunnel_routes_sync_rules(struct link_ctx *link, const char *wg_ifname)
{
    const struct link_rule rules[] = {
        /* From the tunnel.  A packet for which there is no router is
         * dropped. */
        { .priority = 100, .iif = wg_ifname, .table = OUT_TABLE },
        { .priority = 101, .iif = wg_ifname },
        /* WireGuard's own. */
        { .priority = 102, .mark = TUNNEL_FWMARK, .table = OUT_TABLE },
        /* The kernel's, the former of which is at 0 by itself. */
        { .priority = 200, .table = LOCAL_TABLE },
        { .priority = 32766, .table = MAIN_TABLE },
    };

    return link_sync_rules(link, rules, ARRAY_SIZE(rules));
}

/* An array of routes that grows. */
struct routes {
    struct link_route *list;
    size_t n, allocated;
};

static struct link_route *
add_route(struct routes *routes)
{
    if (routes->n >= routes->allocated) {
        routes->list = x2nrealloc(routes->list, &routes->allocated,
                                  sizeof *routes->list);
    }
    return memset(&routes->list[routes->n++], 0, sizeof *routes->list);
}

static void
add_default_route(struct routes *routes, uint32_t table,
                  const struct in6_addr *gateway, int ifindex)
{
    struct vpn_prefix all = { .addr = *gateway, .plen = 0 };
    struct link_route *route = add_route(routes);

    route->table = table;
    route->dst = vpn_prefix_network(&all);
    route->has_gateway = true;
    route->gateway = *gateway;
    route->ifindex = ifindex;
}

static void
add_peers_prefixes(const struct want_tunnel *want,
                   struct vpn_prefixes *prefixes)
{
    const struct wg_peer *peer;

    HMAP_FOR_EACH (peer, node, &want->device.peers) {
        for (size_t i = 0; i < peer->allowed_ips.n; i++) {
            if (want_tunnel_routes(want, &peer->allowed_ips.list[i])) {
                vpn_prefixes_add(prefixes, &peer->allowed_ips.list[i]);
            }
        }
    }
    vpn_prefixes_sort(prefixes);
}

/* Sets the routes of a namespace to 'want'.  'wg_ifindex' is 0 as long as
 * there is no WireGuard interface. */
int
tunnel_routes_sync(struct link_ctx *link, const struct want_tunnel *want,
                   int transit_ifindex, int wg_ifindex)
{
    struct vpn_prefixes prefixes = VPN_PREFIXES_INITIALIZER;
    struct routes routes = { NULL, 0, 0 };

    for (size_t i = 0; i < want->router_addresses.n; i++) {
        const struct in6_addr *router = &want->router_addresses.list[i].addr;

        add_default_route(&routes, MAIN_TABLE, router, transit_ifindex);
        add_default_route(&routes, OUT_TABLE, router, transit_ifindex);
    }
    if (wg_ifindex) {
        add_peers_prefixes(want, &prefixes);
    }
    for (size_t i = 0; i < prefixes.n; i++) {
        struct link_route *route = add_route(&routes);

        route->table = MAIN_TABLE;
        route->dst = prefixes.list[i];
        route->ifindex = wg_ifindex;
    }
    int error = link_sync_routes(link, routes.list, routes.n);
    free(routes.list);
    vpn_prefixes_destroy(&prefixes);
    return error;
}
