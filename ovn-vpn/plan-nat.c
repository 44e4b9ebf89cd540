/* SPDX-License-Identifier: Apache-2.0 */

/* The floating IP: one NAT row on the tenant's router.
 *
 * A service that has to share it has a load balancer for its own port instead,
 * which is there for what clients begin.  The NAT row is
 * still needed for what the gateway begins, when it takes a client over. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>

#include "ovn-vpn/router.h"
#include "util.h"
#include "uuid.h"

static void
add_nat(struct plan *plan, const char *external, const char *logical)
{
    const struct vpn_service *service = plan->in.service;
    struct plan_row *row = plan_rows_add(&plan->rows, "NAT", "%s:nat:",
                                         service->name);
    row->tenant = plan->in.router->uuid;
    plan_row_add(row, "type", plan->by_port ? "snat" : "dnat_and_snat");
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
}

/* Returns "ADDRESS:PORT", which the caller must free. */
static char *
format_vip(const struct plan *plan, const char *address)
{
    bool v4 = plan_outer_is_v4(plan);

    return xasprintf("%s%s%s:%"PRIu16, v4 ? "" : "[", address, v4 ? "" : "]",
                     plan->in.service->listen_port);
}

/* WireGuard has to see where packets come from, whatever
 * options:lb_force_snat_ip of a gateway router says: hence "skip_snat". */
static void
add_load_balancer(struct plan *plan, const char *external,
                  const char *logical)
{
    char *vip = format_vip(plan, external), *backend = format_vip(plan,
                                                                  logical);
    struct plan_row *row = plan_rows_add(&plan->rows, "Load_Balancer",
                                         "%s:lb:", plan->in.service->name);

    row->tenant = plan->in.router->uuid;
    plan_row_add(row, "name", "vpn-%s", plan->in.service->name);
    plan_row_add(row, "protocol", "udp");
    plan_row_put(row, "vips", vip, "%s", backend);
    plan_row_put(row, "options", "skip_snat", "true");
    plan_row_clear(row, "health_check");
    plan_row_clear(row, "ip_port_mappings");
    plan_row_clear(row, "selection_fields");
    free(vip);
    free(backend);
}

void
plan_add_nat(struct plan *plan)
{
    struct vpn_prefix ns = plan_transit(plan, PLAN_TRANSIT_NS,
                                        plan_outer_is_v4(plan));
    char *external = vpn_addr_to_string(&plan->in.service->external_ip);
    char *logical = vpn_addr_to_string(&ns.addr);

    add_nat(plan, external, logical);
    if (plan->by_port) {
        add_load_balancer(plan, external, logical);
    }
    free(external);
    free(logical);
}
