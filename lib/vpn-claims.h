/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_CLAIMS_H
#define VPN_CLAIMS_H 1

/* What only one connection of a service may have: a name, a public key, and
 * prefixes.
 *
 * Connections that have no mistake by themselves claim what they name.  Who is
 * the oldest of those that claim a thing has it; a connection is in error
 * while an older one has anything of what it claims, even if that one is in
 * error itself: somebody is about to repair it.  So what is right depends
 * only on which connections there are, not on the order in which they came,
 * and one that comes or goes concerns its rivals alone: those that claim a
 * thing that it claims.
 *
 * The claimed things are not copied: a connection must not change or move
 * while it is among the claims. */

#include <stdbool.h>
#include <stddef.h>

#include "openvswitch/hmap.h"

struct vpn_connection;

struct vpn_claims {
    struct hmap things;         /* Contains 'struct claim's. */
};

/* Called for a rival. */
typedef void vpn_claims_rival_func(const struct vpn_connection *, void *aux);

void vpn_claims_init(struct vpn_claims *);
void vpn_claims_destroy(struct vpn_claims *);
void vpn_claims_reserve(struct vpn_claims *, size_t n_connections);

void vpn_claims_add(struct vpn_claims *, const struct vpn_connection *,
                    vpn_claims_rival_func *, void *aux);
void vpn_claims_remove(struct vpn_claims *, const struct vpn_connection *,
                       vpn_claims_rival_func *, void *aux);
char *vpn_claims_check(const struct vpn_claims *,
                       const struct vpn_connection *, const char **columnp);

#endif /* lib/vpn-claims.h */
