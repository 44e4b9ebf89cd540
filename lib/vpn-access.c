/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/vpn-access.h"

#include <stdlib.h>
#include <string.h>

#include "lib/vpn-model.h"
#include "util.h"
#include "uuid.h"

void
vpn_access_rule_init(struct vpn_access_rule *rule)
{
    *rule = (struct vpn_access_rule) { .priority = 0 };
    svec_init(&rule->groups);
}

/* Frees what 'rule' holds, but not 'rule' itself. */
void
vpn_access_rule_destroy(struct vpn_access_rule *rule)
{
    free(rule->name);
    free(rule->connections);
    svec_destroy(&rule->groups);
    vpn_prefixes_destroy(&rule->networks);
    free(rule->protocol);
    free(rule->ports);
}

static int
compare_uuids_cb(const void *a, const void *b)
{
    return uuid_compare_3way(a, b);
}

/* Returns true if 'rule' applies to 'connection' by name, rather than because
 * it applies to its group or to all. */
bool
vpn_access_rule_names(const struct vpn_access_rule *rule,
                      const struct uuid *connection)
{
    return (rule->n_connections
            && bsearch(connection, rule->connections, rule->n_connections,
                       sizeof *rule->connections, compare_uuids_cb));
}

/* Stores in '*range' what 's' says: a port, or a range such as
 * "8000-8100". */
char *
vpn_port_range_parse(const char *s, struct vpn_port_range *range)
{
    unsigned int first, last;
    int n = 0;

    if (ovs_scan(s, "%u-%u%n", &first, &last, &n) && !s[n]) {
        /* A range. */
    } else if (ovs_scan(s, "%u%n", &first, &n) && !s[n]) {
        last = first;
    } else {
        first = last = 0;
    }
    if (first < 1 || first > last || last > UINT16_MAX) {
        return xasprintf("\"%s\" is neither a port nor a range such as "
                         "8000-8100", s);
    }
    *range = (struct vpn_port_range) { first, last };
    return NULL;
}

/* Checks the name of a group. */
char *
vpn_group_check(const char *name)
{
    return vpn_name_check("group", name);
}

static char *
check_groups(const struct vpn_access_rule *rule)
{
    char *error = NULL;

    for (size_t i = 0; !error && i < rule->groups.n; i++) {
        error = vpn_group_check(rule->groups.names[i]);
    }
    return error;
}

static char *
check_ports(const struct vpn_access_rule *rule)
{
    return (rule->n_ports && (!rule->protocol
                              || !strncmp(rule->protocol, "icmp", 4))
            ? xstrdup("ports take the protocol \"tcp\", \"udp\" or \"sctp\"")
            : NULL);
}

static char *
check_networks(const struct vpn_access_rule *rule)
{
    const char *protocol = rule->protocol ? rule->protocol : "";
    bool v4 = !strcmp(protocol, "icmp");

    return (rule->networks.n && (v4 || !strcmp(protocol, "icmp6"))
            && !vpn_prefixes_have_family(&rule->networks, v4)
            ? xasprintf("protocol \"%s\" and networks are not of the same IP "
                        "version", protocol)
            : NULL);
}

/* Looks for what does not fit together in 'rule'.  Returns NULL if all is
 * well, otherwise a message for the user, which the caller must free, and the
 * name of the column at fault in '*columnp', unless 'columnp' is NULL. */
char *
vpn_access_rule_check(const struct vpn_access_rule *rule,
                      const char **columnp)
{
    static const struct {
        const char *column;
        char *(*check)(const struct vpn_access_rule *);
    } checks[] = {
        { "groups", check_groups },
        { "ports", check_ports },
        { "networks", check_networks },
    };

    for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
        char *error = checks[i].check(rule);

        if (error) {
            if (columnp) {
                *columnp = checks[i].column;
            }
            return error;
        }
    }
    return NULL;
}
