/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/vpn-claims.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "hmapx.h"
#include "lib/vpn-model.h"
#include "util.h"

/* Something that connections name.  'data' points into one of them. */
enum { THING_NAME, THING_KEY, THING_PREFIX };
struct thing {
    int type;                   /* THING_*; for a prefix, plus its length. */
    const void *data;
    size_t len;
};

struct claim {
    struct hmap_node node;      /* In 'vpn_claims.things'. */
    struct thing thing;         /* As 'owner' names it. */
    const struct vpn_connection *owner;     /* The oldest that claims it. */
    struct hmapx *others;       /* The rest, NULL if there is none. */
};

void
vpn_claims_init(struct vpn_claims *claims)
{
    hmap_init(&claims->things);
}

static void
claim_destroy(struct claim *claim)
{
    if (claim->others) {
        hmapx_destroy(claim->others);
        free(claim->others);
    }
    free(claim);
}

void
vpn_claims_destroy(struct vpn_claims *claims)
{
    struct claim *claim;

    HMAP_FOR_EACH_POP (claim, node, &claims->things) {
        claim_destroy(claim);
    }
    hmap_destroy(&claims->things);
}

/* Makes room for 'n_connections' with a name, a key and an address each. */
void
vpn_claims_reserve(struct vpn_claims *claims, size_t n_connections)
{
    hmap_reserve(&claims->things, 3 * n_connections);
}

static size_t
count_things(const struct vpn_connection *c)
{
    return 2 + c->addresses.n + c->peer_cidrs.n;
}

/* Returns the 'i'th thing that 'c' names. */
static struct thing
get_thing(const struct vpn_connection *c, size_t i)
{
    if (i == 0) {
        return (struct thing) { THING_NAME, c->name, strlen(c->name) };
    } else if (i == 1) {
        return (struct thing) { THING_KEY, &c->public_key,
                                sizeof c->public_key };
    }
    const struct vpn_prefix *p = (i - 2 < c->addresses.n
                                  ? &c->addresses.list[i - 2]
                                  : &c->peer_cidrs.list[i - 2
                                                        - c->addresses.n]);
    return (struct thing) { THING_PREFIX + p->plen, &p->addr, sizeof p->addr };
}

static uint32_t
hash_thing(const struct thing *t)
{
    return hash_bytes(t->data, t->len, t->type);
}

static struct claim *
find_claim(const struct vpn_claims *claims, const struct thing *t)
{
    struct claim *claim;

    HMAP_FOR_EACH_WITH_HASH (claim, node, hash_thing(t), &claims->things) {
        if (claim->thing.type == t->type && claim->thing.len == t->len
            && !memcmp(claim->thing.data, t->data, t->len)) {
            return claim;
        }
    }
    return NULL;
}

static void
call_others(const struct claim *claim, vpn_claims_rival_func *rival, void *aux)
{
    struct hmapx_node *node;

    if (claim->others && rival) {
        HMAPX_FOR_EACH (node, claim->others) {
            rival(node->data, aux);
        }
    }
}

/* Returns true if another connection claims 't', too. */
static bool
add_claim(struct vpn_claims *claims, const struct thing *t,
          const struct vpn_connection *c, vpn_claims_rival_func *rival,
          void *aux)
{
    struct claim *claim = find_claim(claims, t);

    if (!claim) {
        claim = xmalloc(sizeof *claim);
        *claim = (struct claim) { .thing = *t, .owner = c };
        hmap_insert(&claims->things, &claim->node, hash_thing(t));
        return false;
    } else if (claim->owner == c) {
        return false;           /* It names the same prefix twice. */
    }

    const struct vpn_connection *younger = c;
    if (!claim->others) {
        claim->others = xmalloc(sizeof *claim->others);
        hmapx_init(claim->others);
    }
    if (vpn_connection_compare_age(c, claim->owner) < 0) {
        call_others(claim, rival, aux);
        younger = claim->owner;
        claim->owner = c;
        claim->thing = *t;
        if (rival) {
            rival(younger, aux);
        }
    }
    hmapx_add(claim->others, CONST_CAST(void *, younger));
    return true;
}

/* Adds what 'c' names to 'claims', in which it must not be.  Calls 'rival', if
 * that is nonnull, for each connection that has to be checked again, among
 * them 'c' if others name the same. */
