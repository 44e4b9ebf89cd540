/* SPDX-License-Identifier: Apache-2.0 */

/* Kernel settings of a namespace that routes. */

#include <config.h>

#include "ovn-vpn-controller/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "coverage.h"
#include "ovn-vpn-controller/change.h"
#include "ovn-vpn-controller/netns.h"
#include "util.h"

COVERAGE_DEFINE(sysctl_change);

/* Settings of the whole namespace. */
static const struct {
    const char *name;
    const char *value;
} globals[] = {
    { "ipv4/ip_forward", "1" },
    { "ipv6/conf/all/forwarding", "1" },
    { "ipv4/conf/all/promote_secondaries", "1" },
    /* Peers could ask without OVN's seeing it. */
    { "ipv4/icmp_echo_ignore_broadcasts", "1" },
};

/* Settings of each interface, and of "all" and "default". */
static const struct {
    const char *name;
    const char *value;
} locals[] = {
    /* Packets may come and go in ways that routes alone do not explain. */
    { "ipv4/conf/%s/rp_filter", "0" },
    /* What comes from the tunnel and goes back into it crosses OVN. */
    { "ipv4/conf/%s/send_redirects", "0" },
    /* Nobody in a tenant's network tells us routes. */
    { "ipv4/conf/%s/accept_redirects", "0" },
    { "ipv6/conf/%s/accept_redirects", "0" },
    { "ipv6/conf/%s/accept_ra", "0" },
    /* No link-local addresses: OVN knows our addresses, and there is nobody
     * else.  A standby has nothing to say. */
    { "ipv6/conf/%s/addr_gen_mode", "1" },
};

/* Writes 'value' to setting 'name' of 'netns', which the caller is in, unless
 * it has it.  A setting that the
 * kernel does not have, for example without IPv6, is none that matters. */
static int
sync_one(const struct netns *netns, const char *name, const char *value)
{
    char path[128];
    char have[16];

    snprintf(path, sizeof path, "/proc/sys/net/%s", name);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? 0 : errno;
    }
    ssize_t n = read(fd, have, sizeof have - 1);
    int error = n < 0 ? errno : 0;
    if (!error) {
        have[n] = '\0';
        have[strcspn(have, "\n")] = '\0';
        if (strcmp(have, value)
            && change_is_due(netns->name, "set net/%s to %s", name, value)) {
            COVERAGE_INC(sysctl_change);
            error = (pwrite(fd, value, strlen(value), 0) < 0 ? errno : 0);
        }
    }
    close(fd);
    return error;
}

static int
sync_interface(const struct netns *netns, const char *ifname)
{
    int error = 0;

    for (size_t i = 0; i < ARRAY_SIZE(locals); i++) {
        const char *percent = strchr(locals[i].name, '%');
        char name[96];

        snprintf(name, sizeof name, "%.*s%s%s",
                 (int) (percent - locals[i].name), locals[i].name, ifname,
                 percent + 2);
        int retval = sync_one(netns, name, locals[i].value);
        error = error ? error : retval;
    }
    return error;
}

/* Makes 'netns' forward packets, with settings for each of 'ifnames', a
 * NULL-terminated array of which those may be missing that are not there.
 * Returns 0 or the first positive errno value. */
int
sysctl_sync_router(const struct netns *netns, const char *const ifnames[])
{
    int previous;

    /* /proc/sys/net shows the settings of the reader's namespace. */
    int error = netns_enter(netns, &previous);
    if (error) {
        return error;
    }
    for (size_t i = 0; i < ARRAY_SIZE(globals); i++) {
        int retval = sync_one(netns, globals[i].name, globals[i].value);
        error = error ? error : retval;
    }
    for (size_t i = 0; ifnames[i]; i++) {
        int retval = sync_interface(netns, ifnames[i]);
        error = error ? error : retval;
    }
    netns_leave(previous);
    return error;
}
