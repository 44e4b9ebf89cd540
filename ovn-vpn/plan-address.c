/* SPDX-License-Identifier: Apache-2.0 */

/* Whether the service may have its external address. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>
#include <string.h>

#include "ovn-vpn/neighbours.h"
#include "ovn-vpn/rivals.h"
#include "ovn-vpn/router.h"
#include "util.h"
#include "uuid.h"

/* Returns true if 'addr' is an address of 'network' that no single host has:
 * the first one, or the last one of IPv4.  A link between two hosts has none
 * (RFC 3021, RFC 6164). */
static bool
is_reserved(const struct vpn_prefix *network, const struct in6_addr *addr)
{
    bool v4 = vpn_prefix_is_v4(network);
    int host_bits = (v4 ? 32 : 128) - network->plen;
    struct in6_addr first, last;

    if (host_bits <= 1 || !vpn_prefix_contains(network, addr)) {
        return false;
    }
    vpn_prefix_nth(network, 0, &first);
    if (ipv6_addr_equals(addr, &first)) {
        return true;
    }
    return (v4
            && vpn_prefix_nth(network, (UINT64_C(1) << host_bits) - 1, &last)
            && ipv6_addr_equals(addr, &last));
}

static char *
check_own_addresses(const struct plan *plan, const char *ip)
{
    const struct vpn_service *service = plan->in.service;
    const struct router_port *port = plan->external_port;

    for (size_t i = 0; i < port->networks.n; i++) {
        const struct vpn_prefix *network = &port->networks.list[i];
        if (ipv6_addr_equals(&network->addr, &service->external_ip)) {
            return xasprintf("external_ip %s is the address of port %s of "
                             "router %s itself; OVN would drop what comes in. "
                             "Use another address of that network", ip,
                             port->name, plan->in.router->name);
        }
        if (is_reserved(network, &service->external_ip)) {
            return xasprintf("external_ip %s is the %s address of port %s of "
                             "router %s; use another address of that network",
                             ip, (vpn_prefix_is_v4(network)
                                  ? "network or broadcast"
                                  : "subnet-router anycast"),
                             port->name, plan->in.router->name);
        }
    }
    return NULL;
}

/* Returns true if 'rival', a service that wants the external address, is on
 * the same external network as the service of 'plan'. */
static bool
shares_network(const struct plan *plan, const struct rival *rival)
{
    const struct router_port *port = plan->external_port, *other;

    if (uuid_equals(&rival->router->uuid, &plan->in.router->uuid)) {
        return true;
    }
    other = router_find_gateway_port(rival->router,
                                     &rival->service->external_ip,
                                     rival->service->external_port);
    return (other && port->switch_name && other->switch_name
            && uuid_equals(&port->switch_uuid, &other->switch_uuid));
}

/* Returns the NAT row that 'service' has for its external address, or NULL. */
static const struct router_nat *
find_nat(const struct router *router, const struct vpn_service *service)
{
    for (size_t i = router->n_foreign_nats; i < router->n_nats; i++) {
        if (uuid_equals(&router->nats[i].service, &service->uuid)
            && ipv6_addr_equals(&router->nats[i].external_ip,
                                &service->external_ip)) {
            return &router->nats[i];
        }
    }
    return NULL;
}

/* Returns true if 'a' and 'b', services on 'router' with the same external
 * address, can both have it, because their ports differ.
 *
 * That takes load balancers.  On a router with several gateway ports, OVN
 * before 25.03 puts these on any of them. */
bool
plan_can_share(const struct router *router, const struct vpn_service *a,
               const struct vpn_service *b)
{
    return (a->listen_port != b->listen_port
            && router_count_gateway_ports(router) == 1);
}

static bool
can_share(const struct plan *plan, const struct rival *rival)
{
    return (uuid_equals(&rival->router->uuid, &plan->in.router->uuid)
            && plan_can_share(plan->in.router, plan->in.service,
                              rival->service));
}

