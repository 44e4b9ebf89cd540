/* SPDX-License-Identifier: Apache-2.0 */

/* The agent on a gateway chassis: options, databases, and the loop.
 *
 *      Open_vSwitch row ─► settings
 *      VPN SB, OVN SB   ─► desired ─► want ─► agent ─► tunnels
 *      tunnels          ─► ovs-port ─► local Open vSwitch
 *                       ─► report ─► VPN SB */

#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "command-line.h"
#include "daemon.h"
#include "fatal-signal.h"
#include "lib/ovn-sb-idl.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-dirs.h"
#include "lib/vpn-keys.h"
#include "memory.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/agent.h"
#include "ovn-vpn-controller/cleanup.h"
#include "ovn-vpn-controller/ctl.h"
#include "ovn-vpn-controller/desired.h"
#include "ovn-vpn-controller/dry-run.h"
#include "ovn-vpn-controller/options.h"
#include "ovn-vpn-controller/ovs-bfd.h"
#include "ovn-vpn-controller/ovs-port.h"
#include "ovn-vpn-controller/pair.h"
#include "ovn-vpn-controller/privileges.h"
#include "ovn-vpn-controller/report.h"
#include "ovn-vpn-controller/settings.h"
#include "ovn-vpn-controller/want.h"
#include "ovsdb-idl.h"
#include "reconnect.h"
#include "simap.h"
#include "stream-ssl.h"
#include "stream.h"
#include "unixctl.h"
#include "util.h"
#include "vswitch-idl.h"

VLOG_DEFINE_THIS_MODULE(ovn_vpn_controller);

struct controller {
    const struct options *options;
    struct ovsdb_idl_loop ovs, ovn_sb, vpn_sb;
    struct ovsdb_idl_txn *ovs_txn, *vpn_sb_txn; /* NULL while none can be. */

    struct vpn_sealing_pair *pair;
    struct settings settings;   /* The last ones without an error. */
    bool configured;            /* There are any. */
    char *settings_error;       /* Of the current ones, or NULL. */
    char *ports_problem;        /* Of all ports, in words, or NULL. */

    struct ovs_bfd bfd;
    struct desired *desired;
    struct agent agent;
    struct report report;
    struct ctl ctl;
    bool exiting;
};

/* Settings. */

/* Uses the files that options name, or else those that the database names. */
static void
update_ssl(const struct controller *c)
{
    const struct ovsrec_ssl *ssl = ovsrec_ssl_first(c->ovs.idl);
    const struct options *o = c->options;

    if (o->ssl_private_key && o->ssl_certificate) {
        stream_ssl_set_key_and_cert(o->ssl_private_key, o->ssl_certificate);
    } else if (ssl) {
        stream_ssl_set_key_and_cert(ssl->private_key, ssl->certificate);
    }
    if (o->ssl_ca_cert) {
        stream_ssl_set_ca_cert_file(o->ssl_ca_cert, false);
    } else if (ssl) {
        stream_ssl_set_ca_cert_file(ssl->ca_cert,
                                    ssl->bootstrap_ca_cert && !o->dry_run);
    }
}

static void
set_remote(struct ovsdb_idl *idl, const char *remote, int probe_ms)
{
    if (probe_ms < 0) {
        probe_ms = (stream_or_pstream_needs_probes(remote) > 0
                    ? RECONNECT_DEFAULT_PROBE_INTERVAL : 0);
    }
    ovsdb_idl_set_remote(idl, remote, true);
    ovsdb_idl_set_probe_interval(idl, probe_ms);
}

/* Takes 'new' over, which must have no error. */
static void
apply_settings(struct controller *c, struct settings *new)
{
    struct settings old = c->settings;

    c->settings = *new;
    memset(new, 0, sizeof *new);
    if (!nullable_string_is_equal(old.chassis, c->settings.chassis)) {
        VLOG_INFO("this is chassis %s", c->settings.chassis);
        report_set_chassis(&c->report, c->settings.chassis);
        desired_set_chassis(c->desired, c->settings.chassis, c->pair);
    }
    c->agent.env.wireguard_program = c->settings.wireguard_program;
    wg_choice_set(&c->agent.choice, c->settings.backend);
    set_remote(c->ovn_sb.idl, c->settings.ovn_remote,
               c->settings.ovn_probe_ms);
    set_remote(c->vpn_sb.idl, c->settings.vpn_remote,
               c->settings.vpn_probe_ms);
    settings_destroy(&old);
    c->configured = true;
}

static void
run_settings(struct controller *c)
{
    const struct ovsrec_open_vswitch *cfg = ovsrec_open_vswitch_first(
        c->ovs.idl);
    struct settings new;

    if (!cfg) {
        return;
    }
    update_ssl(c);
    settings_parse(&cfg->external_ids, &new);
    if (!nullable_string_is_equal(new.error, c->settings_error)) {
        if (new.error) {
            VLOG_WARN("%s", new.error);
        }
        free(c->settings_error);
        c->settings_error = nullable_xstrdup(new.error);
    }
    if (!new.error && !settings_equals(&new, &c->settings)) {
        apply_settings(c, &new);
    }
    settings_destroy(&new);
}

