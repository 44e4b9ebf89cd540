/* SPDX-License-Identifier: Apache-2.0 */

/* Routes and rules of a namespace; see ovn-vpn-controller/link.h. */

#include <config.h>

#include "ovn-vpn-controller/link.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "openvswitch/hmap.h"
#include "ovn-vpn-controller/link-internal.h"
#include "packets.h"
#include "util.h"

/* The kernel's last rule, "default", which IPv6 does not have.  Its table is
 * empty. */
#define RULE_DEFAULT_PRIORITY 32767

static bool
route_equals(const struct link_route *a, const struct link_route *b)
{
    return (a->table == b->table
            && vpn_prefix_equals(&a->dst, &b->dst)
            && a->ifindex == b->ifindex
            && a->has_gateway == b->has_gateway
            && (!a->has_gateway
                || ipv6_addr_equals(&a->gateway, &b->gateway)));
}

static uint32_t
route_hash(const struct link_route *route)
{
    return vpn_prefix_hash(&route->dst, route->table);
}

/* Stores the route in 'o' in '*route'.  Returns false if it is one that the
 * kernel makes by itself. */
static bool
parse_route(struct nl_object *o, struct link_route *route)
{
    struct rtnl_route *r = (struct rtnl_route *) o;
    int family = rtnl_route_get_family(r);

    memset(route, 0, sizeof *route);
    if (rtnl_route_get_protocol(r) == RTPROT_KERNEL
        || rtnl_route_get_flags(r) & RTM_F_CLONED
        || !link_parse_nl_addr(rtnl_route_get_dst(r), family, &route->dst)) {
        return false;
    }
    route->table = rtnl_route_get_table(r);
    if (rtnl_route_get_type(r) == RTN_UNICAST
        && rtnl_route_get_nnexthops(r) == 1) {
        struct rtnl_nexthop *hop = rtnl_route_nexthop_n(r, 0);
        const struct nl_addr *gateway = rtnl_route_nh_get_gateway(hop);
        struct vpn_prefix prefix;

        route->ifindex = rtnl_route_nh_get_ifindex(hop);
        route->has_gateway = gateway != NULL;
        if (gateway && link_parse_nl_addr(gateway, family, &prefix)) {
            route->gateway = prefix.addr;
        }
    }
    return true;
}

/* Returns true if 'verb' may be done to 'route'. */
static bool
change_route(struct link_ctx *ctx, const char *verb,
             const struct link_route *route)
{
    char what[64];

    snprintf(what, sizeof what, "%s route in table %"PRIu32" to", verb,
             route->table);
    return link_change(ctx, route->ifindex, what, &route->dst);
}

static int
add_route(struct link_ctx *ctx, const struct link_route *route)
{
    struct rtnl_route *r = rtnl_route_alloc();
    struct rtnl_nexthop *hop = rtnl_route_nh_alloc();
    struct nl_addr *dst = link_nl_addr(&route->dst);
    bool v4 = vpn_prefix_is_v4(&route->dst);

    rtnl_route_set_family(r, v4 ? AF_INET : AF_INET6);
    rtnl_route_set_table(r, route->table);
    rtnl_route_set_dst(r, dst);
    rtnl_route_set_protocol(r, RTPROT_STATIC);
    rtnl_route_set_type(r, RTN_UNICAST);
    rtnl_route_set_scope(r, (v4 && !route->has_gateway ? RT_SCOPE_LINK
                             : RT_SCOPE_UNIVERSE));
    rtnl_route_nh_set_ifindex(hop, route->ifindex);
    if (route->has_gateway) {
        struct vpn_prefix host = vpn_prefix_host(&route->gateway);
        struct nl_addr *gateway = link_nl_addr(&host);

        rtnl_route_nh_set_gateway(hop, gateway);
        nl_addr_put(gateway);
    }
    rtnl_route_add_nexthop(r, hop);
    int error = (change_route(ctx, "add", route)
                 ? link_errno(rtnl_route_add(ctx->nl, r,
                                             NLM_F_CREATE | NLM_F_REPLACE))
                 : 0);
    nl_addr_put(dst);
    rtnl_route_put(r);
    return error;
}

