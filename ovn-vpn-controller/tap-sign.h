/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TAP_SIGN_H
#define TAP_SIGN_H 1

/* Sees whether outer WireGuard packets arrive at an interface: the local sign
 * of ovn-vpn-controller/role.h.  Answers to what this chassis itself has sent
 * do not count. */

#include <stdbool.h>
#include <stdint.h>

struct netns;

int tap_sign_open(const struct netns *, int ifindex, uint16_t port, int *fd);
bool tap_sign_run(int fd);

#endif /* ovn-vpn-controller/tap-sign.h */
