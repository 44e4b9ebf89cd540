/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_STATUS_H
#define OVN_VPN_STATUS_H 1

/* What flows back into the VPN Northbound database: phases, errors, sequence
 * numbers, and the keys that ovn-vpn makes and replaces. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/hmap.h"
#include "openvswitch/shash.h"

struct chassis_table;
struct ds;
struct keyring;
struct ovsdb_idl;
struct ovsdb_idl_txn;
struct plan;
struct vpn_options;

struct status_input {
    struct ovsdb_idl *vpn_nb, *vpn_sb, *ovn_nb;
    const struct chassis_table *chassis;
    const struct shash *hosts;      /* From snapshot_hosts(). */
    struct plan **plans;
    size_t n_plans;
    int64_t seen_nb_cfg;            /* nb_cfg in the pass before. */
    int64_t sb_cfg;                 /* All rows up to it are committed. */
    int64_t ovn_cfg;                /* OVN's nb_cfg that gateways must have
                                     * reached for that to be in effect. */
    long long int now;              /* Milliseconds, monotonic. */
    long long int wall;             /* Milliseconds since the epoch. */
};

struct status {
    struct shash waiting;           /* Since when services, by name, wait for
                                     * a chassis. */

    /* During status_run() only: what chassis report. */
    struct shash reports;           /* Of tunnels. */
    struct shash peer_problems;     /* By connection and chassis. */
    struct hmap handshakes;         /* The last ones, by connection. */
};

void status_add_columns(struct ovsdb_idl *vpn_nb, struct ovsdb_idl *vpn_sb,
                        struct ovsdb_idl *ovn_nb);
void status_init(struct status *);
void status_destroy(struct status *);

bool status_get_sealing_key(struct ovsdb_idl *vpn_nb,
                            const char **public_key);
void status_get_options(struct ovsdb_idl *vpn_nb, struct vpn_options *,
                        struct ds *problems);
int64_t status_get_nb_cfg(struct ovsdb_idl *vpn_nb);
bool status_run_keys(struct ovsdb_idl *vpn_nb, struct keyring *,
                     int64_t wall, long long int *next);
long long int status_run(struct status *, const struct status_input *,
                         struct ovsdb_idl_txn *);

#endif /* ovn-vpn/status.h */
