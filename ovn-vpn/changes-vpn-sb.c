/* SPDX-License-Identifier: Apache-2.0 */

/* Changes in the VPN Southbound database: what chassis report, and damage to
 * our own rows. */

#include <config.h>

#include "ovn-vpn/changes.h"

#include "lib/ovn-vpn-sb-idl.h"
#include "ovn-vpn/model.h"
#include "ovsdb-idl.h"

/* Marks the service of 'tunnel', if there is one. */
static void
mark_tunnel(struct model *model, const struct vpnsbrec_tunnel *tunnel,
            unsigned int marks)
{
    struct model_service *ms
        = tunnel ? model_find_service(model, &tunnel->service) : NULL;

    if (ms) {
        model_mark_service(model, ms, marks);
    } else if (tunnel) {
        uuidset_insert(&model->gone_services, &tunnel->service);
    }
}

/* Tunnels, and the keys in them. */

static void
collect_tunnels(struct changes *changes, struct model *model,
                const struct ovsdb_idl *idl)
{
    const struct vpnsbrec_tunnel *tunnel;
    const struct vpnsbrec_sealed_key *key;

    VPNSBREC_TUNNEL_FOR_EACH_TRACKED (tunnel, idl) {
        if (!vpnsbrec_tunnel_is_new(tunnel)
            && vpnsbrec_tunnel_is_updated(tunnel,
                                          VPNSBREC_TUNNEL_COL_SERVICE)) {
            changes->all = true;        /* Nobody knows whose it was. */
        }
        mark_tunnel(model, tunnel, MODEL_SYNC);
        if (vpnsbrec_tunnel_is_deleted(tunnel)) {
            struct model_service *ms = model_find_service(model,
                                                          &tunnel->service);
            if (ms) {
                model_mark_connections(model, ms, MODEL_SYNC);
            }
        }
    }
    VPNSBREC_SEALED_KEY_FOR_EACH_TRACKED (key, idl) {
        mark_tunnel(model, key->tunnel, MODEL_SYNC);
    }
}

static void
collect_peers(struct model *model, const struct ovsdb_idl *idl)
{
    const struct vpnsbrec_peer *row;

    VPNSBREC_PEER_FOR_EACH_TRACKED (row, idl) {
        if (vpnsbrec_peer_is_deleted(row)) {
            model_forget_peer(model, &row->connection, &row->header_.uuid);
        } else if (vpnsbrec_peer_is_new(row)) {
            model_assign_peer(model, &row->tunnel->service, &row->connection,
                              &row->header_.uuid);
        } else if (vpnsbrec_peer_is_updated(row, VPNSBREC_PEER_COL_CONNECTION)
                   || vpnsbrec_peer_is_updated(row,
                                               VPNSBREC_PEER_COL_TUNNEL)) {
            model_disown_peer(model, &row->header_.uuid);
            model_assign_peer(model, &row->tunnel->service, &row->connection,
                              &row->header_.uuid);
        } else if (row->header_.updated) {
            model_mark_rows_of_connection(model, &row->connection,
                                          MODEL_SYNC);
        }
    }
}

/* What chassis report.  A report that has lost its subject no longer tells
 * which one that was.  It hardly ever happens: when we delete something, the
 * reports of it go in the same transaction. */

static void
collect_reports(struct changes *changes, struct model *model,
                const struct ovsdb_idl *idl)
{
    const struct vpnsbrec_tunnel_state *tunnel;
    const struct vpnsbrec_peer_state *peer;

    VPNSBREC_TUNNEL_STATE_FOR_EACH_TRACKED (tunnel, idl) {
        changes->health = true;
        if (tunnel->tunnel) {
            mark_tunnel(model, tunnel->tunnel, MODEL_STATUS);
        } else {
            uuidset_insert(&changes->orphans, &tunnel->header_.uuid);
            changes->all |= vpnsbrec_tunnel_state_is_updated(
                tunnel, VPNSBREC_TUNNEL_STATE_COL_TUNNEL);
        }
    }
    VPNSBREC_PEER_STATE_FOR_EACH_TRACKED (peer, idl) {
        if (peer->peer) {
            model_mark_rows_of_connection(model, &peer->peer->connection,
                                          MODEL_STATUS);
        } else {
            changes->all |= vpnsbrec_peer_state_is_updated(
                peer, VPNSBREC_PEER_STATE_COL_PEER);
        }
        if (!peer->peer || !peer->tunnel) {
            uuidset_insert(&changes->orphans, &peer->header_.uuid);
        }
    }
}

void
changes_collect_vpn_sb(struct changes *changes, struct model *model,
                       const struct ovsdb_idl *idl)
{
    if (vpnsbrec_chassis_track_get_first(idl)) {
        changes->chassis = true;
    }
    collect_tunnels(changes, model, idl);
    collect_peers(model, idl);
    collect_reports(changes, model, idl);
}
