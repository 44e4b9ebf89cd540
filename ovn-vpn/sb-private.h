/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_SB_PRIVATE_H
#define OVN_VPN_SB_PRIVATE_H 1

/* What the files of sb-sync share. */

#include <stdbool.h>
#include <stddef.h>

struct chassis_table;
struct keyring;
struct locksmith;
struct locksmith_keys;
struct model;
struct model_service;
struct ovsdb_idl;
struct ovsdb_idl_index;
struct ovsdb_idl_txn;
struct plan;
struct svec;
struct sb_limits;
struct vpn_key;
struct vpn_service;
struct vpnsbrec_tunnel;

struct sb_sync {
    struct ovsdb_idl *idl;
    struct ovsdb_idl_index *tunnels;        /* By service. */
    struct ovsdb_idl_index *sealed_keys;    /* By tunnel. */
    struct ovsdb_idl_index *tunnel_states;  /* By tunnel. */
    struct ovsdb_idl_index *peer_states;    /* By peer. */
    struct locksmith *locksmith;
};

/* A service's keys, opened when first needed. */
struct service_keys {
    const struct keyring *keyring;
    const struct vpn_service *service;
    struct vpn_key *private;    /* NULL until opened. */
    struct locksmith_keys *lock;    /* For pre-shared keys. */
};
char *service_keys_check(const struct vpn_service *);
char *service_keys_open(struct service_keys *);
void service_keys_destroy(struct service_keys *);

void sb_check_next_key(const struct keyring *, struct plan *);

char *sb_keys_sync(const struct sb_sync *, struct ovsdb_idl_txn *,
                   const struct vpnsbrec_tunnel *, struct service_keys *,
                   const struct plan *, const struct chassis_table *);
bool sb_peers_sync(const struct sb_sync *, struct ovsdb_idl_txn *,
                   const struct vpnsbrec_tunnel *, struct service_keys *,
                   struct model *, struct model_service *,
                   struct sb_limits *);
void sb_peers_sweep(const struct sb_sync *, struct model *);

#endif /* ovn-vpn/sb-private.h */
