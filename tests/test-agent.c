/* SPDX-License-Identifier: Apache-2.0 */

/* Prints what ovn-vpn-controller makes of small texts. */

#include <config.h>
#undef NDEBUG

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command-line.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/ovs-port.h"
#include "ovn-vpn-controller/resolver.h"
#include "ovn-vpn-controller/settings.h"
#include "ovn-vpn-controller/wg-backend.h"
#include "ovn-vpn-controller/wg-choice.h"
#include "smap.h"
#include "tests/ovstest.h"
#include "timeval.h"
#include "util.h"

static void
print(const char *name, const char *value)
{
    printf("%s: %s\n", name, value ? value : "(none)");
}

/* settings KEY=VALUE...: external_ids. */
static void
test_settings(struct ovs_cmdl_context *ctx)
{
    struct smap ids = SMAP_INITIALIZER(&ids);
    struct settings s, again;

    for (int i = 1; i < ctx->argc; i++) {
        const char *equals = strchr(ctx->argv[i], '=');

        ovs_assert(equals);
        smap_add_nocopy(&ids, xmemdup0(ctx->argv[i], equals - ctx->argv[i]),
                        xstrdup(equals + 1));
    }
    settings_parse(&ids, &s);
    settings_parse(&ids, &again);
    ovs_assert(settings_equals(&s, &again));

    print("chassis", s.chassis);
    print("OVN SB", s.ovn_remote);
    print("VPN SB", s.vpn_remote);
    printf("probes: %d %d\n", s.ovn_probe_ms, s.vpn_probe_ms);
    print("integration bridge", s.integration_bridge);
    print("VPN bridge", s.vpn_bridge);
    print("backend", s.backend);
    print("program", s.wireguard_program);
    print("error", s.error);
    settings_destroy(&again);
    settings_destroy(&s);
    smap_destroy(&ids);
}

/* map MAPPINGS BRIDGE: ovn-bridge-mappings. */
static void
test_map(struct ovs_cmdl_context *ctx)
{
    char *new = ovs_port_map(ctx->argv[1], ctx->argv[2]);

    if (new) {
        char *again = ovs_port_map(new, ctx->argv[2]);

        ovs_assert(!again);
    }
    puts(new ? new : "right already");
    char *less = ovs_port_unmap(new ? new : ctx->argv[1]);
    printf("without ours: %s\n", less);
    free(less);
    free(new);
}

/* answer: of getent(1), on standard input.  Prints the IPv4 address that is
 * used of it, and the IPv6 address. */
static void
test_answer(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct ds in = DS_EMPTY_INITIALIZER;
    int c;

    while ((c = getchar()) != EOF) {
        ds_put_char(&in, c);
    }
    for (int v4 = 1; v4 >= 0; v4--) {
        struct in6_addr addr;
        char *text = (resolver_parse_answer(ds_cstr(&in), v4, &addr)
                      ? vpn_addr_to_string(&addr) : xstrdup("none"));

        printf("%s%s", text, v4 ? " " : "\n");
        free(text);
    }
    ds_destroy(&in);
}

/* Asks 'r' for all of 'names', which are never new enough, and returns how
 * many of the 'n' are known. */
static int
look_up_all(struct resolver *r, char *names[], int n)
{
    int known = 0;

    for (int i = 0; i < n; i++) {
        struct wg_endpoint endpoint;

        known += resolver_lookup(r, names[i], true, 0, &endpoint);
    }
    return known;
}

/* resolve N HOST:PORT...: until N have been found, for up to five seconds. */
static void
test_resolve(struct ovs_cmdl_context *ctx)
{
    long long int deadline = time_msec() + 5000;
    char **names = ctx->argv + 2;
    int n_names = ctx->argc - 2;
    int n = atoi(ctx->argv[1]);
    struct resolver r;

    resolver_init(&r);
    while (look_up_all(&r, names, n_names) < n
           && time_msec() < deadline) {
        resolver_run(&r);
        resolver_wait(&r);
        poll_timer_wait_until(deadline);
        poll_block();
    }
    printf("found %d\n", look_up_all(&r, names, n_names));
    resolver_destroy(&r);
}

/* endpoint TEXT...: parsed and formatted again. */
static void
test_endpoint(struct ovs_cmdl_context *ctx)
{
    for (int i = 1; i < ctx->argc; i++) {
        struct ds out = DS_EMPTY_INITIALIZER;
        struct wg_endpoint endpoint;

        if (wg_endpoint_parse(ctx->argv[i], &endpoint)) {
            wg_endpoint_format(&endpoint, &out);
        } else {
            ds_put_cstr(&out, "no endpoint");
        }
        puts(ds_cstr(&out));
        ds_destroy(&out);
    }
}

/* choice SETTING ERRNO...: what the agent uses when the setting changes to
 * SETTING, and the kernel answers ERRNO, one after another. */
static void
test_choice(struct ovs_cmdl_context *ctx)
{
    struct wg_choice choice;

    vlog_set_levels(NULL, VLF_ANY_DESTINATION, VLL_OFF);
    wg_choice_init(&choice);
    for (int i = 1; i + 1 < ctx->argc; i += 2) {
        wg_choice_store(&choice, ctx->argv[i]);
        wg_choice_decide(&choice, atoi(ctx->argv[i + 1]));
        printf("%s, %s\n", choice.decided ? choice.class->name : "undecided",
               choice.problem ? choice.problem : "no problem");
    }
    wg_choice_destroy(&choice);
}

static void
test_agent_main(int argc, char *argv[])
{
    static const struct ovs_cmdl_command commands[] = {
        { "settings", NULL, 0, INT_MAX, test_settings, OVS_RO },
        { "map", NULL, 2, 2, test_map, OVS_RO },
        { "answer", NULL, 0, 0, test_answer, OVS_RO },
        { "resolve", NULL, 2, INT_MAX, test_resolve, OVS_RO },
        { "endpoint", NULL, 1, INT_MAX, test_endpoint, OVS_RO },
        { "choice", NULL, 2, INT_MAX, test_choice, OVS_RO },
        { NULL, NULL, 0, 0, NULL, OVS_RO },
    };
    struct ovs_cmdl_context ctx = { .argc = argc - 1, .argv = argv + 1 };

    set_program_name(argv[0]);
    ovs_cmdl_run_command(&ctx, commands);
}

OVSTEST_REGISTER("test-agent", test_agent_main);
