/* SPDX-License-Identifier: Apache-2.0 */

/* Access rules as ACLs on the switch between the service's router and its
 * namespaces, where all that leaves or enters the tunnel passes in the clear:
 * what peers send comes in from the localnet port, and what they get goes out
 * to it.  The outer packets of WireGuard pass there, too, from and to the
 * namespace's own address, which no rule is about.
 *
 * OVN keeps ports of these types out of connection tracking, so the ACLs know
 * no state.  A rule is about who opens a flow, and this must be told from
 * single packets: a TCP segment with SYN and without ACK opens one, other TCP
 * segments, ICMP errors and echo replies belong to one that exists
 * ("established"), and all else may do either.
 *
 *   - A rule that allows what peers open lets pass what they send to the
 *     rule's networks and ports, and what comes back from there, unless that
 *     opens something.
 *
 *   - A rule that drops what peers open drops what they send to the rule's
 *     networks and ports.  If it is about all ports, established packets are
 *     none of its business, for the other side may have opened that flow.
 *
 * Rules about what is opened to peers mirror this.
 *
 * OVN cannot match all protocols but some.  Therefore each rule has ACLs for
 * established packets, if it is about any, above those for all packets, and
 * between the two kinds is one that lets all other established packets
 * pass. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdlib.h>
#include <string.h>

#include "lib/vpn-access.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"
#include "uuid.h"

/* OVN's priorities, below PLAN_PRIORITY_GUARD: of the ACL that lets
 * established packets pass, and the highest of ACLs about all packets. */
#define PRIORITY_ESTABLISHED 16384
#define PRIORITY_MAX 16383

/* SYN and not ACK. */
#define TCP_OPENS "0x02/0x12"

/* Errors and echo replies.  OVN cannot match all types but some. */
#define ICMP_ESTABLISHED "icmp4.type == {0, 3, 11, 12}"
#define ICMP6_ESTABLISHED "icmp6.type == {1, 2, 3, 4, 129}"

/* Protocols, besides TCP and ICMP, whose packets count as answers to what a
 * rule for all protocols allows: IP in IP, UDP, DCCP, IPv6 in IP, GRE, ESP,
 * AH, SCTP and UDP-Lite. */
#define OTHER_PROTOCOLS "{4, 17, 33, 41, 47, 50, 51, 132, 136}"

/* One ACL of a rule. */
struct acl {
    const struct vpn_access_rule *rule;
    int priority;
    bool v4;
    bool from_peer;             /* Which way the packets go. */
    bool answers;               /* They come from the rule's networks and
                                 * ports, rather than go there. */
    bool established;           /* Those only that belong to a flow. */
};

/* Matches. */

/* Appends those of 'prefixes' that are of the right IP version. */
static void
put_prefixes(struct ds *ds, const struct vpn_prefixes *prefixes, bool v4)
{
    const char *separator = "{";

    for (size_t i = 0; i < prefixes->n; i++) {
        if (vpn_prefix_is_v4(&prefixes->list[i]) == v4) {
            ds_put_cstr(ds, separator);
            vpn_prefix_format(&prefixes->list[i], ds);
            separator = ", ";
        }
    }
    ds_put_char(ds, '}');
}

/* Adds to 'prefixes' all that is behind the tunnel. */
static void
get_peers(const struct plan *plan, struct vpn_prefixes *prefixes)
{
    vpn_prefixes_clone(prefixes, &plan->in.service->tunnel_subnets);
    for (size_t i = 0; i < plan->in.n_sites; i++) {
        const struct vpn_connection *c = plan->in.sites[i];

        for (size_t j = 0; !plan->site_errors[i] && j < c->peer_cidrs.n;
             j++) {
            vpn_prefixes_add(prefixes, &c->peer_cidrs.list[j]);
        }
    }
    vpn_prefixes_sort(prefixes);
}

