/* SPDX-License-Identifier: Apache-2.0 */

/* What the gateway chassis must do: the tunnel and its peers. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>

#include "lib/vpn-pool.h"
#include "ovn-vpn/router.h"
#include "util.h"

/* Fills in 'peer' for 'c'.  The caller must destroy it. */
void
plan_peer_init(struct plan_peer *peer, const struct vpn_connection *c)
{
    *peer = (struct plan_peer) {
        .keepalive = c->is_site && c->keepalive > 0 ? c->keepalive : 0,
    };
    vpn_connection_allowed_ips(c, &peer->allowed_ips);
}

void
plan_peer_destroy(struct plan_peer *peer)
{
    vpn_prefixes_destroy(&peer->allowed_ips);
}

/* Returns the name of the chassisredirect port of 'service', which the caller
 * must free: where it resides the service is. */
char *
plan_gateway_port(const struct vpn_service *service)
{
    return xasprintf("cr-vpn-%s-gw", service->name);
}

static void
add_transit(const struct plan *plan, struct plan_tunnel *tunnel, bool v4)
{
    struct vpn_prefix ns = plan_transit(plan, PLAN_TRANSIT_NS, v4);
    struct vpn_prefix gw = plan_transit(plan, PLAN_TRANSIT_GW, v4);

    gw = vpn_prefix_host(&gw.addr);
    vpn_prefixes_add(&tunnel->transit_addresses, &ns);
    vpn_prefixes_add(&tunnel->router_addresses, &gw);
}

/* Returns the tunnel of 'plan', which the caller must destroy. */
struct plan_tunnel *
plan_make_tunnel(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    const struct router *router = plan->in.router;
    struct plan_tunnel *tunnel = xzalloc(sizeof *tunnel);

    tunnel->gateway_port = plan_gateway_port(service);
    if (!router->chassis) {
        tunnel->external_port = xasprintf("cr-%s", plan->external_port->name);
    }
    tunnel->mac = plan_mac(service, PLAN_MAC_NS);
    tunnel->router_mac = plan_mac(service, PLAN_MAC_GW);
    tunnel->outer_is_v4 = plan_outer_is_v4(plan);
    add_transit(plan, tunnel, true);
    if (plan->alloc.ipv6) {
        add_transit(plan, tunnel, false);
    }

    for (size_t i = 0; i < service->tunnel_subnets.n; i++) {
        struct vpn_prefix own = service->tunnel_subnets.list[i];

        vpn_pool_gateway(&service->tunnel_subnets.list[i], &own.addr);
        vpn_prefixes_add(&tunnel->addresses, &own);
    }
    return tunnel;
}

void
plan_tunnel_destroy(struct plan_tunnel *tunnel)
{
    if (tunnel) {
        vpn_prefixes_destroy(&tunnel->transit_addresses);
        vpn_prefixes_destroy(&tunnel->router_addresses);
        vpn_prefixes_destroy(&tunnel->addresses);
        free(tunnel->gateway_port);
        free(tunnel->external_port);
        free(tunnel);
    }
}
