/* SPDX-License-Identifier: Apache-2.0 */

/* Tokens and projects. */

#include <config.h>

#include "utilities/api/api-resource.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-model.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-time.h"
#include "lib/vpn-token.h"
#include "svec.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-auth.h"
#include "utilities/api/api-body.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api.h"
#include "uuid.h"

/* Tokens. */

/* Returns the token whose name or UUID is 'id'. */
static const struct vpnnbrec_api_token *
find_token(struct api *api, const char *id)
{
    const struct vpnnbrec_api_token *row;
    struct uuid uuid;

    VPNNBREC_API_TOKEN_FOR_EACH (row, api->idl) {
        if (!strcmp(row->name, id)) {
            return row;
        }
    }
    row = (uuid_from_string(&uuid, id)
           ? vpnnbrec_api_token_get_for_uuid(api->idl, &uuid) : NULL);
    return row && vpn_nb_has_row(&row->header_) ? row : NULL;
}

static void
put_token(struct api_json *j, const struct vpnnbrec_api_token *row,
          const char *token)
{
    api_json_open(j, NULL, '{');
    api_json_string_and_free(j, "id",
                             xasprintf(UUID_FMT,
                                       UUID_ARGS(&row->header_.uuid)));
    api_json_string(j, "name", row->name);
    api_json_string(j, "role", row->role);
    api_json_strings(j, "projects", row->projects, row->n_projects);
    api_json_bool(j, "enabled", !row->n_enabled || row->enabled[0]);
    api_json_opt_time(j, "created_at", row->created_at, row->n_created_at);
    api_json_opt_time(j, "expires_at", row->expires_at, row->n_expires_at);
    api_json_opt_time(j, "last_used_at", row->last_used_at,
                      row->n_last_used_at);
    api_json_string(j, "token", token);
    api_json_close(j, '}');
}

/* Returns true if every project of 'row' is one that 'req' may see: others'
 * tokens are none of its business. */
static bool
sees_token(const struct api_request *req,
           const struct vpnnbrec_api_token *row)
{
    bool sees = row->n_projects || req->identity.all_projects;

    for (size_t i = 0; i < row->n_projects; i++) {
        sees = sees && api_auth_sees(req, row->projects[i]);
    }
    return sees;
}

/* GET /api/v1/tokens */
void
api_token_list(struct api *api, struct api_request *req)
{
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);
    const struct vpnnbrec_api_token *row;

    api_json_open(&j, NULL, '{');
    api_json_open(&j, "tokens", '[');
    VPNNBREC_API_TOKEN_FOR_EACH (row, api->idl) {
        if (sees_token(req, row)) {
            put_token(&j, row, NULL);
        }
    }
    api_json_close(&j, ']');
    api_json_close(&j, '}');
    api_respond(req, 200);
}

static const char *
read_role(struct api_body *body)
{
    const char *role = api_body_string(body, "role");

    if (!role || (strcmp(role, "viewer") && strcmp(role, "operator")
                  && strcmp(role, "admin"))) {
        api_body_fault(body, "role", xstrdup("give \"viewer\", \"operator\" "
                                             "or \"admin\""));
    }
    return role;
}

/* Reads the projects of a token, which must be some of those of its maker. */
static void
read_projects(struct api_body *body, struct svec *projects)
{
    const struct api_request *req = body->req;

    api_body_strings(body, "projects", projects);
    svec_sort_unique(projects);
    for (size_t i = 0; i < projects->n; i++) {
        if (!api_auth_sees(req, projects->names[i])) {
            api_body_fault(body, "projects",
                           xasprintf("your own token is not for project "
                                     "\"%s\"", projects->names[i]));
        }
    }
    if (!projects->n && !req->identity.all_projects) {
        api_body_fault(body, "projects", xstrdup("a token for all projects "
                                                 "takes one"));
    }
}

static void
insert_token(struct api *api, struct api_request *req, const char *name,
             const char *role, const struct svec *projects, int64_t expires)
{
    struct vpnnbrec_api_token *row = vpnnbrec_api_token_insert(api->txn);
    char hash[VPN_TOKEN_HASH_LEN + 1];
    int64_t now = time_wall_msec();

    if (!req->token) {
        req->token = vpn_token_new(VPN_TOKEN_PREFIX);
    }
    vpn_token_hash(req->token, hash);
    vpnnbrec_api_token_set_name(row, name);
    vpnnbrec_api_token_set_token_hash(row, hash);
    vpnnbrec_api_token_set_role(row, role);
    vpnnbrec_api_token_set_projects(row, (const char **) projects->names,
                                    projects->n);
    vpnnbrec_api_token_set_created_at(row, &now, 1);
    vpnnbrec_api_token_set_expires_at(row, &expires, expires != 0);
    req->uuid = row->header_.uuid;
    req->is_new = true;
}

