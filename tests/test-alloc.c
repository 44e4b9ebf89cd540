/* SPDX-License-Identifier: Apache-2.0 */

/* test-alloc TRANSIT [ITEM...]: allocates for ITEMs and prints what each gets.
 * TRANSIT is the IPv4 transit subnet.  An ITEM is
 * ROUTER/CHASSIS,.../TAG/BLOCK, of which ROUTER is a number and TAG and BLOCK
 * are what it holds, 0 and -1 for nothing, with "/6" behind it if it needs
 * IPv6.  N*ITEM is N such items.  An argument ROUTER=PREFIX gives that router
 * a network of its own. */

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
    items[i].block = atoi(strsep(&rest, "/"));
    items[i].ipv6 = rest != NULL;
    free(copy);
}

static void
add_network(const char *s)
{
    struct router *router = &routers[atoi(s)];
    struct router_port *port;
    struct vpn_prefix p;

    router->ports = xrealloc(router->ports, ((router->n_ports + 1)
                                             * sizeof *router->ports));
    port = &router->ports[router->n_ports++];
    memset(port, 0, sizeof *port);
    router->n_foreign_ports = router->n_ports;
    char *error = vpn_prefix_parse_cidr(strchr(s, '=') + 1, &p);
    ovs_assert(!error);
    vpn_prefixes_add(&port->networks, &p);
}

static void
destroy_router(struct router *router)
{
    for (size_t i = 0; i < router->n_ports; i++) {
        vpn_prefixes_destroy(&router->ports[i].networks);
    }
    free(router->ports);
    free(router->name);
}

static void
test_alloc_main(int argc, char *argv[])
{
    struct alloc_item *list[MAX_ITEMS];
    struct vpn_options options;
    size_t n = 0;

    set_program_name(argv[0]);
    vpn_options_init_defaults(&options);
    char *error = vpn_prefix_parse(argv[1], &options.transit_subnet);
    ovs_assert(!error);
    for (int i = 0; i < MAX_ROUTERS; i++) {
        routers[i].uuid.parts[0] = i + 1;
        routers[i].name = xasprintf("r%d", i);
    }
    for (int i = 2; i < argc; i++) {
        const char *star = strchr(argv[i], '*');

        if (strchr(argv[i], '=')) {
            add_network(argv[i]);
            continue;
        }
        for (int j = star ? atoi(argv[i]) : 1; j > 0; j--) {
            add_item(star ? star + 1 : argv[i], n);
            list[n] = &items[n];
            n++;
        }
    }

    alloc_run(list, n, &options);
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
        destroy_router(&routers[i]);
    }
}

OVSTEST_REGISTER("test-alloc", test_alloc_main);
