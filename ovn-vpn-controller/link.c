/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/link.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "coverage.h"
#include "openvswitch/dynamic-string.h"
#include "ovn-vpn-controller/change.h"
#include "ovn-vpn-controller/link-internal.h"
#include "ovn-vpn-controller/netns.h"
#include "packets.h"
#include "sset.h"
#include "util.h"

COVERAGE_DEFINE(host_change);

/* What the kernel fills at most with one part of a dump. */
#define DUMP_BUFFER 32768

/* What the files for links share. */

/* Stores the name of 'ifindex' in 'name'. */
static void
look_up_name(struct link_ctx *ctx, int ifindex, char name[LINK_NAME_SIZE])
{
    struct rtnl_link *link;

    name[0] = '\0';
    if (!rtnl_link_get_kernel(ctx->nl, ifindex, NULL, &link)) {
        ovs_strlcpy(name, rtnl_link_get_name(link), LINK_NAME_SIZE);
        rtnl_link_put(link);
    }
}

/* To be called before each change, which it counts: 'what' is done, to
 * 'prefix' unless that is NULL, and on 'ifindex' unless that is 0.  Returns
 * false if this is a dry run, which takes it down instead. */
bool
link_change(struct link_ctx *ctx, int ifindex, const char *what,
            const struct vpn_prefix *prefix)
{
    struct ds s = DS_EMPTY_INITIALIZER;
    char name[LINK_NAME_SIZE] = "";

    if (!change_is_dry_run()) {
        COVERAGE_INC(host_change);
        return true;
    }
    if (prefix) {
        ds_put_char(&s, ' ');
        vpn_prefix_format(prefix, &s);
    }
    if (ifindex) {
        look_up_name(ctx, ifindex, name);
    }
    change_is_due(ctx->where, "%s%s%s%s", name, name[0] ? ": " : "", what,
                  ds_cstr(&s));
    ds_destroy(&s);
    return false;
}

/* Returns the positive errno value for libnl's error code 'nl_error'.  libnl
 * has merged some, so this is as near as it gets. */
int
link_errno(int nl_error)
{
    static const struct {
        int nl, sys;
    } codes[] = {
        { NLE_SUCCESS, 0 },
        { NLE_NODEV, ENODEV },
        { NLE_OBJ_NOTFOUND, ENOENT },
        { NLE_EXIST, EEXIST },
        { NLE_PERM, EPERM },
        { NLE_NOACCESS, EACCES },
        { NLE_NOMEM, ENOMEM },
        { NLE_NOADDR, EADDRNOTAVAIL },
        { NLE_BUSY, EBUSY },
        { NLE_OPNOTSUPP, EOPNOTSUPP },
        { NLE_RANGE, ERANGE },
        { NLE_INVAL, EINVAL },
        { NLE_AGAIN, EAGAIN },
        { NLE_INTR, EINTR },
    };

    for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
        if (codes[i].nl == abs(nl_error)) {
            return codes[i].sys;
        }
    }
    return EPROTO;
}

/* Returns 'prefix' as libnl wants it, which the caller must free with
 * nl_addr_put(). */
struct nl_addr *
link_nl_addr(const struct vpn_prefix *prefix)
{
    bool v4 = vpn_prefix_is_v4(prefix);
    const uint8_t *bytes = prefix->addr.s6_addr + (v4 ? 12 : 0);
    struct nl_addr *addr = nl_addr_build(v4 ? AF_INET : AF_INET6, bytes,
                                         v4 ? 4 : 16);

    if (!addr) {
        out_of_memory();
    }
    nl_addr_set_prefixlen(addr, prefix->plen);
    return addr;
}

/* Stores 'addr', of the given 'family', in '*prefix'.  NULL and an empty
 * address, which libnl makes of a default route, are the prefix of length 0.
 * Returns false if it is no IP address. */
bool
link_parse_nl_addr(const struct nl_addr *addr, int family,
                   struct vpn_prefix *prefix)
{
    unsigned int len = addr ? nl_addr_get_len(addr) : 0;

