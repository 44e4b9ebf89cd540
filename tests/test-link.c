/* SPDX-License-Identifier: Apache-2.0 */

/* Routes of a network namespace, as ovn-vpn-controller/link.h makes them.
 *
 *      ovstest test-link ROUTES
 *
 * needs root's privileges, and a host of its own.  It prints the processor
 * time that it takes to find that there is nothing to do. */

#include <config.h>
#undef NDEBUG

#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "coverage.h"
#include "ovn-vpn-controller/link.h"
#include "ovn-vpn-controller/netns.h"
#include "packets.h"
#include "tests/ovstest.h"
#include "util.h"

/* Index of "lo" in each namespace. */
#define LOOPBACK 1

static struct link_route *
make_routes(size_t n)
{
    struct link_route *routes = xcalloc(n, sizeof *routes);

    for (size_t i = 0; i < n; i++) {
        struct in6_addr *addr = &routes[i].dst.addr;

        routes[i].table = RT_TABLE_MAIN;
        routes[i].ifindex = LOOPBACK;
        if (i % 2) {
            *addr = (struct in6_addr) { { { 0xfd } } };
            addr->s6_addr[4] = i >> 8;
            addr->s6_addr[5] = i;
            routes[i].dst.plen = 48;
        } else {
            in6_addr_set_mapped_ipv4(addr, htonl(0x0a000000 | i << 8));
            routes[i].dst.plen = 24;
        }
    }
    return routes;
}

/* What ovn-vpn-controller/link.c counts. */
extern struct coverage_counter counter_host_change;

/* Returns the number of changes that 'routes' take. */
static unsigned int
sync_routes(struct link_ctx *link, const struct link_route *routes, size_t n)
{
    counter_host_change.count();
    ovs_assert(!link_sync_routes(link, routes, n));
    return counter_host_change.count();
}

static long long int
cpu_ms(void)
{
    struct rusage usage;

    ovs_assert(!getrusage(RUSAGE_SELF, &usage));
    return ((usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000LL
            + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000);
}

static void
test_routes(struct link_ctx *link, size_t n)
{
    struct link_route *routes = make_routes(n);

    ovs_assert(sync_routes(link, routes, n) == n);
    long long int start = cpu_ms();
    ovs_assert(!sync_routes(link, routes, n));
    printf("CPU: %lld ms\n", cpu_ms() - start);

    /* A route that goes through another table is another one. */
    routes[n / 2].table = 1234;
    ovs_assert(sync_routes(link, routes, n) == 2);
    ovs_assert(!sync_routes(link, routes, n));

    /* What is superfluous goes, and nothing else. */
    ovs_assert(sync_routes(link, routes, n - 5) == 5);
    ovs_assert(!sync_routes(link, routes, n - 5));
    ovs_assert(sync_routes(link, NULL, 0) == n - 5);
    free(routes);
}

static void
test_link_main(int argc, char *argv[])
{
    struct link_want up = { .mtu = 0 };
    struct netns *netns;
    struct link_ctx *link;

    set_program_name(argv[0]);
    ovs_assert(argc == 2);
    ovs_assert(!netns_make_nameless(&netns));
    ovs_assert(!link_open(netns, &link));
    ovs_assert(!link_sync(link, "lo", &up));
    test_routes(link, atoi(argv[1]));
    link_close(link);
    netns_close(netns);
}

OVSTEST_REGISTER("test-link", test_link_main);
