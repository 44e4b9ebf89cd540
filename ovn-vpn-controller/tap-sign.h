/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TAP_SIGN_H
#define TAP_SIGN_H 1

/* Sees what arrives at an interface: the local signs of
 * ovn-vpn-controller/role.h.  Answers to what this chassis itself has sent do
 * not count. */

#include <stdint.h>

#include "openvswitch/types.h"

struct netns;

enum tap_sign {
    TAP_SIGN_NONE,
    TAP_SIGN_PACKET,            /* An outer WireGuard packet. */
    TAP_SIGN_ROUTER,            /* The router speaks, by ARP, as it does in
                                 * every tunnel: each has an IPv4 transit
                                 * network. */
};

int tap_sign_open(const struct netns *, int ifindex, uint16_t port,
                  ovs_be32 router, int *fd);
enum tap_sign tap_sign_run(int fd);

#endif /* ovn-vpn-controller/tap-sign.h */
