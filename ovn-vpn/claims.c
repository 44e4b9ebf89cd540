/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/claims.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"
#include "uuid.h"

void
claims_init(struct claims *claims)
{
    *claims = (struct claims) {
        .by_prefix = HMAP_INITIALIZER(&claims->by_prefix),
    };
}

void
claims_destroy(struct claims *claims)
{
    hmap_destroy(&claims->by_prefix);
    for (size_t i = 0; i < claims->n; i++) {
        free(claims->sorted[i]);
    }
    free(claims->sorted);
}

static uint32_t
hash_claim(const struct uuid *router, const struct vpn_prefix *prefix)
{
    return vpn_prefix_hash(prefix, uuid_hash(router));
}

/* Adds the claim of 'service' to 'prefix' on 'router'.  'what' says what it is
 * for, and like 'service' must outlive 'claims'.  'is_held' says that the
 * service has it already and will keep it. */
void
claims_add(struct claims *claims, const struct uuid *router,
           const struct vpn_prefix *prefix, const char *what,
           const struct vpn_service *service, bool is_held)
{
    struct claim *claim = xmalloc(sizeof *claim);

    claim->router = *router;
    claim->prefix = *prefix;
    claim->what = what;
    claim->service = service;
    claim->is_held = is_held;
    hmap_insert(&claims->by_prefix, &claim->node,
                hash_claim(router, prefix));
    if (claims->n >= claims->allocated) {
        claims->sorted = x2nrealloc(claims->sorted, &claims->allocated,
                                    sizeof *claims->sorted);
    }
    claims->sorted[claims->n++] = claim;
    claims->is_sorted = false;
}

static int
compare_claims(const struct claim *a, const struct claim *b)
{
    int cmp = uuid_compare_3way(&a->router, &b->router);

    /* IPv4 apart: in its v4-mapped form it stands in the midst of what lies
     * in ::/0. */
    if (!cmp) {
        cmp = (vpn_prefix_is_v4(&b->prefix) - vpn_prefix_is_v4(&a->prefix));
    }
    return (cmp ? cmp
            : memcmp(&a->prefix.addr, &b->prefix.addr,
                     sizeof a->prefix.addr));
}

static int
compare_claims_cb(const void *a_, const void *b_)
{
    const struct claim *const *a = a_, *const *b = b_;

    return compare_claims(*a, *b);
}

/* Returns the index of the first claim in 'claims' that does not come before
 * 'key'. */
static size_t
lower_bound(const struct claims *claims, const struct claim *key)
{
    size_t low = 0, high = claims->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_claims(claims->sorted[middle], key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Calls 'func' for the claims to longer prefixes than that of 'key' which lie
 * in it: they follow each other in the order of addresses. */
static void
find_longer(struct claims *claims, const struct claim *key, claims_func *func,
            void *aux)
{
    if (!claims->is_sorted) {
        qsort(claims->sorted, claims->n, sizeof *claims->sorted,
              compare_claims_cb);
        claims->is_sorted = true;
    }
    for (size_t i = lower_bound(claims, key); i < claims->n; i++) {
        const struct claim *claim = claims->sorted[i];

        if (!uuid_equals(&claim->router, &key->router)
            || !vpn_prefix_contains(&key->prefix, &claim->prefix.addr)) {
            break;
        }
        if (claim->prefix.plen > key->prefix.plen) {
            func(claim, aux);
        }
    }
}

/* Calls 'func' for each claim in 'claims' on 'router' that overlaps with
 * 'prefix'. */
void
claims_find(struct claims *claims, const struct uuid *router,
            const struct vpn_prefix *prefix, claims_func *func, void *aux)
{
    struct claim key = { .router = *router };
    const struct claim *claim;

    if (!claims->n) {
        return;
    }
    for (int plen = 0; plen <= prefix->plen; plen++) {
        const struct vpn_prefix p = { .addr = prefix->addr, .plen = plen };

        key.prefix = vpn_prefix_network(&p);
        HMAP_FOR_EACH_WITH_HASH (claim, node,
                                 hash_claim(router, &key.prefix),
                                 &claims->by_prefix) {
            if (uuid_equals(&claim->router, router)
                && vpn_prefix_equals(&claim->prefix, &key.prefix)) {
                func(claim, aux);
            }
        }
    }
    find_longer(claims, &key, func, aux);
}
