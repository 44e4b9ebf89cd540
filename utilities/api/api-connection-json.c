/* SPDX-License-Identifier: Apache-2.0 */

/* Connections as JSON. */

#include <config.h>

#include "utilities/api/api-resource.h"

#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "smap.h"
#include "util.h"
#include "utilities/api/api-json.h"
#include "uuid.h"

/* Writes all prefixes that the peer may use: those that the database calls
 * peer_cidrs, and its addresses. */
static void
put_peer_cidrs(struct api_json *j, const struct vpnnbrec_vpn_connection *row)
{
    api_json_open(j, "peer_cidrs", '[');
    for (size_t i = 0; i < row->n_addresses; i++) {
        const char *s = row->addresses[i];

        api_json_string_and_free(j, NULL,
                                 xasprintf("%s/%d", s,
                                           strchr(s, ':') ? 128 : 32));
    }
    for (size_t i = 0; i < row->n_peer_cidrs; i++) {
        api_json_string(j, NULL, row->peer_cidrs[i]);
    }
    api_json_close(j, ']');
}

static void
put_spec_members(struct api_json *j,
                 const struct vpnnbrec_vpn_connection *row)
{
    bool is_site = !strcmp(row->type, "site");

    api_json_string(j, "name", row->name);
    api_json_string(j, "description", row->description);
    api_json_map(j, "labels", &row->labels);
    api_json_string(j, "type", row->type);
    api_json_bool(j, "enabled", !row->n_enabled || row->enabled[0]);
    api_json_string(j, "public_key", row->public_key);
    api_json_string(j, "peer_public_key", is_site ? row->public_key : NULL);
    api_json_bool(j, "has_psk", row->sealed_psk != NULL);
    api_json_strings(j, "addresses", row->addresses, row->n_addresses);
    put_peer_cidrs(j, row);
    api_json_string(j, "peer_address", row->peer_address);
    api_json_opt_int(j, "keepalive", row->keepalive, row->n_keepalive);
    api_json_opt_time(j, "expires_at", row->expires_at, row->n_expires_at);
    api_json_strings(j, "groups", row->groups, row->n_groups);
}

/* Appends everything that clients can set. */
void
api_put_connection_spec(struct ds *ds,
                        const struct vpnnbrec_vpn_connection *row)
{
    struct api_json j = API_JSON_INITIALIZER(ds);

    api_json_open(&j, NULL, '{');
    put_spec_members(&j, row);
    api_json_close(&j, '}');
}

/* Writes the members of the connection of 'row'. */
void
api_put_connection_members(struct api_json *j,
                           const struct vpnnbrec_vpn_connection *row)
{
    api_json_string_and_free(j, "id",
                             xasprintf(UUID_FMT,
                                       UUID_ARGS(&row->header_.uuid)));
    put_spec_members(j, row);
    api_json_string(j, "status", row->status ? row->status : "pending");
    api_json_string(j, "error_message", row->error_message);
    api_json_opt_time(j, "key_created_at", row->key_created_at,
                      row->n_key_created_at);
    api_json_opt_time(j, "psk_created_at", row->psk_created_at,
                      row->n_psk_created_at);
    api_json_opt_time(j, "created_at", row->created_at, row->n_created_at);
    api_json_opt_time(j, "updated_at", row->updated_at, row->n_updated_at);
}
