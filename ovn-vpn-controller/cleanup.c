/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/cleanup.h"

#include <stdlib.h>
#include <unistd.h>

#include "daemon.h"
#include "dirs.h"
#include "openvswitch/poll-loop.h"
#include "ovn-vpn-controller/link.h"
#include "ovn-vpn-controller/ovs-port.h"
#include "ovn-vpn-controller/settings.h"
#include "ovn-vpn-controller/tunnel-host.h"
#include "ovsdb-idl.h"
#include "sset.h"
#include "timeval.h"
#include "util.h"
#include "vswitch-idl.h"

/* How long the local database may take to answer. */
#define DATABASE_MS 10000

/* A running agent would make anew what is removed. */
static void
check_not_running(void)
{
    char *pidfile = xasprintf("%s/%s.pid", ovs_rundir(), program_name);
    pid_t pid = access(pidfile, F_OK) ? 0 : read_pidfile(pidfile);

    if (pid > 0) {
        ovs_fatal(0, "%s is running (process %ld); stop it first",
                  program_name, (long int) pid);
    }
    free(pidfile);
}

static struct ovsdb_idl *
open_database(const char *remote)
{
    struct ovsdb_idl *idl = ovsdb_idl_create(remote, &ovsrec_idl_class, false,
                                             true);
    long long int deadline = time_msec() + DATABASE_MS;

    ovs_port_add_columns(idl);
    for (;;) {
        ovsdb_idl_run(idl);
        if (ovsrec_open_vswitch_first(idl)) {
            return idl;
        } else if (time_msec() >= deadline) {
            ovs_fatal(0, "%s: the local Open vSwitch database does not "
                      "answer; is ovsdb-server running?", remote);
        }
        ovsdb_idl_wait(idl);
        poll_timer_wait_until(deadline);
        poll_block();
    }
}

static void
remove_from_host(void)
{
    struct sset none = SSET_INITIALIZER(&none);
    struct tunnel_host_env env = { .link = NULL };

    int error = link_open(NULL, &env.link);
    if (error) {
        ovs_fatal(error, "cannot manage network interfaces");
    }
    tunnel_host_purge(&env, &none);
    link_close(env.link);
    sset_destroy(&none);
}

static void
remove_from_ovs(struct ovsdb_idl *idl)
{
    const struct ovsrec_open_vswitch *cfg = ovsrec_open_vswitch_first(idl);
    struct ovsdb_idl_txn *txn = ovsdb_idl_txn_create(idl);
    enum ovsdb_idl_txn_status status;
    struct settings settings;

    settings_parse(&cfg->external_ids, &settings);
    ovs_port_remove_all(idl, &settings);
    status = ovsdb_idl_txn_commit_block(txn);
    if (status != TXN_SUCCESS && status != TXN_UNCHANGED) {
        ovs_fatal(0, "the local Open vSwitch database refused the changes: "
                  "%s; try again", ovsdb_idl_txn_get_error(txn));
    }
    ovsdb_idl_txn_destroy(txn);
    settings_destroy(&settings);
}

/* Removes from this host all that bears ovn-vpn's mark: namespaces with their
 * interfaces and processes, ports, the bridge and its mapping.  Terminates the
 * process if that fails. */
void
cleanup_run(const char *ovs_remote)
{
    check_not_running();
    struct ovsdb_idl *idl = open_database(ovs_remote);
    remove_from_host();
    remove_from_ovs(idl);
    ovsdb_idl_destroy(idl);
}
