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

struct router_port {
    struct uuid uuid;
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

    int max_packet;                 /* Size of the largest IP packets that
                                     * OVN lets pass, 0 if it does not look
                                     * (options:gateway_mtu). */
};

struct router_route {
    struct vpn_prefix prefix;
    struct in6_addr nexthop;        /* Zero if it has none. */
    struct uuid service;            /* Service that owns it, zero if none. */
};

struct router_nat {
    char *type;
    struct in6_addr external_ip;
    char *logical_ip;
    struct uuid service;            /* Service that owns it, zero if none. */
};

/* An address, or one port of it, that is a load balancer's. */
struct router_vip {
    struct in6_addr addr;
    uint16_t port;              /* 0 for all of them. */
    bool udp;
    char *load_balancer;        /* Its name. */
};

struct router {
    struct uuid uuid;
    unsigned int version;           /* Another one when it changes, apart from
                                     * what services have there. */
    char *name;
    bool is_ours;                   /* Made by ovn-vpn. */
    char *chassis;                  /* Of a gateway router, otherwise NULL. */
    bool one_gateway_port;          /* Its NAT rows work only if it has no
                                     * more than that. */

    /* In each array, those that belong to no service come first. */
    struct router_port *ports;
    size_t n_ports, n_foreign_ports;
    struct router_route *routes;    /* In the main table, by destination. */
    size_t n_routes, n_foreign_routes;
    struct router_nat *nats;
    size_t n_nats, n_foreign_nats;

    struct router_vip *vips;        /* Without those of services. */
    size_t n_vips, allocated_vips;
};

bool router_port_is_gateway(const struct router *, const struct router_port *);
size_t router_count_gateway_ports(const struct router *);
const struct router_port *router_find_gateway_port(
    const struct router *, const struct in6_addr *, const char *name);
const struct router_vip *router_find_vip(const struct router *,
                                         const struct in6_addr *,
                                         uint16_t udp_port);
bool router_foreign_equals(const struct router *, const struct router *);
void router_destroy(struct router *);

#endif /* ovn-vpn/router.h */
