/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/siblings.h"

#include <stdlib.h>

#include "openvswitch/hmap.h"
#include "ovn-vpn/model.h"
#include "ovn-vpn/plan.h"
#include "util.h"
#include "uuid.h"

/* The services of one router that are served. */
struct family {
    struct hmap_node node;      /* By router. */
    struct uuid router;
    const struct model_service **members;
    size_t n, allocated;
    uint32_t digest;            /* Sum of those of all members. */
};

static bool
is_served(const struct model_service *ms)
{
    return (ms->service->enabled && !ms->plan->error
            && !ms->plan->alloc.error);
}

/* Returns true if there are routes to what lies behind 'mc'. */
static bool
is_routed(const struct model_connection *mc, long long int now)
{
    return !mc->site_error && vpn_connection_is_usable(&mc->c, now);
}

static void
add_prefixes(struct vpn_prefixes *to, const struct vpn_prefixes *from)
{
    for (size_t i = 0; i < from->n; i++) {
        vpn_prefixes_add(to, &from->list[i]);
    }
}

/* Adds to 'prefixes' all that lies behind the tunnel of 'ms'. */
static void
get_prefixes(const struct model_service *ms, long long int now,
             struct vpn_prefixes *prefixes)
{
    const struct model_connection *mc;

    add_prefixes(prefixes, &ms->service->tunnel_subnets);
    LIST_FOR_EACH (mc, in_sites, &ms->sites) {
        if (is_routed(mc, now)) {
            add_prefixes(prefixes, &mc->c.peer_cidrs);
        }
    }
}

static uint32_t
sum_hashes(const struct vpn_prefixes *prefixes)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < prefixes->n; i++) {
        sum += vpn_prefix_hash(&prefixes->list[i], 0);
    }
    return sum;
}

/* Returns a digest of what get_prefixes() gets. */
static uint32_t
get_digest(const struct model_service *ms, long long int now)
{
    uint32_t digest = sum_hashes(&ms->service->tunnel_subnets);
    const struct model_connection *mc;

    LIST_FOR_EACH (mc, in_sites, &ms->sites) {
        if (is_routed(mc, now)) {
            digest += sum_hashes(&mc->c.peer_cidrs);
        }
    }
    return digest;
}

/* Families. */

static struct family *
find_family(const struct hmap *families, const struct uuid *router)
{
    struct family *family;

    HMAP_FOR_EACH_WITH_HASH (family, node, uuid_hash(router), families) {
        if (uuid_equals(&family->router, router)) {
            return family;
        }
    }
    return NULL;
}

static void
add_member(struct hmap *families, const struct model_service *ms,
           long long int now)
{
    struct family *family = find_family(families, &ms->router);

    if (!family) {
        family = xzalloc(sizeof *family);
        family->router = ms->router;
        hmap_insert(families, &family->node, uuid_hash(&ms->router));
    }
    if (family->n >= family->allocated) {
        family->members = x2nrealloc(family->members, &family->allocated,
                                     sizeof *family->members);
    }
    family->members[family->n++] = ms;
    family->digest += get_digest(ms, now);
}

/* Stores in the plan of 'ms' what lies behind its siblings.  Should they have
 * something of its own, it keeps that. */
static void
fill_in(const struct family *family, struct model_service *ms,
        long long int now)
{
    struct vpn_prefixes own = VPN_PREFIXES_INITIALIZER;
    struct vpn_prefixes others = VPN_PREFIXES_INITIALIZER;

    for (size_t i = 0; i < family->n; i++) {
        get_prefixes(family->members[i], now,
                     family->members[i] == ms ? &own : &others);
    }
    vpn_prefixes_destroy(&ms->plan->siblings);
    for (size_t i = 0; i < others.n; i++) {
        if (!vpn_prefixes_find_overlap(&own, &others.list[i])) {
            vpn_prefixes_add(&ms->plan->siblings, &others.list[i]);
        }
    }
    vpn_prefixes_sort(&ms->plan->siblings);
    vpn_prefixes_destroy(&own);
    vpn_prefixes_destroy(&others);
}

/* Tells the plan of 'ms', one of 'families', what lies behind its siblings, if
 * it is new or this is. */
static void
update(const struct hmap *families, struct model *model,
       struct model_service *ms, long long int now)
{
    const struct family *family = find_family(families, &ms->router);
    uint32_t digest = family->digest - get_digest(ms, now);

    if (ms->marks & MODEL_PLAN) {
        fill_in(family, ms, now);
    } else if (digest != ms->siblings) {
        fill_in(family, ms, now);
        plan_update_guards(ms->plan);
        model_mark_service(model, ms, MODEL_SYNC);
    }
    ms->siblings = digest;
}

/* Tells plans what lies behind siblings of their services: those that have
 * been begun, whose services are marked, and others for which this is news.
 * 'services' are all 'n' of 'model'. */
void
siblings_run(struct model *model, struct model_service *const *services,
             size_t n, long long int now)
{
    struct hmap families = HMAP_INITIALIZER(&families);
    struct family *family;

    for (size_t i = 0; i < n; i++) {
        if (is_served(services[i])) {
            add_member(&families, services[i], now);
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (is_served(services[i])) {
            update(&families, model, services[i], now);
        }
    }
    HMAP_FOR_EACH_POP (family, node, &families) {
        free(family->members);
        free(family);
    }
    hmap_destroy(&families);
}
