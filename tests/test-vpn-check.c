/* SPDX-License-Identifier: Apache-2.0 */

/* test-vpn-check names NAME...: what vpn_name_check() says of each.
 *
 * test-vpn-check service SUBNETS CONNECTION...: checks a service.  SUBNETS
 * are separated by commas; a CONNECTION is NAME/KEY/PREFIXES, of which KEY is
 * one letter that stands for a public key and PREFIXES are addresses, and
 * peer_cidrs if they have a length.  Prints each mistake.
 *
 * test-vpn-check next SUBNETS CONNECTION...: prints the next free address of
 * each subnet.
 *
 * test-vpn-check new SUBNETS CONNECTION...: checks the last connection as one
 * to be added to a service with the others.
 *
 * test-vpn-check dns NAME..., test-vpn-check peer-address ADDRESS...
 *
 * test-vpn-check ifname PREFIX SERVICE. */

#include <config.h>
#undef NDEBUG
#include "lib/vpn-model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command-line.h"
#include "tests/ovstest.h"
#include "util.h"

static void
test_names(struct ovs_cmdl_context *ctx)
{
    for (int i = 1; i < ctx->argc; i++) {
        char *error = vpn_name_check("service", ctx->argv[i]);

        puts(error ? error : "ok");
        free(error);
    }
}

static void
test_ifname(struct ovs_cmdl_context *ctx)
{
    char ifname[VPN_IFNAME_SIZE];

    for (int i = 2; i < ctx->argc; i++) {
        vpn_ifname(ctx->argv[1], ctx->argv[i], ifname);
        puts(ifname);
    }
}

static void
parse_connection(char *s, int number, struct vpn_connection *c)
{
    char *name = strsep(&s, "/");
    char *key = strsep(&s, "/");
    char *token;

    *c = (struct vpn_connection) {
        .name = xstrdup(name), .enabled = true, .created_at = number,
    };
    memset(&c->public_key, key[0], sizeof c->public_key);
    while ((token = strsep(&s, ",")) && token[0]) {
        struct vpn_prefix p;
        char *error = vpn_prefix_parse(token, &p);

        ovs_assert(!error);
        vpn_prefixes_add(strchr(token, '/') ? &c->peer_cidrs : &c->addresses,
                         &p);
    }
}

static struct vpn_service *
parse_service(struct ovs_cmdl_context *ctx)
{
    struct vpn_service *s = xzalloc(sizeof *s);
    char *subnets = ctx->argv[1], *token;

    s->name = xstrdup("s1");
    sset_init(&s->dns);
    while ((token = strsep(&subnets, ",")) && token[0]) {
        struct vpn_prefix p;
        char *error = vpn_prefix_parse(token, &p);

        ovs_assert(!error);
        vpn_prefixes_add(&s->tunnel_subnets, &p);
    }
    s->n_connections = ctx->argc - 2;
    s->connections = xcalloc(s->n_connections, sizeof *s->connections);
    for (size_t i = 0; i < s->n_connections; i++) {
        parse_connection(ctx->argv[i + 2], i + 1, &s->connections[i]);
    }
    return s;
}

static void
test_service(struct ovs_cmdl_context *ctx)
{
    struct vpn_service *s = parse_service(ctx);

    vpn_service_check(s);
    if (s->error) {
        printf("service: %s\n", s->error);
    }
    for (size_t i = 0; i < s->n_connections; i++) {
        if (s->connections[i].error) {
            printf("%s: %s\n", s->connections[i].name,
                   s->connections[i].error);
        }
    }
    vpn_service_destroy(s);
}

static void
test_next(struct ovs_cmdl_context *ctx)
{
    struct vpn_service *s = parse_service(ctx);

    for (size_t i = 0; i < s->tunnel_subnets.n; i++) {
        struct in6_addr addr;

        if (vpn_service_next_address(s, &s->tunnel_subnets.list[i], &addr)) {
            char *text = vpn_addr_to_string(&addr);

            puts(text);
            free(text);
        } else {
            puts("full");
        }
    }
    vpn_service_destroy(s);
}

static void
test_new(struct ovs_cmdl_context *ctx)
{
    struct vpn_service *s = parse_service(ctx);

    vpn_service_check(s);
    s->n_connections--;
    char *error = vpn_connection_check_new(s,
                                           &s->connections[s->n_connections]);
    puts(error ? error : "ok");
    free(error);
    s->n_connections++;
    vpn_service_destroy(s);
}

static void
check_each(struct ovs_cmdl_context *ctx, char *(*check)(const char *))
{
    for (int i = 1; i < ctx->argc; i++) {
        char *error = check(ctx->argv[i]);

        puts(error ? error : "ok");
        free(error);
    }
}

static void
test_dns(struct ovs_cmdl_context *ctx)
{
    check_each(ctx, vpn_dns_check);
}

static void
test_peer_address(struct ovs_cmdl_context *ctx)
{
    check_each(ctx, vpn_peer_address_check);
}

static void
test_vpn_check_main(int argc, char *argv[])
{
    static const struct ovs_cmdl_command commands[] = {
        { "names", NULL, 1, INT_MAX, test_names, OVS_RO },
        { "ifname", NULL, 2, INT_MAX, test_ifname, OVS_RO },
        { "service", NULL, 1, INT_MAX, test_service, OVS_RO },
        { "next", NULL, 1, INT_MAX, test_next, OVS_RO },
        { "new", NULL, 2, INT_MAX, test_new, OVS_RO },
        { "dns", NULL, 1, INT_MAX, test_dns, OVS_RO },
        { "peer-address", NULL, 1, INT_MAX, test_peer_address, OVS_RO },
        { NULL, NULL, 0, 0, NULL, OVS_RO },
    };
    struct ovs_cmdl_context ctx = { .argc = argc - 1, .argv = argv + 1 };

    set_program_name(argv[0]);
    ovs_cmdl_run_command(&ctx, commands);
}

OVSTEST_REGISTER("test-vpn-check", test_vpn_check_main);
