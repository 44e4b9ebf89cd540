/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_NB_SYNC_H
#define OVN_VPN_NB_SYNC_H 1

/* Makes the OVN Northbound database hold the rows that plans want.
 *
 * A service's existing rows are found by the marks in their external_ids.
 * Each row of its plan strikes one of them out, which is then changed where it
 * differs, or is inserted.  What is left over is deleted.  Rows without a mark
 * are never written, with one exception: a row that lost its mark, has the
 * right name and is held by or holds rows with the service's mark gets it
 * back. */

#include <stdbool.h>

struct ovsdb_idl;
struct ovsdb_idl_txn;
struct plan_rows;
struct uuid;
struct uuidset;

struct nb_sync;

struct nb_sync *nb_sync_create(struct ovsdb_idl *);
void nb_sync_destroy(struct nb_sync *);

char *nb_sync_service(struct nb_sync *, struct ovsdb_idl_txn *,
                      const struct uuid *service, const struct plan_rows *,
                      bool partly, unsigned int *n_changes);
void nb_sync_find_services(struct nb_sync *, struct uuidset *services);

#endif /* ovn-vpn/nb-sync.h */
