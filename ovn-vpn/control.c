/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/control.h"

#include <stdlib.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "ovn-vpn/translator.h"
#include "unixctl.h"
#include "util.h"

static void
cmd_exit(struct unixctl_conn *conn, int argc OVS_UNUSED,
         const char *argv[] OVS_UNUSED, void *daemon_)
{
    struct daemon_state *d = daemon_;

    d->exiting = true;
    unixctl_command_reply(conn, NULL);
}

static void
cmd_pause(struct unixctl_conn *conn, int argc OVS_UNUSED,
          const char *argv[] OVS_UNUSED, void *daemon_)
{
    struct daemon_state *d = daemon_;

    d->paused = true;
    unixctl_command_reply(conn, NULL);
}

static void
cmd_resume(struct unixctl_conn *conn, int argc OVS_UNUSED,
           const char *argv[] OVS_UNUSED, void *daemon_)
{
    struct daemon_state *d = daemon_;

    d->paused = false;
    poll_immediate_wake();
    unixctl_command_reply(conn, NULL);
}

static void
cmd_is_paused(struct unixctl_conn *conn, int argc OVS_UNUSED,
              const char *argv[] OVS_UNUSED, void *daemon_)
{
    struct daemon_state *d = daemon_;

    unixctl_command_reply(conn, d->paused ? "true" : "false");
}

static void
cmd_status(struct unixctl_conn *conn, int argc OVS_UNUSED,
           const char *argv[] OVS_UNUSED, void *daemon_)
{
    struct daemon_state *d = daemon_;
    char *reply = xasprintf("Status: %s%s%s",
                            d->paused ? "paused"
                            : d->active ? "active"
                            : d->not_ready ? "not ready" : "standby",
                            d->not_ready && !d->paused ? ": " : "",
                            d->not_ready && !d->paused ? d->not_ready : "");
    unixctl_command_reply(conn, reply);
    free(reply);
}

static void
cmd_recompute(struct unixctl_conn *conn, int argc OVS_UNUSED,
              const char *argv[] OVS_UNUSED, void *daemon_)
{
    struct daemon_state *d = daemon_;

    translator_recompute(d->translator);
    poll_immediate_wake();
    unixctl_command_reply(conn, NULL);
}

static void
cmd_plan_show(struct unixctl_conn *conn, int argc, const char *argv[],
              void *daemon_)
{
    struct daemon_state *d = daemon_;
    struct ds ds = DS_EMPTY_INITIALIZER;

    if (d->not_ready) {
        unixctl_command_reply_error(conn, d->not_ready);
        return;
    }
    translator_format_plans(d->translator, argc > 1 ? argv[1] : NULL, &ds);
    if (argc > 1 && !ds.length) {
        ds_put_format(&ds, "no service is called \"%s\"", argv[1]);
        unixctl_command_reply_error(conn, ds_cstr(&ds));
    } else {
        unixctl_command_reply(conn, ds_cstr(&ds));
    }
    ds_destroy(&ds);
}

static void
cmd_connection_status(struct unixctl_conn *conn, int argc OVS_UNUSED,
                      const char *argv[] OVS_UNUSED, void *idl)
{
    unixctl_command_reply(conn, ovsdb_idl_is_connected(idl)
                          ? "connected" : "not connected");
}

/* Registers the commands, which work on 'd' from then on. */
void
control_register(struct daemon_state *d)
{
    unixctl_command_register("exit", "", 0, 0, cmd_exit, d);
    unixctl_command_register("pause", "", 0, 0, cmd_pause, d);
    unixctl_command_register("resume", "", 0, 0, cmd_resume, d);
    unixctl_command_register("is-paused", "", 0, 0, cmd_is_paused, d);
    unixctl_command_register("status", "", 0, 0, cmd_status, d);
    unixctl_command_register("recompute", "", 0, 0, cmd_recompute, d);
    unixctl_command_register("plan/show", "[SERVICE]", 0, 1, cmd_plan_show,
                             d);
    unixctl_command_register("vpn-nb-connection-status", "", 0, 0,
                             cmd_connection_status, d->vpn_nb.idl);
    unixctl_command_register("vpn-sb-connection-status", "", 0, 0,
                             cmd_connection_status, d->vpn_sb.idl);
    unixctl_command_register("nb-connection-status", "", 0, 0,
                             cmd_connection_status, d->ovn_nb.idl);
    unixctl_command_register("sb-connection-status", "", 0, 0,
                             cmd_connection_status, d->ovn_sb.idl);
}
