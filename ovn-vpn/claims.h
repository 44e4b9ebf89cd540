/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_CLAIMS_H
#define OVN_VPN_CLAIMS_H 1

/* Which prefixes services want of the routers that they share: for their
 * tunnel subnets and for what lies behind their sites.
 *
 * An index of all claims, in which those that overlap with a prefix are found
 * without a look at the rest. */

#include <stdbool.h>
#include <stddef.h>

#include "lib/vpn-prefix.h"
#include "openvswitch/hmap.h"
#include "openvswitch/uuid.h"

struct vpn_service;

struct claim {
    struct hmap_node node;      /* In 'claims.by_prefix'. */
    struct uuid router;
    struct vpn_prefix prefix;
    const char *what;           /* "tunnel subnet", for messages. */
    const struct vpn_service *service;
    bool is_held;               /* The service has it and will keep it. */
};

struct claims {
    struct hmap by_prefix;      /* By router and prefix. */
    struct claim **sorted;      /* By router and address. */
    size_t n, allocated;
    bool is_sorted;
};

void claims_init(struct claims *);
void claims_destroy(struct claims *);
void claims_add(struct claims *, const struct uuid *router,
                const struct vpn_prefix *, const char *what,
                const struct vpn_service *, bool is_held);

typedef void claims_func(const struct claim *, void *aux);
void claims_find(struct claims *, const struct uuid *router,
                 const struct vpn_prefix *, claims_func *, void *aux);

#endif /* ovn-vpn/claims.h */
