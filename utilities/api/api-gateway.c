/* SPDX-License-Identifier: Apache-2.0 */

/* Gateway chassis, and those of one service. */

#include <config.h>

#include "utilities/api/api-resource.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "openvswitch/json.h"
#include "util.h"
#include "utilities/api/api-body.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api.h"

/* Priorities: the schema's. */
#define PRIORITY_MAX 32767

static const struct vpnnbrec_chassis *
find_chassis(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_chassis *row;

    VPNNBREC_CHASSIS_FOR_EACH (row, api->idl) {
        if (!strcmp(row->name, req->params[0])) {
            return row;
        }
    }
    api_problem(req, 404, NULL, "no ovn-vpn-controller has reported from a "
                "chassis \"%s\"", req->params[0]);
    return NULL;
}

/* Writes the chassis of 'row' as an object. */
void
api_put_chassis(struct api *api, struct api_json *j,
                const struct vpnnbrec_chassis *row)
{
    const struct vpnnbrec_vpn_service *service;
    size_t n = 0;

    VPNNBREC_VPN_SERVICE_FOR_EACH (service, api->idl) {
        n += (service->active_chassis
              && !strcmp(service->active_chassis, row->name));
    }
    api_json_open(j, NULL, '{');
    api_json_string(j, "name", row->name);
    api_json_string(j, "hostname", row->hostname);
    api_json_bool(j, "alive", row->alive);
    api_json_bool(j, "drain", row->drain);
    api_json_string(j, "backend", row->backend);
    api_json_string(j, "version", row->version);
    api_json_opt_time(j, "sealing_key_created_at",
                      row->sealing_key_created_at,
                      row->n_sealing_key_created_at);
    api_json_strings(j, "problems", row->problems, row->n_problems);
    api_json_int(j, "active_services", n);
    api_json_close(j, '}');
}

/* GET /api/v1/gateways */
void
api_chassis_list(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_nb_global *global
        = vpnnbrec_nb_global_first(api->idl);
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);
    const struct vpnnbrec_chassis *row;

    api_json_open(&j, NULL, '{');
    api_json_open(&j, "gateways", '[');
    VPNNBREC_CHASSIS_FOR_EACH (row, api->idl) {
        api_put_chassis(api, &j, row);
    }
    api_json_close(&j, ']');
    if (global) {
        api_json_strings(&j, "warnings", global->warnings,
                         global->n_warnings);
    }
    api_json_close(&j, '}');
    api_respond(req, 200);
}

/* GET /api/v1/gateways/NAME */
void
api_chassis_get(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_chassis *row = find_chassis(api, req);
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);

    if (row) {
        api_put_chassis(api, &j, row);
        api_respond(req, 200);
    }
}

/* POST /api/v1/gateways/NAME/drain */
void
api_chassis_drain(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_chassis *row = find_chassis(api, req);

    if (row) {
        vpnnbrec_chassis_set_drain(row, true);
    }
}

/* POST /api/v1/gateways/NAME/undrain */
void
api_chassis_undrain(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_chassis *row = find_chassis(api, req);

    if (row) {
        vpnnbrec_chassis_set_drain(row, false);
    }
}

/* The gateways of one service. */

struct wanted {
    const char *chassis;
    int64_t priority;
    bool sticky;
};

/* Reads one element of the array of gateways. */
static void
read_gateway(struct api_request *req, const struct json *json,
             struct wanted *wanted)
{
    struct api_body body;

    *wanted = (struct wanted) { .priority = 0 };
    api_body_init(&body, req, "gateways", json);
    wanted->chassis = api_body_string(&body, "chassis_name");
    api_body_int(&body, "priority", 0, PRIORITY_MAX, &wanted->priority);
    api_body_bool(&body, "sticky", &wanted->sticky);
    if (!wanted->chassis || !wanted->chassis[0]) {
        api_body_fault(&body, "chassis_name",
                       xstrdup("give the name of a chassis"));
    }
    api_body_finish(&body);
}

static void
check_twice(struct api_request *req, const struct wanted *list, size_t n)
{
    for (size_t i = 0; i < n && !api_request_is_done(req); i++) {
        for (size_t j = 0; j < i; j++) {
            if (!strcmp(list[i].chassis, list[j].chassis)) {
                api_problem(req, 422, "gateways", "chassis \"%s\" stands "
                            "there twice", list[i].chassis);
                return;
            }
        }
    }
}

/* Replaces the gateways of 'row' by the 'n' in 'list'. */
static void
write_gateways(struct api *api, const struct vpnnbrec_vpn_service *row,
               const struct wanted *list, size_t n)
{
    struct vpnnbrec_gateway_chassis **rows = xcalloc(n, sizeof *rows);

    for (size_t i = 0; i < n; i++) {
        struct vpnnbrec_gateway_chassis *gc = NULL;

        for (size_t k = 0; k < row->n_gateways; k++) {
            if (!strcmp(row->gateways[k]->chassis_name, list[i].chassis)) {
                gc = row->gateways[k];
            }
        }
        if (!gc) {
            char *name = xasprintf("%s-%s", row->name, list[i].chassis);

            gc = vpnnbrec_gateway_chassis_insert(api->txn);
            vpnnbrec_gateway_chassis_set_name(gc, name);
            vpnnbrec_gateway_chassis_set_chassis_name(gc, list[i].chassis);
            free(name);
        }
        vpnnbrec_gateway_chassis_set_priority(gc, list[i].priority);
        vpnnbrec_gateway_chassis_set_sticky(gc, list[i].sticky);
        rows[i] = gc;
    }
    vpnnbrec_vpn_service_set_gateways(row, rows, n);
    vpn_nb_touch(row);
    free(rows);
}

/* PUT /api/v1/vpn-services/ID/gateways */
void
api_gateways_put(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *row = api_find_service(api, req);
    struct ds spec = DS_EMPTY_INITIALIZER;
    struct api_body body;

    if (!row) {
        return;
    }
    api_body_init(&body, req, NULL, req->json);
    const struct json *json = api_body_get(&body, "gateways");
    if (!json || json->type != JSON_ARRAY) {
        api_body_fault(&body, "gateways",
                       xstrdup("an array of objects is expected here"));
    }
    api_put_service_spec(&spec, row);
    if (api_body_finish(&body) && api_check_etag(req, &spec)) {
        size_t n = json->array.n;
        struct wanted *list = xcalloc(n, sizeof *list);

        for (size_t i = 0; i < n; i++) {
            read_gateway(req, json->array.elems[i], &list[i]);
        }
        check_twice(req, list, n);
        if (!api_request_is_done(req)) {
            write_gateways(api, row, list, n);
            req->uuid = row->header_.uuid;
        }
        free(list);
    }
    ds_destroy(&spec);
}
