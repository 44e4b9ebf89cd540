/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_ACCESS_H
#define VPN_ACCESS_H 1

/* Access rules: what connections of a service may reach, and who may reach
 * them, as plain data.  The columns' meaning is in ovn-vpn-nb(5). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/vpn-prefix.h"
#include "openvswitch/uuid.h"
#include "svec.h"

/* Largest priority of a rule: maxInteger in the schema. */
#define VPN_ACCESS_PRIORITY_MAX 32767

struct vpn_port_range {
    uint16_t first, last;
};

struct vpn_access_rule {
    struct uuid uuid;
    char *name;                     /* May be empty. */
    int priority;
    bool drop;                      /* Otherwise the rule allows. */
    bool from_peer, to_peer;        /* Who opens what it is about. */
    bool log;

    /* To whom it applies: all connections, if both are empty. */
    struct uuid *connections;       /* Sorted. */
    size_t n_connections;
    struct svec groups;             /* Sorted. */

    struct vpn_prefixes networks;   /* Any, if empty. */
    char *protocol;                 /* "tcp", "udp", "sctp", "icmp" or "icmp6",
                                     * NULL for any. */
    struct vpn_port_range *ports;   /* Any, if empty. */
    size_t n_ports;
};

void vpn_access_rule_init(struct vpn_access_rule *);
void vpn_access_rule_destroy(struct vpn_access_rule *);
bool vpn_access_rule_names(const struct vpn_access_rule *,
                           const struct uuid *connection);
char *vpn_access_rule_check(const struct vpn_access_rule *,
                            const char **columnp);

char *vpn_port_range_parse(const char *, struct vpn_port_range *);
char *vpn_group_check(const char *);

#endif /* lib/vpn-access.h */
