/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-request.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/vpn-heap.h"
#include "openvswitch/json.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-stream.h"

const char *const api_header_names[API_N_HEADERS] = {
    [API_H_ACCEPT] = "Accept",
    [API_H_AUTHORIZATION] = "Authorization",
    [API_H_CONNECT_PROTOCOL_VERSION] = "Connect-Protocol-Version",
    [API_H_CONTENT_ENCODING] = "Content-Encoding",
    [API_H_CONTENT_TYPE] = "Content-Type",
    [API_H_HOST] = "Host",
    [API_H_IDEMPOTENCY_KEY] = "Idempotency-Key",
    [API_H_IF_MATCH] = "If-Match",
    [API_H_IF_NONE_MATCH] = "If-None-Match",
    [API_H_LAST_EVENT_ID] = "Last-Event-ID",
    [API_H_ORIGIN] = "Origin",
};

/* A request with secrets has been destroyed. */
static bool must_wipe;

struct api_request *
api_request_create(const char *method, const char *uri, const char *peer)
{
    struct api_request *req = xzalloc(sizeof *req);

    ovs_list_init(&req->node);
    req->method = xstrdup(method);
    req->uri = xstrdup(uri);
    req->peer = xstrdup(peer);
    req->started = time_usec();
    sset_init(&req->identity.projects);
    smap_init(&req->response.headers);
    return req;
}

void
api_request_destroy(struct api_request *req)
{
    if (!req) {
        return;
    }
    bool had_secrets = (req->response.is_secret || req->private_key
                        || req->psk || req->token);
    ovs_list_remove(&req->node);
    api_stream_destroy(req->stream);
    free(req->method);
    free(req->uri);
    free(req->peer);
    for (size_t i = 0; i < API_N_HEADERS; i++) {
        if (req->headers[i]) {
            vpn_wipe(req->headers[i], strlen(req->headers[i]));
            free(req->headers[i]);
        }
    }
    vpn_wipe_ds(&req->body);
    if (req->has_target) {
        api_target_destroy(&req->target);
    }
    json_destroy(req->json);
    free(req->identity.name);
    sset_destroy(&req->identity.projects);
    if (req->token) {
        vpn_wipe(req->token, strlen(req->token));
        free(req->token);
    }
    vpn_secret_free(req->private_key);
    vpn_secret_free(req->psk);
    vpn_wipe_ds(&req->response.body);
    smap_destroy(&req->response.headers);
    free(req);
    must_wipe |= had_secrets;
}

/* Must be called now and then, after requests may have been destroyed: wipes
 * what they have left behind.  Once for all of them is enough. */
void
api_request_wipe(void)
{
    if (must_wipe) {
        vpn_heap_wipe();
        must_wipe = false;
    }
}

/* Returns parameter 'name' of the query, NULL if it is not there. */
const char *
api_request_query(const struct api_request *req, const char *name)
{
    return smap_get(&req->target.query, name);
}

/* Returns true if the client names 'type' as one that it accepts. */
bool
api_request_accepts(const struct api_request *req, const char *type)
{
    const char *accept = req->headers[API_H_ACCEPT];

    return accept && strcasestr(accept, type);
}

bool
api_request_is_done(const struct api_request *req)
{
    return req->response.status != 0;
}

/* Makes 'status' that of the answer. */
void
api_respond(struct api_request *req, int status)
{
    req->response.status = status;
}

void
api_set_header(struct api_request *req, const char *name, const char *value)
{
    smap_replace(&req->response.headers, name, value);
}

/* Problems. */

static const struct {
    int status;
    const char *title;
    const char *connect;        /* Connect's name for it. */
} statuses[] = {
    { 200, "OK", NULL },
    { 201, "Created", NULL },
    { 204, "No Content", NULL },
    { 304, "Not Modified", NULL },
    { 400, "Bad Request", "invalid_argument" },
    { 401, "Unauthorized", "unauthenticated" },
    { 403, "Forbidden", "permission_denied" },
    { 404, "Not Found", "not_found" },
    { 405, "Method Not Allowed", "unimplemented" },
    { 406, "Not Acceptable", "invalid_argument" },
    { 409, "Conflict", "failed_precondition" },
    { 410, "Gone", "not_found" },
    { 412, "Precondition Failed", "aborted" },
    { 413, "Content Too Large", "resource_exhausted" },
    { 415, "Unsupported Media Type", "invalid_argument" },
    { 422, "Unprocessable Content", "invalid_argument" },
    { 429, "Too Many Requests", "resource_exhausted" },
    { 500, "Internal Server Error", "internal" },
    { 503, "Service Unavailable", "unavailable" },
};

