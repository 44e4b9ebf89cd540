/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRIVILEGES_H
#define PRIVILEGES_H 1

void privileges_drop(void);
void privileges_raise_fd_limit(void);

#endif /* ovn-vpn-controller/privileges.h */
