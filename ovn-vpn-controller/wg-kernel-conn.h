/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WG_KERNEL_CONN_H
#define WG_KERNEL_CONN_H 1

/* A generic netlink socket in a network namespace, for requests to WireGuard
 * there.
 *
 * The kernel does what a message asks while it is being sent, and makes the
 * next part of a long answer while one is being received.  So that a large
 * device does not keep other tunnels waiting, wg_kernel_conn_run() sends one
 * message, or receives some, and is to be called again. */

#include <stdbool.h>

#include "ovn-vpn-controller/wg-backend.h"

struct netns;
struct wg_kernel_conn;

int wg_kernel_conn_open(const struct netns *, const char *ifname,
                        struct wg_kernel_conn **);
void wg_kernel_conn_close(struct wg_kernel_conn *);

void wg_kernel_conn_get(struct wg_kernel_conn *);
void wg_kernel_conn_set(struct wg_kernel_conn *, const struct wg_device *want,
                        const struct wg_changes *, const struct wg_secrets *);
bool wg_kernel_conn_is_busy(const struct wg_kernel_conn *);
int wg_kernel_conn_run(struct wg_kernel_conn *, struct wg_device *,
                       bool *complete);
void wg_kernel_conn_wait(const struct wg_kernel_conn *);

#endif /* ovn-vpn-controller/wg-kernel-conn.h */