/* The statuses that Connect's errors travel with: "Error Codes" in Connect's
 * protocol reference. */
static const struct {
    const char *code;
    int status;
} connect_statuses[] = {
    { "aborted", 409 },
    { "already_exists", 409 },
    { "failed_precondition", 400 },
    { "internal", 500 },
    { "invalid_argument", 400 },
    { "not_found", 404 },
    { "permission_denied", 403 },
    { "resource_exhausted", 429 },
    { "unauthenticated", 401 },
    { "unavailable", 503 },
    { "unimplemented", 501 },
};

const char *
api_status_title(int status)
{
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
        if (statuses[i].status == status) {
            return statuses[i].title;
        }
    }
    return "";
}

static const char *
connect_code(int status)
{
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
        if (statuses[i].status == status && statuses[i].connect) {
            return statuses[i].connect;
        }
    }
    return "unknown";
}

static int
connect_status(const char *code)
{
    for (size_t i = 0; i < ARRAY_SIZE(connect_statuses); i++) {
        if (!strcmp(connect_statuses[i].code, code)) {
            return connect_statuses[i].status;
        }
    }
    return 500;
}

static void
put_connect_error(struct api_request *req, const char *code,
                  const char *field, const char *detail)
{
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);
    char *message = (field ? xasprintf("%s: %s", field, detail)
                     : xstrdup(detail));

    api_json_open(&j, NULL, '{');
    api_json_string(&j, "code", code);
    api_json_string_and_free(&j, "message", message);
    api_json_close(&j, '}');
}

static void
put_problem(struct api_request *req, int status, const char *field,
            const char *detail)
{
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);

    req->response.type = "application/problem+json";
    api_json_open(&j, NULL, '{');
    api_json_string(&j, "type", "about:blank");
    api_json_string(&j, "title", api_status_title(status));
    api_json_int(&j, "status", status);
    api_json_string(&j, "detail", detail);
    api_json_string(&j, "field", field);
    api_json_close(&j, '}');
}

static void
make_problem(struct api_request *req, int status, const char *code,
             const char *field, const char *detail)
{
    vpn_wipe_ds(&req->response.body);
    ds_init(&req->response.body);
    req->response.type = NULL;
    if (status == 503) {
        api_set_header(req, "Retry-After", "1");
    }
    /* What is not JSON does not come from a client that Connect's errors are
     * for, and gets this status from Connect, too. */
    if (req->route && req->route->flags & API_CONNECT && status != 415) {
        put_connect_error(req, code, field, detail);
        status = connect_status(code);
    } else {
        put_problem(req, status, field, detail);
    }
    api_respond(req, status);
}

/* Makes the answer a problem: "application/problem+json" (RFC 9457), or an
 * error as Connect has it.  'field' is the one at fault, NULL if there is
 * none. */
void
api_problem(struct api_request *req, int status, const char *field,
            const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *detail = xvasprintf(format, args);
    va_end(args);

    make_problem(req, status, connect_code(status), field, detail);
    free(detail);
}

/* Like api_problem(), where Connect is more exact than HTTP is: 'code' is the
 * error's name there. */
void
api_problem_as(struct api_request *req, int status, const char *code,
               const char *field, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *detail = xvasprintf(format, args);
    va_end(args);

    make_problem(req, status, code, field, detail);
    free(detail);
}

/* Makes the answer a problem of 'field' if 'error', which it frees, is not
 * NULL.  Returns true if it did so. */
bool
api_fault(struct api_request *req, const char *field, char *error)
{
    if (error) {
        api_problem(req, 422, field, "%s", error);
        free(error);
    }
    return error != NULL;
}
