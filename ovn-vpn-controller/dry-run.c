/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/dry-run.h"

#include <stdio.h>
#include <stdlib.h>

#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/change.h"
#include "ovsdb-idl.h"
#include "sset.h"
#include "timeval.h"
#include "util.h"

/* How long databases and WireGuard may take to answer. */
#define TIME_LIMIT_MS 15000

static long long int deadline;

void
dry_run_begin(void)
{
    change_set_dry_run();
    deadline = time_msec() + TIME_LIMIT_MS;
}

static const char *
find_silent(const struct ovsdb_idl *ovs, const struct ovsdb_idl *ovn_sb,
            const struct ovsdb_idl *vpn_sb)
{
    return (!ovsdb_idl_has_ever_connected(ovs)
            ? "the local Open vSwitch database does not answer"
            : !ovsdb_idl_has_ever_connected(vpn_sb)
            ? "the OVN VPN Southbound database does not answer"
            : !ovsdb_idl_has_ever_connected(ovn_sb)
            ? "the OVN Southbound database does not answer"
            : "a database or WireGuard has not told all (ovn-vpn makes the "
              "row of SB_Global; does it run?)");
}

/* Waits for what is still missing, but not for ever: then terminates the
 * process, and says what it is. */
void
dry_run_wait(const char *settings_error, const struct ovsdb_idl *ovs,
             const struct ovsdb_idl *ovn_sb, const struct ovsdb_idl *vpn_sb)
{
    if (settings_error) {
        ovs_fatal(0, "%s", settings_error);
    } else if (time_msec() >= deadline) {
        ovs_fatal(0, "%s", find_silent(ovs, ovn_sb, vpn_sb));
    }
    poll_timer_wait_until(deadline);
}

/* Prints what would be changed, by places.  Returns the exit status. */
int
dry_run_end(void)
{
    size_t n = sset_count(change_list());
    const char **lines = sset_sort(change_list());

    for (size_t i = 0; i < n; i++) {
        puts(lines[i]);
    }
    free(lines);
    return n ? DRY_RUN_CHANGES : EXIT_SUCCESS;
}
