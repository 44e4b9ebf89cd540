/* SPDX-License-Identifier: Apache-2.0 */

/* test-phase: the phase of a service in each state in which it can be. */

#include <config.h>
#undef NDEBUG
#include "ovn-vpn/phase.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/vpn-model.h"
#include "ovn-vpn/chassis.h"
#include "ovn-vpn/plan.h"
#include "tests/ovstest.h"
#include "util.h"

static void
show(const char *what, const struct phase_input *in)
{
    struct phase phase;

    phase_decide(in, &phase);
    printf("%s: %s%s%s\n", what, phase.name, phase.error ? ": " : "",
           phase.error ? phase.error : "");
    free(phase.error);
}

static void
test_phase_main(int argc OVS_UNUSED, char *argv[])
{
    struct vpn_service service = { .name = "s1", .enabled = true };
    struct plan plan = { .in.service = &service };
    struct chassis gw1 = { .name = "gw1", .has_agent = true, .alive = true };
    struct phase_input in = { .plan = &plan };

    set_program_name(argv[0]);
    vpn_gateways_add(&plan.gateways, "gw1", 20, false);
    vpn_gateways_add(&plan.gateways, "gw2", 10, false);

    show("new", &in);
    in.waiting_ms = PHASE_PATIENCE_MS;
    show("no host", &in);
    in.host = &gw1;
    show("not reported", &in);
    in.reported = true;
    show("served", &in);
    in.problems = "wireguard-go: not found";
    show("sick", &in);
    in.waiting_ms = 0;
    show("just fallen ill", &in);
    in.waiting_ms = PHASE_PATIENCE_MS;
    gw1.alive = false;
    show("dead", &in);
    gw1.has_agent = false;
    show("no agent", &in);
    plan.conflict = CONST_CAST(char *, "use another prefix");
    show("no agent, conflict", &in);
    in.problems = NULL;
    gw1.has_agent = gw1.alive = true;
    show("served, conflict", &in);
    plan.conflict = NULL;
    service.enabled = false;
    show("disabled", &in);
    service.enabled = true;
    plan.error = CONST_CAST(char *, "overlap");
    show("refused", &in);

    vpn_gateways_destroy(&plan.gateways);
}

OVSTEST_REGISTER("test-phase", test_phase_main);