/* A route that is wanted. */
struct wanted_route {
    struct hmap_node node;      /* By route_hash(). */
    const struct link_route *route;
    bool found;                 /* The kernel has it. */
};

/* Puts 'want', an array of 'n', into 'wanted'.  A site may bring thousands of
 * routes, each of which is looked up.  Returns the array of the nodes, which
 * the caller must free when it has destroyed 'wanted'. */
static struct wanted_route *
index_routes(const struct link_route *want, size_t n, struct hmap *wanted)
{
    struct wanted_route *nodes = xcalloc(n + 1, sizeof *nodes);

    hmap_init(wanted);
    hmap_reserve(wanted, n);
    for (size_t i = 0; i < n; i++) {
        nodes[i].route = &want[i];
        hmap_insert_fast(wanted, &nodes[i].node, route_hash(&want[i]));
    }
    return nodes;
}

static struct wanted_route *
find_route(const struct hmap *wanted, const struct link_route *have)
{
    struct wanted_route *w;

    HMAP_FOR_EACH_WITH_HASH (w, node, route_hash(have), wanted) {
        if (route_equals(w->route, have)) {
            return w;
        }
    }
    return NULL;
}

/* Deletes the routes in 'cache' that are not in 'wanted', and marks those that
 * are. */
static int
delete_routes(struct link_ctx *ctx, struct nl_cache *cache,
              const struct hmap *wanted)
{
    int error = 0;

    for (struct nl_object *o = nl_cache_get_first(cache); o;
         o = nl_cache_get_next(o)) {
        struct link_route have;

        if (!parse_route(o, &have)) {
            continue;
        }
        struct wanted_route *w = find_route(wanted, &have);
        if (w) {
            w->found = true;
        } else if (change_route(ctx, "delete", &have)) {
            int retval = link_errno(
                rtnl_route_delete(ctx->nl, (struct rtnl_route *) o, 0));
            error = error || retval == ENOENT ? error : retval;
        }
    }
    return error;
}

/* Makes 'want', an array of 'n', the routes of the namespace, apart from those
 * that the kernel makes by itself. */
int
link_sync_routes(struct link_ctx *ctx, const struct link_route *want,
                 size_t n)
{
    struct nl_cache *cache;
    struct hmap wanted;

    int error = link_errno(rtnl_route_alloc_cache(ctx->nl, AF_UNSPEC, 0,
                                                  &cache));
    if (error) {
        return error;
    }
    struct wanted_route *nodes = index_routes(want, n, &wanted);
    error = delete_routes(ctx, cache, &wanted);
    nl_cache_free(cache);

    for (size_t i = 0; i < n; i++) {
        if (!nodes[i].found) {
            int retval = add_route(ctx, &want[i]);
            error = error ? error : retval;
        }
    }
    hmap_destroy(&wanted);
    free(nodes);
    return error;
}

/* Rules. */

static uint8_t
rule_action(const struct link_rule *rule)
{
    return rule->table ? FR_ACT_TO_TBL : FR_ACT_BLACKHOLE;
}

static bool
rule_equals(struct rtnl_rule *have, const struct link_rule *want)
{
    return (rtnl_rule_get_prio(have) == want->priority
            && rtnl_rule_get_table(have) == want->table
            && rtnl_rule_get_action(have) == rule_action(want)
            && nullable_string_is_equal(rtnl_rule_get_iif(have), want->iif)
            && rtnl_rule_get_mark(have) == want->mark
            && !rtnl_rule_get_src(have)
            && !rtnl_rule_get_dst(have)
            && !rtnl_rule_get_oif(have));
}

/* Returns true if 'verb' may be done to the rule of 'priority'. */
static bool
change_rule(struct link_ctx *ctx, const char *verb, int family,
            uint32_t priority)
{
    char what[64];

    snprintf(what, sizeof what, "%s IPv%d rule %"PRIu32, verb,
             family == AF_INET ? 4 : 6, priority);
    return link_change(ctx, 0, what, NULL);
}

