/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-live.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "ovsdb-idl.h"
#include "sset.h"
#include "util.h"
#include "utilities/api/api-auth.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-resource.h"
#include "utilities/api/api-traffic.h"
#include "utilities/api/api-view.h"
#include "utilities/api/api.h"
#include "uuid.h"

/* Most connections to ask for at once. */
#define NAMES_MAX 200

/* What is known of one peer, or of several. */
struct sum {
    int64_t rx_bytes, tx_bytes; /* Sums of what all chassis counted. */
    int64_t last_handshake;     /* Milliseconds since the epoch, or 0. */
    const char *endpoint;       /* At the last handshake.  May be NULL. */
    const char *chassis;        /* That says so.  May be NULL. */
};

/* Adding up. */

static void
add_state(struct sum *sum, const struct vpnsbrec_peer_state *state)
{
    sum->rx_bytes += state->rx_bytes;
    sum->tx_bytes += state->tx_bytes;
    if (state->n_last_handshake
        && state->last_handshake[0] > sum->last_handshake) {
        sum->last_handshake = state->last_handshake[0];
        sum->endpoint = state->endpoint;
        sum->chassis = state->chassis;
    }
}

static void
add_peer(const struct api_traffic *traffic, struct sum *sum,
         const struct vpnsbrec_peer *peer)
{
    struct vpnsbrec_peer_state *key
        = vpnsbrec_peer_state_index_init_row(traffic->states);
    const struct vpnsbrec_peer_state *state;

    vpnsbrec_peer_state_index_set_peer(key, peer);
    VPNSBREC_PEER_STATE_FOR_EACH_EQUAL (state, key, traffic->states) {
        add_state(sum, state);
    }
    vpnsbrec_peer_state_index_destroy_row(key);
}

/* Returns what is known of 'connection'.  What it points to lives as long as
 * the replica stays as it is. */
static struct sum
find_connection(const struct api_traffic *traffic,
                const struct uuid *connection)
{
    struct vpnsbrec_peer *key = vpnsbrec_peer_index_init_row(traffic->peers);
    struct sum sum = { .rx_bytes = 0 };
    const struct vpnsbrec_peer *peer;

    vpnsbrec_peer_index_set_connection(key, *connection);
    VPNSBREC_PEER_FOR_EACH_EQUAL (peer, key, traffic->peers) {
        add_peer(traffic, &sum, peer);
    }
    vpnsbrec_peer_index_destroy_row(key);
    return sum;
}

static struct sum
find_tunnel(const struct api_traffic *traffic,
            const struct vpnsbrec_tunnel *tunnel)
{
    struct vpnsbrec_peer_state *key
        = vpnsbrec_peer_state_index_init_row(traffic->states_of_tunnels);
    struct sum sum = { .rx_bytes = 0 };
    const struct vpnsbrec_peer_state *state;

    vpnsbrec_peer_state_index_set_tunnel(key, tunnel);
    VPNSBREC_PEER_STATE_FOR_EACH_EQUAL (state, key,
                                        traffic->states_of_tunnels) {
        add_state(&sum, state);
    }
    vpnsbrec_peer_state_index_destroy_row(key);
    return sum;
}

/* Writing. */

/* Writes what is known of the traffic of 'row', as members. */
void
api_live_put_connection(struct api *api, struct api_json *j,
                        const struct vpnnbrec_vpn_connection *row)
{
    struct sum sum;

    if (!api->traffic || !ovsdb_idl_has_ever_connected(api->traffic->idl)) {
        return;
    }
    sum = find_connection(api->traffic, &row->header_.uuid);
    api_json_opt_time(j, "last_handshake_at", &sum.last_handshake,
                      sum.last_handshake != 0);
    api_json_string(j, "endpoint", sum.endpoint);
    api_json_string(j, "node_id", sum.chassis);
    api_json_int(j, "rx_bytes", sum.rx_bytes);
    api_json_int(j, "tx_bytes", sum.tx_bytes);
}

static void
put_service(const struct api_traffic *traffic, struct api_json *j,
            const struct vpnsbrec_tunnel *tunnel)
{
    const struct sum sum = find_tunnel(traffic, tunnel);

    api_json_open(j, NULL, '{');
    api_json_string_and_free(j, "vpn_service_id",
                             xasprintf(UUID_FMT, UUID_ARGS(&tunnel->service)));
    api_json_strings(j, "nodes", tunnel->chassis, tunnel->n_chassis);
    api_json_int(j, "rx_bytes", sum.rx_bytes);
    api_json_int(j, "tx_bytes", sum.tx_bytes);
    api_json_close(j, '}');
}

static void
put_services(struct api *api, const struct api_request *req,
             struct api_json *j)
{
    const struct vpnsbrec_tunnel *tunnel;

    VPNSBREC_TUNNEL_FOR_EACH (tunnel, api->traffic->idl) {
        const struct vpnnbrec_vpn_service *row
            = vpnnbrec_vpn_service_get_for_uuid(api->idl, &tunnel->service);

        if (row && api_auth_sees(req, row->project)) {
            put_service(api->traffic, j, tunnel);
        }
    }
}

/* GET /api/v1/traffic: of all services. */
void
api_live_list(struct api *api, struct api_request *req)
{
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);

    api_json_open(&j, NULL, '{');
    api_json_open(&j, "services", '[');
    if (api->traffic) {
        put_services(api, req, &j);
    }
    api_json_close(&j, ']');
    api_json_close(&j, '}');
    api_respond(req, 200);
}

static void
put_named(struct api *api, struct api_json *j,
          const struct vpnnbrec_vpn_service *service, const char *name)
{
    const struct vpnnbrec_vpn_connection *row
        = api_view_find_connection(api, service, name);

    /* One that was just deleted is no mistake of the client's. */
    if (row) {
        api_json_open(j, NULL, '{');
        api_json_string_and_free(j, "id",
                                 xasprintf(UUID_FMT,
                                           UUID_ARGS(&row->header_.uuid)));
        api_live_put_connection(api, j, row);
        api_json_close(j, '}');
    }
}

/* GET /api/v1/vpn-services/ID/traffic: of some of its connections. */
void
api_live_connections(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *service = api_find_service(api, req);
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);
    const char *list = api_request_query(req, "connections");
    struct sset names;

    if (!service) {
        return;
    }
    sset_from_delimited_string(&names, list ? list : "", ",");
    if (sset_is_empty(&names) || sset_count(&names) > NAMES_MAX) {
        api_problem(req, 422, "connections", "name 1 to %d connections, with "
                    "\",\" in between", NAMES_MAX);
    } else {
        const char *name;

        api_json_open(&j, NULL, '{');
        api_json_open(&j, "connections", '[');
        SSET_FOR_EACH (name, &names) {
            put_named(api, &j, service, name);
        }
        api_json_close(&j, ']');
        api_json_close(&j, '}');
        api_respond(req, 200);
    }
    sset_destroy(&names);
}
