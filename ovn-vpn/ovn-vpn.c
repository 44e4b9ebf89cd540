/* SPDX-License-Identifier: Apache-2.0 */

/* The translator: turns VPN services into rows of OVN's Northbound and of the
 * VPN Southbound database, as ovn-northd turns logical networks into flows.
 * This file has the options, the connections and the loop; translator.c makes
 * the passes. */

#include <config.h>

#include <getopt.h>
#include <stdlib.h>

#include "command-line.h"
#include "daemon.h"
#include "dirs.h"
#include "fatal-signal.h"
#include "lib/ovn-nb-idl.h"
#include "lib/ovn-sb-idl.h"
#include "lib/ovn-vpn-nb-idl.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-dirs.h"
#include "lib/vpn-keys.h"
#include "lib/vpn-privileges.h"
#include "memory.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn/control.h"
#include "ovn-vpn/translator.h"
#include "ovsdb-idl.h"
#include "simap.h"
#include "stopwatch.h"
#include "stream-ssl.h"
#include "stream.h"
#include "unixctl.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(ovn_vpn);

/* The lock is in the VPN Northbound database, because chassis, which reach the
 * Southbound one, could hold it there. */
#define LOCK_NAME "ovn_vpn"

/* Interval between inactivity probes of the databases, as ovn-northd's. */
#define PROBE_INTERVAL_MS 5000

/* Interval at which the state of a translator that cannot work is checked. */
#define CHECK_INTERVAL_MS 1000

struct settings {
    const char *vpn_nb, *vpn_sb, *ovn_nb, *ovn_sb;
    char *sealing_key;
    char *unixctl_path;
};

/* Options. */

OVS_NO_RETURN static void
usage(void)
{
    printf("\
%s: OVN VPN translator\n\
usage: %s [OPTIONS]\n\
\n\
Options:\n\
  --ovn-vpn-nb-db=DB  VPN Northbound database (default: %s)\n\
  --ovn-vpn-sb-db=DB  VPN Southbound database (default: %s)\n\
  --ovn-nb-db=DB      OVN Northbound database (default: %s)\n\
  --ovn-sb-db=DB      OVN Southbound database (default: %s)\n\
  --sealing-key=FILE  secret sealing key (default: %s/sealing.key)\n\
  --unixctl=SOCKET    override default control socket name\n\
  -h, --help          display this help message\n\
  -V, --version       display version information\n",
           program_name, program_name, vpn_default_nb_db(),
           vpn_default_sb_db(), vpn_default_ovn_nb_db(),
           vpn_default_ovn_sb_db(), vpn_sysconfdir());
    daemon_usage();
    vlog_usage();
    stream_usage("database", true, true, false);
    exit(EXIT_SUCCESS);
}

static void
check_settings(const struct settings *settings)
{
    const struct {
        const char *option;
        const char *db;
    } dbs[] = {
        { "--ovn-vpn-nb-db", settings->vpn_nb },
        { "--ovn-vpn-sb-db", settings->vpn_sb },
        { "--ovn-nb-db", settings->ovn_nb },
        { "--ovn-sb-db", settings->ovn_sb },
    };

    for (size_t i = 0; i < ARRAY_SIZE(dbs); i++) {
        char *error = vpn_check_db(dbs[i].option, dbs[i].db);

        if (error) {
            ovs_fatal(0, "%s", error);
        }
    }
}

