/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-traffic.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/shash.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-auth.h"
#include "utilities/api/api-metrics.h"
#include "utilities/api/api.h"

/* Interval between inactivity probes of the database. */
#define PROBE_INTERVAL_MS 5000

/* Connects to the database at 'remote', or does nothing if that is NULL. */
struct api_traffic *
api_traffic_create(const char *remote)
{
    static const struct ovsdb_idl_column *columns[] = {
        &vpnsbrec_peer_col_connection,
        &vpnsbrec_tunnel_col_chassis,
        &vpnsbrec_tunnel_col_name,
        &vpnsbrec_tunnel_col_service,
        &vpnsbrec_peer_state_col_tunnel,
        &vpnsbrec_peer_state_col_peer,
        &vpnsbrec_peer_state_col_chassis,
        &vpnsbrec_peer_state_col_endpoint,
        &vpnsbrec_peer_state_col_last_handshake,
        &vpnsbrec_peer_state_col_rx_bytes,
        &vpnsbrec_peer_state_col_tx_bytes,
    };
    struct api_traffic *traffic;

    if (!remote) {
        return NULL;
    }
    traffic = xmalloc(sizeof *traffic);
    traffic->idl = ovsdb_idl_create(remote, &vpnsbrec_idl_class, false, true);
    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        ovsdb_idl_add_column(traffic->idl, columns[i]);
    }
    traffic->peers = ovsdb_idl_index_create1(traffic->idl,
                                             &vpnsbrec_peer_col_connection);
    traffic->states = ovsdb_idl_index_create1(traffic->idl,
                                              &vpnsbrec_peer_state_col_peer);
    traffic->states_of_tunnels = ovsdb_idl_index_create1(
        traffic->idl, &vpnsbrec_peer_state_col_tunnel);
    /* A standby has the latest, too. */
    ovsdb_idl_set_leader_only(traffic->idl, false);
    ovsdb_idl_set_probe_interval(traffic->idl, PROBE_INTERVAL_MS);
    return traffic;
}

void
api_traffic_destroy(struct api_traffic *traffic)
{
    if (traffic) {
        ovsdb_idl_destroy(traffic->idl);
        free(traffic);
    }
}

void
api_traffic_run(struct api_traffic *traffic)
{
    if (traffic) {
        ovsdb_idl_run(traffic->idl);
    }
}

void
api_traffic_wait(struct api_traffic *traffic)
{
    if (traffic) {
        ovsdb_idl_wait(traffic->idl);
    }
}

/* What one chassis says of the peers of one service. */
struct sum {
    int64_t rx_bytes, tx_bytes;
    int64_t last_handshake;     /* The latest, 0 if there is none. */
};

/* Adds all up, under names that are the labels of metrics. */
static void
add_up(struct api *api, const struct api_request *req, struct shash *sums)
{
    const struct vpnsbrec_peer_state *state;
    struct ds labels = DS_EMPTY_INITIALIZER;

    VPNSBREC_PEER_STATE_FOR_EACH (state, api->traffic->idl) {
        const struct vpnnbrec_vpn_service *service
            = (state->tunnel
               ? vpnnbrec_vpn_service_get_for_uuid(api->idl,
                                                   &state->tunnel->service)
               : NULL);

        if (!service || !api_auth_sees(req, service->project)) {
            continue;
        }
        ds_clear(&labels);
        api_metrics_put_label(&labels, "service", service->name);
        ds_put_char(&labels, ',');
        api_metrics_put_label(&labels, "chassis", state->chassis);
        struct sum *sum = shash_find_data(sums, ds_cstr(&labels));
        if (!sum) {
            sum = xzalloc(sizeof *sum);
            shash_add(sums, ds_cstr(&labels), sum);
        }
        sum->rx_bytes += state->rx_bytes;
        sum->tx_bytes += state->tx_bytes;
        if (state->n_last_handshake) {
            sum->last_handshake = MAX(sum->last_handshake,
                                      state->last_handshake[0]);
        }
    }
    ds_destroy(&labels);
}

/* Appends what Prometheus shall know. */
void
api_traffic_put_metrics(struct api *api, const struct api_request *req,
                        struct ds *ds)
{
    struct shash sums = SHASH_INITIALIZER(&sums);
    const struct shash_node **nodes;
    long long int now = time_wall_msec();

    if (!api->traffic) {
        return;
    }
    add_up(api, req, &sums);
    nodes = shash_sort(&sums);
    api_metrics_put_head(ds, "service_receive_bytes_total", "counter",
                         "Bytes that a chassis has received from the peers "
                         "that a service has now.");
    for (size_t i = 0; i < shash_count(&sums); i++) {
        const struct sum *sum = nodes[i]->data;

        ds_put_format(ds, "ovn_vpn_service_receive_bytes_total{%s} %"PRId64
                      "\n", nodes[i]->name, sum->rx_bytes);
    }
    api_metrics_put_head(ds, "service_transmit_bytes_total", "counter",
                         "Bytes that a chassis has sent to the peers that a "
                         "service has now.");
    for (size_t i = 0; i < shash_count(&sums); i++) {
        const struct sum *sum = nodes[i]->data;

        ds_put_format(ds, "ovn_vpn_service_transmit_bytes_total{%s} %"PRId64
                      "\n", nodes[i]->name, sum->tx_bytes);
    }
    api_metrics_put_head(ds, "service_handshake_age_seconds", "gauge",
                         "Time since the latest handshake of any peer.");
    for (size_t i = 0; i < shash_count(&sums); i++) {
        const struct sum *sum = nodes[i]->data;

        if (sum->last_handshake) {
            ds_put_format(ds, "ovn_vpn_service_handshake_age_seconds{%s} %.3f"
                          "\n", nodes[i]->name,
                          (now - sum->last_handshake) / 1000.0);
        }
    }
    free(nodes);
    shash_destroy_free_data(&sums);
}
