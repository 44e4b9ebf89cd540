/* SPDX-License-Identifier: Apache-2.0 */

/* The service's router, its two switches, and the ports that connect them: to
 * the namespaces on the gateway chassis, and to the tenant's router, which
 * gets one plain port. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>

#include "ovn-vpn/router.h"
#include "util.h"

static struct plan_row *
add_row(struct plan *plan, const char *table, const char *kind,
        const char *key, const struct plan_row *parent)
{
    struct plan_row *row = plan_rows_add(&plan->rows, table, "%s:%s:%s",
                                         plan->in.service->name, kind, key);
    row->parent = parent;
    return row;
}

static void
add_network(const struct plan *plan, struct plan_row *port,
            enum plan_transit address, bool v4)
{
    struct vpn_prefix p = plan_transit(plan, address, v4);
    char *network = vpn_prefix_to_string(&p);

    plan_row_add(port, "networks", "%s", network);
    free(network);
}

/* Adds a router port whose name ends in 'suffix'. */
static struct plan_row *
add_router_port(struct plan *plan, const char *suffix, enum plan_mac mac,
                enum plan_transit address)
{
    const struct vpn_service *service = plan->in.service;
    struct plan_row *row = add_row(plan, "Logical_Router_Port", "lrp", suffix,
                                   plan_find_row(plan, "lr", ""));
    struct eth_addr ea = plan_mac(service, mac);

    plan_row_add(row, "name", "vpn-%s-%s", service->name, suffix);
    plan_row_add(row, "mac", ETH_ADDR_FMT, ETH_ADDR_ARGS(ea));
    add_network(plan, row, address, true);
    if (plan->alloc.ipv6) {
        add_network(plan, row, address, false);
    }
    plan_row_clear(row, "options");
    plan_row_clear(row, "enabled");
    plan_row_clear(row, "peer");
    plan_row_clear(row, "ha_chassis_group");
    return row;
}

/* Adds the port of 'ls' whose name ends in 'suffix', which connects it to the
 * router port whose name ends in 'router_suffix'. */
static void
add_switch_port(struct plan *plan, const struct plan_row *ls,
                const char *suffix, const char *router_suffix)
{
    const struct vpn_service *service = plan->in.service;
    struct plan_row *row = add_row(plan, "Logical_Switch_Port", "lsp", suffix,
                                   ls);

    plan_row_add(row, "name", "vpn-%s-%s", service->name, suffix);
    plan_row_add(row, "type", "router");
    plan_row_add(row, "addresses", "router");
    plan_row_put(row, "options", "router-port", "vpn-%s-%s", service->name,
                 router_suffix);
    plan_row_clear(row, "enabled");
    plan_row_clear(row, "port_security");
}

static void
add_gateway_chassis(struct plan *plan, const struct plan_row *port)
{
    const struct vpn_service *service = plan->in.service;

    for (size_t i = 0; i < plan->gateways.n; i++) {
        const struct vpn_gateway *g = &plan->gateways.list[i];
        struct plan_row *row = add_row(plan, "Gateway_Chassis", "gc",
                                       g->chassis, port);

        plan_row_add(row, "name", "vpn-%s-gw-%s", service->name, g->chassis);
        plan_row_add(row, "chassis_name", "%s", g->chassis);
        plan_row_add(row, "priority", "%d", g->priority);
    }
}

/* The switch between the service's router and the namespaces.  Its localnet
 * port leads to the bridge on each gateway chassis. */
static void
add_transit_switch(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    struct plan_row *ls = add_row(plan, "Logical_Switch", "ls", "", NULL);
    struct plan_row *ln = add_row(plan, "Logical_Switch_Port", "lsp", "ln",
                                  ls);

    plan_row_add(ls, "name", "vpn-%s", service->name);
    plan_row_clear(ls, "other_config");

    plan_row_add(ln, "name", "vpn-%s-ln", service->name);
    plan_row_add(ln, "type", "localnet");
    plan_row_add(ln, "addresses", "unknown");
    plan_row_put(ln, "options", "network_name", "ovn-vpn");
    plan_row_add(ln, "tag_request", "%d", plan->alloc.tag);
    plan_row_add(ln, "tag", "%d", plan->alloc.tag);
    plan_row_clear(ln, "enabled");
    plan_row_clear(ln, "port_security");

    add_switch_port(plan, ls, "sw", "gw");
}

/* The switch between the service's router and the tenant's. */
static void
add_join_switch(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    struct plan_row *ls = add_row(plan, "Logical_Switch", "ls", "join", NULL);

    plan_row_add(ls, "name", "vpn-%s-join", service->name);
    plan_row_clear(ls, "other_config");
    add_switch_port(plan, ls, "upsw", "up");
    add_switch_port(plan, ls, "rtsw", "rt");
}

void
plan_add_topology(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    struct plan_row *lr = add_row(plan, "Logical_Router", "lr", "", NULL);

    plan_row_add(lr, "name", "vpn-%s", service->name);
    plan_row_clear(lr, "enabled");
    plan_row_clear(lr, "options");

    add_gateway_chassis(plan, add_router_port(plan, "gw", PLAN_MAC_GW,
                                              PLAN_TRANSIT_GW));
    add_router_port(plan, "up", PLAN_MAC_UP, PLAN_TRANSIT_UP);

    struct plan_row *rt = add_router_port(plan, "rt", PLAN_MAC_RT,
                                          PLAN_TRANSIT_RT);
    rt->parent = NULL;
    rt->tenant = plan->in.router->uuid;

    add_transit_switch(plan);
    add_join_switch(plan);
}
