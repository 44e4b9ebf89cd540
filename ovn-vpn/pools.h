/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_POOLS_H
#define OVN_VPN_POOLS_H 1

/* External addresses for services that take theirs from a pool.
 *
 * A service keeps the address that it has as long as that is in its pool and
 * nobody else's; the column "public_ip" of its row tells after a restart which
 * one that is.  Otherwise it gets the first free one of an external network of
 * its router. */

#include <stdbool.h>
#include <stddef.h>

struct neighbours;
struct router;
struct shash;
struct vpn_service;

/* A service, and what becomes of it. */
struct pool_user {
    struct vpn_service *service;    /* Its external_ip is set. */
    const struct router *router;    /* NULL if it cannot be had. */
    char *error;                    /* Why it gets no address, NULL if it does
                                     * or needs none.  The caller must free
                                     * it. */
    bool changed;                   /* It gets another one than before ... */
    bool other_version;             /* ... of another IP version, or one of the
                                     * two is none. */
};

void pools_run(const struct shash *pools, const struct neighbours *,
               struct pool_user *, size_t n);

#endif /* ovn-vpn/pools.h */
