/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DESIRED_ROWS_H
#define DESIRED_ROWS_H 1

/* The parts of ovn-vpn-controller/desired.h. */

#include <stdbool.h>

#include "ovn-vpn-controller/want.h"

struct hmap;
struct ovsdb_idl;
struct ovsdb_idl_index;
struct sbrec_chassis;
struct vpn_sealing_pair;
struct vpnsbrec_peer;
struct vpnsbrec_sb_global;
struct vpnsbrec_tunnel;

/* What has come from a database; see desired_listen(). */
struct desired_ear {
    bool heard;
    unsigned int silent_seqno;  /* Of the IDL when it was last cut off. */
};

/* ovn-vpn-controller/desired-ask.c. */
void desired_add_columns(struct ovsdb_idl *vpn_sb, struct ovsdb_idl *ovn_sb);
void desired_listen(const struct ovsdb_idl *, struct desired_ear *);
bool desired_ask(struct ovsdb_idl *vpn_sb, struct ovsdb_idl *ovn_sb,
                 const char *chassis, const struct hmap *tunnels,
                 unsigned int *ovn_sb_seqno);

/* ovn-vpn-controller/desired-rows.c. */
const struct vpnsbrec_sb_global *desired_find_global(const struct ovsdb_idl *);
const struct vpnsbrec_tunnel *desired_find_tunnel(const struct ovsdb_idl *,
                                                  const char *chassis,
                                                  const struct uuid *);
const struct vpnsbrec_peer *desired_find_peer(const struct ovsdb_idl *,
                                              const struct uuid *);
const char *desired_find_box(struct ovsdb_idl_index *keys_by_tunnel,
                             const struct vpnsbrec_tunnel *,
                             const char *chassis);
void desired_read_tunnel(const struct vpnsbrec_tunnel *, struct want_tunnel *);
bool desired_read_key(const struct vpnsbrec_tunnel *, const char *box,
                      const struct vpn_sealing_pair *, struct want_tunnel *);
bool desired_read_peer(const struct vpnsbrec_peer *, struct want_tunnel *);
bool desired_drop_peer(struct want_tunnel *, const struct uuid *,
                       const char *public_key);

/* ovn-vpn-controller/desired-place.c. */
const struct sbrec_chassis *desired_find_chassis(struct ovsdb_idl *ovn_sb,
                                                 const char *name);
void desired_read_residence(struct ovsdb_idl_index *ports_by_name,
                            const struct sbrec_chassis *own,
                            struct want_tunnel *);
void desired_read_sightings(struct ovsdb_idl_index *states_by_tunnel,
                            const struct vpnsbrec_tunnel *,
                            struct want_sightings *);

#endif /* ovn-vpn-controller/desired-rows.h */
