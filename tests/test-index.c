/* SPDX-License-Identifier: Apache-2.0 */

/* Compares the indexes of ovn-vpn with a look at everything: claims.h and
 * timers.h. */

#include <config.h>
#undef NDEBUG

#include <stdio.h>
#include <stdlib.h>

#include "command-line.h"
#include "lib/vpn-prefix.h"
#include "openvswitch/uuid.h"
#include "ovn-vpn/claims.h"
#include "ovn-vpn/timers.h"
#include "random.h"
#include "tests/ovstest.h"
#include "util.h"
#include "uuid.h"

/* A prefix of 10.0.0.0/8 or fd00::/8, of any length that leaves few enough of
 * them that many overlap. */
static struct vpn_prefix
random_prefix(void)
{
    struct vpn_prefix p;
    bool v4 = random_range(4);
    char *s = (v4 ? xasprintf("10.%u.%u.0", random_range(4), random_range(4))
               : xasprintf("fd00:%x:%x::", random_range(4), random_range(4)));
    char *error = vpn_addr_parse(s, &p.addr);

    ovs_assert(!error);
    free(s);
    p.plen = v4 ? 8 + random_range(25) : 14 + random_range(115);
    return vpn_prefix_network(&p);
}

static void
count_claim(const struct claim *claim OVS_UNUSED, void *n_)
{
    int *n = n_;
    ++*n;
}

/* claims: finds as many as there are that overlap. */
static void
test_claims(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const struct uuid routers[] = { UUID_ZERO, { { 1, 2, 3, 4 } } };
    struct claims claims;
    int total = 0;

    claims_init(&claims);
    for (int i = 0; i < 500; i++) {
        struct vpn_prefix p = random_prefix();

        claims_add(&claims, &routers[i % 2], &p, "", NULL, false);
    }
    for (int i = 0; i < 500; i++) {
        struct vpn_prefix p = random_prefix();
        int found = 0, expected = 0;

        claims_find(&claims, &routers[1], &p, count_claim, &found);
        for (size_t j = 0; j < claims.n; j++) {
            const struct claim *c = claims.sorted[j];

            expected += (c->router.parts[0] == 1
                         && vpn_prefix_overlaps(&c->prefix, &p));
        }
        ovs_assert(found == expected);
        total += found;
    }
    ovs_assert(total);
    claims_destroy(&claims);
}

/* timers: come in order, each once, with its last setting. */
static void
test_timers(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct timer list[100];
    struct timers timers;
    long long int last = 0;
    int n = 0, set = 0;

    timers_init(&timers);
    ovs_assert(timers_next(&timers) == TIMER_NEVER);
    for (size_t i = 0; i < ARRAY_SIZE(list); i++) {
        list[i] = (struct timer) TIMER_INITIALIZER;
    }
    for (int i = 0; i < 1000; i++) {
        timers_set(&timers, &list[random_range(ARRAY_SIZE(list))],
                   random_range(4) ? random_range(50) : TIMER_NEVER);
    }
    for (size_t i = 0; i < ARRAY_SIZE(list); i++) {
        set += list[i].at != TIMER_NEVER;
    }
    while (timers_next(&timers) != TIMER_NEVER) {
        long long int next = timers_next(&timers);

        ovs_assert(next >= last);
        last = next;
        ovs_assert(!timers_pop(&timers, next - 1));
        ovs_assert(timers_pop(&timers, next)->at == TIMER_NEVER);
        n++;
    }
    ovs_assert(n == set);
    timers_destroy(&timers);
}

static void
test_index_main(int argc, char *argv[])
{
    static const struct ovs_cmdl_command commands[] = {
        { "claims", NULL, 0, 0, test_claims, OVS_RO },
        { "timers", NULL, 0, 0, test_timers, OVS_RO },
        { NULL, NULL, 0, 0, NULL, OVS_RO },
    };
    struct ovs_cmdl_context ctx = { .argc = argc - 1, .argv = argv + 1 };

    set_program_name(argv[0]);
    random_set_seed(1);
    ovs_cmdl_run_command(&ctx, commands);
}

OVSTEST_REGISTER("test-index", test_index_main);