/* Appends "ip4.src == ..." for the peers that 'acl' is about. */
static void
put_peers(const struct plan *plan, const struct acl *acl, struct ds *ds)
{
    ds_put_format(ds, "%s.%s == ", acl->v4 ? "ip4" : "ip6",
                  acl->from_peer ? "src" : "dst");
    if (acl->rule->n_connections || acl->rule->groups.n) {
        plan_put_rule_sets(plan, acl->rule, acl->v4, ds);
    } else {
        struct vpn_prefixes peers = VPN_PREFIXES_INITIALIZER;

        get_peers(plan, &peers);
        put_prefixes(ds, &peers, acl->v4);
        vpn_prefixes_destroy(&peers);
    }
}

static void
put_ports(const struct acl *acl, struct ds *ds)
{
    const struct vpn_access_rule *rule = acl->rule;
    const char *field = acl->answers ? "src" : "dst";

    ds_put_cstr(ds, " && (");
    for (size_t i = 0; i < rule->n_ports; i++) {
        const struct vpn_port_range *range = &rule->ports[i];

        ds_put_cstr(ds, i ? " || " : "");
        if (range->first == range->last) {
            ds_put_format(ds, "%s.%s == %d", rule->protocol, field,
                          range->first);
        } else {
            ds_put_format(ds, "%d <= %s.%s <= %d", range->first,
                          rule->protocol, field, range->last);
        }
    }
    ds_put_char(ds, ')');
}

static bool
is_protocol(const struct vpn_access_rule *rule, const char *protocol)
{
    return rule->protocol && !strcmp(rule->protocol, protocol);
}

static bool
is_icmp(const struct vpn_access_rule *rule)
{
    return is_protocol(rule, "icmp") || is_protocol(rule, "icmp6");
}

/* Appends a match for established packets. */
static void
put_established(const struct acl *acl, struct ds *ds)
{
    const char *icmp = acl->v4 ? ICMP_ESTABLISHED : ICMP6_ESTABLISHED;

    if (is_protocol(acl->rule, "tcp")) {
        ds_put_cstr(ds, " && tcp.flags != "TCP_OPENS);
    } else if (is_icmp(acl->rule)) {
        ds_put_format(ds, " && %s", icmp);
    } else {
        ds_put_format(ds, " && (tcp.flags != "TCP_OPENS" || %s)", icmp);
    }
}

static void
put_match(const struct plan *plan, const struct acl *acl, struct ds *ds)
{
    const struct vpn_access_rule *rule = acl->rule;

    ds_put_format(ds, "%s == \"vpn-%s-ln\" && ",
                  acl->from_peer ? "inport" : "outport",
                  plan->in.service->name);
    put_peers(plan, acl, ds);
    if (rule->networks.n) {
        ds_put_format(ds, " && %s.%s == ", acl->v4 ? "ip4" : "ip6",
                      acl->from_peer ? "dst" : "src");
        put_prefixes(ds, &rule->networks, acl->v4);
    }
    if (rule->protocol) {
        ds_put_format(ds, " && %s", (strcmp(rule->protocol, "icmp")
                                     ? rule->protocol : "icmp4"));
    }
    if (rule->n_ports) {
        put_ports(acl, ds);
    }
    if (acl->established) {
        put_established(acl, ds);
    } else if (acl->answers && !rule->protocol) {
        ds_put_cstr(ds, " && ip.proto == "OTHER_PROTOCOLS);
    }
}

/* Rows. */

/* Longest name of an ACL, in bytes: OVN's logical flows take no more, and its
 * database as many characters. */
#define ACL_NAME_MAX_LEN 63

/* Returns how many bytes of 'name', in UTF-8, an ACL can have as its name: as
 * many as are whole characters. */
static int
acl_name_len(const char *name)
{
    size_t len = strlen(name);

    if (len > ACL_NAME_MAX_LEN) {
        len = ACL_NAME_MAX_LEN;
        while (len && (name[len] & 0xc0) == 0x80) {
            len--;
        }
    }
    return len;
}

