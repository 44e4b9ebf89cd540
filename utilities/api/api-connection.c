/* SPDX-License-Identifier: Apache-2.0 */

/* Reading and deleting connections. */

#include <config.h>

#include "utilities/api/api-resource.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-live.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-text.h"
#include "utilities/api/api-vault.h"
#include "utilities/api/api-view.h"
#include "utilities/api/api.h"
#include "uuid.h"

#define DAY_MS 86400000LL

/* GET /api/v1/vpn-services/ID/connections/ID */
void
api_connection_get(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *service = api_find_service(api, req);
    const struct vpnnbrec_vpn_connection *row
        = service ? api_find_connection(api, req, service) : NULL;

    if (row) {
        const struct api_text *text = api_view_text(api, row);

        ds_put_buffer(&req->response.body, text->json.string,
                      text->json.length);
        api_respond_with_tag(req, 200, text->etag);
    }
}

/* Writes the age, in whole days, of something that was made at '*created_at',
 * if 'n' says that this is known. */
static void
put_age(struct api_json *j, const char *name, const int64_t *created_at,
        size_t n)
{
    if (n) {
        api_json_int(j, name,
                     MAX(0, time_wall_msec() - *created_at) / DAY_MS);
    }
}

/* GET /api/v1/vpn-services/ID/connections/ID/status */
void
api_connection_status(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *service = api_find_service(api, req);
    const struct vpnnbrec_vpn_connection *row
        = service ? api_find_connection(api, req, service) : NULL;
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);

    if (row) {
        api_json_open(&j, NULL, '{');
        api_json_string(&j, "status", row->status ? row->status : "pending");
        api_json_string(&j, "error_message", row->error_message);
        put_age(&j, "key_age", row->key_created_at, row->n_key_created_at);
        put_age(&j, "psk_age", row->psk_created_at, row->n_psk_created_at);
        api_live_put_connection(api, &j, row);
        api_json_close(&j, '}');
        api_respond(req, 200);
    }
}

/* Returns true if the list that 'page' and 'status', NULL for any, tell of has
 * 'row'. */
static bool
is_wanted(const struct api_page *page, const char *status,
          const struct vpnnbrec_vpn_connection *row)
{
    return ((!status || !strcmp(row->status ? row->status : "pending", status))
            && api_page_has(page, row->name, &row->labels));
}

/* Returns the token of the page that begins after connection 'i' of
 * 'connections': its name, with its UUID if the next one has the same name.
 * The caller must free it. */
static char *
make_token(const struct api_view_connections *connections, size_t i)
{
    const struct vpnnbrec_vpn_connection *row = connections->list[i].row;

    return (strcmp(row->name, connections->list[i + 1].row->name)
            ? xstrdup(row->name)
            : xasprintf("%s/"UUID_FMT, row->name,
                        UUID_ARGS(&row->header_.uuid)));
}

/* Returns the index of the first of 'connections' on the page that 'token'
 * stands for, NULL for the first page. */
static size_t
find_page(const struct api_view_connections *connections, const char *token)
{
    const char *slash = token ? strrchr(token, '/') : NULL;
    struct uuid uuid;

    if (!slash || !uuid_from_string(&uuid, slash + 1)) {
        return api_view_find_after(connections, token, NULL);
    }
    char *name = xmemdup0(token, slash - token);
    size_t i = api_view_find_after(connections, name, &uuid);
    free(name);
    return i;
}

/* GET /api/v1/vpn-services/ID/connections */
void
api_connection_list(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *service = api_find_service(api, req);
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);
    const char *status = api_request_query(req, "status");
    struct api_page page;
    size_t n = 0, last = 0;

    if (!service || !api_page_init(&page, req)) {
        return;
    }
    bool wants_all = !status && !page.name && !page.label_key;
    const struct api_view_connections *connections
        = api_view_connections(api, service);
    api_json_open(&j, NULL, '{');
    api_json_open(&j, "connections", '[');
    for (size_t i = find_page(connections, page.after);
         i < connections->n; i++) {
        if (!wants_all
            && !is_wanted(&page, status, connections->list[i].row)) {
            continue;
        } else if (n++ == page.limit) {
            break;
        }
        api_json_raw(&j, NULL, &api_view_text_at(api, connections, i)->json);
        last = i;
    }
    api_json_close(&j, ']');
    api_json_int(&j, "total_size", connections->n);
    if (n > page.limit) {
        api_json_string_and_free(&j, "next_page_token",
                                 make_token(connections, last));
    }
    api_json_close(&j, '}');
    api_respond(req, 200);
    api_page_destroy(&page);
}

/* DELETE /api/v1/vpn-services/ID/connections/ID */
void
api_connection_delete(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *service = api_find_service(api, req);
    const struct vpnnbrec_vpn_connection *row
        = service ? api_find_connection(api, req, service) : NULL;
    struct ds spec = DS_EMPTY_INITIALIZER;

    if (row) {
        api_put_connection_spec(&spec, row);
        if (api_check_etag(req, &spec)) {
            vpn_nb_forget_connection(service, row);
            vpnnbrec_vpn_service_update_connections_delvalue(
                service, row->header_.uuid);
            vpn_nb_touch(service);
            api_vault_remove(api->vault, &row->header_.uuid);
            req->uuid = service->header_.uuid;
        }
        ds_destroy(&spec);
    }
}

static void
respond(struct api *api, struct api_request *req,
        const struct vpnnbrec_vpn_service *service,
        const struct vpnnbrec_vpn_connection *row)
{
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);
    struct ds spec = DS_EMPTY_INITIALIZER;

    api_json_open(&j, NULL, '{');
    api_put_connection_members(&j, row);
    api_config_put_created(api, req, &j, service, row);
    api_json_close(&j, '}');
    api_put_connection_spec(&spec, row);
    api_respond_with_etag(req, req->is_new ? 201 : 200, &spec);
    if (req->response.is_secret) {
        api_set_header(req, "Cache-Control", "no-store");
    }
    ds_destroy(&spec);
}

/* Answers with the connection that was made or changed. */
void
api_connection_finish(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *service
        = vpnnbrec_vpn_service_get_for_uuid(api->idl, &req->parent);
    const struct vpnnbrec_vpn_connection *row
        = vpnnbrec_vpn_connection_get_for_uuid(api->idl, &req->uuid);

    if (!service || !row) {
        if (!req->is_new) {
            api_problem(req, 404, NULL, "the connection is gone");
        }
        return;
    }
    if (req->is_new) {
        char *location = xasprintf("/api/v1/vpn-services/"UUID_FMT
                                   "/connections/"UUID_FMT,
                                   UUID_ARGS(&req->parent),
                                   UUID_ARGS(&req->uuid));

        api_set_header(req, "Location", location);
        free(location);
    }
    respond(api, req, service, row);
}
