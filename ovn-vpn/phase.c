/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/phase.h"

#include <stdlib.h>

#include "openvswitch/dynamic-string.h"
#include "ovn-vpn/chassis.h"
#include "ovn-vpn/plan.h"
#include "util.h"

/* Returns why nobody serves the planned service, although there was time. */
static char *
explain_no_host(const struct plan *plan)
{
    struct ds ds = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < plan->gateways.n; i++) {
        ds_put_format(&ds, "%s%s", i ? ", " : "",
                      plan->gateways.list[i].chassis);
    }
    char *error = xasprintf("no gateway chassis has taken the service up "
                            "(%s); is ovn-controller running there, and "
                            "ovn-northd?", ds_cstr(&ds));
    ds_destroy(&ds);
    return error;
}

static char *
explain(const struct phase_input *in)
{
    const struct chassis *host = in->host;

    if (!host) {
        return explain_no_host(in->plan);
    } else if (!host->has_agent) {
        return xasprintf("the service resides on chassis %s, where no "
                         "ovn-vpn-controller runs", host->name);
    } else if (!host->alive) {
        return xasprintf("ovn-vpn-controller on chassis %s, where the service "
                         "resides, has not reported for %d s; look at it "
                         "there", host->name, CHASSIS_DEAD_MS / 1000);
    } else if (in->problems) {
        return xasprintf("chassis %s cannot serve: %s", host->name,
                         in->problems);
    } else {
        return xasprintf("ovn-vpn-controller on chassis %s has not taken the "
                         "service up; look at its log", host->name);
    }
}

/* Decides on the phase of a service that is enabled and planned. */
static void
decide_planned(const struct phase_input *in, struct phase *phase)
{
    bool served = (in->host && in->host->alive && in->reported
                   && !in->problems);
    char *why = (!served && in->waiting_ms >= PHASE_PATIENCE_MS
                 ? explain(in) : NULL);
    const char *conflict = in->plan->conflict;

    phase->name = (conflict || why ? "error" : served ? "active" : "pending");
    phase->error = why;
    if (conflict) {
        phase->error = xasprintf("%s; until then the service keeps what it "
                                 "has%s%s", conflict, why ? "; " : "",
                                 why ? why : "");
        free(why);
    }
}

/* Decides on the phase of the service of 'in->plan'.  The caller must free
 * 'phase->error'. */
void
phase_decide(const struct phase_input *in, struct phase *phase)
{
    const struct plan *plan = in->plan;

    if (plan->error) {
        phase->name = "error";
        phase->error = xstrdup(plan->error);
    } else if (!plan->in.service->enabled) {
        phase->name = "pending";
        phase->error = NULL;
    } else {
        decide_planned(in, phase);
    }
}
