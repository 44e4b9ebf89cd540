/* SPDX-License-Identifier: Apache-2.0 */

/* What the gateway chassis must do: the tunnel and its peers. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>

#include "lib/vpn-pool.h"
#include "ovn-vpn/router.h"
#include "util.h"

static void
add_peers(struct plan *plan, struct plan_tunnel *tunnel)
{
    const struct vpn_service *service = plan->in.service;

    tunnel->peers = xcalloc(service->n_connections, sizeof *tunnel->peers);
    for (size_t i = 0; i < service->n_connections; i++) {
        const struct vpn_connection *c = &service->connections[i];

        if (!plan_connection_is_usable(plan, i)) {
            continue;
        }
        if (c->expires_at && (!plan->next_expiry
                              || c->expires_at < plan->next_expiry)) {
            plan->next_expiry = c->expires_at;
        }

        struct plan_peer *peer = &tunnel->peers[tunnel->n_peers++];
        peer->connection = c;
        vpn_connection_allowed_ips(c, &peer->allowed_ips);
        peer->keepalive = c->is_site && c->keepalive > 0 ? c->keepalive : 0;
    }
}

/* Returns the name of the chassisredirect port of 'service', which the caller
 * must free: where it resides the service is. */
char *
plan_gateway_port(const struct vpn_service *service)
{
    return xasprintf("cr-vpn-%s-gw", service->name);
}

/* Returns the tunnel of 'plan', which the caller must destroy, and sets
 * 'plan->next_expiry'. */
struct plan_tunnel *
plan_make_tunnel(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    const struct router *router = plan->in.router;
    struct plan_tunnel *tunnel = xzalloc(sizeof *tunnel);
    struct vpn_prefix ns = plan_transit(plan, PLAN_TRANSIT_NS);
    struct vpn_prefix gw = plan_transit(plan, PLAN_TRANSIT_GW);

    tunnel->gateway_port = plan_gateway_port(service);
    if (!router->chassis) {
        tunnel->external_port = xasprintf("cr-%s", plan->external_port->name);
    }
    tunnel->mac = plan_mac(service, PLAN_MAC_NS);
    tunnel->router_mac = plan_mac(service, PLAN_MAC_GW);
    gw = vpn_prefix_host(&gw.addr);
    vpn_prefixes_add(&tunnel->transit_addresses, &ns);
    vpn_prefixes_add(&tunnel->router_addresses, &gw);

    for (size_t i = 0; i < service->tunnel_subnets.n; i++) {
        struct vpn_prefix own = service->tunnel_subnets.list[i];

        vpn_pool_gateway(&service->tunnel_subnets.list[i], &own.addr);
        vpn_prefixes_add(&tunnel->addresses, &own);
    }
    add_peers(plan, tunnel);
    return tunnel;
}

void
plan_tunnel_destroy(struct plan_tunnel *tunnel)
{
    if (tunnel) {
        for (size_t i = 0; i < tunnel->n_peers; i++) {
            vpn_prefixes_destroy(&tunnel->peers[i].allowed_ips);
        }
        free(tunnel->peers);
        vpn_prefixes_destroy(&tunnel->transit_addresses);
        vpn_prefixes_destroy(&tunnel->router_addresses);
        vpn_prefixes_destroy(&tunnel->addresses);
        free(tunnel->gateway_port);
        free(tunnel->external_port);
        free(tunnel);
    }
}