static int
add_rule(struct link_ctx *ctx, int family, const struct link_rule *want)
{
    struct rtnl_rule *rule = rtnl_rule_alloc();

    rtnl_rule_set_family(rule, family);
    rtnl_rule_set_prio(rule, want->priority);
    rtnl_rule_set_table(rule, want->table);
    rtnl_rule_set_action(rule, rule_action(want));
    if (want->iif) {
        rtnl_rule_set_iif(rule, want->iif);
    }
    if (want->mark) {
        rtnl_rule_set_mark(rule, want->mark);
    }
    int error = (change_rule(ctx, "add", family, want->priority)
                 ? link_errno(rtnl_rule_add(ctx->nl, rule,
                                            NLM_F_CREATE | NLM_F_EXCL))
                 : 0);
    rtnl_rule_put(rule);
    return error == EEXIST ? 0 : error;
}

/* Returns the index in 'want', an array of 'n', of the rule that 'have' is,
 * 'n' if it is none of them. */
static size_t
find_rule(struct rtnl_rule *have, const struct link_rule *want, size_t n)
{
    size_t i;

    for (i = 0; i < n && !rule_equals(have, &want[i]); i++) {
        continue;
    }
    return i;
}

/* Returns true if 'have' is one that is ours to decide about. */
static bool
rule_is_ours(struct rtnl_rule *have, int family)
{
    return (rtnl_rule_get_family(have) == family
            && rtnl_rule_get_prio(have) < RULE_DEFAULT_PRIORITY);
}

/* Adds those of 'want', an array of 'n', that are not in 'cache'. */
static int
add_rules(struct link_ctx *ctx, int family, struct nl_cache *cache,
          const struct link_rule *want, size_t n)
{
    bool *found = xcalloc(n + 1, sizeof *found);
    int error = 0;

    for (struct nl_object *o = nl_cache_get_first(cache); o;
         o = nl_cache_get_next(o)) {
        struct rtnl_rule *have = (struct rtnl_rule *) o;

        if (rule_is_ours(have, family)) {
            found[find_rule(have, want, n)] = true;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (!found[i]) {
            int retval = add_rule(ctx, family, &want[i]);
            error = error ? error : retval;
        }
    }
    free(found);
    return error;
}

/* Deletes from the kernel what is in 'cache' and not in 'want', an array of
 * 'n'. */
static int
delete_rules(struct link_ctx *ctx, int family, struct nl_cache *cache,
             const struct link_rule *want, size_t n)
{
    int error = 0;

    for (struct nl_object *o = nl_cache_get_first(cache); o;
         o = nl_cache_get_next(o)) {
        struct rtnl_rule *have = (struct rtnl_rule *) o;
        uint32_t priority = rtnl_rule_get_prio(have);

        if (rule_is_ours(have, family) && find_rule(have, want, n) == n
            && change_rule(ctx, "delete", family, priority)) {
            /* The kernel leaves priority 0 out of what it tells, and takes
             * one that is left out for any. */
            rtnl_rule_set_prio(have, priority);
            int retval = link_errno(rtnl_rule_delete(ctx->nl, have, 0));
            error = error || retval == ENOENT ? error : retval;
        }
    }
    return error;
}

/* Adds before it deletes: a rule may do in another place what another one did,
 * and no packet should find neither. */
static int
sync_rules_of_family(struct link_ctx *ctx, int family,
                     const struct link_rule *want, size_t n)
{
    struct nl_cache *cache;

    int error = link_errno(rtnl_rule_alloc_cache(ctx->nl, family, &cache));
    if (error) {
        return error;
    }
    error = add_rules(ctx, family, cache, want, n);
    if (!error) {
        error = delete_rules(ctx, family, cache, want, n);
    }
    nl_cache_free(cache);
    return error;
}

/* Makes 'want', an array of 'n', the rules of the namespace, the kernel's own
 * among them.  There is no packet to which neither the old nor the new ones
 * apply. */
int
link_sync_rules(struct link_ctx *ctx, const struct link_rule *want, size_t n)
{
    int error = sync_rules_of_family(ctx, AF_INET, want, n);
    int retval = sync_rules_of_family(ctx, AF_INET6, want, n);

    return error ? error : retval;
}
