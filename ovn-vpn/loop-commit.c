/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/loop-commit.h"

#include <string.h>

#include "ovsdb-idl.h"

/* Returns true if 'txn', which has been committed, has failed, and stores in
 * '*errorp' the error with which the server refused it, or NULL if it only has
 * to be done again.  Returns false as long as the server has not answered. */
bool
txn_failed(const struct ovsdb_idl_txn *txn, const char **errorp)
{
    const char *error = ovsdb_idl_txn_get_error(txn);

    *errorp = NULL;
    for (int i = TXN_UNCOMMITTED; i <= TXN_ERROR; i++) {
        if (!strcmp(error, ovsdb_idl_txn_status_to_string(i))) {
            return (i == TXN_TRY_AGAIN || i == TXN_NOT_LOCKED
                    || i == TXN_ABORTED || i == TXN_ERROR);
        }
    }
    *errorp = error;
    return true;
}

/* The same for the transaction that 'loop' was committing.  To be called
 * between ovsdb_idl_loop_run() and ovsdb_idl_loop_commit_and_wait(), which
 * forgets it. */
bool
loop_commit_failed(const struct ovsdb_idl_loop *loop, const char **errorp)
{
    *errorp = NULL;
    return loop->committing_txn && txn_failed(loop->committing_txn, errorp);
}
