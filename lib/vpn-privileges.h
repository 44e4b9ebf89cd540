/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_PRIVILEGES_H
#define VPN_PRIVILEGES_H 1

/* Giving up what a daemon does not need: the only user of libcap-ng.
 *
 * A daemon calls this once, in the process that does the work, when it has
 * read its options. */

#include <stddef.h>

void vpn_privileges_drop(const int *keep, size_t n);

#endif /* lib/vpn-privileges.h */
