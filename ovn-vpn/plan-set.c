/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/plan-set.h"

#include <stdlib.h>

#include "coverage.h"
#include "ovn-vpn/alloc.h"
#include "ovn-vpn/claims.h"
#include "ovn-vpn/model.h"
#include "ovn-vpn/neighbours.h"
#include "ovn-vpn/plan.h"
#include "ovn-vpn/pools.h"
#include "ovn-vpn/rivals.h"
#include "ovn-vpn/router.h"
#include "ovn-vpn/siblings.h"
#include "ovn-vpn/snapshot.h"
#include "util.h"
#include "uuid.h"

COVERAGE_DEFINE(plan_service);

/* What one run works on. */
struct plan_run {
    struct model *model;
    struct snapshot *snapshot;
    long long int now;          /* Milliseconds since the epoch. */

    struct model_service **services;    /* All of them, oldest first. */
    size_t n;
    const struct router **routers;      /* In the same order, NULL if one */
    char **router_errors;               /* cannot be had, for this reason. */
    struct claims claims;       /* On routers of marked services. */
    struct rivals rivals;
};

static bool
is_marked(const struct model_service *ms)
{
    return !ms->plan || ms->marks & MODEL_PLAN;
}

static void
mark(struct plan_run *run, struct model_service *ms)
{
    model_mark_service(run->model, ms, MODEL_PLAN);
}

/* What services depend on. */

/* Returns a digest of who has the external address of 'service' on the network
 * where it would be, 0 if nobody has. */
static uint32_t
digest_neighbour(const struct plan_run *run, const struct vpn_service *service,
                 const struct router *router)
{
    const struct router_port *port
        = (service->has_external_ip
           ? router_find_gateway_port(router, &service->external_ip,
                                      service->external_port)
           : NULL);

    return (port ? neighbours_digest(&run->snapshot->neighbours, port,
                                     &service->external_ip)
            : 0);
}

/* Gives services addresses of pools, and marks those for which that leads to
 * something new.  Returns true if it has marked connections, too. */
static bool
assign_addresses(struct plan_run *run)
{
    struct pool_user *users = xcalloc(run->n + 1, sizeof *users);
    bool again = false;

    for (size_t i = 0; i < run->n; i++) {
        users[i].service = run->services[i]->service;
        users[i].router = run->routers[i];
    }
    pools_run(&run->model->pools, &run->snapshot->neighbours, users, run->n);
    for (size_t i = 0; i < run->n; i++) {
        struct model_service *ms = run->services[i];

        if (users[i].changed
            || !nullable_string_is_equal(users[i].error, ms->pool_error)) {
            mark(run, ms);
        }
        if (users[i].other_version) {
            again = model_mark_callees(run->model, ms) || again;
        }
        free(ms->pool_error);
        ms->pool_error = users[i].error;
    }
    free(users);
    return again;
}

/* Marks the 'i'th service if its router is not as it was. */
static void
check_router(struct plan_run *run, size_t i)
{
    struct model_service *ms = run->services[i];
    const struct router *router = run->routers[i];
    struct uuid uuid = router ? router->uuid : UUID_ZERO;
    unsigned int version = router ? router->version : 0;
    uint32_t neighbour = (router
                          ? digest_neighbour(run, ms->service, router) : 0);

    if ((!router && !(ms->plan && nullable_string_is_equal(
                                      ms->plan->error,
                                      run->router_errors[i])))
        || !uuid_equals(&uuid, &ms->router)
        || version != ms->router_version || neighbour != ms->neighbour) {
        mark(run, ms);
    }
    ms->router = uuid;
    ms->router_version = version;
    ms->neighbour = neighbour;
}

static bool
has_error(const struct model_service *ms)
{
    const struct model_connection *mc;

    if (ms->plan && ms->plan->error) {
        return true;
    }
    LIST_FOR_EACH (mc, in_sites, &ms->sites) {
        if (mc->site_error) {
            return true;
        }
    }
    return false;
}

/* Marks services that are in error: what is in their way may be gone. */
static void
mark_waiting(struct plan_run *run)
{
    for (size_t i = 0; i < run->n; i++) {
        if (has_error(run->services[i])) {
            mark(run, run->services[i]);
        }
    }
}

/* Claims. */

static bool
is_usable_site(const struct plan_run *run, const struct model_connection *mc)
{
    return vpn_connection_is_usable(&mc->c, run->now);
}

/* Returns true if the last plan of 'ms' stands: what the service has it keeps,
 * even if a row was just damaged. */
static bool
stands(const struct model_service *ms)
{
    return !is_marked(ms) && ms->plan->tunnel;
}