static void
parse_options(int argc, char *argv[], struct settings *settings)
{
    enum {
        OPT_VPN_NB = UCHAR_MAX + 1,
        OPT_VPN_SB,
        OPT_OVN_NB,
        OPT_OVN_SB,
        OPT_SEALING_KEY,
        OPT_UNIXCTL,
        DAEMON_OPTION_ENUMS,
        VLOG_OPTION_ENUMS,
        SSL_OPTION_ENUMS,
    };
    static const struct option long_options[] = {
        {"ovn-vpn-nb-db", required_argument, NULL, OPT_VPN_NB},
        {"ovn-vpn-sb-db", required_argument, NULL, OPT_VPN_SB},
        {"ovn-nb-db", required_argument, NULL, OPT_OVN_NB},
        {"ovn-sb-db", required_argument, NULL, OPT_OVN_SB},
        {"sealing-key", required_argument, NULL, OPT_SEALING_KEY},
        {"unixctl", required_argument, NULL, OPT_UNIXCTL},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        DAEMON_LONG_OPTIONS,
        VLOG_LONG_OPTIONS,
        STREAM_SSL_LONG_OPTIONS,
        {NULL, 0, NULL, 0},
    };
    char *short_options = ovs_cmdl_long_options_to_short_options(long_options);

    for (;;) {
        int c = getopt_long(argc, argv, short_options, long_options, NULL);
        if (c == -1) {
            break;
        }
        switch (c) {
        DAEMON_OPTION_HANDLERS;
        VLOG_OPTION_HANDLERS;
        STREAM_SSL_OPTION_HANDLERS;
        case OPT_VPN_NB:
            settings->vpn_nb = optarg;
            break;
        case OPT_VPN_SB:
            settings->vpn_sb = optarg;
            break;
        case OPT_OVN_NB:
            settings->ovn_nb = optarg;
            break;
        case OPT_OVN_SB:
            settings->ovn_sb = optarg;
            break;
        case OPT_SEALING_KEY:
            free(settings->sealing_key);
            settings->sealing_key = xstrdup(optarg);
            break;
        case OPT_UNIXCTL:
            settings->unixctl_path = optarg;
            break;
        case 'h':
            usage();
        case 'V':
            ovs_print_version(0, 0);
            exit(EXIT_SUCCESS);
        default:
            exit(EXIT_FAILURE);
        }
    }
    free(short_options);
    if (optind < argc) {
        ovs_fatal(0, "unexpected argument \"%s\" (use --help for help)",
                  argv[optind]);
    }
}

/* The loop. */

static struct ovsdb_idl_loop
connect_to(const char *remote, const struct ovsdb_idl_class *class)
{
    struct ovsdb_idl *idl = ovsdb_idl_create(remote, class, false, true);

    ovsdb_idl_set_probe_interval(idl, PROBE_INTERVAL_MS);
    return (struct ovsdb_idl_loop) OVSDB_IDL_LOOP_INITIALIZER(idl);
}

/* Connects to the databases that 'settings' names.  Terminates the process if
 * the sealing key cannot be used. */
static void
daemon_state_init(struct daemon_state *d, const struct settings *settings)
{
    *d = (struct daemon_state) {
        .vpn_nb = connect_to(settings->vpn_nb, &vpnnbrec_idl_class),
        .vpn_sb = connect_to(settings->vpn_sb, &vpnsbrec_idl_class),
        .ovn_nb = connect_to(settings->ovn_nb, &nbrec_idl_class),
        .ovn_sb = connect_to(settings->ovn_sb, &sbrec_idl_class),
    };

    /* What is only read may come from a follower or a relay, a little later.
     * What is written must be compared with the newest. */
    ovsdb_idl_set_leader_only(d->ovn_sb.idl, false);

    const struct translator_dbs dbs = {
        .vpn_nb = &d->vpn_nb,
        .vpn_sb = &d->vpn_sb,
        .ovn_nb = &d->ovn_nb,
        .ovn_sb = d->ovn_sb.idl,
    };
    char *error = translator_create(&dbs, settings->sealing_key,
                                    &d->translator);
    if (error) {
        ovs_fatal(0, "%s", error);
    }
}

static void
daemon_state_destroy(struct daemon_state *d)
{
    translator_destroy(d->translator);
    ovsdb_idl_loop_destroy(&d->vpn_nb);
    ovsdb_idl_loop_destroy(&d->vpn_sb);
    ovsdb_idl_loop_destroy(&d->ovn_nb);
    ovsdb_idl_loop_destroy(&d->ovn_sb);
    free(d->not_ready);
}

/* Finds out whether we may work, and holds or gives back the lock
 * accordingly. */
