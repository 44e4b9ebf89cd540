/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVS_BFD_H
#define OVS_BFD_H 1

/* Sees in the local Open vSwitch database when BFD loses sight of another
 * chassis.  ovn-controller looks there, too, before it takes gateway ports
 * over, so that this tells of a move without any other database. */

#include <stdbool.h>

#include "sset.h"

struct ovsdb_idl;

struct ovs_bfd {
    struct sset up;             /* Names of tunnel interfaces. */
    unsigned int seqno;         /* Of the database, when it was last read. */
};

void ovs_bfd_init(struct ovs_bfd *);
void ovs_bfd_destroy(struct ovs_bfd *);
void ovs_bfd_add_columns(struct ovsdb_idl *);
bool ovs_bfd_run(struct ovs_bfd *, const struct ovsdb_idl *);

#endif /* ovn-vpn-controller/ovs-bfd.h */
