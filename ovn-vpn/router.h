/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_ROUTER_H
#define OVN_VPN_ROUTER_H 1

/* A logical router of the OVN Northbound database as planning needs to see it,
 * in plain data.  ovn-vpn/snapshot.h makes these from rows. */

#include <stdbool.h>
#include <stddef.h>

#include "lib/vpn-model.h"
#include "lib/vpn-prefix.h"
#include "openvswitch/uuid.h"

/* An address that something on a provider switch has, beyond this router. */
struct router_neighbour {
    struct in6_addr addr;
    char *what;                 /* "NAT row of router r2", for messages. */
    struct uuid service;        /* Service that owns it, zero if none. */
};

struct router_port {
    char *name;
    struct vpn_prefixes networks;   /* The router's addresses, with lengths. */
    struct uuid service;            /* Service that owns it, zero if none. */

    /* Chassis of a distributed gateway port, from Gateway_Chassis or
     * HA_Chassis_Group.  Empty for other ports. */
    struct vpn_gateways gateways;

    /* The switch at the other end. */
    char *switch_name;              /* NULL if there is none. */
    struct uuid switch_uuid;
    bool has_localnet;              /* It has a localnet port. */
    bool announces_nat;             /* Its port has nat-addresses. */
    struct router_neighbour *neighbours;    /* Of gateway ports only. */
    size_t n_neighbours, allocated_neighbours;
};

struct router_route {
    struct vpn_prefix prefix;
    struct uuid service;            /* Service that owns it, zero if none. */
};

struct router_nat {
    char *type;
    struct in6_addr external_ip;
    char *logical_ip;
    struct uuid service;            /* Service that owns it, zero if none. */
};

struct router {
    struct uuid uuid;
    char *name;
    bool is_ours;                   /* Made by ovn-vpn. */
    char *chassis;                  /* Of a gateway router, otherwise NULL. */
    struct router_port *ports;
    size_t n_ports;
    struct router_route *routes;    /* In the main table, by destination. */
    size_t n_routes;
    struct router_nat *nats;
    size_t n_nats;
};

void router_port_add_neighbour(struct router_port *,
                               const struct in6_addr *, char *what,
                               const struct uuid *service);
bool router_port_is_gateway(const struct router *, const struct router_port *);
const struct router_port *router_find_gateway_port(
    const struct router *, const struct in6_addr *, const char *name);
void router_destroy(struct router *);

#endif /* ovn-vpn/router.h */