/* Returns true if the service must leave its external address to others,
 * services or load balancers of the tenant's, at other ports.
 *
 * One that has done so goes on when they are gone.  Otherwise, their clients,
 * which keep calling, would be known to OVN's connection tracking as this
 * one's, and remain so when the others come back. */
static bool
is_by_port(const struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    const struct router *router = plan->in.router;
    const struct router_nat *nat = find_nat(router, service);
    const struct rival *rival;

    if (nat && !strcmp(nat->type, "snat")
        && router_count_gateway_ports(router) == 1) {
        return true;
    } else if (router_find_vip(router, &service->external_ip, 0)) {
        return router_count_gateway_ports(router) == 1;
    }
    RIVALS_FOR_EACH_BY_ADDRESS (rival, &service->external_ip,
                                plan->in.rivals) {
        if (rival->service != service && can_share(plan, rival)) {
            return true;
        }
    }
    return false;
}

/* Returns a message that 'rival' has the external address 'ip'. */
static char *
format_rival(const struct plan *plan, const struct rival *rival,
             const char *ip)
{
    const struct router *router = plan->in.router;

    return (!uuid_equals(&rival->router->uuid, &router->uuid)
            ? xasprintf("external_ip %s is taken by service %s; use another "
                        "address", ip, rival->service->name)
            : router_count_gateway_ports(router) > 1
            ? xasprintf("external_ip %s is taken by service %s; use another "
                        "address.  Services share one, at different ports, "
                        "only on a router with one gateway port", ip,
                        rival->service->name)
            : xasprintf("external_ip %s at port %"PRIu16" is taken by service "
                        "%s; use another listen_port or another address", ip,
                        plan->in.service->listen_port, rival->service->name));
}

/* Looks whether another service gets the external address. */
static char *
check_rivals_address(const struct plan *plan, const char *ip)
{
    const struct vpn_service *service = plan->in.service;
    const struct rival *rival;

    RIVALS_FOR_EACH_BY_ADDRESS (rival, &service->external_ip,
                                plan->in.rivals) {
        if (shares_network(plan, rival) && !can_share(plan, rival)
            && plan_yields_to(plan, rival->service,
                              find_nat(plan->in.router, service),
                              rival->is_held
                              || find_nat(rival->router, rival->service))) {
            return format_rival(plan, rival, ip);
        }
    }
    return NULL;
}

/* Returns true if 'uuid' is a service that wants the external address, about
 * which check_rivals_address() decides. */
static bool
is_rival(const struct plan *plan, const struct uuid *uuid)
{
    const struct rival *rival;

    RIVALS_FOR_EACH_BY_ADDRESS (rival, &plan->in.service->external_ip,
                                plan->in.rivals) {
        if (uuid_equals(&rival->service->uuid, uuid)) {
            return true;
        }
    }
    return false;
}

/* Returns who has the external address on the provider network, services
 * aside, NULL if nobody has. */
static const struct neighbour *
find_neighbour(const struct plan *plan)
{
    const struct neighbour *found = NULL, *n;

    NEIGHBOURS_FOR_EACH (n, plan->external_port,
                         &plan->in.service->external_ip,
                         plan->in.neighbours) {
        if (!is_rival(plan, &n->service)
            && (!found || neighbour_compare(n, found) < 0)) {
            found = n;
        }
    }
    return found;
}

/* Finds the load balancer on the router that leaves nothing of the external
 * address to the service.  One at another port may go on. */
static char *
check_load_balancers(const struct plan *plan, const char *ip)
{
    const struct vpn_service *service = plan->in.service;
    const struct router *router = plan->in.router;
    bool can_share = router_count_gateway_ports(router) == 1;
    const struct router_vip *vip = router_find_vip(
        router, &service->external_ip, can_share ? service->listen_port : 0);

    return (!vip ? NULL
            : !can_share || !vip->port
            ? xasprintf("external_ip %s is taken by load balancer %s of "
                        "router %s; use another address", ip,
                        vip->load_balancer, router->name)
            : xasprintf("external_ip %s at port %"PRIu16" is taken by load "
                        "balancer %s of router %s; use another listen_port or "
                        "another address", ip, vip->port, vip->load_balancer,
                        router->name));
}

