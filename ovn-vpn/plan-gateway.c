/* SPDX-License-Identifier: Apache-2.0 */

/* Which chassis serve a service. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>

#include "ovn-vpn/chassis.h"
#include "ovn-vpn/router.h"
#include "util.h"

/* Priority of a gateway router's only chassis. */
#define ONLY_PRIORITY 100

/* Returns NULL if 'name' can serve, otherwise why not.  A chassis without the
 * bridge mapping would swallow the traffic. */
static char *
check_chassis(const struct chassis_table *table, const char *name)
{
    const struct chassis *c = chassis_table_find(table, name);

    if (!c || (!c->in_ovn && !c->has_agent)) {
        return xasprintf("gateway chassis %s is not known to OVN", name);
    } else if (!c->has_agent) {
        return xasprintf("gateway chassis %s runs no ovn-vpn-controller",
                         name);
    } else if (!c->in_ovn) {
        return xasprintf("gateway chassis %s runs ovn-vpn-controller but no "
                         "ovn-controller", name);
    } else if (!c->has_mapping) {
        return xasprintf("gateway chassis %s has no bridge mapping for "
                         "network ovn-vpn yet", name);
    }
    return NULL;
}

/* Adds to the plan those of 'wanted' that can serve, and warns of the rest. */
static void
add_usable(struct plan *plan, const struct vpn_gateways *wanted)
{
    for (size_t i = 0; i < wanted->n; i++) {
        const struct vpn_gateway *g = &wanted->list[i];
        char *why_not = check_chassis(plan->in.chassis, g->chassis);

        if (why_not) {
            plan_warn(plan, "%s", why_not);
            free(why_not);
        } else {
            vpn_gateways_add(&plan->gateways, g->chassis, g->priority,
                             g->sticky);
        }
    }
    vpn_gateways_sort(&plan->gateways);
}

static void
warn_about_redundancy(struct plan *plan)
{
    const struct router *router = plan->in.router;
    const struct router_port *port = plan->external_port;

    if (router->chassis) {
        plan_warn(plan, "router %s is a gateway router on chassis %s: there "
                  "is no failover", router->name, router->chassis);
    } else if (plan->gateways.n == 1) {
        plan_warn(plan, "%s is the only gateway chassis: there is no failover",
                  plan->gateways.list[0].chassis);
    } else if (plan->in.chassis->n_in_ovn == 2) {
        plan_warn(plan, "the cluster has exactly two chassis: when one loses "
                  "its power, OVN does not let the other take over; add a "
                  "third chassis");
    }
    if (port->switch_name && port->has_localnet && !port->announces_nat) {
        plan_warn(plan, "the external switch %s will not announce the "
                  "external_ip when it moves: set options:nat-addresses="
                  "router on its port to router %s", port->switch_name,
                  router->name);
    }
}

/* Fills in 'plan->gateways': those that the operator gave, or those of the
 * router's external port, so that both move together.  Returns NULL, or the
 * reason why there are none. */
char *
plan_choose_gateways(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    const struct router *router = plan->in.router;

    if (service->gateways.n) {
        add_usable(plan, &service->gateways);
    } else if (router->chassis) {
        struct vpn_gateways only = { NULL, 0, 0 };

        vpn_gateways_add(&only, router->chassis, ONLY_PRIORITY, false);
        add_usable(plan, &only);
        vpn_gateways_destroy(&only);
    } else {
        add_usable(plan, &plan->external_port->gateways);
    }
    if (!plan->gateways.n) {
        char *why = svec_join(&plan->warnings, ", ", "");
        char *error = xasprintf("no gateway chassis can serve: %s", why);

        free(why);
        svec_clear(&plan->warnings);
        return error;
    }
    warn_about_redundancy(plan);
    return NULL;
}
