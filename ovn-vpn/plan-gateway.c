/* SPDX-License-Identifier: Apache-2.0 */

/* Which chassis serve a service. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>

#include "ovn-vpn/chassis.h"
#include "ovn-vpn/health.h"
#include "ovn-vpn/router.h"
#include "util.h"
#include "uuid.h"

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

static bool
is_held(const struct plan *plan, const struct vpn_gateway *g)
{
    return vpn_gateways_find(plan->in.held_gateways, g->chassis) != NULL;
}

/* Adds to the plan those of 'wanted' that can serve, and warns of the rest.
 *
 * When the VPN Southbound database was lost, it looks for a while as if no
 * chassis had an agent.  Therefore a chassis that serves already is kept
 * during the grace period, and when there is no better one. */
static void
add_usable(struct plan *plan, const struct vpn_gateways *wanted)
{
    for (size_t i = 0; i < wanted->n; i++) {
        const struct vpn_gateway *g = &wanted->list[i];
        char *why_not = check_chassis(plan->in.chassis, g->chassis);

        if (!why_not || (plan->in.grace && is_held(plan, g))) {
            vpn_gateways_add(&plan->gateways, g->chassis, g->priority,
                             g->sticky);
        } else {
            plan_warn(plan, "%s", why_not);
        }
        free(why_not);
    }

    bool none = !plan->gateways.n;
    for (size_t i = 0; none && i < wanted->n; i++) {
        const struct vpn_gateway *g = &wanted->list[i];

        if (is_held(plan, g)) {
            vpn_gateways_add(&plan->gateways, g->chassis, g->priority,
                             g->sticky);
        }
    }
    vpn_gateways_sort(&plan->gateways);
}

/* In what order chassis are to serve, before their priorities. */
enum standing {
    STANDING_STICKY,            /* The service is here and had better stay. */
    STANDING_WELL,
    STANDING_CLOCK,             /* Peers may not answer it after a move. */
    STANDING_DRAINED,           /* The operator wants it empty. */
    STANDING_UNWELL,            /* Something keeps it from serving. */
};

/* Returns true if 'c' had better not serve the service.  If the service is
 * there, a silent agent alone is no reason to move it: it is being served. */
static bool
is_unwell(const struct plan *plan, const struct chassis *c)
{
    const struct health *health = plan->in.health;
    bool is_host = plan->in.host && !strcmp(plan->in.host, c->name);

    return (health
            && (health_is_unwell(health, &plan->in.service->uuid, c->name)
                || (health_is_unwell(health, &UUID_ZERO, c->name)
                    && !(is_host && sset_is_empty(&c->problems)))));
}

/* Returns true if the clock of 'c' speaks against it: another gateway's is
 * synchronized, and the service is not there, for then it need not be called
 * from a new place. */
static bool
has_worse_clock(const struct plan *plan, const struct chassis *c)
{
    if (c->clock_bad
        && !(plan->in.host && !strcmp(plan->in.host, c->name))) {
        for (size_t i = 0; i < plan->gateways.n; i++) {
            const struct chassis *other = chassis_table_find(
                plan->in.chassis, plan->gateways.list[i].chassis);

            if (other && !other->clock_bad) {
                return true;
            }
        }
    }
    return false;
}

static enum standing
get_standing(const struct plan *plan, const struct vpn_gateway *g)
{
    const struct chassis *c = chassis_table_find(plan->in.chassis, g->chassis);

    if (!c) {
        return STANDING_WELL;
    } else if (is_unwell(plan, c)) {
        return STANDING_UNWELL;
    } else if (c->drain) {
        return STANDING_DRAINED;
    } else if (g->sticky && plan->in.host
               && !strcmp(plan->in.host, g->chassis)) {
        return STANDING_STICKY;
    } else if (has_worse_clock(plan, c)) {
        return STANDING_CLOCK;
    }
    return STANDING_WELL;
}

static void
warn_about_standing(struct plan *plan, const struct vpn_gateway *g,
                    enum standing standing)
{
    if (standing == STANDING_UNWELL) {
        plan_warn(plan, "gateway chassis %s is not well and comes last "
                  "(\"ovn-vpn-nbctl chassis-list\" says why)", g->chassis);
    } else if (standing == STANDING_DRAINED) {
        plan_warn(plan, "gateway chassis %s is drained and comes last (\"%s\" "
                  "ends that)", g->chassis, "gateway-undrain");
    } else if (standing == STANDING_CLOCK) {
        plan_warn(plan, "the clock of gateway chassis %s is not synchronized: "
                  "peers may not answer it after a failover", g->chassis);
    }
}

