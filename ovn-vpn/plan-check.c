/* SPDX-License-Identifier: Apache-2.0 */

/* Every reason to refuse a service before a row is written, so that a tenant's
 * router is never broken.  Each check returns NULL, or a message that says
 * what is wrong and what to do. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "ovn-vpn/router.h"
#include "util.h"
#include "uuid.h"

static bool
is_mine(const struct plan *plan, const struct uuid *service)
{
    return uuid_equals(service, &plan->in.service->uuid);
}

/* Two services claim the same thing: who has rows for it keeps it, otherwise
 * the older one gets it.  Returns true if 'other', which may be the service
 * itself, does. */
static bool
yields_to(const struct plan *plan, const struct vpn_service *other,
          bool mine_has_it, bool other_has_it)
{
    return (other != plan->in.service
            && (mine_has_it != other_has_it ? other_has_it
                : vpn_service_compare_age(other, plan->in.service) < 0));
}

/* The external address. */

static char *
check_own_addresses(const struct plan *plan, const char *ip)
{
    const struct vpn_service *service = plan->in.service;
    const struct router_port *port = plan->external_port;

    for (size_t i = 0; i < port->networks.n; i++) {
        const struct vpn_prefix *network = &port->networks.list[i];
        struct in6_addr first, next;

        if (ipv6_addr_equals(&network->addr, &service->external_ip)) {
            return xasprintf("external_ip %s is the address of port %s of "
                             "router %s itself; OVN would drop what comes in. "
                             "Use another address of that network", ip,
                             port->name, plan->in.router->name);
        }
        if (!vpn_prefix_contains(network, &service->external_ip)
            || network->plen >= 31) {
            continue;
        }
        vpn_prefix_nth(network, 0, &first);
        vpn_prefix_nth(network, (1u << (32 - network->plen)) - 1, &next);
        if (ipv6_addr_equals(&first, &service->external_ip)
            || ipv6_addr_equals(&next, &service->external_ip)) {
            return xasprintf("external_ip %s is the network or broadcast "
                             "address of port %s of router %s; use another "
                             "address of that network", ip, port->name,
                             plan->in.router->name);
        }
    }
    return NULL;
}

/* Finds the holder of the external address among the router's NAT rows and its
 * neighbours on the provider network. */
static char *
check_address_is_free(const struct plan *plan, const char *ip)
{
    const struct vpn_service *service = plan->in.service;
    const struct router *router = plan->in.router;
    const struct router_port *port = plan->external_port;

    for (size_t i = 0; i < router->n_nats; i++) {
        const struct router_nat *nat = &router->nats[i];

        if (uuid_is_zero(&nat->service)
            && ipv6_addr_equals(&nat->external_ip, &service->external_ip)) {
            return xasprintf("external_ip %s is taken by a %s row of router "
                             "%s (logical_ip %s); delete that row or use "
                             "another address", ip, nat->type, router->name,
                             nat->logical_ip);
        }
    }
    for (size_t i = 0; i < port->n_neighbours; i++) {
        const struct router_neighbour *n = &port->neighbours[i];

        if (!is_mine(plan, &n->service)
            && ipv6_addr_equals(&n->addr, &service->external_ip)) {
            return xasprintf("external_ip %s is taken by %s on the same "
                             "external network; use another address", ip,
                             n->what);
        }
    }
    return NULL;
}

static bool
has_nat(const struct router *router, const struct vpn_service *service)
{
    for (size_t i = 0; i < router->n_nats; i++) {
        if (uuid_equals(&router->nats[i].service, &service->uuid)
            && ipv6_addr_equals(&router->nats[i].external_ip,
                                &service->external_ip)) {
            return true;
        }
    }
    return false;
}

static char *
check_siblings_address(const struct plan *plan, const char *ip)
{
    const struct vpn_service *service = plan->in.service;
    const struct router *router = plan->in.router;

    for (size_t i = 0; i < plan->in.n_siblings; i++) {
        const struct vpn_service *other = plan->in.siblings[i];

        if (other->has_external_ip
            && ipv6_addr_equals(&other->external_ip, &service->external_ip)
            && yields_to(plan, other, has_nat(router, service),
                         has_nat(router, other))) {
            return xasprintf("external_ip %s is taken by service %s; use "
                             "another address", ip, other->name);
        }
    }
    return NULL;
}

static char *
check_external_ip(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    const struct router *router = plan->in.router;

    if (!service->has_external_ip) {
        return xstrdup("the service has no external_ip; give it a free "
                       "address of the router's external network");
    }

    char *ip = vpn_addr_to_string(&service->external_ip);
    char *error;
    plan->external_port = router_find_gateway_port(
        router, &service->external_ip, service->external_port);
    if (!vpn_addr_is_v4(&service->external_ip)) {
        error = xasprintf("external_ip %s: only IPv4 addresses are served",
                          ip);
    } else if (!plan->external_port) {
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
        }
        if (!error) {
            error = check_siblings_address(plan, ip);
        }
    }
    free(ip);
    return error;
}

/* Prefixes. */

/* Checks 'p', a prefix of the service's described by 'what', against what the
 * router reaches by itself. */
