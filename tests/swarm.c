/* SPDX-License-Identifier: Apache-2.0 */

/* Thousands of WireGuard clients in one process, to see what a gateway does
 * with them and what they notice when it dies.  See swarm-options.c for its
 * use, swarm-loop.h for how they take turns, swarm-client.h for one of them,
 * and wg-noise.h and its neighbours for WireGuard's protocol. */

#include <config.h>
#undef NDEBUG

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "daemon.h"
#include "fatal-signal.h"
#include "lib/vpn-keys.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/poll-loop.h"
#include "tests/swarm-loop.h"
#include "tests/swarm-options.h"
#include "tests/swarm-peers.h"
#include "tests/swarm-report.h"
#include "timeval.h"
#include "unixctl.h"
#include "util.h"

static void
ctl_exit(struct unixctl_conn *conn, int argc OVS_UNUSED,
         const char *argv[] OVS_UNUSED, void *exiting)
{
    *(bool *) exiting = true;
    unixctl_command_reply(conn, NULL);
}

static void
ctl_mark(struct unixctl_conn *conn, int argc OVS_UNUSED,
         const char *argv[] OVS_UNUSED, void *swarm)
{
    swarm_mark(swarm);
    unixctl_command_reply(conn, NULL);
}

static void
ctl_report(struct unixctl_conn *conn, int argc, const char *argv[],
           void *swarm_)
{
    const struct swarm *swarm = swarm_;
    struct ds s = DS_EMPTY_INITIALIZER;
    struct swarm_report report;

    swarm_report_init(&report, swarm->clients, swarm->n, time_usec());
    if (argc > 1 && !strcmp(argv[1], "json")) {
        struct json *json = swarm_report_to_json(&report);

        json_to_ds(json, 0, &s);
        json_destroy(json);
    } else {
        swarm_report_format(&report, &s);
    }
    swarm_report_destroy(&report);
    unixctl_command_reply(conn, ds_cstr(&s));
    ds_destroy(&s);
}

static void
raise_fd_limit(void)
{
    struct rlimit limit;

    if (!getrlimit(RLIMIT_NOFILE, &limit)) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void
run(const struct swarm_options *o)
{
    struct unixctl_server *unixctl;
    struct swarm *swarm;
    bool exiting = false;

    raise_fd_limit();
    daemonize_start(false);
    int retval = unixctl_server_create(o->unixctl_path, &unixctl);
    if (retval) {
        ovs_fatal(retval, "cannot make the control socket");
    }
    char *error = swarm_create(&o->config, &o->peers, &o->server_key,
                               &o->source, o->target, &swarm);
    if (error) {
        ovs_fatal(0, "%s", error);
    }
    unixctl_command_register("exit", "", 0, 0, ctl_exit, &exiting);
    unixctl_command_register("swarm/mark", "", 0, 0, ctl_mark, swarm);
    unixctl_command_register("swarm/report", "[json]", 0, 1, ctl_report,
                             swarm);
    daemonize_complete();

    swarm_start(swarm, o->rate);
    while (!exiting) {
        swarm_run(swarm);
        unixctl_server_run(unixctl);
        swarm_wait(swarm);
        unixctl_server_wait(unixctl);
        poll_block();
    }
    unixctl_server_destroy(unixctl);
    swarm_destroy(swarm);
}

static void
print_peers(const struct swarm_peers *peers)
{
    struct ds s = DS_EMPTY_INITIALIZER;

    swarm_peers_format(peers, &s);
    fputs(ds_cstr(&s), stdout);
    ds_destroy(&s);
}

static void
load(const struct swarm_options *o)
{
    if (o->n_args != 3) {
        ovs_fatal(0, "usage: swarm [OPTIONS] load NB-DATABASE SERVICE");
    }
    char *error = swarm_peers_load(&o->peers, o->args[1], o->args[2]);
    if (error) {
        ovs_fatal(0, "%s", error);
    }
}

int
main(int argc, char *argv[])
{
    struct swarm_options options;

    ovs_set_program_name(argv[0], OVN_VPN_VERSION);
    fatal_ignore_sigpipe();
    vpn_keys_init();
    swarm_options_parse(argc, argv, &options);
    if (!strcmp(options.args[0], "run")) {
        run(&options);
    } else if (!strcmp(options.args[0], "peers")) {
        print_peers(&options.peers);
    } else if (!strcmp(options.args[0], "load")) {
        load(&options);
    } else {
        ovs_fatal(0, "there is no command \"%s\"; --help shows them",
                  options.args[0]);
    }
    return 0;
}
