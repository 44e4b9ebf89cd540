/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_LOOP_COMMIT_H
#define OVN_VPN_LOOP_COMMIT_H 1

/* What became of the transaction of an ovsdb_idl_loop, which by itself does
 * not tell a refusal from a race. */

#include <stdbool.h>

struct ovsdb_idl_loop;

bool loop_commit_failed(const struct ovsdb_idl_loop *, const char **errorp);

#endif /* ovn-vpn/loop-commit.h */