void
vpn_claims_add(struct vpn_claims *claims, const struct vpn_connection *c,
               vpn_claims_rival_func *rival, void *aux)
{
    bool contested = false;

    for (size_t i = 0; i < count_things(c); i++) {
        struct thing t = get_thing(c, i);

        contested |= add_claim(claims, &t, c, rival, aux);
    }
    if (contested && rival) {
        rival(c, aux);
    }
}

/* Makes the oldest of the others the owner of 'claim', in place of one that is
 * gone. */
static void
succeed(struct claim *claim)
{
    struct hmapx_node *node;

    claim->owner = NULL;
    HMAPX_FOR_EACH (node, claim->others) {
        const struct vpn_connection *c = node->data;

        if (!claim->owner
            || vpn_connection_compare_age(c, claim->owner) < 0) {
            claim->owner = c;
        }
    }
    hmapx_find_and_delete(claim->others, claim->owner);
    for (size_t i = 0; i < count_things(claim->owner); i++) {
        struct thing t = get_thing(claim->owner, i);

        if (t.type == claim->thing.type && t.len == claim->thing.len
            && !memcmp(t.data, claim->thing.data, t.len)) {
            claim->thing = t;
            return;
        }
    }
    OVS_NOT_REACHED();
}

static void
remove_claim(struct vpn_claims *claims, const struct thing *t,
             const struct vpn_connection *c, vpn_claims_rival_func *rival,
             void *aux)
{
    struct claim *claim = find_claim(claims, t);

    if (!claim) {
        return;                 /* It names the same prefix twice. */
    } else if (claim->owner != c) {
        if (claim->others) {
            hmapx_find_and_delete(claim->others, c);
        }
    } else if (!claim->others || hmapx_is_empty(claim->others)) {
        hmap_remove(&claims->things, &claim->node);
        claim_destroy(claim);
    } else {
        call_others(claim, rival, aux);
        succeed(claim);
    }
}

/* Removes 'c' from 'claims', in which it must be.  Calls 'rival', if that is
 * nonnull, for each connection that has to be checked again. */
void
vpn_claims_remove(struct vpn_claims *claims, const struct vpn_connection *c,
                  vpn_claims_rival_func *rival, void *aux)
{
    for (size_t i = 0; i < count_things(c); i++) {
        struct thing t = get_thing(c, i);

        remove_claim(claims, &t, c, rival, aux);
    }
}

static char *
explain(const struct thing *t, const struct vpn_connection *owner)
{
    if (t->type == THING_NAME) {
        return xasprintf("the service has another connection named %s; give "
                         "this one another name", owner->name);
    } else if (t->type == THING_KEY) {
        return xasprintf("connection %s has the same public key; every "
                         "connection needs a key pair of its own",
                         owner->name);
    }

    struct vpn_prefix p = { .plen = t->type - THING_PREFIX };
    memcpy(&p.addr, t->data, sizeof p.addr);
    char *s = vpn_prefix_to_string(&p);
    char *error = xasprintf("%s belongs to connection %s already; WireGuard "
                            "would take it away from there, so use another "
                            "one", s, owner->name);
    free(s);
    return error;
}

/* Returns the column in which 'c' names its 'i'th thing. */
static const char *
get_column(const struct vpn_connection *c, size_t i)
{
    return (i == 0 ? "name"
            : i == 1 ? "public_key"
            : i - 2 < c->addresses.n ? "addresses"
            : "peer_cidrs");
}

/* Returns NULL if nothing that 'c' names belongs to another connection,
 * otherwise a message for the user, which the caller must free, and the name
 * of the column at fault in '*columnp', unless 'columnp' is NULL.  'c' need
 * not be among the claims. */
char *
vpn_claims_check(const struct vpn_claims *claims,
                 const struct vpn_connection *c, const char **columnp)
{
    for (size_t i = 0; i < count_things(c); i++) {
        struct thing t = get_thing(c, i);
        const struct claim *claim = find_claim(claims, &t);

        if (claim && claim->owner != c) {
            if (columnp) {
                *columnp = get_column(c, i);
            }
            return explain(&t, claim->owner);
        }
    }
    return NULL;
}