static void
update_role(struct daemon_state *d)
{
    enum vlog_level level;
    char *not_ready = translator_check(d->translator, &level);

    if (!nullable_string_is_equal(not_ready, d->not_ready)) {
        VLOG(not_ready ? level : VLL_INFO, "%s%s",
             not_ready ? "cannot work: " : "ready to work",
             not_ready ? not_ready : "");
    }
    free(d->not_ready);
    d->not_ready = not_ready;

    bool willing = !not_ready && !d->paused;
    ovsdb_idl_set_lock(d->vpn_nb.idl, willing ? LOCK_NAME : NULL);
    bool active = willing && ovsdb_idl_has_lock(d->vpn_nb.idl);
    if (active != d->active) {
        VLOG_INFO("this ovn-vpn instance is now %s",
                  active ? "active" : "on standby");
        d->active = active;
        if (active) {
            translator_reset(d->translator);
        } else {
            translator_suspend(d->translator);
        }
    }
}

static void
run_once(struct daemon_state *d)
{
    ovsdb_idl_loop_run(&d->vpn_nb);
    ovsdb_idl_loop_run(&d->vpn_sb);
    ovsdb_idl_loop_run(&d->ovn_nb);
    ovsdb_idl_loop_run(&d->ovn_sb);

    translator_note_changes(d->translator, d->active);
    translator_check_commits(d->translator);
    update_role(d);
    if (d->active) {
        translator_run(d->translator);
        translator_wait(d->translator);
    } else if (d->not_ready) {
        poll_timer_wait(CHECK_INTERVAL_MS);
    }

    ovsdb_idl_loop_commit_and_wait(&d->vpn_nb);
    ovsdb_idl_loop_commit_and_wait(&d->vpn_sb);
    ovsdb_idl_loop_commit_and_wait(&d->ovn_nb);
    ovsdb_idl_loop_commit_and_wait(&d->ovn_sb);
    translator_overlap(d->translator);
}

static void
report_memory(const struct daemon_state *d)
{
    if (memory_should_report()) {
        struct simap usage = SIMAP_INITIALIZER(&usage);

        ovsdb_idl_get_memory_usage(d->vpn_nb.idl, &usage);
        ovsdb_idl_get_memory_usage(d->vpn_sb.idl, &usage);
        ovsdb_idl_get_memory_usage(d->ovn_nb.idl, &usage);
        ovsdb_idl_get_memory_usage(d->ovn_sb.idl, &usage);
        memory_report(&usage);
        simap_destroy(&usage);
    }
}

static void
loop(struct daemon_state *d, struct unixctl_server *unixctl)
{
    while (!d->exiting) {
        memory_run();
        report_memory(d);
        run_once(d);
        unixctl_server_run(unixctl);
        unixctl_server_wait(unixctl);
        memory_wait();
        if (d->exiting) {
            poll_immediate_wake();
        }
        poll_block();
        if (should_service_stop()) {
            d->exiting = true;
        }
    }
}

int
main(int argc, char *argv[])
{
    struct unixctl_server *unixctl;
    struct settings settings;
    struct daemon_state d;

    vpn_dirs_init();
    ovs_cmdl_proctitle_init(argc, argv);
    ovs_set_program_name(argv[0], OVN_VPN_VERSION);
    service_start(&argc, &argv);
    fatal_ignore_sigpipe();

    settings = (struct settings) {
        .vpn_nb = vpn_default_nb_db(),
        .vpn_sb = vpn_default_sb_db(),
        .ovn_nb = vpn_default_ovn_nb_db(),
        .ovn_sb = vpn_default_ovn_sb_db(),
        .sealing_key = xasprintf("%s/sealing.key", vpn_sysconfdir()),
    };
    parse_options(argc, argv, &settings);
    check_settings(&settings);
    daemonize_start(false);

    if (unixctl_server_create(settings.unixctl_path, &unixctl)) {
        exit(EXIT_FAILURE);
    }
    /* What is left are databases and a file of its own.  Locked memory does
     * not survive the fork in daemonize_start(). */
    vpn_privileges_drop(NULL, 0);
    vpn_keys_init();
    daemon_state_init(&d, &settings);
    control_register(&d);
    daemonize_complete();

    loop(&d, unixctl);

    daemon_state_destroy(&d);
    unixctl_server_destroy(unixctl);
    free(settings.sealing_key);
    service_stop();
    return 0;
}
