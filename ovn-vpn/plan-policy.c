/* SPDX-License-Identifier: Apache-2.0 */

/* Routing policies of the service's router. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>

#include "lib/vpn-pool.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

/* Leaves room for others above and below. */
#define PRIORITY_GATEWAY_ECHO 2001
#define PRIORITY_TURN 2000

/* Adds a policy for packets that come out of the namespace and would go back
 * into it.  OVN applies policies when it has chosen the output port, so this
 * needs no list of prefixes and covers whatever has a route into the tunnel.
 * 'match' is empty or begins with an operator. */
static void
add_turn_policy(struct plan *plan, const char *key, int priority,
                const char *match, const char *action)
{
    const char *name = plan->in.service->name;
    struct plan_row *row = plan_rows_add(
        &plan->rows, "Logical_Router_Policy", "%s:policy:%s", name, key);

    row->parent = plan_find_row(plan, "lr", "");
    plan_row_add(row, "priority", "%d", priority);
    plan_row_add(row, "match",
                 "inport == \"vpn-%s-gw\" && outport == \"vpn-%s-gw\"%s", name,
                 name, match);
    plan_row_add(row, "action", "%s", action);
    plan_row_clear(row, "nexthop");
    plan_row_clear(row, "nexthops");
    plan_row_clear(row, "options");
}

/* Appends an expression for packets of which 'field' ("src" or "dst") is one
 * of the service's own addresses in the tunnel and 'suffix4' or 'suffix6'
 * holds.  '*separator' goes before it, and becomes the next one's. */
static void
put_own_addresses(const struct plan *plan, const char *field,
                  const char *suffix4, const char *suffix6,
                  const char **separator, struct ds *ds)
{
    const struct vpn_prefixes *subnets = &plan->in.service->tunnel_subnets;

    for (size_t i = 0; i < subnets->n; i++) {
        bool v4 = vpn_prefix_is_v4(&subnets->list[i]);
        struct in6_addr address;

        vpn_pool_gateway(&subnets->list[i], &address);
        ds_put_format(ds, "%s(%s.%s == ", *separator, v4 ? "ip4" : "ip6",
                      field);
        vpn_addr_format(&address, ds);
        ds_put_format(ds, "%s)", v4 ? suffix4 : suffix6);
        *separator = " || ";
    }
}

/* People ping a tunnel's gateway to see whether it is there.  What answers is
 * the namespace, and as it gets only what OVN sends it, an answer says that
 * OVN carries the service's traffic, too. */
static void
add_gateway_echo(struct plan *plan)
{
    const char *separator = " && (";
    struct ds match = DS_EMPTY_INITIALIZER;

    put_own_addresses(plan, "dst", " && icmp4.type == 8",
                      " && icmp6.type == 128", &separator, &match);
    ds_put_char(&match, ')');
    add_turn_policy(plan, "gateway-echo", PRIORITY_GATEWAY_ECHO,
                    ds_cstr(&match), "allow");
    ds_destroy(&match);
}

/* Where peers reach each other, they still reach nothing else at the
 * namespace's addresses.  What comes from there is WireGuard's own, to a peer
 * that was seen at an address behind the tunnel: it would be encrypted again,
 * without end if the address is that peer's own. */
static void
add_own_addresses_drop(struct plan *plan)
{
    const char *separator = " && (";
    struct ds match = DS_EMPTY_INITIALIZER;

    put_own_addresses(plan, "dst", "", "", &separator, &match);
    put_own_addresses(plan, "src", "", "", &separator, &match);
    for (int v4 = 1; v4 >= (plan->alloc.ipv6 ? 0 : 1); v4--) {
        struct vpn_prefix ns = plan_transit(plan, PLAN_TRANSIT_NS, v4);

        ds_put_format(&match, "%s(%s.src == ", separator, v4 ? "ip4" : "ip6");
        vpn_addr_format(&ns.addr, &match);
        ds_put_char(&match, ')');
    }
    ds_put_char(&match, ')');
    add_turn_policy(plan, "own-addresses", PRIORITY_TURN, ds_cstr(&match),
                    "drop");
    ds_destroy(&match);
}

void
plan_add_policies(struct plan *plan)
{
    add_gateway_echo(plan);
    if (plan->in.service->client_to_client) {
        add_own_addresses_drop(plan);
    } else {
        add_turn_policy(plan, "client-to-client", PRIORITY_TURN, "", "drop");
    }
}
