/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLEANUP_H
#define CLEANUP_H 1

/* "ovn-vpn-controller --cleanup". */

void cleanup_run(const char *ovs_remote);

#endif /* ovn-vpn-controller/cleanup.h */
