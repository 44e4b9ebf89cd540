/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_NEIGHBOURS_H
#define OVN_VPN_NEIGHBOURS_H 1

/* Who has an address on a provider network.
 *
 * Every router port on a switch brings its own addresses there, and those of
 * its router's NAT rows and load balancers.  This is an index of all of them,
 * so that whether an external address is free is one look-up, however many
 * routers share the network. */

#include "openvswitch/hmap.h"
#include "openvswitch/uuid.h"

struct in6_addr;
struct router_port;

struct neighbours {
    struct hmap addresses;      /* Contains 'struct neighbour_node's, by
                                 * switch and address. */
    struct hmap routers;        /* The same, by router. */
};

/* Strings belong to the database. */
struct neighbour {
    const char *port;           /* Router port on the switch. */
    const char *router;         /* Its router. */
    const char *nat;            /* Type of the NAT row that has the address, or
                                 * "Load_Balancer", NULL if the port has it. */
    struct uuid service;        /* Service that owns it, zero if none. */
};

void neighbours_init(struct neighbours *);
void neighbours_destroy(struct neighbours *);
void neighbours_add(struct neighbours *, const struct uuid *router,
                    const struct uuid *switch_uuid, const struct in6_addr *,
                    const struct neighbour *);
void neighbours_remove(struct neighbours *, const struct uuid *router);
int neighbour_compare(const struct neighbour *, const struct neighbour *);

uint32_t neighbours_digest(const struct neighbours *,
                           const struct router_port *,
                           const struct in6_addr *);

/* The first, or the next after 'prev', that has the address on the switch of
 * the port, other than through the port itself, or NULL. */
const struct neighbour *neighbours_next(const struct neighbours *,
                                        const struct neighbour *prev,
                                        const struct router_port *,
                                        const struct in6_addr *);

#define NEIGHBOURS_FOR_EACH(N, PORT, ADDR, NEIGHBOURS)                      \
    for ((N) = neighbours_next(NEIGHBOURS, NULL, PORT, ADDR); (N);          \
         (N) = neighbours_next(NEIGHBOURS, N, PORT, ADDR))

#endif /* ovn-vpn/neighbours.h */
