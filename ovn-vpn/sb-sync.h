/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_SB_SYNC_H
#define OVN_VPN_SB_SYNC_H 1

/* Makes the VPN Southbound database hold the tunnels and peers that plans
 * want, with their secrets sealed for each chassis.  A secret is opened only
 * when the fingerprint of what stands there says that it is not current. */

#include <stdbool.h>
#include <stdint.h>

struct keyring;
struct model;
struct model_service;
struct ovsdb_idl;
struct ovsdb_idl_txn;
struct uuid;
struct uuidset;
struct vpn_options;
struct vpnsbrec_tunnel;

struct sb_sync;

void sb_sync_add_columns(struct ovsdb_idl *);
struct sb_sync *sb_sync_create(struct ovsdb_idl *);
void sb_sync_destroy(struct sb_sync *);

void sb_sync_global(struct sb_sync *, struct ovsdb_idl_txn *,
                    const struct vpn_options *, int64_t nb_cfg);

/* sb-rbac.c */
void sb_rbac_add_columns(struct ovsdb_idl *);
void sb_rbac_sync(const struct ovsdb_idl *, struct ovsdb_idl_txn *);

/* What bounds a transaction.  While a database server works on a large one it
 * answers nobody, and the more so its clients, to which it has to send it on:
 * with 100,000 peers in one, connections time out. */
struct sb_limits {
    int max_peers;              /* To insert, counted down. */
    long long int now;          /* Milliseconds since the epoch. */
};

const struct vpnsbrec_tunnel *sb_sync_tunnel(
    struct sb_sync *, struct ovsdb_idl_txn *, const struct keyring *,
    const struct model *, struct model_service *);
bool sb_sync_peers(struct sb_sync *, struct ovsdb_idl_txn *,
                   const struct keyring *, struct model *,
                   struct model_service *, const struct vpnsbrec_tunnel *,
                   struct sb_limits *);
void sb_sync_prepare(struct sb_sync *, const struct keyring *,
                     struct model *, long long int now);
void sb_sync_sweep(struct sb_sync *, struct model *);
void sb_sync_delete_orphans(struct sb_sync *, const struct uuidset *);

#endif /* ovn-vpn/sb-sync.h */
