/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/privileges.h"

#include <linux/capability.h>
#include <sys/resource.h>

#include "lib/vpn-privileges.h"
#include "util.h"

/* Makes room for a few file descriptors per tunnel. */
void
privileges_raise_fd_limit(void)
{
    struct rlimit limit;

    if (!getrlimit(RLIMIT_NOFILE, &limit)) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Gives up what neither the agent nor the WireGuard programs that it starts,
 * which get the same, need. */
void
privileges_drop(void)
{
    static const int keep[] = {
        CAP_NET_ADMIN,          /* Interfaces, routes, WireGuard. */
        CAP_SYS_ADMIN,          /* Network namespaces and their mounts. */
        CAP_NET_RAW,            /* Packet sockets: the local takeover sign. */
        CAP_NET_BIND_SERVICE,   /* A service at a port below 1024. */
        CAP_DAC_OVERRIDE,       /* Sockets of an Open vSwitch that runs as a
                                 * user of its own. */
    };

    vpn_privileges_drop(keep, ARRAY_SIZE(keep));
}
