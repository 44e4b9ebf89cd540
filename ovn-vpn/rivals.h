/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_RIVALS_H
#define OVN_VPN_RIVALS_H 1

/* Which services want the same thing of the whole cloud, whatever their
 * routers: an external address, or a name for their interfaces on chassis.
 *
 * Only services that are enabled and have no mistake of their own want
 * anything.  plan-check.c decides which of them gets it. */

#include <stdbool.h>

#include "openvswitch/hmap.h"

struct in6_addr;
struct router;
struct vpn_service;

struct rivals {
    struct hmap by_address;     /* Contains 'struct rival's. */
    struct hmap by_ifname;      /* Likewise. */
};

/* One service that wants one thing. */
struct rival {
    struct hmap_node node;
    const struct vpn_service *service;
    const struct router *router;        /* Where it wants it. */
    bool is_held;               /* It has it and will keep it. */
};

void rivals_init(struct rivals *);
void rivals_destroy(struct rivals *);
void rivals_add(struct rivals *, const struct vpn_service *,
                const struct router *, bool is_held);

/* The first, or the next after 'prev', that wants the same, or NULL. */
const struct rival *rivals_next_by_address(const struct rivals *,
                                           const struct rival *prev,
                                           const struct in6_addr *);

const struct rival *rivals_next_by_ifname(const struct rivals *,
                                          const struct rival *prev,
                                          const char *service);

#define RIVALS_FOR_EACH_BY_ADDRESS(RIVAL, ADDR, RIVALS)                     \
    for ((RIVAL) = rivals_next_by_address(RIVALS, NULL, ADDR); (RIVAL);     \
         (RIVAL) = rivals_next_by_address(RIVALS, RIVAL, ADDR))

/* Those whose interfaces would be called like those of SERVICE, a name. */
#define RIVALS_FOR_EACH_BY_IFNAME(RIVAL, SERVICE, RIVALS)                   \
    for ((RIVAL) = rivals_next_by_ifname(RIVALS, NULL, SERVICE); (RIVAL);   \
         (RIVAL) = rivals_next_by_ifname(RIVALS, RIVAL, SERVICE))

#endif /* ovn-vpn/rivals.h */
