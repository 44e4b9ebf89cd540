/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-audit.h"

#include <stdlib.h>
#include <string.h>

#include "openvswitch/vlog.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api.h"

VLOG_DEFINE_THIS_MODULE(api_audit);

/* Entries that are kept in memory. */
#define ENTRIES 1000

/* Longest path in an entry. */
#define PATH_MAX_LEN 255

struct entry {
    int64_t time;               /* Milliseconds since the epoch. */
    char *token, *peer, *method, *path;
    int status;
};

struct api_audit {
    struct entry entries[ENTRIES];      /* A ring. */
    size_t n;                   /* How many there have been. */
};

struct api_audit *
api_audit_create(void)
{
    return xzalloc(sizeof(struct api_audit));
}

static void
clear_entry(struct entry *entry)
{
    free(entry->token);
    free(entry->peer);
    free(entry->method);
    free(entry->path);
}

void
api_audit_destroy(struct api_audit *audit)
{
    for (size_t i = 0; i < ENTRIES; i++) {
        clear_entry(&audit->entries[i]);
    }
    free(audit);
}

/* Returns the path of 'req' as it may be shown: without the query, and without
 * what is a secret in itself.  The caller must free it. */
static char *
get_path(const struct api_request *req)
{
    size_t len = strcspn(req->uri, "?");

    if (len > PATH_MAX_LEN) {
        len = PATH_MAX_LEN;
        while (len && (req->uri[len] & 0xc0) == 0x80) {
            len--;              /* Not in the middle of a character. */
        }
    }
    return (req->route && req->route->flags & API_SECRET_PATH
            ? xstrdup(req->route->path)
            : xmemdup0(req->uri, len));
}

static bool
is_of_interest(const struct api_request *req)
{
    int status = req->response.status;

    return ((req->route && (req->route->finish
                            || req->route->flags & API_SECRET_PATH))
            || status == 401 || status == 403 || status == 429);
}

/* Notes what was made of 'req', if it was more than reading. */
void
api_audit_note(struct api *api, const struct api_request *req)
{
    struct entry *entry;

    if (!is_of_interest(req)) {
        return;
    }
    entry = &api->audit->entries[api->audit->n++ % ENTRIES];
    clear_entry(entry);
    *entry = (struct entry) {
        .time = time_wall_msec(),
        .token = xstrdup(req->identity.name ? req->identity.name : "-"),
        .peer = xstrdup(req->peer),
        .method = xstrdup(req->method),
        .path = get_path(req),
        .status = req->response.status,
    };
    VLOG_INFO("token=%s from=%s %s %s: %d", entry->token, entry->peer,
              entry->method, entry->path, entry->status);
}

/* GET /api/v1/audit: the latest first. */
void
api_audit_list(struct api *api, struct api_request *req)
{
    const struct api_audit *audit = api->audit;
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);

    api_json_open(&j, NULL, '{');
    api_json_open(&j, "items", '[');
    for (size_t i = 0; i < MIN(audit->n, ENTRIES); i++) {
        const struct entry *entry
            = &audit->entries[(audit->n - 1 - i) % ENTRIES];

        api_json_open(&j, NULL, '{');
        api_json_opt_time(&j, "time", &entry->time, 1);
        api_json_string(&j, "token", entry->token);
        api_json_string(&j, "peer", entry->peer);
        api_json_string(&j, "method", entry->method);
        api_json_string(&j, "path", entry->path);
        api_json_int(&j, "status", entry->status);
        api_json_close(&j, '}');
    }
    api_json_close(&j, ']');
    api_json_close(&j, '}');
    api_respond(req, 200);
}