/* Open vSwitch. */

static void
run_ports(struct controller *c, const struct want *want)
{
    struct shash ports = SHASH_INITIALIZER(&ports);
    bool settled;

    agent_get_ports(&c->agent, want, &ports);
    /* Until tunnels have been looked for, ports seem to be superfluous. */
    char *problem = ovs_port_run(c->ovs.idl, c->ovs_txn, &c->settings, &ports,
                                 want->valid && c->agent.purged, &settled);
    agent_take_ports(&c->agent, &ports, c->ovs_txn != NULL);
    if (c->ovs_txn
        && !nullable_string_is_equal(problem, c->ports_problem)) {
        if (problem) {
            VLOG_WARN("%s", problem);
        }
        free(c->ports_problem);
        c->ports_problem = nullable_xstrdup(problem);
    }
    free(problem);
    if (settled || c->ports_problem) {
        agent_run_nb_cfg(&c->agent, want);
    }
}

/* The report. */

static void
run_report(struct controller *c, const struct want *want)
{
    struct report_chassis chassis = {
        .name = c->settings.chassis,
        .backend = (c->agent.choice.decided ? c->agent.choice.class->name
                    : ""),
        .sealing_public_key = &c->pair->public,
        .sealing_key_created_at = pair_created_at(c->options->sealing_key_file,
                                                  c->pair),
        .problems = SSET_INITIALIZER(&chassis.problems),
    };
    const char *problems[] = {
        c->settings_error, c->ports_problem, c->agent.problem,
        c->agent.choice.problem,
    };

    for (size_t i = 0; i < ARRAY_SIZE(problems); i++) {
        if (problems[i]) {
            sset_add(&chassis.problems, problems[i]);
        }
    }
    report_run(&c->report, c->vpn_sb_txn, &chassis, &c->agent, want);
    sset_destroy(&chassis.problems);
}

/* The loop. */

static bool
is_cut_off(const struct ovsdb_idl *idl)
{
    return (ovsdb_idl_has_ever_connected(idl)
            && !ovsdb_idl_is_connected(idl));
}

static void
run(struct controller *c)
{
    const struct want *want = desired_get(c->desired);

    run_settings(c);
    if (c->configured) {
        const char *type = ovs_port_datapath_type(c->ovs.idl, &c->settings);

        c->agent.env.host.checksum_in_software = (type
                                                  && !strcmp(type, "netdev"));
        c->agent.env.cut_off = is_cut_off(c->ovn_sb.idl);
        if (ovs_bfd_run(&c->bfd, c->ovs.idl)) {
            c->agent.env.n_chassis_lost++;
        }
        desired_run(c->desired);
        pair_run(c->options->sealing_key_file, c->pair, want);
        agent_run(&c->agent, want);
        run_ports(c, want);
        if (!c->options->dry_run) {
            run_report(c, want);
        }
        agent_wait(&c->agent, want);
        report_wait(&c->report);
    }
}

/* A dry run ends when all has been compared. */
static void
run_dry(struct controller *c)
{
    if (c->ovs_txn && c->configured && desired_is_current(c->desired)
        && agent_is_examined(&c->agent, desired_get(c->desired))) {
        c->exiting = true;
    } else {
        dry_run_wait(c->settings_error, c->ovs.idl, c->ovn_sb.idl,
                     c->vpn_sb.idl);
    }
}

static void
report_memory(const struct controller *c)
{
    memory_run();
    if (memory_should_report()) {
        struct simap usage = SIMAP_INITIALIZER(&usage);

        simap_increase(&usage, "tunnels", shash_count(&c->agent.tunnels));
        ovsdb_idl_get_memory_usage(c->vpn_sb.idl, &usage);
        memory_report(&usage);
        simap_destroy(&usage);
    }
    memory_wait();
}

static void
loop(struct controller *c, struct unixctl_server *unixctl)
{
    while (!c->exiting) {
        c->ovs_txn = ovsdb_idl_loop_run(&c->ovs);
        ovsdb_idl_loop_run(&c->ovn_sb);
        c->vpn_sb_txn = ovsdb_idl_loop_run(&c->vpn_sb);
        run(c);
        if (c->options->dry_run) {
            run_dry(c);
        }
        report_memory(c);
        unixctl_server_run(unixctl);
        unixctl_server_wait(unixctl);
        if (c->exiting) {
            poll_immediate_wake();
        }
        ovsdb_idl_loop_commit_and_wait(&c->vpn_sb);
        ovsdb_idl_loop_commit_and_wait(&c->ovn_sb);
        ovsdb_idl_loop_commit_and_wait(&c->ovs);
        poll_block();
    }
}

/* Commands. */

static void
ctl_exit(struct unixctl_conn *conn, int argc OVS_UNUSED,
         const char *argv[] OVS_UNUSED, void *c_)
{
    struct controller *c = c_;

    c->exiting = true;
    unixctl_command_reply(conn, NULL);
}

static const char *
connection_status(const struct ovsdb_idl *idl)
{
    return ovsdb_idl_is_connected(idl) ? "connected" : "not connected";
}