/* Gives the usable gateways priorities that make OVN choose by standing first.
 * As long as that changes nothing of their order, the priorities stay what the
 * operator gave; otherwise the same numbers are given out anew, if that makes
 * a strict order. */
static void
order_gateways(struct plan *plan)
{
    struct vpn_gateways *gateways = &plan->gateways;
    struct vpn_gateways ordered = { NULL, 0, 0 };
    bool strict = true;

    for (int standing = STANDING_STICKY; standing <= STANDING_UNWELL;
         standing++) {
        for (size_t i = 0; i < gateways->n; i++) {
            const struct vpn_gateway *g = &gateways->list[i];

            if (get_standing(plan, g) == standing) {
                warn_about_standing(plan, g, standing);
                vpn_gateways_add(&ordered, g->chassis, g->priority, g->sticky);
            }
        }
    }
    bool same = true;
    for (size_t i = 0; i < gateways->n; i++) {
        same &= !strcmp(ordered.list[i].chassis, gateways->list[i].chassis);
        strict &= !i || (gateways->list[i - 1].priority
                         > gateways->list[i].priority);
    }
    for (size_t i = 0; !same && i < ordered.n; i++) {
        ordered.list[i].priority = (strict ? gateways->list[i].priority
                                    : ordered.n - i);
    }
    vpn_gateways_destroy(gateways);
    *gateways = ordered;
}

/* Returns true if the planned service need not be waited for to leave
 * 'chassis', where it resides. */
bool
plan_has_left(const struct plan *plan, const char *chassis)
{
    const struct chassis *c = chassis_table_find(plan->in.chassis, chassis);

    return (!c || !c->drain || !plan->gateways.n
            || !strcmp(plan->gateways.list[0].chassis, chassis));
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
    if (!port->switch_name) {
        plan_warn(plan, "port %s of router %s is connected to no switch, so "
                  "nothing gets in or out there; connect it to that of the "
                  "external network", port->name, router->name);
    } else if (port->has_localnet && !port->announces_nat) {
        plan_warn(plan, "the external switch %s will not announce the "
                  "external_ip when it moves: set options:nat-addresses="
                  "router on its port to router %s", port->switch_name,
                  router->name);
    }
}

/* What WireGuard's data messages add to a packet: a header and a tag, beside
 * UDP's header.  IP's comes in front. */
#define WIREGUARD_OVERHEAD (8 + 16 + 16)

/* OVN drops packets that are larger than options:gateway_mtu of the port where
 * they leave or arrive, WireGuard's among them, whose answers from OVN reach
 * nobody who could send smaller ones. */
static void
warn_about_gateway_mtu(struct plan *plan)
{
    const struct router_port *port = plan->external_port;
    int overhead = (plan_outer_is_v4(plan) ? 20 : 40) + WIREGUARD_OVERHEAD;

    if (port->max_packet && port->max_packet < plan->mtu + overhead) {
        plan_warn(plan, "options:gateway_mtu=%d of port %s of router %s keeps "
                  "large packets out of the tunnel, whose own are up to %d "
                  "bytes: raise it, or let UDP port %"PRIu16" pass with "
                  "options:gateway_mtu_bypass", port->max_packet, port->name,
                  plan->in.router->name, plan->mtu + overhead,
                  plan->in.service->listen_port);
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
    struct vpn_gateways only = { NULL, 0, 0 };
    const struct vpn_gateways *wanted = &service->gateways;

    if (!wanted->n && router->chassis) {
        vpn_gateways_add(&only, router->chassis, ONLY_PRIORITY, false);
        wanted = &only;
    } else if (!wanted->n) {
        wanted = &plan->external_port->gateways;
    }
    add_usable(plan, wanted);
    vpn_gateways_destroy(&only);

    if (!plan->gateways.n) {
        char *why = svec_join(&plan->warnings, ", ", "");
        char *error = xasprintf("no gateway chassis can serve: %s", why);

        free(why);
        svec_clear(&plan->warnings);
        return error;
    }
    order_gateways(plan);
    warn_about_redundancy(plan);
    warn_about_gateway_mtu(plan);
    return NULL;
}
