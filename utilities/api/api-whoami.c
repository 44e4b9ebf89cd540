/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-resource.h"

#include <stdlib.h>

#include "sset.h"
#include "util.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-request.h"

static const char *
role_name(enum api_role role)
{
    switch (role) {
    case API_ROLE_VIEWER:
        return "viewer";
    case API_ROLE_OPERATOR:
        return "operator";
    case API_ROLE_ADMIN:
        return "admin";
    case API_ROLE_NOBODY:
    default:
        OVS_NOT_REACHED();
    }
}

/* GET /api/v1/whoami: what the client may do, so that it need not offer what
 * would be refused. */
void
api_whoami(struct api *api OVS_UNUSED, struct api_request *req)
{
    const struct api_identity *identity = &req->identity;
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);
    const char **projects = sset_sort(&identity->projects);

    api_json_open(&j, NULL, '{');
    api_json_string(&j, "token", identity->name);
    api_json_string(&j, "role", role_name(identity->role));
    api_json_open(&j, "projects", '[');
    for (size_t i = 0; i < sset_count(&identity->projects); i++) {
        api_json_string(&j, NULL, projects[i]);
    }
    api_json_close(&j, ']');
    api_json_close(&j, '}');
    free(projects);
    api_respond(req, 200);
}
