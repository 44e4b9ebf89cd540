/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_LOOP_COMMIT_H
#define OVN_VPN_LOOP_COMMIT_H 1

/* What became of a transaction, that of an ovsdb_idl_loop, for instance, which
 * by itself does not tell a refusal from a race. */

#include <stdbool.h>

struct ovsdb_idl_loop;
struct ovsdb_idl_txn;

bool txn_failed(const struct ovsdb_idl_txn *, const char **errorp);
bool loop_commit_failed(const struct ovsdb_idl_loop *, const char **errorp);

#endif /* ovn-vpn/loop-commit.h */
