/* SPDX-License-Identifier: Apache-2.0 */

/* Runs ovn-vpn/health.h by a script with a clock of its own.
 *
 * test-health [TIME:ill=CHASSIS|TIME:well|TIME:ask=CHASSIS]...: at TIME in
 * milliseconds the chassis is found ill, or none is, and conclusions are
 * drawn; or what is thought of it is printed.  Conclusions are drawn when
 * health_run() says so, too. */

#include <config.h>
#undef NDEBUG
#include "ovn-vpn/health.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ovstest.h"
#include "util.h"
#include "uuidset.h"
#include "uuid.h"

/* Runs 'health', and checks that it tells whether its conclusion about
 * 'service' is new. */
static long long int
run(struct health *health, long long int now, struct uuid service)
{
    struct uuidset changed = UUIDSET_INITIALIZER(&changed);
    const char *chassis[] = { "gw1", "gw2" };
    bool before[ARRAY_SIZE(chassis)], differs = false;

    for (size_t i = 0; i < ARRAY_SIZE(chassis); i++) {
        before[i] = health_is_unwell(health, &service, chassis[i]);
    }
    long long int next = health_run(health, now, &changed);
    for (size_t i = 0; i < ARRAY_SIZE(chassis); i++) {
        differs |= before[i] != health_is_unwell(health, &service, chassis[i]);
    }
    ovs_assert(differs == uuidset_contains(&changed, &service));
    uuidset_destroy(&changed);
    return next;
}

static void
test_health_main(int argc, char *argv[])
{
    const struct uuid service = { .parts = { 1 } }, other = { .parts = { 2 } };
    const char *ill = NULL;
    long long int next = LLONG_MAX;
    struct health health;

    set_program_name(argv[0]);
    health_init(&health);
    for (int i = 1; i < argc; i++) {
        char *what;
        long long int now = strtoll(argv[i], &what, 10);

        while (next <= now) {
            if (ill) {
                health_note(&health, &service, ill, next);
            }
            long long int later = run(&health, next, service);
            ovs_assert(later > next);
            next = later;
        }
        if (!strncmp(what, ":ask=", 5)) {
            printf("%lld: %s\n", now,
                   health_is_unwell(&health, &service, what + 5) ? "unwell"
                   : "well");
            ovs_assert(!health_is_unwell(&health, &other, what + 5));
            continue;
        }
        ill = !strncmp(what, ":ill=", 5) ? what + 5 : NULL;
        if (ill) {
            health_note(&health, &service, ill, now);
        }
        next = run(&health, now, service);
    }
    health_destroy(&health);
}

OVSTEST_REGISTER("test-health", test_health_main);
