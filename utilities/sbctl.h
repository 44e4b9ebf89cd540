/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SBCTL_H
#define SBCTL_H 1

/* What the parts of ovn-vpn-sbctl share.
 *
 * ovn-vpn-sbctl.c holds the class for vpn-dbctl.h, sbctl-show.c and
 * sbctl-list.c its commands, and sbctl-rows.c what they know of the database.
 * None of them reads Sealed_Key.box, and of Peer.sealed_psk they tell only
 * whether it is there. */

#include <stddef.h>

#include "db-ctl-base.h"

struct ovsdb_idl;
struct vpnsbrec_chassis;
struct vpnsbrec_peer;
struct vpnsbrec_peer_state;
struct vpnsbrec_tunnel;
struct vpnsbrec_tunnel_state;

/* Commands, each array ending with one without name. */
extern const struct ctl_command_syntax sbctl_show_commands[];
extern const struct ctl_command_syntax sbctl_list_commands[];

/* sbctl-rows.c.  The caller must free arrays and strings. */
void sbctl_prerequisites(struct ctl_context *);
const struct vpnsbrec_chassis **sbctl_sort_chassis(struct ovsdb_idl *,
                                                   size_t *n);
const struct vpnsbrec_tunnel **sbctl_sort_tunnels(struct ovsdb_idl *,
                                                  size_t *n);
const struct vpnsbrec_peer **sbctl_sort_peers(const struct vpnsbrec_tunnel *,
                                              size_t *n);
const struct vpnsbrec_tunnel_state **sbctl_sort_states(
    const struct vpnsbrec_tunnel *, size_t *n);
const struct vpnsbrec_tunnel_state *sbctl_find_state(
    const struct vpnsbrec_tunnel *, const char *chassis);
const struct vpnsbrec_peer_state *sbctl_peer_state(
    const struct vpnsbrec_peer *);
char *sbctl_join(char *const *, size_t n, const char *delimiter);

#endif /* utilities/sbctl.h */