static void
claim_prefixes(struct plan_run *run, const struct model_service *ms,
               const struct vpn_prefixes *prefixes, const char *what,
               const char *error)
{
    for (size_t i = 0; i < prefixes->n; i++) {
        claims_add(&run->claims, &ms->router, &prefixes->list[i], what,
                   ms->service, stands(ms) && !error);
    }
}

static void
claim_all(struct plan_run *run, const struct model_service *ms)
{
    const struct model_connection *mc;

    claim_prefixes(run, ms, &ms->service->tunnel_subnets, "tunnel subnet",
                   NULL);
    LIST_FOR_EACH (mc, in_sites, &ms->sites) {
        if (is_usable_site(run, mc)) {
            claim_prefixes(run, ms, &mc->c.peer_cidrs, "peer CIDR",
                           mc->site_error);
        }
    }
}

/* Collects what services want: of the cloud, and of the routers on which a
 * service is marked. */
static void
collect_claims(struct plan_run *run)
{
    struct uuidset routers = UUIDSET_INITIALIZER(&routers);

    for (size_t i = 0; i < run->n; i++) {
        if (is_marked(run->services[i])) {
            uuidset_insert(&routers, &run->services[i]->router);
        }
    }
    for (size_t i = 0; i < run->n; i++) {
        const struct model_service *ms = run->services[i];

        if (ms->service->enabled && !ms->service->error && run->routers[i]) {
            rivals_add(&run->rivals, ms->service, run->routers[i],
                       stands(ms));
            if (uuidset_contains(&routers, &ms->router)) {
                claim_all(run, ms);
            }
        }
    }
    uuidset_destroy(&routers);
}

/* Marks services that have their external addresses alone, and now have to
 * share them with services that are marked. */
static void
mark_sharers(struct plan_run *run)
{
    for (size_t i = 0; i < run->n; i++) {
        const struct vpn_service *service = run->services[i]->service;
        const struct rival *rival;

        if (!is_marked(run->services[i]) || !service->enabled
            || !service->has_external_ip) {
            continue;
        }
        RIVALS_FOR_EACH_BY_ADDRESS (rival, &service->external_ip,
                                    &run->rivals) {
            struct model_service *ms = model_find_service(
                run->model, &rival->service->uuid);

            if (!is_marked(ms) && !ms->plan->by_port
                && rival->router == run->routers[i]
                && plan_can_share(rival->router, service, rival->service)) {
                mark(run, ms);
            }
        }
    }
}

/* Plans. */

/* Stores what the plan of 'ms' says about its sites. */
static void
update_site_errors(struct plan_run *run, struct model_service *ms)
{
    const struct plan *plan = ms->plan;
    struct model_connection *mc;

    for (size_t i = 0; i < plan->in.n_sites; i++) {
        mc = CONTAINER_OF(plan->in.sites[i], struct model_connection, c);
        model_set_error(run->model, mc, &mc->site_error,
                        nullable_xstrdup(plan->site_errors[i]));
        model_set_error(run->model, mc, &mc->site_conflict,
                        nullable_xstrdup(plan->site_conflicts[i]));
    }
    LIST_FOR_EACH (mc, in_sites, &ms->sites) {
        if (!is_usable_site(run, mc)) {
            model_set_error(run->model, mc, &mc->site_error, NULL);
            model_set_error(run->model, mc, &mc->site_conflict, NULL);
        }
    }
}

/* Takes over what the service holds already: according to the databases, or,
 * if it has been planned, to 'old'.  One that was not served holds nothing,
 * unless its rows stay what they were because they cannot be changed. */
static void
hold(struct plan_run *run, struct model_service *ms, const struct plan *old)
{
    struct plan *plan = ms->plan;

    if (!old) {
        snapshot_held(run->snapshot, &ms->uuid,
                      &run->model->options.transit_subnet, &plan->alloc.tag,
                      &plan->alloc.block);
    } else if (old->tunnel || !old->is_finished || ms->refused) {
        plan->alloc.tag = old->alloc.tag;
        plan->alloc.block = old->alloc.block;
    }
}