    if (family != AF_INET && family != AF_INET6) {
        return false;
    }
    memset(prefix, 0, sizeof *prefix);
    if (family == AF_INET) {
        in6_addr_set_mapped_ipv4(&prefix->addr, 0);
    }
    if (len) {
        if (len != (family == AF_INET ? 4 : 16)) {
            return false;
        }
        memcpy(prefix->addr.s6_addr + 16 - len,
               nl_addr_get_binary_addr(addr), len);
        prefix->plen = nl_addr_get_prefixlen(addr);
    }
    return true;
}

/* Namespaces. */

static int
open_in_current(struct link_ctx *ctx)
{
    ctx->ioctl_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (ctx->ioctl_fd < 0) {
        return errno;
    }
    ctx->nl = nl_socket_alloc();
    if (!ctx->nl) {
        out_of_memory();
    }
    int error = link_errno(nl_connect(ctx->nl, NETLINK_ROUTE));
    if (!error) {
        fcntl(nl_socket_get_fd(ctx->nl), F_SETFD, FD_CLOEXEC);
        nl_socket_set_msg_buf_size(ctx->nl, DUMP_BUFFER);
    }
    return error;
}

/* Opens 'netns', or the caller's own namespace if that is NULL.  On success
 * stores in '*ctxp' what the caller must close with link_close(), otherwise
 * NULL. */
int
link_open(const struct netns *netns, struct link_ctx **ctxp)
{
    struct link_ctx *ctx = xzalloc(sizeof *ctx);
    int previous;

    ctx->where = xstrdup(netns && netns->name ? netns->name : "host");
    ctx->ioctl_fd = -1;
    int error = netns ? netns_enter(netns, &previous) : 0;
    if (!error) {
        error = open_in_current(ctx);
        if (netns) {
            netns_leave(previous);
        }
    }
    if (error) {
        link_close(ctx);
        ctx = NULL;
    }
    *ctxp = ctx;
    return error;
}

void
link_close(struct link_ctx *ctx)
{
    if (ctx) {
        if (ctx->nl) {
            nl_socket_free(ctx->nl);
        }
        if (ctx->ioctl_fd >= 0) {
            close(ctx->ioctl_fd);
        }
        free(ctx->where);
        free(ctx);
    }
}

/* Interfaces. */

static void
parse_link(struct rtnl_link *link, struct link_info *info)
{
    const struct nl_addr *mac = rtnl_link_get_addr(link);
    const char *kind = rtnl_link_get_type(link);
    const char *alias = rtnl_link_get_ifalias(link);

    memset(info, 0, sizeof *info);
    info->ifindex = rtnl_link_get_ifindex(link);
    ovs_strlcpy(info->name, rtnl_link_get_name(link), sizeof info->name);
    ovs_strlcpy(info->kind, kind ? kind : "", sizeof info->kind);
    ovs_strlcpy(info->alias, alias ? alias : "", sizeof info->alias);
    info->mtu = rtnl_link_get_mtu(link);
    info->up = rtnl_link_get_flags(link) & IFF_UP;
    info->peer_ifindex = rtnl_link_get_link(link);
    if (mac && nl_addr_get_len(mac) == ETH_ADDR_LEN) {
        memcpy(&info->mac, nl_addr_get_binary_addr(mac), ETH_ADDR_LEN);
    }
}

/* Looks an interface up.  Returns ENODEV if there is none called 'name'. */
int
link_get(struct link_ctx *ctx, const char *name, struct link_info *info)
{
    struct rtnl_link *link;
    int error = link_errno(rtnl_link_get_kernel(ctx->nl, 0, name, &link));

    if (!error) {
        parse_link(link, info);
        rtnl_link_put(link);
    }
    return error == ENOENT ? ENODEV : error;
}

/* Adds to 'rests' what follows 'prefix' in the aliases of all interfaces that
 * begin with it. */
int
link_list_aliases(struct link_ctx *ctx, const char *prefix, struct sset *rests)
{
    struct nl_cache *cache;
    int error = link_errno(rtnl_link_alloc_cache(ctx->nl, AF_UNSPEC, &cache));

    if (error) {
        return error;
    }
    for (struct nl_object *o = nl_cache_get_first(cache); o;
         o = nl_cache_get_next(o)) {
        const char *alias = rtnl_link_get_ifalias((struct rtnl_link *) o);

        if (alias && !strncmp(alias, prefix, strlen(prefix))) {
            sset_add(rests, alias + strlen(prefix));
        }
    }
    nl_cache_free(cache);
    return 0;
}

