/* SPDX-License-Identifier: Apache-2.0 */

/* News of changes in a namespace, and what only ioctls can change; see
 * ovn-vpn-controller/link.h. */

#include <config.h>

#include "ovn-vpn-controller/link.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ovn-vpn-controller/link-internal.h"
#include "ovn-vpn-controller/netns.h"
#include "util.h"

static const int all_groups[] = {
    RTNLGRP_LINK,
    RTNLGRP_NEIGH,
    RTNLGRP_IPV4_IFADDR,
    RTNLGRP_IPV4_ROUTE,
    RTNLGRP_IPV4_RULE,
    RTNLGRP_IPV4_NETCONF,
    RTNLGRP_IPV6_IFADDR,
    RTNLGRP_IPV6_ROUTE,
    RTNLGRP_IPV6_RULE,
    RTNLGRP_IPV6_NETCONF,
};

static int
open_in_current(const int groups[], size_t n, int *fdp)
{
    struct sockaddr_nl sa = { .nl_family = AF_NETLINK };

    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                    NETLINK_ROUTE);
    if (fd < 0) {
        return errno;
    }
    int error = bind(fd, (struct sockaddr *) &sa, sizeof sa) ? errno : 0;
    for (size_t i = 0; !error && i < n; i++) {
        if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i],
                       sizeof groups[i])) {
            error = errno;
        }
    }
    if (error) {
        close(fd);
    } else {
        *fdp = fd;
    }
    return error;
}

static int
open_events(const struct netns *netns, const int groups[], size_t n, int *fd)
{
    int previous;

    *fd = -1;
    int error = netns_enter(netns, &previous);
    if (!error) {
        error = open_in_current(groups, n, fd);
        netns_leave(previous);
    }
    return error;
}

/* Opens in '*fd' a file descriptor that becomes readable when anything that
 * link_sync_*() manages changes in 'netns'.  The caller must close it. */
int
link_events_open(const struct netns *netns, int *fd)
{
    return open_events(netns, all_groups, ARRAY_SIZE(all_groups), fd);
}

/* Likewise, when an interface comes, goes or changes. */
int
link_events_open_interfaces(const struct netns *netns, int *fd)
{
    static const int group = RTNLGRP_LINK;

    return open_events(netns, &group, 1, fd);
}

/* Returns true if there was any news on 'fd' since the last call. */
bool
link_events_run(int fd)
{
    bool any = false;
    char buf[4096];

    for (;;) {
        ssize_t n = recv(fd, buf, sizeof buf, MSG_DONTWAIT);

        /* ENOBUFS: there was more than it could hold. */
        if (n > 0 || (n < 0 && errno == ENOBUFS)) {
            any = true;
        } else if (n == 0 || errno != EINTR) {
            return any;
        }
    }
}

static int
ethtool(struct link_ctx *ctx, const char *name, struct ethtool_value *value)
{
    struct ifreq ifr;

    memset(&ifr, 0, sizeof ifr);
    ovs_strlcpy(ifr.ifr_name, name, sizeof ifr.ifr_name);
    ifr.ifr_data = (void *) value;
    return ioctl(ctx->ioctl_fd, SIOCETHTOOL, &ifr) ? errno : 0;
}

/* Makes interface 'name' compute checksums before it sends, which also turns
 * segmentation offload off.  Open vSwitch's userspace datapath needs it at the
 * other end of a veth pair. */
int
link_sync_tx_checksum_off(struct link_ctx *ctx, const char *name)
{
    struct ethtool_value value = { .cmd = ETHTOOL_GTXCSUM };
    struct link_info info = { .ifindex = 0 };

    int error = ethtool(ctx, name, &value);
    if (!error && value.data) {
        error = link_get(ctx, name, &info);
    }
    if (info.ifindex
        && link_change(ctx, info.ifindex, "turn checksum offload off", NULL)) {
        value.cmd = ETHTOOL_STXCSUM;
        value.data = 0;
        error = ethtool(ctx, name, &value);
    }
    return error == EOPNOTSUPP ? 0 : error;
}
