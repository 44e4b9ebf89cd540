/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_SB_SYNC_H
#define OVN_VPN_SB_SYNC_H 1

/* Makes the VPN Southbound database hold the tunnels and peers that plans
 * want, with their secrets sealed for each chassis.  A secret is opened only
 * when the fingerprint of what stands there says that it is not current. */

#include <stdbool.h>
#include <stdint.h>

struct keyring;
struct ovsdb_idl;
struct ovsdb_idl_txn;
struct plan;
struct uuid;
struct uuidset;
struct vpn_options;

struct sb_sync;

void sb_sync_add_columns(struct ovsdb_idl *);
struct sb_sync *sb_sync_create(struct ovsdb_idl *);
void sb_sync_destroy(struct sb_sync *);

void sb_sync_global(struct sb_sync *, struct ovsdb_idl_txn *,
                    const struct vpn_options *, int64_t nb_cfg);
void sb_sync_service(struct sb_sync *, struct ovsdb_idl_txn *,
                     const struct keyring *, struct plan *);
void sb_sync_sweep(struct sb_sync *, const struct uuidset *services);

#endif /* ovn-vpn/sb-sync.h */
