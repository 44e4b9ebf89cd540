/* SPDX-License-Identifier: Apache-2.0 */

/* What clients are told to reach through the tunnel. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "ovn-vpn/router.h"
#include "util.h"
#include "uuid.h"

/* Returns true if 'port' leads to the switch that the service offers, which is
 * any unless the operator named one. */
static bool
is_offered(const struct vpn_service *service, const struct router_port *port)
{
    struct uuid uuid;

    return (!service->network
            || (port->switch_name
                && !strcmp(port->switch_name, service->network))
            || (uuid_from_string(&uuid, service->network)
                && uuid_equals(&uuid, &port->switch_uuid)));
}

/* Adds to 'subnets' the networks that the router has besides the external ones
 * and ours, or only those that are offered. */
static void
add_networks(const struct plan *plan, bool offered_only,
             struct vpn_prefixes *subnets)
{
    const struct router *router = plan->in.router;

    for (size_t i = 0; i < router->n_foreign_ports; i++) {
        const struct router_port *port = &router->ports[i];

        if (router_port_is_gateway(router, port)
            || (offered_only && !is_offered(plan->in.service, port))) {
            continue;
        }
        for (size_t j = 0; j < port->networks.n; j++) {
            struct vpn_prefix p
                = vpn_prefix_network(&port->networks.list[j]);

            vpn_prefixes_add(subnets, &p);
        }
    }
    vpn_prefixes_sort(subnets);
}

static bool
is_covered(const struct vpn_prefixes *by, const struct vpn_prefix *p)
{
    for (size_t i = 0; i < by->n; i++) {
        if (by->list[i].plen <= p->plen
            && vpn_prefix_contains(&by->list[i], &p->addr)) {
            return true;
        }
    }
    return false;
}

/* The offer stands in clients' configurations and is enforced nowhere.  Says
 * so if it looks as if it were meant as a restriction. */
static void
warn_about_rest(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    struct vpn_prefixes all = VPN_PREFIXES_INITIALIZER;
    struct vpn_prefixes rest = VPN_PREFIXES_INITIALIZER;

    add_networks(plan, false, &all);
    for (size_t i = 0; i < all.n; i++) {
        if (!is_covered(&plan->offered_subnets, &all.list[i])
            && plan_inner_has_family(plan, vpn_prefix_is_v4(&all.list[i]))) {
            vpn_prefixes_add(&rest, &all.list[i]);
        }
    }
    if (rest.n) {
        struct ds ds = DS_EMPTY_INITIALIZER;

        vpn_prefixes_format(&rest, ", ", &ds);
        plan_warn(plan, "%s only says what clients' configurations contain: "
                  "with another configuration they also reach %s of router %s",
                  service->local_subnets.n ? "local_subnets" : "network",
                  ds_cstr(&ds), plan->in.router->name);
        ds_destroy(&ds);
    }
    vpn_prefixes_destroy(&all);
    vpn_prefixes_destroy(&rest);
}

/* Fills in 'plan->offered_subnets': what the operator wrote, or the networks
 * of the router. */
void
plan_find_offer(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    const char *network = service->network;

    if (service->local_subnets.n) {
        vpn_prefixes_clone(&plan->offered_subnets, &service->local_subnets);
    } else {
        add_networks(plan, true, &plan->offered_subnets);
    }
    if (!plan->offered_subnets.n) {
        plan_warn(plan, "there is nothing to reach: router %s has no network "
                  "besides its external ones%s%s; set local_subnets",
                  plan->in.router->name, network ? " that belongs to " : "",
                  network ? network : "");
    } else {
        warn_about_rest(plan);
    }
}
