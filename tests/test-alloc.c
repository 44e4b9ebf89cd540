/* SPDX-License-Identifier: Apache-2.0 */

/* test-alloc TRANSIT [ITEM...]: allocates for ITEMs and prints what each gets.
 * An ITEM is ROUTER/CHASSIS,.../TAG/BLOCK, of which ROUTER is a number and TAG
 * and BLOCK are what it holds, 0 and -1 for nothing.  N*ITEM is N such
 * items. */

#include <config.h>
#undef NDEBUG
#include "ovn-vpn/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vpn-model.h"
#include "ovn-vpn/router.h"
#include "tests/ovstest.h"
#include "util.h"

#define MAX_ITEMS 5000
#define MAX_ROUTERS 10

static struct alloc_item items[MAX_ITEMS];
static struct vpn_gateways gateways[MAX_ITEMS];
static struct router routers[MAX_ROUTERS];

static void
add_item(const char *s, size_t i)
{
    char *copy = xstrdup(s), *rest = copy, *chassis;

    items[i].router = &routers[atoi(strsep(&rest, "/"))];
    chassis = strsep(&rest, "/");
    for (char *token; (token = strsep(&chassis, ",")); ) {
        vpn_gateways_add(&gateways[i], token, 10, false);
    }
    items[i].gateways = &gateways[i];
    items[i].tag = atoi(strsep(&rest, "/"));
    items[i].block = atoi(rest);
    free(copy);
}

static void
test_alloc_main(int argc, char *argv[])
{
    struct alloc_item *list[MAX_ITEMS];
    struct vpn_prefix transit;
    size_t n = 0;

    set_program_name(argv[0]);
    char *error = vpn_prefix_parse(argv[1], &transit);
    ovs_assert(!error);
    for (int i = 0; i < MAX_ROUTERS; i++) {
        routers[i].uuid.parts[0] = i + 1;
        routers[i].name = xasprintf("r%d", i);
    }
    for (int i = 2; i < argc; i++) {
        const char *star = strchr(argv[i], '*');

        for (int j = star ? atoi(argv[i]) : 1; j > 0; j--) {
            add_item(star ? star + 1 : argv[i], n);
            list[n] = &items[n];
            n++;
        }
    }

    alloc_run(list, n, &transit);
    for (size_t i = 0; i < n; i++) {
        if (n < 100 || i >= n - 2) {
            printf("%d/%d%s%s\n", items[i].tag, items[i].block,
                   items[i].error ? " " : "",
                   items[i].error ? items[i].error : "");
        }
        free(items[i].error);
        vpn_gateways_destroy(&gateways[i]);
    }
    for (int i = 0; i < MAX_ROUTERS; i++) {
        free(routers[i].name);
    }
}

OVSTEST_REGISTER("test-alloc", test_alloc_main);
