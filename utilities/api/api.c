/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api.h"

#include "lib/ovn-vpn-nb-idl.h"
#include "util.h"
#include "utilities/api/api-audit.h"
#include "utilities/api/api-auth.h"
#include "utilities/api/api-events.h"
#include "utilities/api/api-metrics.h"
#include "utilities/api/api-replay.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-roster.h"
#include "utilities/api/api-store.h"
#include "utilities/api/api-traffic.h"
#include "utilities/api/api-vault.h"
#include "utilities/api/api-view.h"

/* Interval between inactivity probes of the database. */
#define PROBE_INTERVAL_MS 5000

/* Connects to the Northbound database at 'remote' and, unless that is NULL,
 * the Southbound one at 'sb_remote'.  While there is no token, 'anonymous' are
 * let in. */
void
api_init(struct api *api, const char *remote, const char *sb_remote,
         enum api_anonymous anonymous)
{
    *api = (struct api) {
        .idl = ovsdb_idl_create(remote, &vpnnbrec_idl_class, true, true),
        .audit = api_audit_create(),
        .auth = api_auth_create(anonymous),
        .events = api_events_create(),
        .metrics = api_metrics_create(),
        .replay = api_replay_create(),
        .roster = api_roster_create(),
        .store = api_store_create(),
        .traffic = api_traffic_create(sb_remote),
        .vault = api_vault_create(),
        .view = api_view_create(),
    };
    /* Private keys of services are none of our business, not even sealed. */
    ovsdb_idl_omit(api->idl, &vpnnbrec_vpn_service_col_sealed_private_key);
    ovsdb_idl_omit(api->idl,
                   &vpnnbrec_vpn_service_col_sealed_next_private_key);
    ovsdb_idl_omit(api->idl, &vpnnbrec_nb_global_col_ssl);
    ovsdb_idl_omit(api->idl, &vpnnbrec_nb_global_col_connections);
    ovsdb_idl_track_add_all(api->idl);
    /* Any member of a cluster will do.  To look for a new leader takes far
     * longer, with increasing pauses, than to elect one. */
    ovsdb_idl_set_leader_only(api->idl, false);
    ovsdb_idl_set_probe_interval(api->idl, PROBE_INTERVAL_MS);
}

/* No requests may be there any more. */
void
api_destroy(struct api *api)
{
    api_store_destroy(api->store);
    api_audit_destroy(api->audit);
    api_auth_destroy(api->auth);
    api_events_destroy(api->events);
    api_metrics_destroy(api->metrics);
    api_replay_destroy(api->replay);
    api_roster_destroy(api->roster);
    api_traffic_destroy(api->traffic);
    api_vault_destroy(api->vault);
    api_view_destroy(api->view);
    ovsdb_idl_destroy(api->idl);
}

/* Finds out whether the replica has been read anew: at first, and when the
 * connection to the database was lost and the server cannot tell what has
 * changed since then.  The row that is always there shows it, from when
 * ovn-vpn has put its key there: the replica does not call empty rows new.
 * While there is none, each change is taken for that. */
static void
note_reading(struct api *api)
{
    const struct vpnnbrec_nb_global *global
        = vpnnbrec_nb_global_first(api->idl);
    unsigned int seqno = ovsdb_idl_get_seqno(api->idl);

    api->is_read_anew = (seqno != api->seqno
                         && (!global || vpnnbrec_nb_global_is_new(global)));
    api->seqno = seqno;
}

void
api_run(struct api *api)
{
    api_request_wipe();
    ovsdb_idl_run(api->idl);
    note_reading(api);
    api_view_run(api);
    api_roster_run(api);
    api_events_run(api);
    api_metrics_run(api);
    ovsdb_idl_track_clear(api->idl);
    api_traffic_run(api->traffic);
    api_events_keep_alive(api);
    api_vault_run(api->vault);
    api_store_run(api);
}

void
api_wait(struct api *api)
{
    ovsdb_idl_wait(api->idl);
    api_view_wait(api);
    api_events_wait(api->events);
    api_traffic_wait(api->traffic);
    api_vault_wait(api->vault);
    api_store_wait(api);
}