/* POST /api/v1/tokens */
void
api_token_create(struct api *api, struct api_request *req)
{
    struct svec projects = SVEC_EMPTY_INITIALIZER;
    struct api_body body;
    int64_t expires = 0;

    api_body_init(&body, req, NULL, req->json);
    const char *name = api_body_string(&body, "name");
    const char *role = read_role(&body);
    const char *at = api_body_string(&body, "expires_at");

    api_body_fault(&body, "name", vpn_name_check("token", name ? name : ""));
    read_projects(&body, &projects);
    if (at) {
        api_body_fault(&body, "expires_at",
                       vpn_parse_time(at, time_wall_msec(), &expires));
    }
    bool ok = api_body_finish(&body);
    if (ok && find_token(api, name)) {
        api_problem_as(req, 409, "already_exists", "name",
                       "there is a token named %s already", name);
    } else if (ok) {
        insert_token(api, req, name, role, &projects, expires);
    }
    svec_destroy(&projects);
}

/* Answers with the token: this is the only time. */
void
api_token_finish(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_api_token *row
        = vpnnbrec_api_token_get_for_uuid(api->idl, &req->uuid);
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);

    if (row) {
        req->response.is_secret = true;
        ds_reserve(&req->response.body, 4096);
        put_token(&j, row, req->token);
        api_respond(req, 201);
    } else if (!req->is_new) {
        api_problem(req, 404, NULL, "the token is gone");
    }
}

/* DELETE /api/v1/tokens/ID */
void
api_token_delete(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_api_token *row = find_token(api, req->params[0]);

    if (row && sees_token(req, row)) {
        vpnnbrec_api_token_delete(row);
    } else {
        api_problem(req, 404, NULL, "there is no token \"%s\"",
                    req->params[0]);
    }
}

/* Projects. */

static const struct vpnnbrec_project *
find_project(struct api *api, const char *name)
{
    const struct vpnnbrec_project *row;

    VPNNBREC_PROJECT_FOR_EACH (row, api->idl) {
        if (!strcmp(row->name, name)) {
            return row;
        }
    }
    return NULL;
}

static void
put_project(struct api_json *j, const struct vpnnbrec_project *row)
{
    api_json_open(j, NULL, '{');
    api_json_string(j, "name", row->name);
    api_json_string(j, "description", row->description);
    api_json_opt_int(j, "max_services", row->max_services,
                     row->n_max_services);
    api_json_opt_int(j, "max_connections", row->max_connections,
                     row->n_max_connections);
    api_json_close(j, '}');
}

/* GET /api/v1/projects */
void
api_project_list(struct api *api, struct api_request *req)
{
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);
    const struct vpnnbrec_project *row;

    api_json_open(&j, NULL, '{');
    api_json_open(&j, "projects", '[');
    VPNNBREC_PROJECT_FOR_EACH (row, api->idl) {
        if (api_auth_sees(req, row->name)) {
            put_project(&j, row);
        }
    }
    api_json_close(&j, ']');
    api_json_close(&j, '}');
    api_respond(req, 200);
}

/* PUT /api/v1/projects/NAME: makes it or replaces what it says. */
void
api_project_put(struct api *api, struct api_request *req)
{
    const char *name = req->params[0];
    const struct vpnnbrec_project *row = find_project(api, name);
    struct api_body body;
    int64_t services, connections;

    if (api_fault(req, "name", vpn_name_check("project", name))) {
        return;
    }
    api_body_init(&body, req, NULL, req->json);
    const char *description = api_body_string(&body, "description");
    bool has_services = api_body_int(&body, "max_services", 0, INT32_MAX,
                                     &services);
    bool has_connections = api_body_int(&body, "max_connections", 0,
                                        INT32_MAX, &connections);
    if (!api_body_finish(&body)) {
        return;
    }
    if (!row) {
        struct vpnnbrec_project *new = vpnnbrec_project_insert(api->txn);

        vpnnbrec_project_set_name(new, name);
        req->is_new = true;
        row = new;
    }
    vpnnbrec_project_set_description(row, description ? description : "");
    vpnnbrec_project_set_max_services(row, &services, has_services);
    vpnnbrec_project_set_max_connections(row, &connections, has_connections);
}

void
api_project_finish(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_project *row = find_project(api, req->params[0]);
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);

    if (row) {
        put_project(&j, row);
        api_respond(req, req->is_new ? 201 : 200);
    } else if (!req->is_new) {
        api_problem(req, 404, NULL, "the project is gone");
    }
}

/* DELETE /api/v1/projects/NAME */
void
api_project_delete(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_project *row = find_project(api, req->params[0]);

    if (row) {
        vpnnbrec_project_delete(row);
    } else {
        api_problem(req, 404, NULL, "there is no project \"%s\"",
                    req->params[0]);
    }
}
