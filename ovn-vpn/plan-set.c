/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/plan-set.h"

#include <stdlib.h>

#include "ovn-vpn/plan.h"
#include "ovn-vpn/router.h"
#include "util.h"
#include "uuid.h"

/* The services that want something of one router. */
struct group {
    struct hmap_node node;          /* In 'plan_set.groups', by router. */
    const struct router *router;
    const struct vpn_service **services;
    size_t n, allocated;
};

void
plan_set_init(struct plan_set *set)
{
    *set = (struct plan_set) { .n = 0 };
    vpn_options_init_defaults(&set->options);
    chassis_table_init(&set->chassis);
    shash_init(&set->hosts);
    hmap_init(&set->groups);
    rivals_init(&set->rivals);
}

void
plan_set_destroy(struct plan_set *set)
{
    struct group *group;

    for (size_t i = 0; i < set->n; i++) {
        plan_destroy(set->plans[i]);
        vpn_service_destroy(set->services[i]);
    }
    if (set->plans) {
        snapshot_destroy(&set->snapshot);
    }
    free(set->plans);
    free(set->services);
    HMAP_FOR_EACH_POP (group, node, &set->groups) {
        free(group->services);
        free(group);
    }
    hmap_destroy(&set->groups);
    rivals_destroy(&set->rivals);
    shash_destroy_free_data(&set->hosts);
    chassis_table_destroy(&set->chassis);
}

static struct group *
get_group(struct plan_set *set, const struct router *router)
{
    uint32_t hash = uuid_hash(&router->uuid);
    struct group *group;

    HMAP_FOR_EACH_WITH_HASH (group, node, hash, &set->groups) {
        if (uuid_equals(&group->router->uuid, &router->uuid)) {
            return group;
        }
    }
    group = xzalloc(sizeof *group);
    group->router = router;
    hmap_insert(&set->groups, &group->node, hash);
    return group;
}

/* Finds the routers of all services and groups the services by them.  Stores
 * in 'groups' the group of each, NULL if its router cannot be had; then the
 * reason is in 'errors'. */
static void
find_routers(struct plan_set *set, struct group **groups, char **errors)
{
    for (size_t i = 0; i < set->n; i++) {
        const struct vpn_service *service = set->services[i];
        const struct router *router = snapshot_find_router(
            &set->snapshot, service->router, &errors[i]);

        if (!router) {
            continue;
        }
        struct group *group = groups[i] = get_group(set, router);
        if (service->enabled && !service->error) {
            if (group->n >= group->allocated) {
                group->services = x2nrealloc(group->services,
                                             &group->allocated,
                                             sizeof *group->services);
            }
            group->services[group->n++] = service;
            rivals_add(&set->rivals, service, router);
        }
    }
}

/* Begins the plan of each service. */
static void
begin_plans(struct plan_set *set, long long int now)
{
    struct group **groups = xcalloc(set->n, sizeof *groups);
    char **errors = xcalloc(set->n, sizeof *errors);

    find_routers(set, groups, errors);
    for (size_t i = 0; i < set->n; i++) {
        const struct group *group = groups[i];
        char *gateway_port = plan_gateway_port(set->services[i]);
        const struct plan_input in = {
            .service = set->services[i],
            .options = &set->options,
            .chassis = &set->chassis,
            .router = group ? group->router : NULL,
            .router_error = errors[i],
            .siblings = group ? group->services : NULL,
            .n_siblings = group ? group->n : 0,
            .rivals = &set->rivals,
            .held_gateways = snapshot_held_gateways(&set->snapshot,
                                                    &set->services[i]->uuid),
            .grace = set->grace,
            .host = shash_find_data(&set->hosts, gateway_port),
            .health = set->health,
            .now = now,
        };

        free(gateway_port);
        set->plans[i] = plan_begin(&in);
        free(errors[i]);
        set->plans[i]->in.router_error = NULL;
    }
    free(errors);
    free(groups);
}

/* Allocates what plans without errors need. */
static void
allocate(struct plan_set *set)
{
    struct alloc_item **items = xcalloc(set->n, sizeof *items);
    size_t n = 0;

    for (size_t i = 0; i < set->n; i++) {
        struct plan *plan = set->plans[i];

        if (!plan->error && plan->in.service->enabled) {
            snapshot_held(&set->snapshot, &plan->in.service->uuid,
                          &set->options.transit_subnet, &plan->alloc.tag,
                          &plan->alloc.block);
            items[n++] = &plan->alloc;
        }
    }
    alloc_run(items, n, &set->options.transit_subnet);
    free(items);
}

/* Plans all services in 'vpn_nb' for the routers in 'ovn_nb'.  'vpn_sb' says
 * what they hold already.  'now' is in milliseconds since the epoch. */
void
plan_set_run(struct plan_set *set, struct ovsdb_idl *vpn_nb,
             struct ovsdb_idl *vpn_sb, struct ovsdb_idl *ovn_nb,
             long long int now)
{
    snapshot_init(&set->snapshot, ovn_nb, vpn_sb);
    set->services = snapshot_services(vpn_nb, &set->n);
    set->plans = xcalloc(set->n + 1, sizeof *set->plans);

    begin_plans(set, now);
    allocate(set);
    for (size_t i = 0; i < set->n; i++) {
        struct plan *plan = set->plans[i];

        plan_finish(plan);
        if (plan->next_expiry && (!set->next_expiry
                                  || plan->next_expiry < set->next_expiry)) {
            set->next_expiry = plan->next_expiry;
        }
    }
}