static void
add_acl(struct plan *plan, const struct plan_row *ls, const struct acl *acl)
{
    const struct vpn_access_rule *rule = acl->rule;
    struct ds match = DS_EMPTY_INITIALIZER;
    struct plan_row *row = plan_rows_add(
        &plan->rows, "ACL", "%s:acl:"UUID_FMT"/%s%s%s/%s",
        plan->in.service->name, UUID_ARGS(&rule->uuid),
        acl->from_peer ? "from-peer" : "to-peer",
        acl->answers ? "-answers" : "",
        acl->established ? "-established" : "", acl->v4 ? "ip4" : "ip6");

    row->parent = ls;
    put_match(plan, acl, &match);
    plan_row_add(row, "direction", "%s",
                 acl->from_peer ? "from-lport" : "to-lport");
    plan_row_add(row, "priority", "%d",
                 acl->priority + (acl->established ? PRIORITY_ESTABLISHED
                                  : 0));
    plan_row_add(row, "match", "%s", ds_cstr(&match));
    plan_row_add(row, "action", "%s", rule->drop ? "drop" : "allow");
    plan_row_add(row, "log", "%s", rule->log ? "true" : "false");
    if (rule->log && rule->name[0]) {
        plan_row_add(row, "name", "%.*s", acl_name_len(rule->name),
                     rule->name);
    } else {
        plan_row_clear(row, "name");
    }
    plan_row_clear(row, "options");
    ds_destroy(&match);
}

/* Adds the ACLs of 'acl.rule' for flows of 'acl.v4' that are opened by peers
 * if 'acl.from_peer', otherwise to them. */
static void
add_direction(struct plan *plan, const struct plan_row *ls, struct acl acl)
{
    const struct vpn_access_rule *rule = acl.rule;
    bool both = rule->from_peer && rule->to_peer;
    bool has_established = (!rule->protocol || is_protocol(rule, "tcp")
                            || is_icmp(rule));

    add_acl(plan, ls, &acl);
    if (has_established && (!rule->drop || both || rule->n_ports)) {
        acl.established = true;
        add_acl(plan, ls, &acl);
    }

    /* What a rule for both directions and all ports says, it says of answers,
     * too. */
    if (!rule->drop && !(both && !rule->n_ports)) {
        acl.from_peer = !acl.from_peer;
        acl.answers = true;
        if (has_established) {
            acl.established = true;
            add_acl(plan, ls, &acl);
        }
        if (!rule->protocol || !has_established) {
            acl.established = false;
            add_acl(plan, ls, &acl);
        }
    }
}

/* Returns true if 'rule' is about packets of the given IP version. */
static bool
concerns(const struct plan *plan, const struct vpn_access_rule *rule, bool v4)
{
    return (plan_inner_has_family(plan, v4)
            && (!rule->networks.n
                || vpn_prefixes_have_family(&rule->networks, v4))
            && (!is_icmp(rule) || v4 == is_protocol(rule, "icmp")));
}

static void
add_rule(struct plan *plan, const struct plan_row *ls,
         const struct vpn_access_rule *rule, int priority)
{
    for (int v4 = 1; v4 >= 0; v4--) {
        struct acl acl = { .rule = rule, .priority = priority, .v4 = v4 };

        if (concerns(plan, rule, v4)) {
            acl.from_peer = true;
            if (rule->from_peer) {
                add_direction(plan, ls, acl);
            }
            acl.from_peer = false;
            if (rule->to_peer) {
                add_direction(plan, ls, acl);
            }
        }
    }
}

static int
compare_priorities_cb(const void *a_, const void *b_)
{
    const struct vpn_access_rule *const *a = a_, *const *b = b_;

    return ((*a)->priority != (*b)->priority
            ? ((*a)->priority < (*b)->priority ? -1 : 1)
            : uuid_compare_3way(&(*a)->uuid, &(*b)->uuid));
}

/* Adds the rules, each with two of OVN's priorities for each of theirs: of
 * rules with the same priority, those that drop decide. */
