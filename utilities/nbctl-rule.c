/* SPDX-License-Identifier: Apache-2.0 */

/* rule-add, rule-del and rule-list: access rules. */

#include <config.h>

#include "utilities/nbctl.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-access.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-parse.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/shash.h"
#include "sset.h"
#include "svec.h"
#include "table.h"
#include "util.h"
#include "uuid.h"

/* Options. */

/* Adds to 'list' the items, separated by commas or blanks, of 'option'. */
static void
get_list(struct ctl_context *ctx, const char *option, struct svec *list)
{
    const char *s = shash_find_data(&ctx->options, option);

    if (s) {
        char *copy = xstrdup(s), *save_ptr = NULL;

        for (char *token = strtok_r(copy, ", ", &save_ptr); token;
             token = strtok_r(NULL, ", ", &save_ptr)) {
            svec_add(list, token);
        }
        free(copy);
        svec_sort_unique(list);
    }
}

/* Refuses lists that have turned out empty, for example because a variable of
 * a script was: a rule without a list is one for all. */
static char *
check_lists(const struct ctl_context *ctx)
{
    static const char *const options[] = {
        "--connections", "--groups", "--networks", "--ports",
    };

    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        const char *s = shash_find_data(&ctx->options, options[i]);

        if (s && !s[strspn(s, ", ")]) {
            return xasprintf("%s: there is nothing in the list; leave the "
                             "option out for a rule that is for all",
                             options[i]);
        }
    }
    return NULL;
}

static char *
parse_ports(const struct svec *ports, struct vpn_access_rule *rule)
{
    rule->ports = xcalloc(ports->n + 1, sizeof *rule->ports);
    for (size_t i = 0; i < ports->n; i++) {
        char *error = vpn_port_range_parse(ports->names[i],
                                           &rule->ports[rule->n_ports++]);
        if (error) {
            return vpn_label("--ports", error);
        }
    }
    return NULL;
}

/* Returns NULL if 's' is one of the words in 'words', separated by blanks. */
static char *
check_word(const char *label, const char *s, const char *words)
{
    struct sset set;

    sset_from_delimited_string(&set, words, " ");
    bool found = sset_contains(&set, s);
    sset_destroy(&set);
    return (found ? NULL
            : xasprintf("%s: \"%s\" is none of: %s", label, s, words));
}

/* Fills in 'rule' from the command line, for its checks. */
static char *
parse_rule(struct ctl_context *ctx, const struct svec *ports,
           struct vpn_access_rule *rule)
{
    const char *networks = shash_find_data(&ctx->options, "--networks");
    const char *protocol = shash_find_data(&ctx->options, "--protocol");
    char *error;

    rule->protocol = nullable_xstrdup(protocol);
    get_list(ctx, "--groups", &rule->groups);
    error = check_word("DIRECTION", ctx->argv[2], "from-peer to-peer both");
    if (!error) {
        error = vpn_label("PRIORITY",
                          vpn_parse_int(ctx->argv[3], 0,
                                        VPN_ACCESS_PRIORITY_MAX,
                                        &rule->priority));
    }
    if (!error) {
        error = check_word("ACTION", ctx->argv[4], "allow drop");
    }
    if (!error && networks) {
        error = vpn_label("--networks",
                          vpn_parse_prefixes(networks, &rule->networks));
    }
    if (!error && protocol) {
        error = check_word("--protocol", protocol, "tcp udp sctp icmp icmp6");
    }
    if (!error) {
        error = parse_ports(ports, rule);
    }
    return error ? error : vpn_access_rule_check(rule, NULL);
}

/* Stores in '*rowsp' the connections of 'service' that the command line names.
 * The caller must free the array. */
static char *
find_connections(struct ctl_context *ctx,
                 const struct vpnnbrec_vpn_service *service,
                 struct vpnnbrec_vpn_connection ***rowsp, size_t *n)
{
    struct svec names = SVEC_EMPTY_INITIALIZER;
    char *error = NULL;

    get_list(ctx, "--connections", &names);
    *rowsp = xcalloc(names.n + 1, sizeof **rowsp);
    for (*n = 0; *n < names.n && !error; ) {
        const struct vpnnbrec_vpn_connection *row;

        error = nbctl_get_connection(service, names.names[*n], &row);
        if (!error) {
            (*rowsp)[(*n)++]
                = CONST_CAST(struct vpnnbrec_vpn_connection *, row);
        }
    }
    svec_destroy(&names);
    return error;
}

/* Commands. */

static void
add_rule(struct ctl_context *ctx, const struct vpnnbrec_vpn_service *service,
         const struct vpn_access_rule *rule, const struct svec *ports,
         struct vpnnbrec_vpn_connection **connections, size_t n)
{
    const char *name = shash_find_data(&ctx->options, "--name");
    struct vpnnbrec_access_rule *row = vpnnbrec_access_rule_insert(ctx->txn);
    char **networks = vpn_prefix_strings(&rule->networks);

