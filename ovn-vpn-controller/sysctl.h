/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SYSCTL_H
#define SYSCTL_H 1

struct netns;

int sysctl_sync_router(const struct netns *, const char *const ifnames[]);

#endif /* ovn-vpn-controller/sysctl.h */
