/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_REQUEST_H
#define API_REQUEST_H 1

/* A request and its answer, without regard to how they travel. */

#include <stdbool.h>
#include <stdint.h>

#include "lib/vpn-keys.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/uuid.h"
#include "sset.h"
#include "utilities/api/api-route.h"
#include "utilities/api/api-target.h"

struct api_stream;
struct json;

/* Longest body, in bytes. */
#define API_BODY_MAX (1024 * 1024)

/* Headers that are read. */
enum api_header {
    API_H_ACCEPT,
    API_H_AUTHORIZATION,
    API_H_CONNECT_PROTOCOL_VERSION,
    API_H_CONTENT_ENCODING,
    API_H_CONTENT_TYPE,
    API_H_HOST,
    API_H_IDEMPOTENCY_KEY,
    API_H_IF_MATCH,
    API_H_IF_NONE_MATCH,
    API_H_LAST_EVENT_ID,
    API_H_ORIGIN,
    API_N_HEADERS
};
extern const char *const api_header_names[API_N_HEADERS];

/* Who makes a request. */
struct api_identity {
    char *name;                 /* Of the token; NULL if there is none. */
    struct uuid token;          /* Its row, if there is one. */
    enum api_role role;
    bool all_projects;
    struct sset projects;
};

struct api_response {
    int status;                 /* 0 while there is no answer. */
    const char *type;           /* Of 'body'; NULL for JSON. */
    struct ds body;
    bool is_secret;             /* 'body' must be wiped. */
    struct smap headers;
};

struct api_request {
    struct ovs_list node;       /* Among those that wait. */

    /* What came in. */
    char *method;
    char *uri;                  /* Begins with the path. */
    char *peer;                 /* Address of the client. */
    char *headers[API_N_HEADERS];
    struct ds body;
    long long int started;      /* time_usec(). */

    /* What it means. */
    struct api_target target;
    bool has_target;
    const struct api_route *route;
    const char *params[API_ROUTE_PARAMS];
    struct json *json;          /* Body; NULL if there is none. */
    struct api_identity identity;
    int64_t wait_cfg;           /* hv_cfg to wait for, 0 for none. */
    long long int deadline;     /* When to stop waiting, time_msec(). */

    /* What a change has made, from api_route's 'run' to 'finish'. */
    struct uuid uuid;           /* Of the row that was inserted or changed. */
    struct uuid parent;         /* Of its service, if it is part of one. */
    bool is_new;                /* 'uuid' is that of an insertion. */
    bool has_replay;            /* Its Idempotency-Key is noted. */
    char *token;                /* A bearer token that was made. */
    struct vpn_key *private_key, *psk;
    struct vpn_key public_key;  /* Belongs to 'private_key'. */

    struct api_response response;

    bool is_waiting;            /* For its turn in a transaction. */
    bool is_refused;            /* The database has refused it once. */
    struct api_stream *stream;  /* In place of a body, NULL for none. */

    /* How it travels: api-http.c. */
    void (*answer)(struct api_request *);
    void *transport;
};

struct api_request *api_request_create(const char *method, const char *uri,
                                       const char *peer);
void api_request_destroy(struct api_request *);
void api_request_wipe(void);

const char *api_request_query(const struct api_request *, const char *name);
bool api_request_accepts(const struct api_request *, const char *type);

void api_problem(struct api_request *, int status, const char *field,
                 const char *format, ...)
    OVS_PRINTF_FORMAT(4, 5);
void api_problem_as(struct api_request *, int status, const char *code,
                    const char *field, const char *format, ...)
    OVS_PRINTF_FORMAT(5, 6);
bool api_fault(struct api_request *, const char *field, char *error);
void api_respond(struct api_request *, int status);
void api_set_header(struct api_request *, const char *name, const char *value);
bool api_request_is_done(const struct api_request *);
const char *api_status_title(int status);

#endif /* utilities/api/api-request.h */
