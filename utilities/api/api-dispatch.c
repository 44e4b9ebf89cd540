/* SPDX-License-Identifier: Apache-2.0 */

/* From a request as it came to the function that answers it. */

#include <config.h>

#include "utilities/api/api.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "openvswitch/json.h"
#include "util.h"
#include "utilities/api/api-audit.h"
#include "utilities/api/api-auth.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-metrics.h"
#include "utilities/api/api-replay.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-store.h"

/* Finds the route of 'req'.  Returns false, and makes that the answer, if
 * there is none. */
bool
api_dispatch_route(struct api_request *req)
{
    const char *method = strcmp(req->method, "HEAD") ? req->method : "GET";
    char *error = api_target_parse(req->uri, &req->target);

    req->has_target = true;
    if (error) {
        api_problem(req, 400, NULL, "%s", error);
        free(error);
        return false;
    }
    switch (api_route_find(api_routes, api_n_routes, method, &req->target,
                           &req->route, req->params)) {
    case API_ROUTE_FOUND:
        return true;
    case API_ROUTE_NO_METHOD: {
        char *methods = api_route_methods(api_routes, api_n_routes,
                                          &req->target);

        api_set_header(req, "Allow", methods);
        api_problem(req, 405, NULL, "this path takes: %s", methods);
        free(methods);
        return false;
    }
    case API_ROUTE_NO_PATH:
    default:
        api_problem(req, 404, NULL, "there is nothing here; /openapi.json "
                    "says what there is");
        return false;
    }
}

/* Looks for parameters that the route of 'req' does not know, and for values
 * that they cannot have: a mistyped one would mean something else than was
 * asked for, such as all connections. */
static bool
check_query(struct api_request *req)
{
    const char *known = req->route->query;
    const struct smap_node *node;

    if (!known) {
        return true;
    }
    SMAP_FOR_EACH (node, &req->target.query) {
        const char *values = api_route_values(node->key);

        if (!api_route_has_word(known, node->key)) {
            api_problem(req, 400, node->key, "there is no such parameter; "
                        "this path takes %s%s", known[0] ? "" : "none",
                        known);
            return false;
        } else if (values && !api_route_has_word(values, node->value)) {
            api_problem(req, 422, node->key, "\"%s\" is none of: %s",
                        node->value, values);
            return false;
        }
    }
    return true;
}

/* Returns true if headers say that the body of 'req' is JSON as it stands, and
 * nothing of a version of Connect's protocol that is not known. */
static bool
check_headers(struct api_request *req)
{
    const char *type = req->headers[API_H_CONTENT_TYPE];
    const char *encoding = req->headers[API_H_CONTENT_ENCODING];
    const char *version = req->headers[API_H_CONNECT_PROTOCOL_VERSION];
    bool connect = req->route->flags & API_CONNECT;

    if (!type
               || strncasecmp(type, "application/", 12)
               || (strncasecmp(type + 12, "json", 4)
                   && strncasecmp(type + 12, "merge-patch+json", 16))) {
        /* What a form on somebody else's page can send ends here. */
        api_problem(req, 415, NULL, "the Content-Type must be "
                    "application/json");
        return false;
    } else if (encoding && strcasecmp(encoding, "identity")) {
        api_set_header(req, "Accept-Encoding", "identity");
        api_problem_as(req, connect ? 501 : 415, "unimplemented", NULL,
                       "the Content-Encoding must be identity");
        return false;
    } else if (connect && version && strcmp(version, "1")) {
        api_problem(req, 400, NULL, "the Connect-Protocol-Version must be 1");
        return false;
    }
    return true;
}

/* Reads the body of 'req', if its route takes one. */
static bool
read_body(struct api_request *req)
{
    if (!(req->route->flags & API_BODY)
        || (!req->body.length && req->route->flags & API_OPTIONAL_BODY)) {
        return true;
    } else if (!check_headers(req)) {
        return false;
    }
    char *error = api_json_parse(ds_cstr(&req->body), req->body.length,
                                 &req->json);
    if (error) {
        api_problem(req, 400, NULL, "%s", error);
        free(error);
        return false;
    }
    if (req->route->flags & API_CONNECT) {
        struct json *json = api_json_snake_case(req->json);

        json_destroy(req->json);
        req->json = json;
    }
    return true;
}

/* Reads what the client wants to wait for. */
static bool
read_wait(struct api *api, struct api_request *req)
{
    const char *wait = api_request_query(req, "wait");

    if (!wait || !strcmp(wait, "none")) {
        return true;
    } else if (!vpnnbrec_nb_global_first(api->idl)) {
        api_problem(req, 503, "wait", "the database has no NB_Global row; "
                    "\"ovn-vpn-nbctl init\" makes it");
        return false;
    }
    req->wait_cfg = INT64_MAX;
    return true;
}

static void
begin_write(struct api *api, struct api_request *req)
{
    if (!api_store_is_connected(api)) {
        api_problem(req, 503, NULL, "the database cannot be reached");
    } else if (!read_wait(api, req)) {
        return;
    } else if (req->route->flags & API_CREATES
               && api_replay_begin(api, req)) {
        req->route->finish(api, req);
    } else if (!api_request_is_done(req)) {
        req->is_waiting = true;
        api_store_write(api, req);
    }
}

/* Finds out whether the client may make 'req', which has a route, and reads
 * its body.  Returns false, and makes that the answer, if it may not, or if
 * there is something wrong with the query or the body. */
bool
api_dispatch_admit(struct api *api, struct api_request *req)
{
    return ((req->route->role == API_ROLE_NOBODY || api_auth_check(api, req))
            && check_query(req) && read_body(req));
}

/* Answers 'req', now or later. */
void
api_dispatch(struct api *api, struct api_request *req)
{
    if (!api_dispatch_route(req)) {
        goto done;
    } else if (!(req->route->flags & API_NO_DB)
               && !api_store_is_ready(api)) {
        api_problem(req, 503, NULL, "the database has not been reached yet");
        goto done;
    } else if (!api_dispatch_admit(api, req)) {
        goto done;
    }

    if (req->route->finish) {
        begin_write(api, req);
        if (req->is_waiting) {
            return;
        }
    } else {
        if (!(req->route->flags & API_NO_DB)
            && !api_store_is_connected(api)) {
            api_set_header(req, "Warning", "110 - \"Response is Stale\"");
        }
        req->route->run(api, req);
    }

done:
    api_finish(api, req);
}

/* Sends the answer of 'req' on its way. */
void
api_finish(struct api *api, struct api_request *req)
{
    ovs_assert(api_request_is_done(req));
    req->is_waiting = false;
    api_replay_end(api, req);
    api_audit_note(api, req);
    api_metrics_note(api, req);
    req->answer(req);
}