static char *
check_against_router(const struct plan *plan, const char *what,
                     const struct vpn_prefix *p)
{
    const struct router *router = plan->in.router;

    for (size_t i = 0; i < router->n_ports; i++) {
        const struct router_port *port = &router->ports[i];
        const struct vpn_prefix *q
            = vpn_prefixes_find_overlap(&port->networks, p);

        if (q && uuid_is_zero(&port->service)) {
            char *a = vpn_prefix_to_string(p), *b = vpn_prefix_to_string(q);
            char *error = xasprintf("%s %s overlaps with network %s of port "
                                    "%s of router %s; use another prefix",
                                    what, a, b, port->name, router->name);
            free(a);
            free(b);
            return error;
        }
    }
    for (size_t i = 0; i < router->n_routes; i++) {
        const struct router_route *route = &router->routes[i];

        /* A shorter prefix does not matter: the longest one that matches
         * decides.  An equal one would make the two share the traffic. */
        if (uuid_is_zero(&route->service)
            && route->prefix.plen >= p->plen
            && vpn_prefix_overlaps(&route->prefix, p)) {
            char *a = vpn_prefix_to_string(p);
            char *b = vpn_prefix_to_string(&route->prefix);
            char *error = xasprintf("%s %s overlaps with static route %s of "
                                    "router %s; delete that route or use "
                                    "another prefix", what, a, b,
                                    router->name);
            free(a);
            free(b);
            return error;
        }
    }
    return NULL;
}

/* Returns true if 'service' has a route to 'p' on the router. */
static bool
has_route(const struct router *router, const struct vpn_service *service,
          const struct vpn_prefix *p)
{
    for (size_t i = 0; i < router->n_routes; i++) {
        if (uuid_equals(&router->routes[i].service, &service->uuid)
            && vpn_prefix_equals(&router->routes[i].prefix, p)) {
            return true;
        }
    }
    return false;
}

static char *
check_against_siblings(const struct plan *plan, const char *what,
                       const struct vpn_prefix *p)
{
    const struct router *router = plan->in.router;

    for (size_t i = 0; i < plan->in.n_siblings; i++) {
        const struct vpn_service *other = plan->in.siblings[i];
        const struct vpn_prefix *q
            = vpn_prefixes_find_overlap(&other->tunnel_subnets, p);

        if (q && yields_to(plan, other, has_route(router, plan->in.service, p),
                           has_route(router, other, q))) {
            char *a = vpn_prefix_to_string(p), *b = vpn_prefix_to_string(q);
            char *error = xasprintf("%s %s overlaps with tunnel subnet %s of "
                                    "service %s on the same router; use "
                                    "another prefix", what, a, b,
                                    other->name);
            free(a);
            free(b);
            return error;
        }
    }
    return NULL;
}

static char *
check_prefix(const struct plan *plan, const char *what,
             const struct vpn_prefix *p)
{
    char *error = check_against_router(plan, what, p);

    return error ? error : check_against_siblings(plan, what, p);
}

static char *
check_prefixes(const struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;

    for (size_t i = 0; i < service->tunnel_subnets.n; i++) {
        const struct vpn_prefix *p = &service->tunnel_subnets.list[i];
        char *error;

        if (!vpn_prefix_is_v4(p)) {
            char *s = vpn_prefix_to_string(p);
            error = xasprintf("tunnel subnet %s: only IPv4 is served", s);
            free(s);
        } else {
            error = check_prefix(plan, "tunnel subnet", p);
        }
        if (error) {
            return error;
        }
        const struct vpn_prefix *local
            = vpn_prefixes_find_overlap(&service->local_subnets, p);
        if (local && local->plen) {
            char *a = vpn_prefix_to_string(p);
            char *b = vpn_prefix_to_string(local);

            error = xasprintf("tunnel subnet %s overlaps with local subnet "
                              "%s; use another prefix", a, b);
            free(a);
            free(b);
            return error;
        }
    }
    return NULL;
}

/* Returns true if 'p' lies in one of the service's tunnel subnets, whose
 * routes then cover it. */
bool
plan_in_tunnel_subnets(const struct plan *plan, const struct vpn_prefix *p)
{
    const struct vpn_prefix *subnet
        = vpn_prefixes_find_overlap(&plan->in.service->tunnel_subnets, p);

    return subnet && subnet->plen <= p->plen;
}

/* Sets the errors of connections whose prefixes the router cannot take.  They
 * do not stop the service. */
void
plan_check_connections(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;

    for (size_t i = 0; i < service->n_connections; i++) {
        const struct vpn_connection *c = &service->connections[i];

        for (size_t j = 0; !c->error && j < c->peer_cidrs.n; j++) {
            const struct vpn_prefix *p = &c->peer_cidrs.list[j];

            if (plan_in_tunnel_subnets(plan, p)) {
                continue;
            } else if (!vpn_prefix_is_v4(p)) {
                plan_fail_connection(plan, i, xstrdup(
                    "peer_cidrs: only IPv4 prefixes are served"));
            } else {
                plan_fail_connection(plan, i,
                                     check_prefix(plan, "peer CIDR", p));
            }
        }
    }
}

/* The router. */

static char *
check_router(const struct plan *plan)
{
    const struct router *router = plan->in.router;

    if (!router) {
        return xstrdup(plan->in.router_error);
    } else if (router->is_ours) {
        return xasprintf("router %s was made by ovn-vpn; use a router of your "
                         "own", router->name);
    }
    for (size_t i = 0; i < router->n_ports; i++) {
        if (router_port_is_gateway(router, &router->ports[i])) {
            return NULL;
        }
    }
    return xasprintf("router %s has no gateway port to an external network; "
                     "give one of its ports gateway chassis (\"ovn-nbctl "
                     "lrp-set-gateway-chassis PORT CHASSIS PRIORITY\")",
                     router->name);
}

/* Returns the reason why the service of 'plan' cannot be served, NULL if there
 * is none, and sets 'plan->external_port'. */
char *
plan_check(struct plan *plan)
{
    char *error = nullable_xstrdup(plan->in.service->error);

    if (!error) {
        error = check_router(plan);
    }
    if (!error) {
        error = check_external_ip(plan);
    }
    if (!error) {
        error = check_prefixes(plan);
    }
    return error;
}
