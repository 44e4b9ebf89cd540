/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DESIRED_H
#define DESIRED_H 1

/* From rows of the VPN Southbound and OVN Southbound databases to
 * ovn-vpn-controller/want.h.
 *
 * Only the rows of this chassis are asked for.  Which ones of Peer that are
 * depends on those of Tunnel, so it takes a second question, and until the
 * answer has come the tunnel is not complete.  While SB_Global has no row,
 * what is wanted stays what it was.
 *
 * A peer whose row changes is read again, and no other one; a tunnel whose
 * private key changes is read again whole. */

#include "ovn-vpn-controller/want.h"

struct ovsdb_idl;
struct vpn_sealing_pair;

struct desired *desired_create(struct ovsdb_idl *vpn_sb,
                               struct ovsdb_idl *ovn_sb);
void desired_destroy(struct desired *);
void desired_set_chassis(struct desired *, const char *name,
                         const struct vpn_sealing_pair *);
void desired_run(struct desired *);
const struct want *desired_get(const struct desired *);
bool desired_is_current(struct desired *);

void desired_get_sightings(const struct desired *, const struct uuid *tunnel,
                           struct want_sightings *);

#endif /* ovn-vpn-controller/desired.h */
