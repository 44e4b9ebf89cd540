/* SPDX-License-Identifier: Apache-2.0 */

/* Services as JSON. */

#include <config.h>

#include "utilities/api/api-resource.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-model.h"
#include "smap.h"
#include "util.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-text.h"
#include "utilities/api/api-view.h"
#include "utilities/api/api.h"
#include "uuid.h"

static void
put_gateways(struct api_json *j, const struct vpnnbrec_vpn_service *row)
{
    api_json_open(j, "gateways", '[');
    for (size_t i = 0; i < row->n_gateways; i++) {
        const struct vpnnbrec_gateway_chassis *gc = row->gateways[i];

        api_json_open(j, NULL, '{');
        api_json_string(j, "chassis_name", gc->chassis_name);
        api_json_int(j, "priority", gc->priority);
        api_json_bool(j, "sticky", gc->sticky);
        api_json_close(j, '}');
    }
    api_json_close(j, ']');
}

static void
put_spec_members(struct api_json *j, const struct vpnnbrec_vpn_service *row)
{
    api_json_string(j, "router_id", row->router);
    api_json_string(j, "network_id", row->network);
    api_json_string(j, "external_ip", row->external_ip);
    api_json_string(j, "external_ip_pool", row->external_ip_pool);
    api_json_int(j, "listen_port", (row->n_listen_port ? row->listen_port[0]
                                    : VPN_DEFAULT_LISTEN_PORT));
    api_json_strings(j, "tunnel_subnets", row->tunnel_subnets,
                     row->n_tunnel_subnets);
    api_json_strings(j, "local_subnets", row->local_subnets,
                     row->n_local_subnets);
    api_json_strings(j, "dns", row->dns, row->n_dns);
    api_json_opt_int(j, "mtu", row->mtu, row->n_mtu);
    api_json_opt_int(j, "keepalive", row->keepalive, row->n_keepalive);
    api_json_bool(j, "client_to_client", row->client_to_client);
    api_json_bool(j, "enabled", !row->n_enabled || row->enabled[0]);
    put_gateways(j, row);
}

/* Appends everything that clients can set. */
void
api_put_service_spec(struct ds *ds, const struct vpnnbrec_vpn_service *row)
{
    struct api_json j = API_JSON_INITIALIZER(ds);

    api_json_open(&j, NULL, '{');
    api_json_string(&j, "description", row->description);
    api_json_string(&j, "project_id", row->project);
    api_json_map(&j, "labels", &row->labels);
    put_spec_members(&j, row);
    api_json_close(&j, '}');
}

static size_t
count_active(const struct vpnnbrec_vpn_service *row)
{
    const struct vpnnbrec_vpn_connection *c;
    size_t n = 0;

    VPN_NB_CONNECTION_FOR_EACH (c, row) {
        n += c->status && !strcmp(c->status, "active");
    }
    return n;
}

/* Writes the members of a service's status. */
void
api_put_service_status(struct api_json *j,
                       const struct vpnnbrec_vpn_service *row)
{
    api_json_string(j, "phase", row->phase ? row->phase : "pending");
    api_json_string(j, "public_ip", row->public_ip);
    api_json_string(j, "node_id", row->active_chassis);
    api_json_opt_time(j, "active_since", row->active_since,
                      row->n_active_since);
    api_json_string(j, "error_message", row->error_message);
    api_json_strings(j, "warnings", row->warnings, row->n_warnings);
    api_json_strings(j, "offered_subnets", row->offered_subnets,
                     row->n_offered_subnets);
    api_json_string(j, "public_key", row->public_key);
    api_json_string(j, "next_public_key", row->next_public_key);
    api_json_opt_time(j, "cutover_at", row->cutover_at, row->n_cutover_at);
    api_json_map(j, "details", &row->status);
    api_json_int(j, "connections", row->n_connections);
    api_json_int(j, "active_connections", count_active(row));
}

static void
put_connections(struct api *api, struct api_json *j,
                const struct vpnnbrec_vpn_service *row)
{
    const struct api_view_connections *connections
        = api_view_connections(api, row);

    api_json_open(j, "connections", '[');
    for (size_t i = 0; i < connections->n; i++) {
        api_json_raw(j, NULL, &api_view_text_at(api, connections, i)->json);
    }
    api_json_close(j, ']');
}

/* Writes the members of the service of 'row', with its connections if
 * 'connections'. */
void
api_put_service_members(struct api *api, struct api_json *j,
                        const struct vpnnbrec_vpn_service *row,
                        bool connections)
{
    api_json_string_and_free(j, "id",
                             xasprintf(UUID_FMT,
                                       UUID_ARGS(&row->header_.uuid)));
    api_json_string(j, "name", row->name);
    api_json_string(j, "description", row->description);
    api_json_string(j, "project_id", row->project);
    api_json_map(j, "labels", &row->labels);
    api_json_open(j, "spec", '{');
    put_spec_members(j, row);
    if (connections) {
        put_connections(api, j, row);
    }
    api_json_close(j, '}');
    api_json_open(j, "status", '{');
    api_put_service_status(j, row);
    api_json_close(j, '}');
    api_json_opt_time(j, "created_at", row->created_at, row->n_created_at);
    api_json_opt_time(j, "updated_at", row->updated_at, row->n_updated_at);
}

/* Writes the service of 'row' as an object. */
void
api_put_service(struct api *api, struct api_json *j, const char *name,
                const struct vpnnbrec_vpn_service *row, bool connections)
{
    api_json_open(j, name, '{');
    api_put_service_members(api, j, row, connections);
    api_json_close(j, '}');
}
