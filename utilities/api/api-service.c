/* SPDX-License-Identifier: Apache-2.0 */

/* Reading and deleting services. */

#include <config.h>

#include "utilities/api/api-resource.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-time.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-auth.h"
#include "utilities/api/api-body.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-view.h"
#include "utilities/api/api.h"

static void
respond(struct api *api, struct api_request *req, int status,
        const struct vpnnbrec_vpn_service *row)
{
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);
    struct ds spec = DS_EMPTY_INITIALIZER;
    const char *view = api_request_query(req, "view");
    bool full = (req->route->flags & API_CONNECT
                 || (view && !strcmp(view, "full")));

    api_put_service(api, &j, NULL, row, full);
    api_put_service_spec(&spec, row);
    api_respond_with_etag(req, status, &spec);
    ds_destroy(&spec);
}

/* GET /api/v1/vpn-services/ID */
void
api_service_get(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *row = api_find_service(api, req);

    if (row) {
        respond(api, req, 200, row);
    }
}

/* GET /api/v1/vpn-services/ID/status */
void
api_service_status(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *row = api_find_service(api, req);
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);

    if (row) {
        api_json_open(&j, NULL, '{');
        api_put_service_status(&j, row);
        api_json_close(&j, '}');
        api_respond(req, 200);
    }
}

/* GET /api/v1/vpn-services */
void
api_service_list(struct api *api, struct api_request *req)
{
    const struct api_view_services *services = api_view_services(api);
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);
    const char *project = api_request_query(req, "project_id");
    const char *last = NULL;
    struct api_page page;
    size_t n = 0;

    if (!api_page_init(&page, req)) {
        return;
    }
    api_json_open(&j, NULL, '{');
    api_json_open(&j, "vpn_services", '[');
    for (size_t i = 0; i < services->n; i++) {
        const struct vpnnbrec_vpn_service *row = services->rows[i];

        if (!api_auth_sees(req, row->project)
            || (project && strcmp(row->project, project))
            || (page.after && strcmp(row->name, page.after) <= 0)
            || !api_page_has(&page, row->name, &row->labels)) {
            continue;
        } else if (n++ == page.limit) {
            break;
        }
        api_put_service(api, &j, NULL, row, false);
        last = row->name;
    }
    api_json_close(&j, ']');
    api_json_string(&j, "next_page_token", n > page.limit ? last : NULL);
    api_json_close(&j, '}');
    api_respond(req, 200);
    api_page_destroy(&page);
}

/* DELETE /api/v1/vpn-services/ID */
void
api_service_delete(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *row = api_find_service(api, req);
    struct ds spec = DS_EMPTY_INITIALIZER;

    if (row) {
        api_put_service_spec(&spec, row);
        if (api_check_etag(req, &spec)) {
            vpnnbrec_vpn_service_delete(row);
        }
        ds_destroy(&spec);
    }
}

/* POST /api/v1/vpn-services/ID/rotate-key */
void
api_service_rekey(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *row = api_find_service(api, req);
    int64_t cutover = time_wall_msec();
    struct api_body body;
    bool cancel = false;

    if (!row) {
        return;
    }
    api_body_init(&body, req, NULL, req->json);
    const char *at = api_body_string(&body, "cutover_at");
    if (at) {
        api_body_fault(&body, "cutover_at",
                       vpn_parse_time(at, cutover, &cutover));
    }
    api_body_bool(&body, "cancel", &cancel);
    if (cancel && at) {
        api_body_fault(&body, "cancel", xstrdup("give either this or "
                                                "cutover_at"));
    }
    if (api_body_finish(&body)) {
        vpn_nb_rekey_service(row, cancel ? 0 : cutover);
        req->uuid = row->header_.uuid;
    }
}

/* Answers with the service that was made or changed. */
void
api_service_finish(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *row
        = vpnnbrec_vpn_service_get_for_uuid(api->idl, &req->uuid);

    if (!row) {
        if (!req->is_new) {
            api_problem(req, 404, NULL, "the service is gone");
        }
    } else if (req->is_new && !(req->route->flags & API_CONNECT)) {
        char *location = xasprintf("/api/v1/vpn-services/"UUID_FMT,
                                   UUID_ARGS(&req->uuid));

        api_set_header(req, "Location", location);
        free(location);
        respond(api, req, 201, row);
    } else {
        respond(api, req, 200, row);
    }
}
