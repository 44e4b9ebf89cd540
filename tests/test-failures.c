/* SPDX-License-Identifier: Apache-2.0 */

/* Services that OVN's database refuses: ovn-vpn/failures.h. */

#include <config.h>
#undef NDEBUG
#include "ovn-vpn/failures.h"

#include <limits.h>

#include "openvswitch/vlog.h"
#include "ovn-vpn/model.h"
#include "tests/ovstest.h"
#include "util.h"

static void
refuse(struct failures *failures, const struct uuid *service,
       long long int now)
{
    failures_suspect(failures, service);
    failures_note(failures, "no", now);
}

static void
test_failures_main(int argc OVS_UNUSED, char *argv[])
{
    const struct uuid a = { .parts = { 1 } }, b = { .parts = { 2 } };
    struct failures failures;
    struct model model;

    set_program_name(argv[0]);
    vlog_set_levels(NULL, VLF_ANY_DESTINATION, VLL_OFF);
    failures_init(&failures);
    model_init(&model);
    model_get_service(&model, &a);

    /* Refused together, and then each by itself. */
    failures_note(&failures, "no", 1);
    ovs_assert(failures.isolate);
    ovs_assert(failures_next_retry(&failures) == LLONG_MAX);
    refuse(&failures, &b, 2);
    refuse(&failures, &a, 3);
    ovs_assert(failures_next_retry(&failures) == 2 + FAILURES_RETRY_MS);

    /* One that is gone is not waited for. */
    failures_sweep(&failures, &model);
    ovs_assert(failures_next_retry(&failures) == 3 + FAILURES_RETRY_MS);
    ovs_assert(!failures_find(&failures, &b, 4));
    ovs_assert(failures_find(&failures, &a, 4));

    /* The other's time comes. */
    failures.isolate = false;
    ovs_assert(!failures_find(&failures, &a, 3 + FAILURES_RETRY_MS));
    ovs_assert(failures.isolate);
    ovs_assert(failures_next_retry(&failures) == LLONG_MAX);

    failures_destroy(&failures);
    model_destroy(&model);
}

OVSTEST_REGISTER("test-failures", test_failures_main);
