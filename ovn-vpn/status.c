/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/status.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-model.h"
#include "openvswitch/dynamic-string.h"
#include "ovn-vpn/chassis.h"
#include "ovn-vpn/model.h"
#include "ovn-vpn/phase.h"
#include "ovn-vpn/plan.h"
#include "ovn-vpn/status-private.h"
#include "util.h"
#include "uuid.h"

/* A service that no chassis serves, although one should. */
struct waiting {
    struct timer timer;         /* The end of our patience. */
    long long int since;        /* Monotonic, in milliseconds. */
    struct uuid service;
};

/* Must be called before 'vpn_sb' first runs. */
void
status_init(struct status *status, struct ovsdb_idl *vpn_sb)
{
    shash_init(&status->waiting);
    timers_init(&status->timers);
    status->next_warning = LLONG_MAX;
    status_create_indexes(status, vpn_sb);
}

void
status_destroy(struct status *status)
{
    shash_destroy_free_data(&status->waiting);
    timers_destroy(&status->timers);
    status_destroy_indexes(status);
}

/* Services. */

static void
stop_waiting(struct status *status, const char *name)
{
    struct waiting *w = shash_find_and_delete(&status->waiting, name);

    if (w) {
        timers_set(&status->timers, &w->timer, TIMER_NEVER);
        free(w);
    }
}

/* Returns for how long the service of 'ms' has not been served, and remembers
 * it.  'served' says whether it is now. */
static long long int
update_waiting(struct status *status, const struct model_service *ms,
               bool served, long long int now)
{
    const char *name = ms->service->name;
    struct waiting *w = shash_find_data(&status->waiting, name);

    if (served) {
        stop_waiting(status, name);
        return 0;
    } else if (!w) {
        w = xmalloc(sizeof *w);
        *w = (struct waiting) { TIMER_INITIALIZER, now, ms->uuid };
        timers_set(&status->timers, &w->timer, now + PHASE_PATIENCE_MS);
        shash_add(&status->waiting, name, w);
    }
    w->service = ms->uuid;
    return now - w->since;
}

/* Returns true if 'service' waits for a chassis, and stores in '*patient'
 * whether it has not done so for long. */
bool
status_is_waiting(const struct status *status, const char *service,
                  long long int now, bool *patient)
{
    const struct waiting *w = shash_find_data(&status->waiting, service);

    *patient = w && now - w->since < PHASE_PATIENCE_MS;
    return w != NULL;
}

/* Marks services of which we have lost patience. */
void
status_mark_due(struct status *status, struct model *model, long long int now)
{
    struct timer *timer;

    while ((timer = timers_pop(&status->timers, now))) {
        struct waiting *w = CONTAINER_OF(timer, struct waiting, timer);
        struct model_service *ms = model_find_service(model, &w->service);

        if (ms) {
            model_mark_service(model, ms, MODEL_STATUS);
        }
    }
}

/* Returns the time, on the monotonic clock, at which status_mark_due() will
 * have something to do. */
long long int
status_next_run(const struct status *status)
{
    return timers_next(&status->timers);
}

/* Forgets services that are gone. */
void
status_sweep(struct status *status, const struct model *model)
{
    struct shash_node *node;

    SHASH_FOR_EACH_SAFE (node, &status->waiting) {
        const struct waiting *w = node->data;

        if (!model_find_service(model, &w->service)) {
            stop_waiting(status, node->name);
        }
    }
}

/* Returns the name of the chassis on which the gateway port of 'plan' resides,
 * NULL if there is none. */
const char *
status_find_host(const struct status_input *in, const struct plan *plan)
{
    return (plan->tunnel
            ? shash_find_data(&in->model->hosts, plan->tunnel->gateway_port)
            : NULL);
}

/* The same, with what is known of that chassis. */
const struct chassis *
status_find_host_chassis(const struct status_input *in,
                         const struct plan *plan)
{
    const char *name = status_find_host(in, plan);

    return name ? chassis_table_find(&in->model->chassis, name) : NULL;
}

static char *
join_problems(const struct vpnsbrec_tunnel_state *state)
{
    struct ds ds = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < state->n_problems; i++) {
        ds_put_format(&ds, "%s%s", i ? "; " : "", state->problems[i]);
    }
    return ds_steal_cstr(&ds);
}

static void
run_service(struct status *status, const struct status_input *in,
            const struct model_service *ms)
{
    const struct plan *plan = ms->plan;
    const struct vpnnbrec_vpn_service *row
        = vpnnbrec_vpn_service_get_for_uuid(in->vpn_nb, &ms->uuid);
    struct phase_input phase_in = { .plan = plan };
    const struct vpnsbrec_tunnel_state *state = NULL;
    char *problems = NULL;
    struct phase phase;

    phase_in.host = status_find_host_chassis(in, plan);
    if (phase_in.host) {
        state = status_find_report(status, &ms->uuid, phase_in.host->name);
        phase_in.reported = state && state->active;
        if (state && state->n_problems) {
            phase_in.problems = problems = join_problems(state);
        }
    }

    bool served = (!plan->tunnel
                   || (phase_in.host && phase_in.host->alive
                       && phase_in.reported && !phase_in.problems));
    phase_in.waiting_ms = update_waiting(status, ms, served, in->now);
    phase_decide(&phase_in, &phase);
    status_write_service(row, plan, &phase, phase_in.host, state, in->wall);
    free(phase.error);
    free(problems);
}

/* Writes the status of 'ms' without its connections, if that is marked. */
void
status_run_service(struct status *status, const struct status_input *in,
                   struct model_service *ms)
{
    if (ms->marks & MODEL_STATUS) {
        run_service(status, in, ms);
    }
}

/* Writes the status of connections of 'ms' that are marked, and takes the mark
 * away.  '*max_rows' is the number of rows that may change, counted down. */
void
status_run_connections(struct status *status, const struct status_input *in,
                       struct model_service *ms, int *max_rows)
{
    struct model_connection *mc;

    LIST_FOR_EACH (mc, in_todo, &ms->todo) {
        if (*max_rows <= 0) {
            break;
        }
        if (mc->marks & MODEL_STATUS && !(mc->marks & MODEL_SYNC)) {
            mc->marks &= ~MODEL_STATUS;
            *max_rows -= status_write_connection(status, in, mc);
        }
    }
}
