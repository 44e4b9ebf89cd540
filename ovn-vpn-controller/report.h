/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_H
#define REPORT_H 1

/* What this chassis tells the VPN Southbound database: its row of Chassis, and
 * its rows of Tunnel_State and Peer_State.  No other row is ever written, and
 * none that has the right values already. */

#include <stdbool.h>

#include "openvswitch/hmap.h"
#include "sset.h"

struct agent;
struct ovsdb_idl;
struct ovsdb_idl_index;
struct ovsdb_idl_txn;
struct vpn_key;
struct vpnsbrec_peer;
struct vpnsbrec_peer_state;
struct want;

struct report {
    struct ovsdb_idl *idl;
    struct ovsdb_idl_index *states_by_tunnel; /* Of Tunnel_State. */
    struct ovsdb_idl_index *states_by_peer; /* Of Peer_State. */
    long long int heartbeat_at; /* Monotonic, in ms. */
    bool clock_known, clock_good;
    bool ran;                   /* The last report_run() could write ... */
    bool ran_peers;             /* ... rows of Peer_State, too. */
    unsigned int news;          /* Sum of the tunnels' 'news'. */
    unsigned int idl_seqno;

    /* Of peers. */
    struct hmap counters;       /* Contains 'struct report_counter's. */
    long long int stats_at;     /* When counters are due. */
};

/* What the report needs to know of the chassis. */
struct report_chassis {
    const char *name;
    const char *backend;
    const struct vpn_key *sealing_public_key;
    int64_t sealing_key_created_at;     /* Milliseconds since the epoch, 0 if
                                         * not known. */
    struct sset problems;
};

void report_init(struct report *, struct ovsdb_idl *);
void report_destroy(struct report *);
void report_set_chassis(struct report *, const char *chassis);
void report_run(struct report *, struct ovsdb_idl_txn *,
                const struct report_chassis *, struct agent *,
                const struct want *);
void report_wait(const struct report *);

/* ovn-vpn-controller/report-peers.c. */
void report_peers_init(struct report *);
void report_peers_run(struct report *, struct ovsdb_idl_txn *,
                      const char *chassis, struct agent *,
                      const struct want *);
void report_peers_destroy(struct report *);
const struct vpnsbrec_peer_state *report_find_peer_state(
    const struct report *, const char *chassis, const struct vpnsbrec_peer *);
const struct vpnsbrec_peer_state *report_insert_peer_state(
    struct ovsdb_idl_txn *, const char *chassis, const struct vpnsbrec_peer *);

/* ovn-vpn-controller/report-problems.c. */
void report_problems_run(struct report *, struct ovsdb_idl_txn *,
                         const char *chassis, const struct agent *);

#endif /* ovn-vpn-controller/report.h */
