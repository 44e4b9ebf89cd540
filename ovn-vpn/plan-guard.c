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

/* Adds an ACL without a match. */
static struct plan_row *
add_acl(struct plan *plan, const char *key, const char *direction,
        int priority, const char *action)
{
    struct plan_row *row = plan_rows_add(&plan->rows, "ACL", "%s:acl:%s",
                                         plan->in.service->name, key);

    row->parent = plan_find_row(plan, "ls", "");
    plan_row_add(row, "direction", "%s", direction);
    plan_row_add(row, "priority", "%d", priority);
    plan_row_add(row, "action", "%s", action);
    plan_row_add(row, "log", "false");
    plan_row_clear(row, "name");
    plan_row_clear(row, "options");
    return row;
}

static void
add_guard(struct plan *plan, bool v4)
{
    set_match(plan, add_acl(plan, get_key(v4), "from-lport",
                            PLAN_PRIORITY_GUARD, "drop"), v4);
}

static void
add_default(struct plan *plan, const char *key, const char *direction,
            const char *option)
{
    struct plan_row *row = add_acl(plan, key, direction, 0, "allow");

    plan_row_add(row, "match", "1");
    if (option) {
        plan_row_put(row, "options", option, "true");
    }
}

/* With its option default_acl_drop, OVN has each of its stages for ACLs drop
 * what none there allows, on switches that have ACLs in any. */
static void
add_defaults(struct plan *plan)
{
    add_default(plan, "from-lport", "from-lport", NULL);
    add_default(plan, "after-lb", "from-lport", "apply-after-lb");
    add_default(plan, "to-lport", "to-lport", NULL);
}

/* Peers reach neither the links between routers and namespaces, of this
 * service or of others, nor what uses them, nor the peers of other services on
 * the router.  What nobody keeps away passes. */
void
plan_add_guards(struct plan *plan)
{
    add_guard(plan, true);
    if (plan->alloc.ipv6) {
        add_guard(plan, false);
    }
    add_defaults(plan);
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
