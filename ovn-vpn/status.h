/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_STATUS_H
#define OVN_VPN_STATUS_H 1

/* What flows back into the VPN Northbound database: phases, errors, sequence
 * numbers, and the keys that ovn-vpn makes and replaces. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/shash.h"
#include "ovn-vpn/timers.h"

struct ds;
struct keyring;
struct model;
struct model_service;
struct ovsdb_idl;
struct ovsdb_idl_index;
struct ovsdb_idl_txn;
struct vpn_options;
struct vpnsbrec_peer_state;

struct status_input {
    struct ovsdb_idl *vpn_nb, *ovn_nb;
    struct model *model;
    int64_t seen_nb_cfg;            /* nb_cfg in the pass before. */
    int64_t sb_cfg;                 /* All rows up to it are committed. */
    int64_t ovn_cfg;                /* OVN's nb_cfg that gateways must have
                                     * reached for that to be in effect. */
    int64_t sealing_key_created_at; /* Milliseconds since the epoch. */
    long long int now;              /* Milliseconds, monotonic. */
    long long int wall;             /* Milliseconds since the epoch. */
};

struct status {
    struct shash waiting;           /* Services, by name, that wait for a
                                     * chassis. */
    struct timers timers;           /* Of those, on the monotonic clock. */
    long long int next_warning;     /* When another sealing key becomes too
                                     * old, in milliseconds since the epoch,
                                     * LLONG_MAX for never. */

    /* What chassis report. */
    struct ovsdb_idl *vpn_sb;
    struct ovsdb_idl_index *tunnels;        /* By service. */
    struct ovsdb_idl_index *tunnel_states;  /* By tunnel. */
    struct ovsdb_idl_index *peer_states;    /* By peer. */
    struct vpnsbrec_peer_state *target;     /* For searches in the latter. */
};

void status_add_columns(struct ovsdb_idl *vpn_nb, struct ovsdb_idl *vpn_sb,
                        struct ovsdb_idl *ovn_nb);
void status_init(struct status *, struct ovsdb_idl *vpn_sb);
void status_destroy(struct status *);

bool status_get_sealing_key(struct ovsdb_idl *vpn_nb,
                            const char **public_key);
void status_get_options(struct ovsdb_idl *vpn_nb, struct vpn_options *,
                        struct ds *problems);
int64_t status_get_nb_cfg(struct ovsdb_idl *vpn_nb);
bool status_run_keys(struct ovsdb_idl *vpn_nb, struct keyring *,
                     int64_t wall, long long int *next);
void status_mark_due(struct status *, struct model *, long long int now);
void status_run_service(struct status *, const struct status_input *,
                        struct model_service *);
void status_run_connections(struct status *, const struct status_input *,
                            struct model_service *, int *max_rows);
void status_run_chassis(const struct status_input *, struct ovsdb_idl_txn *);
void status_run_global(struct status *, const struct status_input *);
long long int status_next_run(const struct status *);
void status_sweep(struct status *, const struct model *);

#endif /* ovn-vpn/status.h */
