/* SPDX-License-Identifier: Apache-2.0 */

/* Static routes on the service's router and on the tenant's: one for each
 * tunnel subnet and site prefix, never one per client. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>

#include "ovn-vpn/router.h"
#include "util.h"

/* Adds the route to 'prefix' through 'nexthop' and the port whose name ends in
 * 'suffix', on the service's router if that port is there, otherwise on the
 * tenant's. */
static void
add_route(struct plan *plan, const struct vpn_prefix *prefix,
          enum plan_transit nexthop, const char *suffix)
{
    const struct vpn_service *service = plan->in.service;
    struct vpn_prefix via = plan_transit(plan, nexthop,
                                         vpn_prefix_is_v4(prefix));
    char *prefix_s = vpn_prefix_to_string(prefix);
    char *via_s = vpn_addr_to_string(&via.addr);

    struct plan_row *row = plan_rows_add(
        &plan->rows, "Logical_Router_Static_Route", "%s:route:%s/%s",
        service->name, suffix, prefix_s);
    if (nexthop == PLAN_TRANSIT_UP) {
        row->tenant = plan->in.router->uuid;
    } else {
        row->parent = plan_find_row(plan, "lr", "");
    }
    plan_row_add(row, "ip_prefix", "%s", prefix_s);
    plan_row_add(row, "nexthop", "%s", via_s);
    plan_row_add(row, "output_port", "vpn-%s-%s", service->name, suffix);
    plan_row_add(row, "route_table", "%s", "");
    plan_row_clear(row, "policy");
    plan_row_clear(row, "bfd");
    plan_row_clear(row, "options");

    free(prefix_s);
    free(via_s);
}

/* Adds what leads to 'prefix', which lies behind the tunnel. */
static void
add_tunnel_routes(struct plan *plan, const struct vpn_prefix *prefix)
{
    add_route(plan, prefix, PLAN_TRANSIT_NS, "gw");
    add_route(plan, prefix, PLAN_TRANSIT_UP, "rt");
}

/* Adds what leads out of the service's router, for one family. */
static void
add_default_route(struct plan *plan, bool v4)
{
    struct vpn_prefix all;

    char *error = vpn_prefix_parse(v4 ? "0.0.0.0/0" : "::/0", &all);
    ovs_assert(!error);
    add_route(plan, &all, PLAN_TRANSIT_RT, "up");
}

void
plan_add_routes(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;

    struct vpn_prefix gw_network = plan_transit(
        plan, PLAN_TRANSIT_GW_NETWORK, plan_outer_is_v4(plan));

    add_default_route(plan, true);
    if (plan->alloc.ipv6) {
        add_default_route(plan, false);
    }
    /* Nobody but WireGuard's own packets, whose destination NAT has changed,
     * has business there. */
    add_route(plan, &gw_network, PLAN_TRANSIT_UP, "rt");
    for (size_t i = 0; i < service->tunnel_subnets.n; i++) {
        add_tunnel_routes(plan, &service->tunnel_subnets.list[i]);
    }
    for (size_t i = 0; i < plan->in.n_sites; i++) {
        const struct vpn_connection *c = plan->in.sites[i];

        for (size_t j = 0; !plan->site_errors[i] && j < c->peer_cidrs.n;
             j++) {
            if (!vpn_service_covers(service, &c->peer_cidrs.list[j])) {
                add_tunnel_routes(plan, &c->peer_cidrs.list[j]);
            }
        }
    }
}
