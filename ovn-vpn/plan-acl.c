/* SPDX-License-Identifier: Apache-2.0 */

/* ACLs on the transit switch, through which everything that leaves the tunnel
 * passes.  OVN keeps its localnet and router ports out of connection tracking,
 * so they are stateless: they rule what comes from the namespace, as
 * from-lport ACLs of the localnet port. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>

#include "openvswitch/dynamic-string.h"
#include "util.h"

/* Leaves room for access rules above and below. */
#define PRIORITY_CLIENT_TO_CLIENT 2000

/* Traffic between two connections of the service comes here too, on its way
 * from the namespace and back. */
static void
add_client_to_client_drop(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    struct plan_row *row = plan_rows_add(&plan->rows, "ACL",
                                         "%s:acl:client-to-client",
                                         service->name);
    struct ds subnets = DS_EMPTY_INITIALIZER;

    vpn_prefixes_format(&service->tunnel_subnets, ", ", &subnets);
    row->parent = plan_find_row(plan, "ls", "");
    plan_row_add(row, "direction", "from-lport");
    plan_row_add(row, "priority", "%d", PRIORITY_CLIENT_TO_CLIENT);
    plan_row_add(row, "match", "inport == \"vpn-%s-ln\" && ip4.src == {%s} "
                 "&& ip4.dst == {%s}", service->name, ds_cstr(&subnets),
                 ds_cstr(&subnets));
    plan_row_add(row, "action", "drop");
    plan_row_add(row, "log", "false");
    ds_destroy(&subnets);
}

void
plan_add_acls(struct plan *plan)
{
    if (!plan->in.service->client_to_client) {
        add_client_to_client_drop(plan);
    }
}
