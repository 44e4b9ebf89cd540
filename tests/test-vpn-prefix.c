/* SPDX-License-Identifier: Apache-2.0 */

/* Prints what lib/vpn-prefix.h makes of its arguments. */

#include <config.h>
#undef NDEBUG
#include "lib/vpn-prefix.h"

#include <stdio.h>
#include <stdlib.h>

#include "command-line.h"
#include "openvswitch/dynamic-string.h"
#include "tests/ovstest.h"
#include "util.h"

static struct vpn_prefix
parse_or_die(const char *s)
{
    struct vpn_prefix p;
    char *error = vpn_prefix_parse_cidr(s, &p);

    if (error) {
        ovs_fatal(0, "%s", error);
    }
    return p;
}

/* parse PREFIX...: each one in canonical form, or what is wrong with it. */
static void
test_parse(struct ovs_cmdl_context *ctx)
{
    for (int i = 1; i < ctx->argc; i++) {
        struct vpn_prefix p;
        char *error = vpn_prefix_parse(ctx->argv[i], &p);
        char *s = error ? error : vpn_prefix_to_string(&p);

        puts(s);
        free(s);
    }
}

/* overlap A B: whether they do, both ways round. */
static void
test_overlap(struct ovs_cmdl_context *ctx)
{
    struct vpn_prefix a = parse_or_die(ctx->argv[1]);
    struct vpn_prefix b = parse_or_die(ctx->argv[2]);

    ovs_assert(vpn_prefix_overlaps(&a, &b) == vpn_prefix_overlaps(&b, &a));
    puts(vpn_prefix_overlaps(&a, &b) ? "overlap" : "disjoint");
}

/* contains PREFIX ADDRESS. */
static void
test_contains(struct ovs_cmdl_context *ctx)
{
    struct vpn_prefix p = parse_or_die(ctx->argv[1]);
    struct vpn_prefix a = parse_or_die(ctx->argv[2]);

    puts(vpn_prefix_contains(&p, &a.addr) ? "in" : "out");
}

/* nth PREFIX N: the Nth address. */
static void
test_nth(struct ovs_cmdl_context *ctx)
{
    struct vpn_prefix p = parse_or_die(ctx->argv[1]);
    struct in6_addr addr;

    if (vpn_prefix_nth(&p, strtoull(ctx->argv[2], NULL, 10), &addr)) {
        char *s = vpn_addr_to_string(&addr);

        puts(s);
        free(s);
    } else {
        puts("none");
    }
}

/* sort PREFIX...: sorted, without duplicates. */
static void
test_sort(struct ovs_cmdl_context *ctx)
{
    struct vpn_prefixes ps = VPN_PREFIXES_INITIALIZER;
    struct ds ds = DS_EMPTY_INITIALIZER;

    for (int i = 1; i < ctx->argc; i++) {
        struct vpn_prefix p = parse_or_die(ctx->argv[i]);
        vpn_prefixes_add(&ps, &p);
    }
    vpn_prefixes_sort(&ps);
    vpn_prefixes_format(&ps, " ", &ds);
    puts(ds_cstr(&ds));
    ds_destroy(&ds);
    vpn_prefixes_destroy(&ps);
}

static void
test_vpn_prefix_main(int argc, char *argv[])
{
    static const struct ovs_cmdl_command commands[] = {
        { "parse", NULL, 1, INT_MAX, test_parse, OVS_RO },
        { "overlap", NULL, 2, 2, test_overlap, OVS_RO },
        { "contains", NULL, 2, 2, test_contains, OVS_RO },
        { "nth", NULL, 2, 2, test_nth, OVS_RO },
        { "sort", NULL, 0, INT_MAX, test_sort, OVS_RO },
        { NULL, NULL, 0, 0, NULL, OVS_RO },
    };
    struct ovs_cmdl_context ctx = { .argc = argc - 1, .argv = argv + 1 };

    set_program_name(argv[0]);
    ovs_cmdl_run_command(&ctx, commands);
}

OVSTEST_REGISTER("test-vpn-prefix", test_vpn_prefix_main);