static void
ctl_connection_status(struct unixctl_conn *conn, int argc OVS_UNUSED,
                      const char *argv[] OVS_UNUSED, void *c_)
{
    const struct controller *c = c_;
    char *reply = xasprintf("Open vSwitch: %s\nOVN Southbound: %s\n"
                            "OVN VPN Southbound: %s\n",
                            connection_status(c->ovs.idl),
                            connection_status(c->ovn_sb.idl),
                            connection_status(c->vpn_sb.idl));

    unixctl_command_reply(conn, reply);
    free(reply);
}

static void
ctl_sealing_key_rotate(struct unixctl_conn *conn, int argc OVS_UNUSED,
                       const char *argv[] OVS_UNUSED, void *c_)
{
    struct controller *c = c_;
    char *error = pair_rotate(c->options->sealing_key_file, c->pair);

    if (error) {
        unixctl_command_reply_error(conn, error);
        free(error);
    } else {
        unixctl_command_reply(conn, NULL);
    }
}

/* From start to end. */

static void
controller_init(struct controller *c, const struct options *options)
{
    struct ovsdb_idl *ovs = ovsdb_idl_create(options->ovs_remote,
                                             &ovsrec_idl_class, false, true);
    struct ovsdb_idl *ovn_sb = ovsdb_idl_create_unconnected(&sbrec_idl_class,
                                                            false);
    struct ovsdb_idl *vpn_sb = ovsdb_idl_create_unconnected(
        &vpnsbrec_idl_class, false);

    memset(c, 0, sizeof *c);
    c->options = options;
    ovs_port_add_columns(ovs);
    ovs_bfd_add_columns(ovs);
    ovsdb_idl_add_column(ovs, &ovsrec_ssl_col_private_key);
    ovsdb_idl_add_column(ovs, &ovsrec_ssl_col_certificate);
    ovsdb_idl_add_column(ovs, &ovsrec_ssl_col_ca_cert);
    ovsdb_idl_add_column(ovs, &ovsrec_ssl_col_bootstrap_ca_cert);
    ovsdb_idl_set_leader_only(ovn_sb, false);
    ovsdb_idl_set_leader_only(vpn_sb, false);

    c->pair = pair_load(options->sealing_key_file);
    c->desired = desired_create(vpn_sb, ovn_sb);
    ovs_bfd_init(&c->bfd);
    agent_init(&c->agent);
    c->agent.env.desired = c->desired;
    report_init(&c->report, vpn_sb);
    c->ctl.agent = &c->agent;
    c->ctl.desired = c->desired;
    c->ovs = (struct ovsdb_idl_loop) OVSDB_IDL_LOOP_INITIALIZER(ovs);
    c->ovn_sb = (struct ovsdb_idl_loop) OVSDB_IDL_LOOP_INITIALIZER(ovn_sb);
    c->vpn_sb = (struct ovsdb_idl_loop) OVSDB_IDL_LOOP_INITIALIZER(vpn_sb);

    unixctl_command_register("exit", "", 0, 0, ctl_exit, c);
    unixctl_command_register("connection-status", "", 0, 0,
                             ctl_connection_status, c);
    unixctl_command_register("sealing-key-rotate", "", 0, 0,
                             ctl_sealing_key_rotate, c);
    ctl_init(&c->ctl);
}

/* Frees 'c' and leaves the data plane running. */
static void
controller_destroy(struct controller *c)
{
    agent_destroy(&c->agent);
    ovs_bfd_destroy(&c->bfd);
    report_destroy(&c->report);
    desired_destroy(c->desired);
    ovsdb_idl_loop_destroy(&c->vpn_sb);
    ovsdb_idl_loop_destroy(&c->ovn_sb);
    ovsdb_idl_loop_destroy(&c->ovs);
    settings_destroy(&c->settings);
    vpn_sealing_pair_destroy(c->pair);
    free(c->settings_error);
    free(c->ports_problem);
}

int
main(int argc, char *argv[])
{
    struct unixctl_server *unixctl = NULL;
    struct options options;
    struct controller c;
    int status = EXIT_SUCCESS;

    vpn_dirs_init();
    ovs_cmdl_proctitle_init(argc, argv);
    ovs_set_program_name(argv[0], OVN_VPN_VERSION);
    options_parse(argc, argv, &options);
    fatal_ignore_sigpipe();
    if (options.cleanup) {
        cleanup_run(options.ovs_remote);
        options_destroy(&options);
        return 0;
    }

    if (options.dry_run) {
        dry_run_begin();
    } else {
        daemonize_start(true);
        int error = unixctl_server_create(options.unixctl_path, &unixctl);
        if (error) {
            ovs_fatal(error, "cannot make the control socket");
        }
    }
    /* Locked memory does not survive the fork in daemonize_start(). */
    privileges_drop();
    vpn_keys_init();
    privileges_raise_fd_limit();
    controller_init(&c, &options);
    if (!options.dry_run) {
        daemonize_complete();
    }

    loop(&c, unixctl);
    if (options.dry_run) {
        status = dry_run_end();
    }

    unixctl_server_destroy(unixctl);
    controller_destroy(&c);
    options_destroy(&options);
    return status;
}
