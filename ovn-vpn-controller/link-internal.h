/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LINK_INTERNAL_H
#define LINK_INTERNAL_H 1

/* What the files of ovn-vpn-controller/link.h share. */

#include <netlink/addr.h>
#include <netlink/cache.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "ovn-vpn-controller/link.h"

bool link_change(struct link_ctx *, int ifindex, const char *what,
                 const struct vpn_prefix *);
int link_errno(int nl_error);
struct nl_addr *link_nl_addr(const struct vpn_prefix *);
bool link_parse_nl_addr(const struct nl_addr *, int family,
                        struct vpn_prefix *);

#endif /* ovn-vpn-controller/link-internal.h */
