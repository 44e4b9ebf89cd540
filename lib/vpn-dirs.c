/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/vpn-dirs.h"

#include <stdlib.h>

#include "dirs.h"
#include "ovsdb-session.h"
#include "stream.h"
#include "svec.h"
#include "util.h"
#include "uuid.h"

/* OVN's own defaults, as in its manual pages. */
#define OVN_RUNDIR_DEFAULT "/var/run/ovn"
#define OVN_LOGDIR_DEFAULT "/var/log/ovn"

static char *ovs_rundir_saved;

static void
redirect(const char *ovs_variable, const char *ovn_variable,
         const char *default_dir)
{
    const char *dir = getenv(ovn_variable);

    setenv(ovs_variable, dir && dir[0] ? dir : default_dir, 1);
}

/* Makes libopenvswitch use OVN's directories: OVN_RUNDIR, OVN_LOGDIR, or their
 * defaults.  Must be called first of all in main(), because the library reads
 * the directories once. */
void
vpn_dirs_init(void)
{
    const char *dir = getenv("OVS_RUNDIR");

    ovs_rundir_saved = xstrdup(dir && dir[0] ? dir : "/var/run/openvswitch");
    redirect("OVS_RUNDIR", "OVN_RUNDIR", OVN_RUNDIR_DEFAULT);
    redirect("OVS_LOGDIR", "OVN_LOGDIR", OVN_LOGDIR_DEFAULT);
}

/* Returns the directory with the sockets of Open vSwitch itself. */
const char *
vpn_ovs_rundir(void)
{
    return ovs_rundir_saved;
}

/* Returns the directory for key files. */
const char *
vpn_sysconfdir(void)
{
    const char *dir = getenv("OVN_VPN_SYSCONFDIR");

    return dir && dir[0] ? dir : OVN_VPN_SYSCONFDIR;
}

/* Returns the value of environment variable 'variable', if it has one,
 * otherwise the local socket 'name'. */
static const char *
default_db(char **cache, const char *variable, const char *name)
{
    if (!*cache) {
        const char *db = getenv(variable);

        *cache = (db && db[0] ? xstrdup(db)
                  : xasprintf("unix:%s/%s", ovs_rundir(), name));
    }
    return *cache;
}

const char *
vpn_default_nb_db(void)
{
    static char *cache;
    return default_db(&cache, "OVN_VPN_NB_DB", "ovn_vpn_nb_db.sock");
}

const char *
vpn_default_sb_db(void)
{
    static char *cache;
    return default_db(&cache, "OVN_VPN_SB_DB", "ovn_vpn_sb_db.sock");
}

const char *
vpn_default_ovn_nb_db(void)
{
    static char *cache;
    return default_db(&cache, "OVN_NB_DB", "ovnnb_db.sock");
}

const char *
vpn_default_ovn_sb_db(void)
{
    static char *cache;
    return default_db(&cache, "OVN_SB_DB", "ovnsb_db.sock");
}

/* Returns a message for the user, which the caller frees, if one of the
 * servers in 'db', which the option 'name' gives, is nothing that one could
 * connect to: libopenvswitch would try for ever.  Otherwise returns NULL. */
char *
vpn_check_db(const char *name, const char *db)
{
    struct svec remotes = SVEC_EMPTY_INITIALIZER;
    char *error = NULL;
    const char *remote;
    struct uuid cid;
    size_t i;

    ovsdb_session_parse_remote(db, &remotes, &cid);
    SVEC_FOR_EACH (i, remote, &remotes) {
        if (!error && stream_verify_name(remote)
            && pstream_verify_name(remote)) {
            error = xasprintf("%s: \"%s\" does not say where a database is; "
                              "it should be like unix:FILE, ssl:IP:PORT or "
                              "tcp:IP:PORT", name, remote);
        }
    }
    if (svec_is_empty(&remotes)) {
        error = xasprintf("%s: there is no database in \"%s\"", name, db);
    }
    svec_destroy(&remotes);
    return error;
}
