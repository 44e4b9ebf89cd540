/* SPDX-License-Identifier: Apache-2.0 */

/* What peers do not reach, whatever access rules say. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>

#include "openvswitch/dynamic-string.h"
#include "util.h"

/* Returns, as OVN writes sets, the links between routers and namespaces and
 * what lies behind other services.  The caller must free it. */
static char *
get_guarded(const struct plan *plan, bool v4)
{
    const struct vpn_options *options = plan->in.options;
    const struct vpn_prefixes *siblings = &plan->siblings;
    struct ds ds = DS_EMPTY_INITIALIZER;
    bool is_set = vpn_prefixes_have_family(siblings, v4);

    ds_put_cstr(&ds, is_set ? "{" : "");
    vpn_prefix_format(v4 ? &options->transit_subnet
                      : &options->transit_subnet6, &ds);
    for (size_t i = 0; i < siblings->n; i++) {
        if (vpn_prefix_is_v4(&siblings->list[i]) == v4) {
            ds_put_cstr(&ds, ", ");
            vpn_prefix_format(&siblings->list[i], &ds);
        }
    }
    ds_put_cstr(&ds, is_set ? "}" : "");
    return ds_steal_cstr(&ds);
}

static const char *
get_key(bool v4)
{
    return v4 ? "transit" : "transit6";
}

/* Makes 'row' match what peers send where they may not.  A namespace asks for
 * IPv6 neighbours from its link-local address, too. */
static void
set_match(const struct plan *plan, struct plan_row *row, bool v4)
{
    struct vpn_prefix ns = plan_transit(plan, PLAN_TRANSIT_NS, v4);
    char *address = vpn_addr_to_string(&ns.addr);
    char *guarded = get_guarded(plan, v4);
    struct svec match = SVEC_EMPTY_INITIALIZER;

    svec_add_nocopy(&match, xasprintf(
        (v4 ? "inport == \"vpn-%s-ln\" && ip4.src != %s && ip4.dst == %s"
         : "inport == \"vpn-%s-ln\" && ip6.src != {%s, fe80::/64} && "
         "ip6.dst == %s"), plan->in.service->name, address, guarded));
    plan_row_set(row, "match", &match);
    free(address);
    free(guarded);
}

static void
add_guard(struct plan *plan, bool v4)
{
    struct plan_row *row = plan_rows_add(&plan->rows, "ACL", "%s:acl:%s",
                                         plan->in.service->name, get_key(v4));

    row->parent = plan_find_row(plan, "ls", "");
    plan_row_add(row, "direction", "from-lport");
    plan_row_add(row, "priority", "%d", PLAN_PRIORITY_GUARD);
    set_match(plan, row, v4);
    plan_row_add(row, "action", "drop");
    plan_row_add(row, "log", "false");
    plan_row_clear(row, "name");
    plan_row_clear(row, "options");
}

/* Peers reach neither the links between routers and namespaces, of this
 * service or of others, nor what uses them, nor the peers of other services on
 * the router. */
void
plan_add_guards(struct plan *plan)
{
    add_guard(plan, true);
    if (plan->alloc.ipv6) {
        add_guard(plan, false);
    }
}

/* Brings the rows of 'plan', one of a service that is served, up to date with
 * what has become of the service's siblings. */
void
plan_update_guards(struct plan *plan)
{
    for (int v4 = 1; v4 >= (plan->alloc.ipv6 ? 0 : 1); v4--) {
        set_match(plan, CONST_CAST(struct plan_row *,
                                   plan_find_row(plan, "acl", get_key(v4))),
                  v4);
    }
}
