/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/vpn-privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(vpn_privileges);

/* Every secret lies in a locked page of its own, and without CAP_IPC_LOCK the
 * limit counts. */
static void
raise_memlock_limit(void)
{
    static const struct rlimit infinite = { RLIM_INFINITY, RLIM_INFINITY };
    struct rlimit limit;

    if (setrlimit(RLIMIT_MEMLOCK, &infinite)
        && !getrlimit(RLIMIT_MEMLOCK, &limit)) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_MEMLOCK, &limit);
    }
}

/* Makes this process, and every program that it starts from now on, one
 * without capabilities except the 'n' in 'keep', and without a way to get
 * others.  Those in 'keep' that the process does not have are left out.
 * Terminates the process if that fails.
 *
 * The process stays "dumpable": secrets are in memory that is left out of core
 * dumps, and a dump of the rest helps to find out why a daemon died.  Who may
 * attach a debugger to a process of root can read the key files as well. */
void
vpn_privileges_drop(const int *keep, size_t n)
{
    raise_memlock_limit();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
        VLOG_FATAL("prctl(PR_SET_NO_NEW_PRIVS) failed (%s)",
                   ovs_strerror(errno));
    }

    capng_setpid(0);
    if (capng_get_caps_process()) {
        VLOG_FATAL("the capabilities of the process cannot be read");
    }
    bool may_bound = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
    bool have[CAP_LAST_CAP + 1];
    for (size_t i = 0; i < n; i++) {
        have[keep[i]] = capng_have_capability(CAPNG_PERMITTED, keep[i]);
    }

    capng_clear(CAPNG_SELECT_BOTH);
    for (size_t i = 0; i < n; i++) {
        if (have[keep[i]]) {
            capng_update(CAPNG_ADD, (CAPNG_EFFECTIVE | CAPNG_PERMITTED
                                     | CAPNG_BOUNDING_SET), keep[i]);
        }
    }
    if (capng_apply(may_bound ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS)) {
        VLOG_FATAL("capabilities cannot be dropped");
    }
}
