/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-defaults.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-prefix.h"
#include "util.h"
#include "utilities/api/api.h"

/* The first tunnel subnet to try, and how many of its size follow. */
#define TUNNEL_SUBNET "10.200.200.0/24"
#define TUNNEL_SUBNETS 56

/* Most addresses of one prefix or range of a pool. */
#define POOL_MAX 65536

/* Returns true if no service uses any of 'prefix'. */
static bool
is_free_subnet(struct api *api, const struct vpn_prefix *prefix)
{
    const struct vpnnbrec_vpn_service *row;

    VPNNBREC_VPN_SERVICE_FOR_EACH (row, api->idl) {
        for (size_t i = 0; i < row->n_tunnel_subnets; i++) {
            struct vpn_prefix other;
            char *error = vpn_prefix_parse(row->tunnel_subnets[i], &other);

            if (error) {
                free(error);
            } else if (vpn_prefix_overlaps(prefix, &other)) {
                return false;
            }
        }
    }
    return true;
}

/* Returns a tunnel subnet that no service uses, NULL if there is none.  The
 * caller must free it. */
char *
api_default_tunnel_subnet(struct api *api)
{
    struct vpn_prefix subnet;
    char *error = vpn_prefix_parse(TUNNEL_SUBNET, &subnet);

    ovs_assert(!error);
    for (size_t i = 0; i < TUNNEL_SUBNETS; i++) {
        if (is_free_subnet(api, &subnet)) {
            return vpn_prefix_to_string(&subnet);
        }
        subnet.addr.s6_addr[14]++;
    }
    return NULL;
}

/* Pools. */

const struct vpnnbrec_external_ip_pool *
api_find_pool(struct api *api, const char *name)
{
    const struct vpnnbrec_external_ip_pool *row;

    VPNNBREC_EXTERNAL_IP_POOL_FOR_EACH (row, api->idl) {
        if (!strcmp(row->name, name)) {
            return row;
        }
    }
    return NULL;
}

/* Returns the pool for services of 'router', NULL if there is none: that of
 * the router itself, or else the first by name that is for any. */
const struct vpnnbrec_external_ip_pool *
api_default_pool(struct api *api, const char *router)
{
    const struct vpnnbrec_external_ip_pool *row, *best = NULL;

    VPNNBREC_EXTERNAL_IP_POOL_FOR_EACH (row, api->idl) {
        if (row->router && !strcmp(row->router, router)) {
            return row;
        } else if (!row->router
                   && (!best || strcmp(row->name, best->name) < 0)) {
            best = row;
        }
    }
    return best;
}

/* Returns 'addr' as text if no service has it, NULL otherwise.  The caller
 * must free it. */
static char *
take_address(struct api *api, const struct in6_addr *addr)
{
    const struct vpnnbrec_vpn_service *row;
    char *s = vpn_addr_to_string(addr);

    VPNNBREC_VPN_SERVICE_FOR_EACH (row, api->idl) {
        if ((row->external_ip && !strcmp(row->external_ip, s))
            || (row->public_ip && !strcmp(row->public_ip, s))) {
            free(s);
            return NULL;
        }
    }
    return s;
}

static void
next_address(struct in6_addr *addr)
{
    for (int i = 15; i >= 0 && !++addr->s6_addr[i]; i--) {
        continue;
    }
}

/* Returns a free address from 'first' to 'last', NULL if there is none. */
static char *
take_from_range(struct api *api, const struct in6_addr *first,
                const struct in6_addr *last)
{
    struct in6_addr addr = *first;

    for (size_t i = 0; i < POOL_MAX; i++) {
        char *s = take_address(api, &addr);

        if (s || !memcmp(&addr, last, sizeof addr)) {
            return s;
        }
        next_address(&addr);
    }
    return NULL;
}

/* Returns a free address of 'prefix'.  The network and broadcast addresses of
 * IPv4 are nobody's. */
static char *
take_from_prefix(struct api *api, const struct vpn_prefix *prefix)
{
    bool is_v4 = vpn_prefix_is_v4(prefix);
    unsigned int bits = (is_v4 ? 32 : 128) - prefix->plen;
    bool skips = is_v4 && bits > 1;
    uint64_t n = bits >= 16 ? POOL_MAX : UINT64_C(1) << bits;

    for (uint64_t i = skips; i < n - skips; i++) {
        struct in6_addr addr;
        char *s = (vpn_prefix_nth(prefix, i, &addr)
                   ? take_address(api, &addr) : NULL);

        if (s) {
            return s;
        }
    }
    return NULL;
}

/* Returns a free address of 'item': an address, a range or a prefix.  What
 * cannot be understood has none. */
static char *
take_from_item(struct api *api, const char *item)
{
    const char *dash = strchr(item, '-');
    struct vpn_prefix prefix;
    char *error, *s = NULL;

    if (dash) {
        char *from = xmemdup0(item, dash - item);
        struct in6_addr first, last;

        error = vpn_addr_parse(from, &first);
        error = error ? error : vpn_addr_parse(dash + 1, &last);
        free(from);
        if (!error && memcmp(&first, &last, sizeof first) <= 0) {
            s = take_from_range(api, &first, &last);
        }
    } else {
        error = vpn_prefix_parse(item, &prefix);
        s = error ? NULL : take_from_prefix(api, &prefix);
    }
    free(error);
    return s;
}

/* Returns an address of 'pool' that no service has, NULL if there is none.
 * The caller must free it. */
char *
api_pool_next(struct api *api, const struct vpnnbrec_external_ip_pool *pool)
{
    char *s = NULL;

    for (size_t i = 0; i < pool->n_addresses && !s; i++) {
        s = take_from_item(api, pool->addresses[i]);
    }
    return s;
}