/* Finds the holder of the external address, services aside, among the router's
 * NAT rows and load balancers, and its neighbours on the provider network. */
static char *
check_address_is_free(const struct plan *plan, const char *ip)
{
    const struct vpn_service *service = plan->in.service;
    const struct router *router = plan->in.router;

    for (size_t i = 0; i < router->n_foreign_nats; i++) {
        const struct router_nat *nat = &router->nats[i];

        if (ipv6_addr_equals(&nat->external_ip, &service->external_ip)) {
            return xasprintf("external_ip %s is taken by a %s row of router "
                             "%s (logical_ip %s); delete that row or use "
                             "another address", ip, nat->type, router->name,
                             nat->logical_ip);
        }
    }

    const struct neighbour *n = find_neighbour(plan);
    return (!n ? check_load_balancers(plan, ip)
            : n->nat ? xasprintf("external_ip %s is taken by a %s row of "
                                 "router %s on the same external network; use "
                                 "another address", ip, n->nat, n->router)
            : xasprintf("external_ip %s is taken by port %s of router %s on "
                        "the same external network; use another address", ip,
                        n->port, n->router));
}

/* On a router with several gateway ports, answers to clients must leave by the
 * one that has the external address.  Warns if they seem not to. */
static void
warn_about_way_out(struct plan *plan)
{
    const struct router *router = plan->in.router;
    const struct router_port *port = plan->external_port;
    bool v4 = vpn_addr_is_v4(&plan->in.service->external_ip);
    bool leads_elsewhere = false;

    if (router_count_gateway_ports(router) < 2) {
        return;
    }
    for (size_t i = 0; i < router->n_foreign_routes; i++) {
        const struct router_route *route = &router->routes[i];
        struct vpn_prefix nexthop = vpn_prefix_host(&route->nexthop);

        if (!route->prefix.plen && vpn_prefix_is_v4(&route->prefix) == v4) {
            if (vpn_prefixes_find_overlap(&port->networks, &nexthop)) {
                return;
            }
            leads_elsewhere = true;
        }
    }
    if (leads_elsewhere) {
        plan_warn(plan, "the default route of router %s does not lead out of "
                  "port %s, where external_ip is: clients beyond that network "
                  "get no answers; add a route to them, or use an address of "
                  "the network that the default route leads to", router->name,
                  port->name);
    }
}

/* Returns the reason why the service of 'plan' cannot have its external
 * address, NULL if there is none, and sets 'plan->external_port'. */
char *
plan_check_address(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    const struct router *router = plan->in.router;

    if (!service->has_external_ip) {
        return (plan->in.pool_error ? xstrdup(plan->in.pool_error)
                : xstrdup("the service has no external_ip; give it a free "
                          "address of the router's external network, or an "
                          "external_ip_pool"));
    }

    char *ip = vpn_addr_to_string(&service->external_ip);
    char *error;
    plan->external_port = router_find_gateway_port(
        router, &service->external_ip, service->external_port);
    if (!plan->external_port) {
        error = (service->external_port
                 ? xasprintf("options:external_port: router %s has no gateway "
                             "port %s", router->name, service->external_port)
                 : xasprintf("external_ip %s is in no network of router %s's "
                             "gateway ports; use an address of its external "
                             "network", ip, router->name));
    } else {
        error = check_own_addresses(plan, ip);
        if (!error) {
            error = check_address_is_free(plan, ip);
            if (find_nat(router, service)) {
                plan_note_conflict(&plan->conflict, error);
                error = NULL;
            }
        }
        if (!error) {
            error = check_rivals_address(plan, ip);
            plan->by_port = is_by_port(plan);
        }
        warn_about_way_out(plan);
    }
    free(ip);
    return error;
}
