/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_CHANGES_H
#define OVN_VPN_CHANGES_H 1

/* From the rows that have changed in the databases to marks in the model.
 *
 * The IDLs keep a list of rows that were inserted, modified or deleted.  It
 * has to be read and cleared each time that they have run, so that nothing in
 * it is seen twice or forgotten, whether a pass can be made then or not.  What
 * has to be done is remembered in the marks. */

#include <stdbool.h>

#include "uuidset.h"

struct model;
struct ovsdb_idl;

struct changes {
    bool all;                   /* Begin anew with an empty model. */
    bool ovn;                   /* OVN's switches. */
    bool sets;                  /* OVN's address sets without our mark. */
    struct uuidset routers;     /* OVN's routers that may have changed. */
    bool chassis;               /* What chassis_table has. */
    bool hosts;                 /* Where ports reside. */
    bool health;                /* What agents say of tunnels. */
    struct uuidset orphans;     /* Reports whose subject is gone. */
};

void changes_init(struct changes *);
void changes_destroy(struct changes *);
void changes_clear(struct changes *);

void changes_track(struct ovsdb_idl *vpn_nb, struct ovsdb_idl *vpn_sb,
                   struct ovsdb_idl *ovn_nb, struct ovsdb_idl *ovn_sb);
void changes_collect(struct changes *, struct model *,
                     struct ovsdb_idl *vpn_nb, struct ovsdb_idl *vpn_sb,
                     struct ovsdb_idl *ovn_nb, struct ovsdb_idl *ovn_sb);

/* The parts. */
void changes_collect_vpn_nb(struct changes *, struct model *,
                            const struct ovsdb_idl *);
void changes_collect_vpn_sb(struct changes *, struct model *,
                            const struct ovsdb_idl *);
void changes_collect_ovn_nb(struct changes *, struct model *,
                            const struct ovsdb_idl *);

#endif /* ovn-vpn/changes.h */
