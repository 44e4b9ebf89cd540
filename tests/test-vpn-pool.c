/* SPDX-License-Identifier: Apache-2.0 */

/* test-vpn-pool SUBNET COUNT [USED|-USED...]: takes the addresses USED, or
 * gives them back, and then takes COUNT more from a pool of SUBNET, and prints
 * the latter. */

#include <config.h>
#undef NDEBUG
#include "lib/vpn-pool.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/ovstest.h"
#include "util.h"

static void
test_vpn_pool_main(int argc, char *argv[])
{
    struct vpn_prefix subnet;
    struct in6_addr addr;
    struct vpn_pool pool;

    set_program_name(argv[0]);
    ovs_assert(argc >= 3);
    char *error = vpn_prefix_parse(argv[1], &subnet);
    ovs_assert(!error);

    vpn_pool_init(&pool, &subnet);
    for (int i = 3; i < argc; i++) {
        bool release = argv[i][0] == '-';

        error = vpn_addr_parse(argv[i] + release, &addr);
        ovs_assert(!error);
        if (release) {
            vpn_pool_release(&pool, &addr);
        } else if (!vpn_pool_take(&pool, &addr)) {
            printf("%s: taken twice\n", argv[i]);
        }
    }
    for (int i = 0; i < atoi(argv[2]); i++) {
        if (!vpn_pool_next(&pool, &addr)) {
            puts("full");
            break;
        }
        char *s = vpn_addr_to_string(&addr);
        puts(s);
        free(s);
        ovs_assert(vpn_pool_take(&pool, &addr));
    }
    vpn_pool_destroy(&pool);
}

OVSTEST_REGISTER("test-vpn-pool", test_vpn_pool_main);
