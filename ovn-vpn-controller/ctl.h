/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_H
#define CTL_H 1

/* Commands of "ovn-appctl -t ovn-vpn-controller" that show tunnels. */

struct agent;
struct desired;

struct ctl {
    struct agent *agent;
    const struct desired *desired;
};

void ctl_init(struct ctl *);

#endif /* ovn-vpn-controller/ctl.h */
