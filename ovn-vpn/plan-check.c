/* SPDX-License-Identifier: Apache-2.0 */

/* Every reason to refuse a service before a row is written, so that a tenant's
 * router is never broken.  Each check returns NULL, or a message that says
 * what is wrong and what to do.  Those of the external address are in
 * plan-address.c. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>

#include "openvswitch/dynamic-string.h"
#include "ovn-vpn/claims.h"
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

    for (size_t i = 0; i < router->n_foreign_ports; i++) {
        const struct router_port *port = &router->ports[i];
        const struct vpn_prefix *q
            = vpn_prefixes_find_overlap(&port->networks, p);

        if (q) {
            char *a = vpn_prefix_to_string(p), *b = vpn_prefix_to_string(q);
            char *error = xasprintf("%s %s overlaps with network %s of port "
                                    "%s of router %s; use another prefix",
                                    what, a, b, port->name, router->name);
            free(a);
            free(b);
            return error;
        }
    }
    for (size_t i = 0; i < router->n_foreign_routes; i++) {
        const struct router_route *route = &router->routes[i];

        /* A shorter prefix does not matter: the longest one that matches
         * decides.  An equal one would make the two share the traffic. */
        if (route->prefix.plen >= p->plen
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
    for (size_t i = router->n_foreign_routes; i < router->n_routes; i++) {
        if (uuid_equals(&router->routes[i].service, &service->uuid)
            && vpn_prefix_equals(&router->routes[i].prefix, p)) {
            return true;
        }
    }
    return false;
}

/* A search for the service that takes 'mine' away from that of 'plan'. */
struct contest {
    const struct plan *plan;
    const struct vpn_prefix *mine;
    const struct claim *winner; /* That of the oldest one, NULL if none. */
};

static void
contest_claim(const struct claim *claim, void *contest_)
{
    struct contest *contest = contest_;
    const struct plan *plan = contest->plan;
    const struct router *router = plan->in.router;
    const struct claim *winner = contest->winner;

    if ((!winner
         || vpn_service_compare_age(claim->service, winner->service) < 0)
        && plan_yields_to(plan, claim->service,
                          has_route(router, plan->in.service, contest->mine),
                          claim->is_held
                          || has_route(router, claim->service,
                                       &claim->prefix))) {
        contest->winner = claim;
    }
}

/* Checks 'p', described by 'what', against what other services have on the
 * router. */
static char *
check_against_siblings(const struct plan *plan, const char *what,
                       const struct vpn_prefix *p)
{
    struct contest contest = { .plan = plan, .mine = p };

    claims_find(plan->in.claims, &plan->in.router->uuid, p, contest_claim,
                &contest);
    if (!contest.winner) {
        return NULL;
    }
    char *a = vpn_prefix_to_string(p);
    char *b = vpn_prefix_to_string(&contest.winner->prefix);
    char *error = xasprintf("%s %s overlaps with %s %s of service %s on the "
                            "same router; use another prefix", what, a,
                            contest.winner->what, b,
                            contest.winner->service->name);
    free(a);
    free(b);
    return error;
}

static char *
check_against_transit(const struct plan *plan, const char *what,
                      const struct vpn_prefix *p)
{
    bool v4 = vpn_prefix_is_v4(p);
    const struct vpn_prefix *transit
        = (v4 ? &plan->in.options->transit_subnet
           : &plan->in.options->transit_subnet6);

    if (!vpn_prefix_overlaps(p, transit)) {
        return NULL;
    }
    char *a = vpn_prefix_to_string(p), *b = vpn_prefix_to_string(transit);
    char *error = xasprintf("%s %s overlaps with %s, from which services get "
                            "addresses for their links (NB_Global "
                            "options:transit_subnet%s); use another prefix",
                            what, a, b, v4 ? "" : "_ipv6");
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
        char *error = check_prefix(plan, "tunnel subnet", p, &plan->conflict);

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

/* Sets the errors of sites whose prefixes the router cannot take.  They do not
 * stop the service. */
void
plan_check_sites(struct plan *plan)
{
    for (size_t i = 0; i < plan->in.n_sites; i++) {
        const struct vpn_connection *c = plan->in.sites[i];
        char **error = &plan->site_errors[i];

        for (size_t j = 0; !*error && j < c->peer_cidrs.n; j++) {
            const struct vpn_prefix *p = &c->peer_cidrs.list[j];

            if (!vpn_service_covers(plan->in.service, p)) {
                *error = check_prefix(plan, "peer CIDR", p,
                                      &plan->site_conflicts[i]);
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

    size_t n = router_count_gateway_ports(router);
    return (!n
            ? xasprintf("router %s has no gateway port to an external "
                        "network; give one of its ports gateway chassis "
                        "(\"ovn-nbctl lrp-set-gateway-chassis PORT CHASSIS "
                        "PRIORITY\")", router->name)
            : n > 1 && router->one_gateway_port
            ? xasprintf("router %s has %"PRIuSIZE" gateway ports, with which "
                        "OVN before 22.06 does no NAT; use a router with one, "
                        "or upgrade OVN", router->name, n)
            : NULL);
}

/* The service's name. */

static bool
has_port(const struct router *router, const struct vpn_service *service)
{
    for (size_t i = router->n_foreign_ports; i < router->n_ports; i++) {
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
                           rival->is_held
                           || has_port(rival->router, rival->service))) {
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