/* Begins a new plan of the 'i'th service. */
static void
begin_plan(struct plan_run *run, size_t i)
{
    struct model_service *ms = run->services[i];
    struct plan *old = ms->plan;
    char *gateway_port = plan_gateway_port(ms->service);
    struct vpn_gateways held = { NULL, 0, 0 };
    struct svec groups;
    struct plan_input in = {
        .service = ms->service,
        .options = &run->model->options,
        .chassis = &run->model->chassis,
        .router = run->routers[i],
        .router_error = run->router_errors[i],
        .pool_error = ms->pool_error,
        .neighbours = &run->snapshot->neighbours,
        .claims = &run->claims,
        .rivals = &run->rivals,
        .held_gateways = &held,
        .grace = run->model->grace,
        .host = shash_find_data(&run->model->hosts, gateway_port),
        .health = run->model->health,
        .groups = &groups,
        .now = run->now,
    };

    free(gateway_port);
    snapshot_held_gateways(run->snapshot, ms->service, &held);
    in.sites = model_sort_sites(ms, run->now, &in.n_sites);
    in.old_keys = model_sort_old_keys(ms, &in.n_old_keys);
    model_get_groups(ms, &groups);
    ms->plan = plan_begin(&in);
    free(CONST_CAST(void *, in.sites));
    free(CONST_CAST(void *, in.old_keys));
    vpn_gateways_destroy(&held);
    svec_destroy(&groups);
    hold(run, ms, old);
    plan_destroy(old);
    update_site_errors(run, ms);
    mark(run, ms);
    COVERAGE_INC(plan_service);
}

/* Begins the plans of marked services. */
static void
begin_plans(struct plan_run *run)
{
    claims_init(&run->claims);
    rivals_init(&run->rivals);
    collect_claims(run);
    mark_sharers(run);
    for (size_t i = 0; i < run->n; i++) {
        if (is_marked(run->services[i])) {
            begin_plan(run, i);
        }
    }
    claims_destroy(&run->claims);
    rivals_destroy(&run->rivals);
}

/* Allocates what plans without errors need.  Returns true if a service whose
 * plan is made already has to cede something, and marks it. */
static bool
allocate(struct plan_run *run)
{
    struct alloc_item **items = xcalloc(run->n + 1, sizeof *items);
    struct alloc_item *before = xcalloc(run->n + 1, sizeof *before);
    size_t *indexes = xcalloc(run->n + 1, sizeof *indexes);
    bool again = false;
    size_t n = 0;

    for (size_t i = 0; i < run->n; i++) {
        struct plan *plan = run->services[i]->plan;

        if (!plan->error && plan->in.service->enabled) {
            plan->alloc.router = run->routers[i];
            before[n] = plan->alloc;
            indexes[n] = i;
            items[n++] = &plan->alloc;
        }
    }
    alloc_run(items, n, &run->model->options);
    for (size_t i = 0; i < n; i++) {
        struct model_service *ms = run->services[indexes[i]];

        if (!is_marked(ms) && (items[i]->tag != before[i].tag
                               || items[i]->block != before[i].block
                               || items[i]->error)) {
            mark(run, ms);
            again = true;
        }
    }
    free(items);
    free(before);
    free(indexes);
    return again;
}

static void
finish_plans(struct plan_run *run)
{
    for (size_t i = 0; i < run->n; i++) {
        struct model_service *ms = run->services[i];

        if (is_marked(ms)) {
            plan_finish(ms->plan);
            ms->sets_stale = true;
            timers_set(&run->model->service_timers, &ms->timer,
                       ms->plan->next_at ? ms->plan->next_at : TIMER_NEVER);
            ms->marks &= ~MODEL_PLAN;
            model_mark_service(run->model, ms, MODEL_SYNC | MODEL_STATUS);
        }
    }
}

static void
run_destroy(struct plan_run *run)
{
    for (size_t i = 0; i < run->n; i++) {
        free(run->router_errors[i]);
    }
    free(run->router_errors);
    free(run->routers);
    free(run->services);
}

/* Plans the services that are marked in 'model', and those that this concerns,
 * with what 'snapshot' knows.  'now' is in milliseconds since the epoch.
 * Returns false if it has only given services addresses of pools: connections,
 * which are marked, have to be read again before the next call. */
bool
plan_set_run(struct model *model, struct snapshot *snapshot,
             long long int now)
{
    struct plan_run run = { .model = model, .snapshot = snapshot,
                            .now = now };

    run.services = model_sort_services(model, &run.n);
    run.routers = xcalloc(run.n + 1, sizeof *run.routers);
    run.router_errors = xcalloc(run.n + 1, sizeof *run.router_errors);
    for (size_t i = 0; i < run.n; i++) {
        run.routers[i] = snapshot_find_router(
            run.snapshot, run.services[i]->service->router,
            &run.router_errors[i]);
    }

    bool again = assign_addresses(&run);
    for (size_t i = 0; !again && i < run.n; i++) {
        check_router(&run, i);
    }
    if (!again) {
        mark_waiting(&run);
        begin_plans(&run);
        while (allocate(&run)) {
            begin_plans(&run);
        }
        siblings_run(model, run.services, run.n, now);
        finish_plans(&run);
        model->has_freed = false;
    }
    run_destroy(&run);
    return !again;
}
