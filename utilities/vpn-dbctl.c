/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/vpn-dbctl.h"

#include <getopt.h>
#include <stdlib.h>

#include "command-line.h"
#include "db-ctl-base.h"
#include "fatal-signal.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/shash.h"
#include "openvswitch/vlog.h"
#include "ovsdb-idl.h"
#include "process.h"
#include "timeval.h"
#include "util.h"
#include "utilities/vpn-dbctl-private.h"

VLOG_DEFINE_THIS_MODULE(vpn_dbctl);

static struct vpn_dbctl_options options = {
    .leader_only = true,
    .shuffle_remotes = true,
    .table_style = TABLE_STYLE_DEFAULT,
};
static struct vpn_dbctl_run run = { .options = &options };

/* When to run the commands again although the database has not changed. */
static long long int run_again_at = LLONG_MAX;

/* Returns true if the transaction will not be committed. */
bool
vpn_dbctl_is_dry_run(void)
{
    return options.dry_run;
}

/* Lets escape sequences for colours through to the terminal.  Others never
 * get there: see defuse() in vpn-dbctl-run.c. */
void
vpn_dbctl_keep_colours(void)
{
    options.keep_colours = true;
}

/* Makes a command whose ctx->try_again is true run again at 'msec', a time as
 * of time_msec(), even if the database does not change until then. */
void
vpn_dbctl_run_again_at(long long int msec)
{
    run_again_at = MIN(run_again_at, msec);
}

/* Frees the transaction and the IDL, which is not necessary, but helps to find
 * real leaks, and terminates the process. */
void
vpn_dbctl_exit(int status)
{
    vpn_dbctl_run_clear(&run);
    exit(status);
}

static void
add_prerequisites(void)
{
    run.class->prerequisites(run.idl);
    for (size_t i = 0; i < run.n_commands; i++) {
        struct ctl_command *c = &run.commands[i];

        if (c->syntax->prerequisites) {
            struct ctl_context ctx = { .output = DS_EMPTY_INITIALIZER };

            ds_init(&c->output);
            c->table = NULL;
            ctl_context_init(&ctx, c, run.idl, NULL, NULL, NULL);
            c->syntax->prerequisites(&ctx);
            if (ctx.error) {
                ctl_fatal("%s", ctx.error);
            }
            ctl_context_done(&ctx, c);

            ovs_assert(!c->output.string);
            ovs_assert(!c->table);
        }
    }
}

/* Runs the commands once with each state of the database, because a
 * transaction that failed with one cannot succeed with the same, until they
 * have succeeded. */
static void
run_commands(void)
{
    unsigned int seqno = ovsdb_idl_get_seqno(run.idl);

    for (;;) {
        ovsdb_idl_run(run.idl);
        if (!ovsdb_idl_is_alive(run.idl)) {
            int retval = ovsdb_idl_get_last_error(run.idl);
            ctl_fatal("%s: database connection failed (%s)", options.db,
                      ovs_retval_to_string(retval));
        }

        if (seqno != ovsdb_idl_get_seqno(run.idl)
            || time_msec() >= run_again_at) {
            seqno = ovsdb_idl_get_seqno(run.idl);
            run_again_at = LLONG_MAX;
            if (vpn_dbctl_run(&run)) {
                return;
            }
        }

        if (seqno == ovsdb_idl_get_seqno(run.idl)) {
            ovsdb_idl_wait(run.idl);
            if (run_again_at != LLONG_MAX) {
                poll_timer_wait_until(run_again_at);
            }
            poll_block();
        }
    }
}

/* Prints what there is before a signal ends the process. */
static void
print_cb(void *aux OVS_UNUSED)
{
    vpn_dbctl_print(&run);
}

static void
wait_until_done(void)
{
    fatal_signal_add_hook(print_cb, NULL, NULL, false);
    ovsdb_idl_enable_reconnect(run.idl);
    VLOG_DBG("committed; waiting until it has taken effect");
    for (;;) {
        ovsdb_idl_run(run.idl);
        if (run.class->is_done(run.idl)) {
            return;
        }
        ovsdb_idl_wait(run.idl);
        poll_block();
    }
}

/* Runs a program with the given 'class', whose commands must have been
 * registered, and terminates the process. */
void
vpn_dbctl_main(int argc, char *argv[], const struct vpn_dbctl_class *class)
{
    struct shash local_options = SHASH_INITIALIZER(&local_options);

    run.class = class;
    argv = ovs_cmdl_env_parse_all(&argc, argv,
                                  getenv(class->options_variable));
    char *args = process_escape_args(argv);
    run.args = args;
    vpn_dbctl_parse_options(argc, argv, class, &options, &local_options);
    char *error = ctl_parse_commands(argc - optind, argv + optind,
                                     &local_options, &run.commands,
                                     &run.n_commands);
    if (error) {
        ctl_fatal("%s", error);
    }
    VLOG(ctl_might_write_to_db(run.commands, run.n_commands)
         ? VLL_INFO : VLL_DBG, "Called as %s", args);

    ctl_timeout_setup(options.timeout);
    run.idl = ovsdb_idl_create(options.db, class->idl_class, false, false);
    ovsdb_idl_set_shuffle_remotes(run.idl, options.shuffle_remotes);
    ovsdb_idl_set_leader_only(run.idl, options.leader_only);
    add_prerequisites();

    run_commands();
    wait_until_done();
    vpn_dbctl_print(&run);
    int status = class->finish(run.idl);
    vpn_dbctl_exit(run.print_failed ? EXIT_FAILURE : status);
}
