/* SPDX-License-Identifier: Apache-2.0 */

/* Every reason to refuse a service before a row is written, so that a tenant's
 * router is never broken.  Each check returns NULL, or a message that says
 * what is wrong and what to do.  Those of the external address are in
 * plan-address.c. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>

#include "openvswitch/dynamic-string.h"
#include "ovn-vpn/rivals.h"
#include "ovn-vpn/router.h"
#include "util.h"
#include "uuid.h"

/* Two services claim the same thing: who has rows for it keeps it, otherwise
 * the older one gets it.  Returns true if 'other', which may be the service
 * itself, does. */
bool
plan_yields_to(const struct plan *plan, const struct vpn_service *other,
               bool mine_has_it, bool other_has_it)
{
    return (other != plan->in.service
            && (mine_has_it != other_has_it ? other_has_it
                : vpn_service_compare_age(other, plan->in.service) < 0));
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

/* Checks 'p', described by 'what', against 'list', prefixes of 'other', a
 * service on the same router, which 'its' describes. */
static char *
check_against_list(const struct plan *plan, const char *what,
                   const struct vpn_prefix *p, const struct vpn_service *other,
                   const char *its, const struct vpn_prefixes *list)
{
    const struct router *router = plan->in.router;

    for (size_t i = 0; i < list->n; i++) {
        const struct vpn_prefix *q = &list->list[i];

        if (vpn_prefix_overlaps(p, q)
            && plan_yields_to(plan, other,
                              has_route(router, plan->in.service, p),
                              has_route(router, other, q))) {
            char *a = vpn_prefix_to_string(p), *b = vpn_prefix_to_string(q);
            char *error = xasprintf("%s %s overlaps with %s %s of service %s "
                                    "on the same router; use another prefix",
                                    what, a, its, b, other->name);
            free(a);
            free(b);
            return error;
        }
    }
    return NULL;
}

/* Checks 'p' against what lies behind the sites of 'other'. */
static char *
check_against_sites(const struct plan *plan, const char *what,
                    const struct vpn_prefix *p,
                    const struct vpn_service *other)
{
    char *error = NULL;

    for (size_t i = 0; !error && i < other->n_connections; i++) {
        const struct vpn_connection *c = &other->connections[i];

        if (c->peer_cidrs.n && vpn_connection_is_usable(c, plan->in.now)) {
            error = check_against_list(plan, what, p, other, "peer CIDR",
                                       &c->peer_cidrs);
        }
    }
    return error;
}

static char *
check_against_siblings(const struct plan *plan, const char *what,
                       const struct vpn_prefix *p)
{
    char *error = NULL;

    for (size_t i = 0; !error && i < plan->in.n_siblings; i++) {
        const struct vpn_service *other = plan->in.siblings[i];

        if (other != plan->in.service) {
            error = check_against_list(plan, what, p, other, "tunnel subnet",
                                       &other->tunnel_subnets);
            if (!error) {
                error = check_against_sites(plan, what, p, other);
            }
        }
    }
    return error;
}

static char *
check_against_transit(const struct plan *plan, const char *what,
                      const struct vpn_prefix *p)
{
    const struct vpn_prefix *transit = &plan->in.options->transit_subnet;

    if (!vpn_prefix_overlaps(p, transit)) {
        return NULL;
    }
    char *a = vpn_prefix_to_string(p), *b = vpn_prefix_to_string(transit);
    char *error = xasprintf("%s %s overlaps with %s, from which services get "
                            "addresses for their links (NB_Global "
                            "options:transit_subnet); use another prefix",
                            what, a, b);
    free(a);
    free(b);
    return error;
}

/* Checks 'p', described by 'what'.  Something of the tenant's that came when
 * the service had its route already is noted in '*conflict' only. */
static char *
check_prefix(const struct plan *plan, const char *what,
             const struct vpn_prefix *p, char **conflict)
{
    char *error = check_against_transit(plan, what, p);

    if (!error) {
        error = check_against_router(plan, what, p);
        if (has_route(plan->in.router, plan->in.service, p)) {
            plan_note_conflict(conflict, error);
            error = NULL;
        }
    }
    return error ? error : check_against_siblings(plan, what, p);
}

static char *
check_prefixes(struct plan *plan)
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
            error = check_prefix(plan, "tunnel subnet", p, &plan->conflict);
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
                plan_fail_connection(
                    plan, i, check_prefix(plan, "peer CIDR", p,
                                          &plan->connection_conflicts[i]));
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

/* The service's name. */

static bool
has_port(const struct router *router, const struct vpn_service *service)
{
    for (size_t i = 0; i < router->n_ports; i++) {
        if (uuid_equals(&router->ports[i].service, &service->uuid)) {
            return true;
        }
    }
    return false;
}

/* Looks whether the service's interfaces on chassis can bear their names. */
static char *
check_ifname(const struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    const struct rival *rival;

    RIVALS_FOR_EACH_BY_IFNAME (rival, service->name, plan->in.rivals) {
        if (plan_yields_to(plan, rival->service,
                           has_port(plan->in.router, service),
                           has_port(rival->router, rival->service))) {
            char ifname[VPN_IFNAME_SIZE];

            vpn_ifname("vpn-", service->name, ifname);
            return xasprintf("the service's interface on chassis would be "
                             "called %s, as that of service %s is; delete "
                             "this service and add it under another name",
                             ifname, rival->service->name);
        }
    }
    return NULL;
}

/* A service that shall be restricted is not served without restrictions. */
static char *
check_access_rules(const struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;

    return (service->has_access_rules
            ? xasprintf("access_rules are not enforced by this version, so "
                        "its connections would reach everything; to serve it "
                        "all the same, remove them (\"ovn-vpn-nbctl clear "
                        "VPN_Service %s access_rules\")", service->name)
            : NULL);
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
        error = check_access_rules(plan);
    }
    if (!error) {
        error = check_ifname(plan);
    }
    if (!error) {
        error = plan_check_address(plan);
    }
    if (!error) {
        error = check_prefixes(plan);
    }
    return error;
}
