/* SPDX-License-Identifier: Apache-2.0 */

/* VpnServiceManager in the manner of Connect: unary calls, JSON.  Each call
 * is one of the functions behind a path of the REST API, with what stands in
 * the message put where that function looks for it.
 *
 * ovn-vpn.proto describes the messages. */

#include <config.h>

#include "utilities/api/api-resource.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "openvswitch/json.h"
#include "openvswitch/shash.h"
#include "smap.h"
#include "util.h"
#include "utilities/api/api-body.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api.h"

/* Takes the field called 'name' of the message for parameter 'i' of the path.
 * Returns false, and makes that the answer, if it is missing. */
static bool
take_parameter(struct api_request *req, size_t i, const char *name)
{
    const struct json *json = shash_find_data(req->json->object, name);

    if (!json || json->type != JSON_STRING || !json_string(json)[0]) {
        api_problem(req, 422, name, "this is needed");
        return false;
    }
    req->params[i] = json_string(json);
    return true;
}

/* Returns true if the message has no fields but 'known', which blanks
 * separate.  Otherwise makes that the answer. */
static bool
check_fields(struct api_request *req, const char *known)
{
    const struct shash_node *node;

    SHASH_FOR_EACH (node, req->json->object) {
        if (!api_route_has_word(known, node->name)) {
            api_problem(req, 422, node->name, "there is no such field");
            return false;
        }
    }
    return true;
}

/* Takes the fields of the message, ListVpnsRequest, for the query.  Returns
 * false, and makes that the answer, if there is a mistake in it. */
static bool
take_query(struct api_request *req)
{
    static const char *const strings[] = {
        "label", "name", "page_token", "project_id",
    };
    struct api_body body;
    int64_t limit = 0;

    api_body_init(&body, req, NULL, req->json);
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
        const char *s = api_body_string(&body, strings[i]);

        if (s && s[0]) {
            smap_replace(&req->target.query, strings[i], s);
        }
    }
    api_body_int(&body, "page_size", 0, API_PAGE_MAX, &limit);
    if (limit) {
        char *s = xasprintf("%"PRId64, limit);

        smap_replace(&req->target.query, "limit", s);
        free(s);
    }
    return api_body_finish(&body);
}

void
api_connect_get(struct api *api, struct api_request *req)
{
    if (check_fields(req, "id") && take_parameter(req, 0, "id")) {
        api_service_get(api, req);
    }
}

void
api_connect_list(struct api *api, struct api_request *req)
{
    if (take_query(req)) {
        api_service_list(api, req);
    }
}

void
api_connect_delete(struct api *api, struct api_request *req)
{
    if (check_fields(req, "id") && take_parameter(req, 0, "id")) {
        api_service_delete(api, req);
    }
}

void
api_connect_status(struct api *api, struct api_request *req)
{
    if (check_fields(req, "id") && take_parameter(req, 0, "id")) {
        api_service_status(api, req);
    }
}

void
api_connect_add(struct api *api, struct api_request *req)
{
    if (take_parameter(req, 0, "vpn_id")) {
        api_connection_create(api, req);
    }
}

void
api_connect_remove(struct api *api, struct api_request *req)
{
    if (check_fields(req, "vpn_id connection_id")
        && take_parameter(req, 0, "vpn_id")
        && take_parameter(req, 1, "connection_id")) {
        api_connection_delete(api, req);
    }
}

/* Answers with the service, and with the connection that was added to it with
 * its keys: this is the only time. */
void
api_connect_finish_add(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *service
        = vpnnbrec_vpn_service_get_for_uuid(api->idl, &req->parent);
    const struct vpnnbrec_vpn_connection *row
        = vpnnbrec_vpn_connection_get_for_uuid(api->idl, &req->uuid);
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);

    if (!service || !row) {
        if (!req->is_new) {
            api_problem(req, 404, NULL, "the connection is gone");
        }
        return;
    }
    api_json_open(&j, NULL, '{');
    api_put_service_members(api, &j, service, true);
    api_json_open(&j, "created_connection", '{');
    api_put_connection_members(&j, row);
    api_config_put_created(api, req, &j, service, row);
    api_json_close(&j, '}');
    api_json_close(&j, '}');
    api_respond(req, 200);
}
