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
#include "ovn-vpn/phase.h"
#include "ovn-vpn/plan.h"
#include "ovn-vpn/status-private.h"
#include "sset.h"
#include "util.h"
#include "uuid.h"

void
status_init(struct status *status)
{
    shash_init(&status->waiting);
    shash_init(&status->reports);
    shash_init(&status->peer_problems);
    hmap_init(&status->handshakes);
}

void
status_destroy(struct status *status)
{
    shash_destroy_free_data(&status->waiting);
    status_clear_reports(status);
    shash_destroy(&status->reports);
    shash_destroy(&status->peer_problems);
    hmap_destroy(&status->handshakes);
}

/* Services. */

/* Returns for how long the service called 'name' has not been served, and
 * remembers it.  'served' says whether it is now. */
static long long int
update_waiting(struct status *status, const char *name, bool served,
               long long int now)
{
    long long int *since = shash_find_data(&status->waiting, name);

    if (served) {
        free(shash_find_and_delete(&status->waiting, name));
        return 0;
    } else if (!since) {
        since = xmalloc(sizeof *since);
        *since = now;
        shash_add(&status->waiting, name, since);
    }
    return now - *since;
}

/* Returns the chassis on which the gateway port of 'plan' resides, or NULL. */
const struct chassis *
status_find_host(const struct status_input *in, const struct plan *plan)
{
    const char *name = (plan->tunnel
                        ? shash_find_data(in->hosts,
                                          plan->tunnel->gateway_port)
                        : NULL);
    return name ? chassis_table_find(in->chassis, name) : NULL;
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

static long long int
run_service(struct status *status, const struct status_input *in,
            struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    const struct vpnnbrec_vpn_service *row
        = vpnnbrec_vpn_service_get_for_uuid(in->vpn_nb, &service->uuid);
    struct phase_input phase_in = { .plan = plan };
    const struct vpnsbrec_tunnel_state *state = NULL;
    char *problems = NULL;
    struct phase phase;

    phase_in.host = status_find_host(in, plan);
    if (phase_in.host) {
        state = status_find_report(status, &service->uuid,
                                   phase_in.host->name);
        phase_in.reported = state && state->active;
        if (state && state->n_problems) {
            phase_in.problems = problems = join_problems(state);
        }
    }

    bool served = (!plan->tunnel
                   || (phase_in.host && phase_in.host->alive
                       && phase_in.reported && !phase_in.problems));
    phase_in.waiting_ms = update_waiting(status, service->name, served,
                                         in->now);
    phase_decide(&phase_in, &phase);
    status_write_service(row, plan, &phase, phase_in.host, state, in->wall);
    free(phase.error);
    free(problems);

    long long int next = status_write_connections(status, in, plan,
                                                  phase_in.host);
    return (served || phase_in.waiting_ms >= PHASE_PATIENCE_MS ? next
            : MIN(next, in->now - phase_in.waiting_ms + PHASE_PATIENCE_MS));
}

/* Forgets services that are gone. */
static void
prune_waiting(struct status *status, const struct status_input *in)
{
    struct sset names = SSET_INITIALIZER(&names);
    struct shash_node *node;

    for (size_t i = 0; i < in->n_plans; i++) {
        sset_add(&names, in->plans[i]->in.service->name);
    }
    SHASH_FOR_EACH_SAFE (node, &status->waiting) {
        if (!sset_contains(&names, node->name)) {
            free(node->data);
            shash_delete(&status->waiting, node);
        }
    }
    sset_destroy(&names);
}

/* Writes all status into 'in->vpn_nb', as part of 'txn'.  Returns the time, on
 * the monotonic clock, at which it has to be done again even if nothing
 * changes, LLONG_MAX if never. */
long long int
status_run(struct status *status, const struct status_input *in,
           struct ovsdb_idl_txn *txn)
{
    long long int next = LLONG_MAX;

    prune_waiting(status, in);
    status_load_reports(status, in);
    for (size_t i = 0; i < in->n_plans; i++) {
        long long int when = run_service(status, in, in->plans[i]);

        next = MIN(next, when);
    }
    status_write_chassis(in, txn);
    status_run_global(status, in);
    status_clear_reports(status);
    return next;
}
