/* SPDX-License-Identifier: Apache-2.0 */

/* The floating IP: one NAT row on the tenant's router. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>

#include "ovn-vpn/router.h"
#include "util.h"
#include "uuid.h"

void
plan_add_nat(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    struct vpn_prefix ns = plan_transit(plan, PLAN_TRANSIT_NS,
                                        plan_outer_is_v4(plan));
    char *external = vpn_addr_to_string(&service->external_ip);
    char *logical = vpn_addr_to_string(&ns.addr);

    struct plan_row *row = plan_rows_add(&plan->rows, "NAT", "%s:nat:",
                                         service->name);
    row->tenant = plan->in.router->uuid;
    plan_row_add(row, "type", "dnat_and_snat");
    plan_row_add(row, "external_ip", "%s", external);
    plan_row_add(row, "logical_ip", "%s", logical);
    plan_row_add(row, "external_port_range", "%s", "");
    if (router_count_gateway_ports(plan->in.router) > 1) {
        plan_row_add(row, "gateway_port", UUID_FMT,
                     UUID_ARGS(&plan->external_port->uuid));
    } else {
        plan_row_clear(row, "gateway_port");
    }
    plan_row_clear(row, "external_mac");
    plan_row_clear(row, "logical_port");
    plan_row_clear(row, "allowed_ext_ips");
    plan_row_clear(row, "exempted_ext_ips");
    plan_row_clear(row, "options");

    free(external);
    free(logical);
}
