/* SPDX-License-Identifier: Apache-2.0 */

/* What ovn-vpn-controller asks databases for; see
 * ovn-vpn-controller/desired.h. */

#include <config.h>

#include "ovn-vpn-controller/desired-rows.h"

#include "lib/ovn-sb-idl.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "openvswitch/hmap.h"
#include "openvswitch/poll-loop.h"
#include "ovsdb-idl.h"
#include "util.h"

/* Makes the two databases' clients replicate, and track where that serves, the
 * columns that ovn-vpn-controller/desired.c reads. */
void
desired_add_columns(struct ovsdb_idl *vpn_sb, struct ovsdb_idl *ovn_sb)
{
    static const struct ovsdb_idl_column *const vpn_columns[] = {
        &vpnsbrec_sb_global_col_nb_cfg,
        &vpnsbrec_sb_global_col_options,
        &vpnsbrec_tunnel_col_name,
        &vpnsbrec_tunnel_col_chassis,
        &vpnsbrec_tunnel_col_gateway_port,
        &vpnsbrec_tunnel_col_external_port,
        &vpnsbrec_tunnel_col_tag,
        &vpnsbrec_tunnel_col_mac,
        &vpnsbrec_tunnel_col_router_mac,
        &vpnsbrec_tunnel_col_transit_addresses,
        &vpnsbrec_tunnel_col_router_addresses,
        &vpnsbrec_tunnel_col_addresses,
        &vpnsbrec_tunnel_col_public_key,
        &vpnsbrec_tunnel_col_listen_port,
        &vpnsbrec_tunnel_col_mtu,
        &vpnsbrec_tunnel_col_options,
        &vpnsbrec_sealed_key_col_tunnel,
        &vpnsbrec_sealed_key_col_chassis,
        &vpnsbrec_sealed_key_col_box,
        &vpnsbrec_peer_col_tunnel,
        &vpnsbrec_peer_col_public_key,
        &vpnsbrec_peer_col_sealed_psk,
        &vpnsbrec_peer_col_allowed_ips,
        &vpnsbrec_peer_col_endpoint,
        &vpnsbrec_peer_col_keepalive,
    };
    for (size_t i = 0; i < ARRAY_SIZE(vpn_columns); i++) {
        ovsdb_idl_add_column(vpn_sb, vpn_columns[i]);
        ovsdb_idl_track_add_column(vpn_sb, vpn_columns[i]);
    }
    ovsdb_idl_add_column(vpn_sb, &vpnsbrec_peer_state_col_tunnel);
    ovsdb_idl_add_column(vpn_sb, &vpnsbrec_peer_state_col_peer);
    ovsdb_idl_add_column(vpn_sb, &vpnsbrec_peer_state_col_endpoint);
    ovsdb_idl_add_column(vpn_sb, &vpnsbrec_peer_state_col_last_handshake);
    ovsdb_idl_add_column(ovn_sb, &sbrec_port_binding_col_logical_port);
    ovsdb_idl_add_column(ovn_sb, &sbrec_port_binding_col_chassis);
    ovsdb_idl_add_column(ovn_sb, &sbrec_chassis_col_name);
}

/* Takes note in 'ear' of whether what was asked for when the connection to
 * 'idl''s database came about has been received.  To be called after each
 * ovsdb_idl_run(), with the same 'ear', at first zeros.
 *
 * A new connection is one before it has told anything, and the conditions with
 * which it was made count as fulfilled from the beginning.  The first that it
 * tells is all of that in one, which always makes another seqno.
 *
 * Conditions that are set between the two are sent by the first
 * ovsdb_idl_run() after that, for which nothing else wakes us up. */
void
desired_listen(const struct ovsdb_idl *idl, struct desired_ear *ear)
{
    bool heard_before = ear->heard;

    if (!ovsdb_idl_is_connected(idl)) {
        ear->silent_seqno = ovsdb_idl_get_seqno(idl);
    }
    ear->heard = ovsdb_idl_get_seqno(idl) != ear->silent_seqno;
    if (ear->heard && !heard_before) {
        poll_immediate_wake();
    }
}

static void
add_port(struct ovsdb_idl_condition *ports, const char *name)
{
    if (name) {
        sbrec_port_binding_add_clause_logical_port(ports, OVSDB_F_EQ, name);
    }
}

/* Asks for the rows of 'chassis', which is the first step, and for those of
 * its 'tunnels', which is the second.  Returns true if what has changed of
 * that since the connection to the VPN Southbound database came about has been
 * received, and stores in '*ovn_sb_seqno' the condition's number with which
 * that is so in the OVN Southbound database. */
bool
desired_ask(struct ovsdb_idl *vpn_sb, struct ovsdb_idl *ovn_sb,
            const char *chassis, const struct hmap *tunnels,
            unsigned int *ovn_sb_seqno)
{
    struct ovsdb_idl_condition keys = OVSDB_IDL_CONDITION_INIT(&keys);
    struct ovsdb_idl_condition own = OVSDB_IDL_CONDITION_INIT(&own);
    struct ovsdb_idl_condition peers = OVSDB_IDL_CONDITION_INIT(&peers);
    struct ovsdb_idl_condition states = OVSDB_IDL_CONDITION_INIT(&states);
    struct ovsdb_idl_condition self = OVSDB_IDL_CONDITION_INIT(&self);
    struct ovsdb_idl_condition ports = OVSDB_IDL_CONDITION_INIT(&ports);
    const char *names[] = { chassis };
    const struct want_tunnel *t;

    vpnsbrec_tunnel_add_clause_chassis(&own, OVSDB_F_INCLUDES, names, 1);
    vpnsbrec_sealed_key_add_clause_chassis(&keys, OVSDB_F_EQ, chassis);
    sbrec_chassis_add_clause_name(&self, OVSDB_F_EQ, chassis);
    HMAP_FOR_EACH (t, uuid_node, tunnels) {
        vpnsbrec_peer_add_clause_tunnel(&peers, OVSDB_F_EQ, &t->uuid);
        vpnsbrec_peer_state_add_clause_tunnel(&states, OVSDB_F_EQ, &t->uuid);
        add_port(&ports, t->gateway_port);
        add_port(&ports, t->external_port);
    }

    unsigned int expected[] = {
        vpnsbrec_tunnel_set_condition(vpn_sb, &own),
        vpnsbrec_sealed_key_set_condition(vpn_sb, &keys),
        vpnsbrec_peer_set_condition(vpn_sb, &peers),
        vpnsbrec_peer_state_set_condition(vpn_sb, &states),
    };
    *ovn_sb_seqno = sbrec_chassis_set_condition(ovn_sb, &self);
    unsigned int ports_seqno = sbrec_port_binding_set_condition(ovn_sb,
                                                                &ports);
    *ovn_sb_seqno = MAX(*ovn_sb_seqno, ports_seqno);

    ovsdb_idl_condition_destroy(&ports);
    ovsdb_idl_condition_destroy(&self);
    ovsdb_idl_condition_destroy(&states);
    ovsdb_idl_condition_destroy(&peers);
    ovsdb_idl_condition_destroy(&own);
    ovsdb_idl_condition_destroy(&keys);

    unsigned int have = ovsdb_idl_get_condition_seqno(vpn_sb);
    for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
        if (expected[i] != have) {
            return false;
        }
    }
    return true;
}