    vpnnbrec_access_rule_set_name(row, name ? name : "");
    vpnnbrec_access_rule_set_priority(row, rule->priority);
    vpnnbrec_access_rule_set_action(row, ctx->argv[4]);
    vpnnbrec_access_rule_set_direction(row, ctx->argv[2]);
    vpnnbrec_access_rule_set_connections(row, connections, n);
    vpnnbrec_access_rule_set_groups(row, (const char **) rule->groups.names,
                                    rule->groups.n);
    vpnnbrec_access_rule_set_networks(row, (const char **) networks,
                                      rule->networks.n);
    vpnnbrec_access_rule_set_protocol(row, rule->protocol);
    vpnnbrec_access_rule_set_ports(row, (const char **) ports->names,
                                   ports->n);
    vpnnbrec_access_rule_set_log(row, shash_find(&ctx->options, "--log"));
    vpn_free_strings(networks, rule->networks.n);

    struct vpnnbrec_access_rule **rules
        = xmalloc((service->n_access_rules + 1) * sizeof *rules);
    nullable_memcpy(rules, service->access_rules,
                    service->n_access_rules * sizeof *rules);
    rules[service->n_access_rules] = row;
    vpnnbrec_vpn_service_verify_access_rules(service);
    vpnnbrec_vpn_service_set_access_rules(service, rules,
                                          service->n_access_rules + 1);
    vpn_nb_touch(service);
    nbctl_expect("changed", service->name, NULL);
    free(rules);
}

static void
cmd_rule_add(struct ctl_context *ctx)
{
    struct vpnnbrec_vpn_connection **connections = NULL;
    struct svec ports = SVEC_EMPTY_INITIALIZER;
    const struct vpnnbrec_vpn_service *service;
    struct vpn_access_rule rule;
    size_t n = 0;

    vpn_access_rule_init(&rule);
    get_list(ctx, "--ports", &ports);
    ctx->error = nbctl_get_service(ctx, ctx->argv[1], &service);
    ctx->error = ctx->error ? ctx->error : check_lists(ctx);
    if (!ctx->error) {
        ctx->error = parse_rule(ctx, &ports, &rule);
    }
    if (!ctx->error) {
        ctx->error = find_connections(ctx, service, &connections, &n);
    }
    if (!ctx->error) {
        add_rule(ctx, service, &rule, &ports, connections, n);
    }
    free(connections);
    svec_destroy(&ports);
    vpn_access_rule_destroy(&rule);
}

/* Returns the rule of 'service' that is called 'id', or has that UUID. */
static char *
find_rule(const struct vpnnbrec_vpn_service *service, const char *id,
          const struct vpnnbrec_access_rule **rulep)
{
    struct uuid uuid;
    bool is_uuid = uuid_from_string(&uuid, id);

    *rulep = NULL;
    for (size_t i = 0; i < service->n_access_rules; i++) {
        const struct vpnnbrec_access_rule *rule = service->access_rules[i];

        if (!vpn_nb_has_row(&rule->header_)) {
            continue;
        }
        if (is_uuid ? uuid_equals(&rule->header_.uuid, &uuid)
            : !strcmp(rule->name, id)) {
            if (*rulep) {
                return xasprintf("service %s has several access rules called "
                                 "\"%s\"; give a UUID", service->name, id);
            }
            *rulep = rule;
        }
    }
    return NULL;
}

static void
cmd_rule_del(struct ctl_context *ctx)
{
    const struct vpnnbrec_vpn_service *service;
    const struct vpnnbrec_access_rule *rule = NULL;

    ctx->error = nbctl_get_service(ctx, ctx->argv[1], &service);
    if (!ctx->error && ctx->argc > 2) {
        ctx->error = find_rule(service, ctx->argv[2], &rule);
        if (!ctx->error && !rule
            && !shash_find(&ctx->options, "--if-exists")) {
            ctl_error(ctx, "service %s has no access rule \"%s\" (\"%s "
                      "rule-list %s\" prints them)", service->name,
                      ctx->argv[2], program_name, service->name);
        }
    }
    if (ctx->error || (ctx->argc > 2 && !rule)) {
        return;
    } else if (rule) {
        vpn_nb_remove_rule(service, rule);
    } else {
        while (service->n_access_rules) {
            vpn_nb_remove_rule(service, service->access_rules[0]);
        }
    }
    vpn_nb_touch(service);
    nbctl_expect("changed", service->name, NULL);
}

