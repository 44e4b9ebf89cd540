/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/health.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "util.h"
#include "uuid.h"
#include "uuidset.h"

/* A chassis that is ill, or was not long ago. */
struct health_case {
    struct hmap_node node;      /* By 'service' and 'chassis'. */
    struct uuid service;        /* Zeros: for all services. */
    char *chassis;
    long long int since;        /* When it fell ill, or recovered. */
    bool ill;                   /* At the last health_run(). */
    bool noted;                 /* Ill, since then. */
    bool unwell;
};

void
health_init(struct health *health)
{
    hmap_init(&health->cases);
}

static void
health_case_destroy(struct health_case *c)
{
    free(c->chassis);
    free(c);
}

void
health_destroy(struct health *health)
{
    struct health_case *c;

    HMAP_FOR_EACH_POP (c, node, &health->cases) {
        health_case_destroy(c);
    }
    hmap_destroy(&health->cases);
}

static uint32_t
hash_case(const struct uuid *service, const char *chassis)
{
    return hash_string(chassis, uuid_hash(service));
}

static struct health_case *
find_case(const struct health *health, const struct uuid *service,
          const char *chassis)
{
    struct health_case *c;

    HMAP_FOR_EACH_WITH_HASH (c, node, hash_case(service, chassis),
                             &health->cases) {
        if (uuid_equals(&c->service, service)
            && !strcmp(c->chassis, chassis)) {
            return c;
        }
    }
    return NULL;
}

/* Notes that at 'now' 'chassis' is ill as far as 'service' is concerned, or
 * for all services if that is all zeros. */
void
health_note(struct health *health, const struct uuid *service,
            const char *chassis, long long int now)
{
    struct health_case *c = find_case(health, service, chassis);

    if (!c) {
        c = xzalloc(sizeof *c);
        c->service = *service;
        c->chassis = xstrdup(chassis);
        c->since = now;
        hmap_insert(&health->cases, &c->node, hash_case(service, chassis));
    }
    c->noted = true;
}

/* Draws conclusions from what has been noted since the last call; chassis of
 * which nothing was noted are well.  Adds to 'changed' the services for which
 * a conclusion is new, all zeros if for all.  Returns the time at which the
 * next conclusion may be drawn if nothing changes, LLONG_MAX if none will. */
long long int
health_run(struct health *health, long long int now, struct uuidset *changed)
{
    long long int next = LLONG_MAX;
    struct health_case *c;

    HMAP_FOR_EACH_SAFE (c, node, &health->cases) {
        if (c->ill && !c->noted) {
            c->since = now;
        }
        c->ill = c->noted;
        c->noted = false;
        if (!c->ill && (!c->unwell || now - c->since >= HEALTH_WELL_MS)) {
            if (c->unwell) {
                uuidset_insert(changed, &c->service);
            }
            hmap_remove(&health->cases, &c->node);
            health_case_destroy(c);
        } else if (!c->ill) {
            next = MIN(next, c->since + HEALTH_WELL_MS);
        } else if (now - c->since >= HEALTH_ILL_MS) {
            if (!c->unwell) {
                uuidset_insert(changed, &c->service);
            }
            c->unwell = true;
        } else if (!c->unwell) {
            next = MIN(next, c->since + HEALTH_ILL_MS);
        }
    }
    return next;
}

/* Returns true if 'chassis' had better not serve 'service'. */
bool
health_is_unwell(const struct health *health, const struct uuid *service,
                 const char *chassis)
{
    const struct health_case *c = find_case(health, service, chassis);

    return c && c->unwell;
}
