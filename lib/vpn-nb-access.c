/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/vpn-nb-access.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-model.h"
#include "util.h"
#include "uuid.h"

/* Makes 'idl' replicate the columns that vpn_nb_access_read() reads. */
void
vpn_nb_access_add_columns(struct ovsdb_idl *idl)
{
    static const struct ovsdb_idl_column *columns[] = {
        &vpnnbrec_vpn_service_col_access_rules,
        &vpnnbrec_access_rule_col_name,
        &vpnnbrec_access_rule_col_priority,
        &vpnnbrec_access_rule_col_action,
        &vpnnbrec_access_rule_col_direction,
        &vpnnbrec_access_rule_col_connections,
        &vpnnbrec_access_rule_col_groups,
        &vpnnbrec_access_rule_col_networks,
        &vpnnbrec_access_rule_col_protocol,
        &vpnnbrec_access_rule_col_ports,
        &vpnnbrec_access_rule_col_log,
    };

    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        ovsdb_idl_add_column(idl, columns[i]);
    }
}

static int
compare_uuids_cb(const void *a, const void *b)
{
    return uuid_compare_3way(a, b);
}

static void
read_members(const struct vpnnbrec_access_rule *row,
             struct vpn_access_rule *rule)
{
    rule->n_connections = row->n_connections;
    rule->connections = xcalloc(row->n_connections + 1,
                                sizeof *rule->connections);
    for (size_t i = 0; i < row->n_connections; i++) {
        rule->connections[i] = row->connections[i]->header_.uuid;
    }
    qsort(rule->connections, rule->n_connections, sizeof *rule->connections,
          compare_uuids_cb);

    for (size_t i = 0; i < row->n_groups; i++) {
        svec_add(&rule->groups, row->groups[i]);
    }
    svec_sort_unique(&rule->groups);
}

static char *
read_networks(const struct vpnnbrec_access_rule *row,
              struct vpn_access_rule *rule)
{
    char *error = NULL;

    for (size_t i = 0; !error && i < row->n_networks; i++) {
        struct vpn_prefix p;

        error = vpn_prefix_parse(row->networks[i], &p);
        if (!error) {
            vpn_prefixes_add(&rule->networks, &p);
        }
    }
    vpn_prefixes_sort(&rule->networks);

    rule->ports = xcalloc(row->n_ports + 1, sizeof *rule->ports);
    for (size_t i = 0; !error && i < row->n_ports; i++) {
        error = vpn_port_range_parse(row->ports[i],
                                     &rule->ports[rule->n_ports++]);
    }
    return error;
}

static char *
read_rule(const struct vpnnbrec_access_rule *row, struct vpn_access_rule *rule)
{
    vpn_access_rule_init(rule);
    rule->uuid = row->header_.uuid;
    rule->name = xstrdup(row->name);
    rule->priority = row->priority;
    rule->drop = strcmp(row->action, "allow");
    rule->from_peer = strcmp(row->direction, "to-peer");
    rule->to_peer = strcmp(row->direction, "from-peer");
    rule->log = row->log;
    rule->protocol = nullable_xstrdup(row->protocol);
    read_members(row, rule);

    char *error = read_networks(row, rule);
    return error ? error : vpn_access_rule_check(rule, NULL);
}

static int
compare_rules_cb(const void *a_, const void *b_)
{
    const struct vpn_access_rule *a = a_, *b = b_;

    return uuid_compare_3way(&a->uuid, &b->uuid);
}

/* Stores in 's' the rules of 'row'.  Returns NULL, or the first mistake in
 * them, which the caller must free. */
char *
vpn_nb_access_read(const struct vpnnbrec_vpn_service *row,
                   struct vpn_service *s)
{
    char *first = NULL;

    s->n_rules = row->n_access_rules;
    s->rules = xcalloc(s->n_rules + 1, sizeof *s->rules);
    for (size_t i = 0; i < s->n_rules; i++) {
        const struct vpnnbrec_access_rule *rule = row->access_rules[i];
        char *error = read_rule(rule, &s->rules[i]);

        if (error && !first) {
            first = xasprintf("access_rules: rule %s%s"UUID_FMT"%s: %s",
                              rule->name, rule->name[0] ? " (" : "",
                              UUID_ARGS(&rule->header_.uuid),
                              rule->name[0] ? ")" : "", error);
        }
        free(error);
    }
    qsort(s->rules, s->n_rules, sizeof *s->rules, compare_rules_cb);
    return first;
}