static int
compare_rules_cb(const void *a_, const void *b_)
{
    const struct vpnnbrec_access_rule *const *a = a_, *const *b = b_;

    return ((*a)->priority != (*b)->priority
            ? ((*a)->priority > (*b)->priority ? -1 : 1)
            : strcmp((*a)->name, (*b)->name)
            ? strcmp((*a)->name, (*b)->name)
            : uuid_compare_3way(&(*a)->header_.uuid, &(*b)->header_.uuid));
}

/* Returns an array of the access rules of 'service', highest priority first,
 * which the caller must free. */
const struct vpnnbrec_access_rule **
nbctl_sort_rules(const struct vpnnbrec_vpn_service *service)
{
    size_t n = service->n_access_rules;
    const struct vpnnbrec_access_rule **rules = xcalloc(n + 1, sizeof *rules);

    nullable_memcpy(rules, service->access_rules, n * sizeof *rules);
    if (n) {
        qsort(rules, n, sizeof *rules, compare_rules_cb);
    }
    return rules;
}

/* Returns to whom 'rule' applies, which the caller must free. */
static char *
join_peers(const struct vpnnbrec_access_rule *rule)
{
    struct svec peers = SVEC_EMPTY_INITIALIZER;

    for (size_t i = 0; i < rule->n_connections; i++) {
        svec_add(&peers, rule->connections[i]->name);
    }
    svec_sort(&peers);
    for (size_t i = 0; i < rule->n_groups; i++) {
        svec_add_nocopy(&peers, xasprintf("group %s", rule->groups[i]));
    }
    char *s = svec_join(&peers, ", ", "");
    svec_destroy(&peers);
    return s;
}

/* Returns what 'rule' is about in words, which the caller must free. */
char *
nbctl_describe_rule(const struct vpnnbrec_access_rule *rule)
{
    struct ds ds = DS_EMPTY_INITIALIZER;
    char *peers = join_peers(rule);
    char *networks = nbctl_join(rule->networks, rule->n_networks);
    char *ports = nbctl_join(rule->ports, rule->n_ports);

    ds_put_format(&ds, "%s", rule->direction);
    if (peers[0]) {
        ds_put_format(&ds, ", peers %s", peers);
    }
    if (rule->n_networks) {
        ds_put_format(&ds, ", networks %s", networks);
    }
    if (rule->protocol) {
        ds_put_format(&ds, ", %s", rule->protocol);
    }
    if (rule->n_ports) {
        ds_put_format(&ds, " ports %s", ports);
    }
    free(peers);
    free(networks);
    free(ports);
    return ds_steal_cstr(&ds);
}

static void
put_rule(struct table *table, const struct vpnnbrec_access_rule *rule)
{
    table_add_row(table);
    nbctl_table_put(table, rule->name);
    nbctl_table_put_and_free(table, xasprintf("%"PRId64, rule->priority));
    nbctl_table_put(table, rule->action);
    nbctl_table_put(table, rule->direction);
    nbctl_table_put_and_free(table, join_peers(rule));
    nbctl_table_put_and_free(table, nbctl_join(rule->networks,
                                               rule->n_networks));
    nbctl_table_put(table, rule->protocol);
    nbctl_table_put_and_free(table, nbctl_join(rule->ports, rule->n_ports));
    nbctl_table_put(table, rule->log ? "true" : "false");
    nbctl_table_put_and_free(table,
                             xasprintf(UUID_FMT,
                                       UUID_ARGS(&rule->header_.uuid)));
}

static void
cmd_rule_list(struct ctl_context *ctx)
{
    static const char *const columns[] = {
        "name", "priority", "action", "direction", "peers", "networks",
        "protocol", "ports", "log", "uuid",
    };
    const struct vpnnbrec_vpn_service *service;

    ctx->error = nbctl_get_service(ctx, ctx->argv[1], &service);
    if (ctx->error) {
        return;
    }

    const struct vpnnbrec_access_rule **rules = nbctl_sort_rules(service);
    ctx->table = nbctl_table_create(columns, ARRAY_SIZE(columns));
    for (size_t i = 0; i < service->n_access_rules; i++) {
        put_rule(ctx->table, rules[i]);
    }
    free(rules);
}

const struct ctl_command_syntax nbctl_rule_commands[] = {
    {"rule-add", 4, 4, "SERVICE DIRECTION PRIORITY ACTION",
     nbctl_prerequisites, cmd_rule_add, NULL,
     "--name=,--connections=,--groups=,--networks=,--protocol=,--ports=,"
     "--log", RW},
    {"rule-del", 1, 2, "SERVICE [RULE]", nbctl_prerequisites, cmd_rule_del,
     NULL, "--if-exists", RW},
    {"rule-list", 1, 1, "SERVICE", nbctl_prerequisites, cmd_rule_list, NULL,
     "", RO},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};
