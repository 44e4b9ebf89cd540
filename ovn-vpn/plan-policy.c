/* SPDX-License-Identifier: Apache-2.0 */

/* Routing policies of the service's router. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>

#include "util.h"

/* Leaves room for others above and below. */
#define PRIORITY_CLIENT_TO_CLIENT 2000

/* What goes from one peer to another, be it a client or a network behind a
 * site, comes out of the namespace and would go back into it.  OVN applies
 * policies when it has chosen the output port, so this needs no list of
 * prefixes and covers whatever has a route into the tunnel.  Packets of
 * WireGuard itself are not concerned: they come from or go to the tenant's
 * router. */
static void
add_client_to_client_drop(struct plan *plan)
{
    const char *name = plan->in.service->name;
    struct plan_row *row = plan_rows_add(
        &plan->rows, "Logical_Router_Policy", "%s:policy:client-to-client",
        name);

    row->parent = plan_find_row(plan, "lr", "");
    plan_row_add(row, "priority", "%d", PRIORITY_CLIENT_TO_CLIENT);
    plan_row_add(row, "match",
                 "inport == \"vpn-%s-gw\" && outport == \"vpn-%s-gw\"", name,
                 name);
    plan_row_add(row, "action", "drop");
    plan_row_clear(row, "nexthop");
    plan_row_clear(row, "nexthops");
    plan_row_clear(row, "options");
}

void
plan_add_policies(struct plan *plan)
{
    if (!plan->in.service->client_to_client) {
        add_client_to_client_drop(plan);
    }
}
