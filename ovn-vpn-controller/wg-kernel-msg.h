/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WG_KERNEL_MSG_H
#define WG_KERNEL_MSG_H 1

/* The kernel's generic netlink interface to WireGuard as messages: requests
 * made, answers parsed.  <linux/wireguard.h> describes them. */

#include <stdbool.h>
#include <stddef.h>

#include "ovn-vpn-controller/wg-backend.h"

struct nlmsghdr;
struct nl_msg;

/* Requests, to be sent in order.  They hold keys. */
struct wg_kernel_msgs {
    struct nl_msg **list;
    size_t n, allocated;
};
void wg_kernel_msgs_init(struct wg_kernel_msgs *);
void wg_kernel_msgs_destroy(struct wg_kernel_msgs *);

void wg_kernel_put_get(struct wg_kernel_msgs *, int family,
                       const char *ifname);
void wg_kernel_put_set(struct wg_kernel_msgs *, int family,
                       const char *ifname, const struct wg_device *want,
                       const struct wg_changes *, const struct wg_secrets *);

/* Answers to a request to read a device. */
int wg_kernel_parse(const struct nlmsghdr *, struct wg_device *);
void wg_kernel_parse_end(struct wg_device *);

#endif /* ovn-vpn-controller/wg-kernel-msg.h */