static void
set_mac(struct rtnl_link *link, const struct eth_addr *mac)
{
    struct nl_addr *addr = nl_addr_build(AF_LLC, mac, ETH_ADDR_LEN);

    rtnl_link_set_addr(link, addr);
    nl_addr_put(addr);
}

/* Makes interface 'name' as it is wanted, and brings it up. */
int
link_sync(struct link_ctx *ctx, const char *name, const struct link_want *want)
{
    struct ds changes = DS_EMPTY_INITIALIZER;
    struct link_info have;

    int error = link_get(ctx, name, &have);
    if (error) {
        return error;
    }
    struct rtnl_link *change = rtnl_link_alloc();
    if (want->mtu && have.mtu != want->mtu) {
        rtnl_link_set_mtu(change, want->mtu);
        ds_put_format(&changes, " MTU %d", want->mtu);
    }
    if (want->mac && !eth_addr_equals(have.mac, *want->mac)) {
        set_mac(change, want->mac);
        ds_put_format(&changes, " Ethernet address "ETH_ADDR_FMT,
                      ETH_ADDR_ARGS(*want->mac));
    }
    if (want->alias && strcmp(have.alias, want->alias)) {
        rtnl_link_set_ifalias(change, want->alias);
        ds_put_format(&changes, " alias %s", want->alias);
    }
    if (!have.up) {
        rtnl_link_set_flags(change, IFF_UP);
        ds_put_cstr(&changes, " up");
    }
    if (changes.length) {
        struct rtnl_link *orig = rtnl_link_alloc();
        char *what = xasprintf("set%s", ds_cstr(&changes));

        rtnl_link_set_ifindex(orig, have.ifindex);
        if (link_change(ctx, have.ifindex, what, NULL)) {
            error = link_errno(rtnl_link_change(ctx->nl, orig, change, 0));
        }
        free(what);
        rtnl_link_put(orig);
    }
    rtnl_link_put(change);
    ds_destroy(&changes);
    return error;
}

/* Makes a veth pair: 'name' in 'ctx', and 'peer_name' in 'netns' with
 * 'peer_mac'.  Returns CHANGE_NOT_MADE in a dry run. */
int
link_add_veth(struct link_ctx *ctx, const char *name,
              const struct netns *netns, const char *peer_name,
              const struct eth_addr *peer_mac)
{
    char *what = xasprintf("make a veth pair from %s to %s", name, peer_name);
    bool due = link_change(ctx, 0, what, NULL);

    free(what);
    if (!due) {
        return CHANGE_NOT_MADE;
    }
    struct rtnl_link *link = rtnl_link_veth_alloc();
    struct rtnl_link *peer = rtnl_link_veth_get_peer(link);

    rtnl_link_set_name(link, name);
    rtnl_link_set_name(peer, peer_name);
    set_mac(peer, peer_mac);
    rtnl_link_set_ns_fd(peer, netns->fd);
    int error = link_errno(rtnl_link_add(ctx->nl, link,
                                         NLM_F_CREATE | NLM_F_EXCL));
    rtnl_link_put(peer);
    rtnl_link_veth_release(link);
    return error;
}

/* Makes an interface of a 'kind' that needs no more than a name, which counts
 * as no change yet.  Returns EOPNOTSUPP if the kernel does not know that
 * kind. */
int
link_add(struct link_ctx *ctx, const char *name, const char *kind)
{
    struct rtnl_link *link = rtnl_link_alloc();

    rtnl_link_set_name(link, name);
    rtnl_link_set_type(link, kind);
    int error = link_errno(rtnl_link_add(ctx->nl, link,
                                         NLM_F_CREATE | NLM_F_EXCL));
    rtnl_link_put(link);
    return error;
}

/* Deletes interface 'name'.  That there is none is no error. */
int
link_delete(struct link_ctx *ctx, const char *name)
{
    struct link_info info;

    int error = link_get(ctx, name, &info);
    if (!error && link_change(ctx, info.ifindex, "delete", NULL)) {
        struct rtnl_link *link = rtnl_link_alloc();

        rtnl_link_set_ifindex(link, info.ifindex);
        error = link_errno(rtnl_link_delete(ctx->nl, link));
        rtnl_link_put(link);
    }
    return error == ENODEV || error == ENOENT ? 0 : error;
}
