/* SPDX-License-Identifier: Apache-2.0 */

/* Looking up what chassis report. */

#include <config.h>

#include "ovn-vpn/status-private.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-sb-idl.h"
#include "ovn-vpn/status.h"
#include "util.h"
#include "uuid.h"

/* Makes the indexes for the functions below.  Must be called before 'vpn_sb'
 * first runs. */
void
status_create_indexes(struct status *status, struct ovsdb_idl *vpn_sb)
{
    status->vpn_sb = vpn_sb;
    status->tunnels
        = ovsdb_idl_index_create1(vpn_sb, &vpnsbrec_tunnel_col_service);
    status->tunnel_states
        = ovsdb_idl_index_create1(vpn_sb, &vpnsbrec_tunnel_state_col_tunnel);
    status->peer_states
        = ovsdb_idl_index_create1(vpn_sb, &vpnsbrec_peer_state_col_peer);
    status->target = vpnsbrec_peer_state_index_init_row(status->peer_states);
}

/* The indexes belong to the IDL. */
void
status_destroy_indexes(struct status *status)
{
    vpnsbrec_peer_state_index_destroy_row(status->target);
}

static const struct vpnsbrec_tunnel *
find_tunnel(const struct status *status, const struct uuid *service)
{
    struct vpnsbrec_tunnel *target
        = vpnsbrec_tunnel_index_init_row(status->tunnels);

    vpnsbrec_tunnel_index_set_service(target, *service);
    const struct vpnsbrec_tunnel *tunnel
        = vpnsbrec_tunnel_index_find(status->tunnels, target);
    vpnsbrec_tunnel_index_destroy_row(target);
    return tunnel;
}

/* Returns what the agent on 'chassis' says of the tunnel of 'service', NULL if
 * it says nothing. */
const struct vpnsbrec_tunnel_state *
status_find_report(const struct status *status, const struct uuid *service,
                   const char *chassis)
{
    const struct vpnsbrec_tunnel *tunnel = find_tunnel(status, service);
    const struct vpnsbrec_tunnel_state *found = NULL, *row;

    if (!tunnel) {
        return NULL;
    }
    struct vpnsbrec_tunnel_state *target
        = vpnsbrec_tunnel_state_index_init_row(status->tunnel_states);
    vpnsbrec_tunnel_state_index_set_tunnel(target, tunnel);
    VPNSBREC_TUNNEL_STATE_FOR_EACH_EQUAL (row, target,
                                          status->tunnel_states) {
        if (!strcmp(row->chassis, chassis)) {
            found = row;
        }
    }
    vpnsbrec_tunnel_state_index_destroy_row(target);
    return found;
}

/* Makes 'status->target' one that finds the reports about the peer with the
 * given 'uuid'.  Returns false if there is no such peer. */
static bool
aim_at_peer(const struct status *status, const struct uuid *uuid)
{
    const struct vpnsbrec_peer *peer
        = vpnsbrec_peer_get_for_uuid(status->vpn_sb, uuid);

    if (peer) {
        vpnsbrec_peer_state_index_set_peer(status->target, peer);
    }
    return peer != NULL;
}

/* Returns when the peer with the given 'uuid' last shook hands with any
 * chassis, in milliseconds since the epoch, 0 if never. */
long long int
status_last_handshake(const struct status *status, const struct uuid *uuid)
{
    const struct vpnsbrec_peer_state *row;
    long long int at = 0;

    if (!aim_at_peer(status, uuid)) {
        return 0;
    }
    VPNSBREC_PEER_STATE_FOR_EACH_EQUAL (row, status->target,
                                        status->peer_states) {
        if (row->n_last_handshake) {
            at = MAX(at, row->last_handshake[0]);
        }
    }
    return at;
}

/* Returns what the agent on 'chassis' complains of about the peer with the
 * given 'uuid', NULL if of nothing. */
const char *
status_find_peer_problem(const struct status *status, const struct uuid *uuid,
                         const char *chassis)
{
    const struct vpnsbrec_peer_state *row;
    const char *problem = NULL;

    if (!aim_at_peer(status, uuid)) {
        return NULL;
    }
    VPNSBREC_PEER_STATE_FOR_EACH_EQUAL (row, status->target,
                                        status->peer_states) {
        if (row->problem && !strcmp(row->chassis, chassis)) {
            problem = row->problem;
        }
    }
    return problem;
}