static void
add_rules(struct plan *plan, const struct plan_row *ls)
{
    const struct vpn_service *service = plan->in.service;
    const struct vpn_access_rule **rules
        = xcalloc(service->n_rules + 1, sizeof *rules);
    int rank = 0;

    for (size_t i = 0; i < service->n_rules; i++) {
        rules[i] = &service->rules[i];
    }
    qsort(rules, service->n_rules, sizeof *rules, compare_priorities_cb);
    for (size_t i = 0; i < service->n_rules; i++) {
        if (!i || rules[i]->priority != rules[i - 1]->priority) {
            rank++;
        }
        add_rule(plan, ls, rules[i],
                 MIN(2 * rank + rules[i]->drop, PRIORITY_MAX));
    }
    free(rules);
}

/* Adds an ACL that is not a rule's, for packets from peers if 'from_peer',
 * otherwise for those to them. */
static struct plan_row *
add_own_acl(struct plan *plan, const struct plan_row *ls, const char *key,
            bool from_peer, int priority, const char *action)
{
    struct plan_row *row = plan_rows_add(&plan->rows, "ACL", "%s:acl:%s",
                                         plan->in.service->name, key);

    row->parent = ls;
    plan_row_add(row, "direction", from_peer ? "from-lport" : "to-lport");
    plan_row_add(row, "priority", "%d", priority);
    plan_row_add(row, "action", "%s", action);
    plan_row_add(row, "log", "false");
    plan_row_clear(row, "name");
    plan_row_clear(row, "options");
    return row;
}

/* Adds ACLs that are not a rule's for packets both from peers and to them that
 * 'match' is about. */
static void
add_own_acls(struct plan *plan, const struct plan_row *ls, const char *key,
             int priority, const char *match, const char *action)
{
    const char *name = plan->in.service->name;

    for (int from_peer = 1; from_peer >= 0; from_peer--) {
        char *full_key = xasprintf("%s-peer-%s", from_peer ? "from" : "to",
                                   key);
        struct plan_row *row = add_own_acl(plan, ls, full_key, from_peer,
                                           priority, action);

        plan_row_add(row, "match", "%s == \"vpn-%s-ln\" && %s",
                     from_peer ? "inport" : "outport", name, match);
        free(full_key);
    }
}

/* What rules say nothing of passes. */
static void
add_established(struct plan *plan, const struct plan_row *ls)
{
    add_own_acls(plan, ls, "established", PRIORITY_ESTABLISHED,
                 "(tcp.flags != "TCP_OPENS" || "ICMP_ESTABLISHED" || "
                 ICMP6_ESTABLISHED")", "allow");
}

/* A first fragment can end before ports and flags, and then passes for one
 * that opens nothing and goes to no port in particular.  It is worth nothing
 * without the others, which TCP and SCTP, as they choose sizes that need no
 * fragments, do not miss.  Of IPv6, OVN sees no protocol in these, so that
 * rules about all protocols apply; besides, IPv6 has such first fragments
 * discarded (RFC 7112). */
static void
add_fragments(struct plan *plan, const struct plan_row *ls)
{
    add_own_acls(plan, ls, "fragments", PLAN_PRIORITY_GUARD,
                 "ip4 && ip.proto == {6, 132} && ip.later_frag", "drop");
}

static void
warn_about_rules(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    bool drops = false;

    for (size_t i = 0; i < service->n_rules; i++) {
        drops |= service->rules[i].drop;
    }
    if (service->n_rules && !drops) {
        plan_warn(plan, "all access rules allow something, so they restrict "
                  "nothing; add one of lower priority that drops the rest");
    }
}

void
plan_add_acls(struct plan *plan)
{
    const struct plan_row *ls = plan_find_row(plan, "ls", "");

    if (plan->in.service->n_rules) {
        add_established(plan, ls);
        add_fragments(plan, ls);
        add_rules(plan, ls);
    }
    warn_about_rules(plan);
}
