/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_NB_GLOBAL_H
#define OVN_VPN_NB_GLOBAL_H 1

/* What ovn-vpn does to the NB_Global row of the OVN Northbound database: it
 * increments nb_cfg when somebody waits for rows that it has written, to learn
 * when OVN's chassis have them, and sets BFD's interval if asked to. */

#include <stdbool.h>
#include <stdint.h>

struct ovsdb_idl;
struct vpn_options;

struct nb_global {
    bool dirty;             /* Rows were written since the last increment. */
    int64_t target;         /* OVN's nb_cfg of the last one, 0 if none. */
    int64_t seen_cfg;       /* Our nb_cfg when last looked at. */
};

void nb_global_init(struct nb_global *);
void nb_global_note_changes(struct nb_global *, unsigned int n_changes);
void nb_global_note_failure(struct nb_global *);
void nb_global_run(struct nb_global *, struct ovsdb_idl *,
                   const struct vpn_options *, int64_t nb_cfg);

#endif /* ovn-vpn/nb-global.h */
