/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-exchange.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "lib/vpn-keys.h"
#include "openvswitch/poll-loop.h"
#include "packets.h"
#include "socket-util.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-stream.h"
#include "utilities/api/api-target.h"
#include "utilities/api/api.h"

/* How long a client may take to send a request, after its first line, and how
 * long a connection may be there without one: an idle one is closed earlier,
 * but to the library one that sends a byte now and then is not idle. */
#define REQUEST_MS 30000
#define NO_REQUEST_MS 90000

/* A connection on which no request is on its way. */
struct silent {
    struct ovs_list node;       /* In 'api_exchanges.silent', or empty. */
    struct MHD_Connection *connection;
    long long int since;
};

/* One request and its answer, on their way. */
struct exchange {
    struct ovs_list node;       /* In 'struct api_exchanges'. */
    struct api_exchanges *exchanges;
    struct MHD_Connection *connection;
    char *uri;
    struct api_request *req;    /* NULL until the headers are there. */
    long long int started;
    bool too_large;
    bool dispatched;            /* The whole request has been handed over. */
    bool suspended;
};

/* Answers. */

static void
wipe_body_cb(void *body)
{
    vpn_wipe_ds(body);
    free(body);
}

static struct MHD_Response *
make_response(struct exchange *x)
{
    struct api_request *req = x->req;
    struct api_response *r = &req->response;
    struct MHD_Response *response;

    if (req->stream) {
        return api_stream_response(req->stream, x->connection,
                                   &x->exchanges->resumed);
    } else if (r->is_secret && r->body.length) {
        struct ds *body = xmemdup(&r->body, sizeof r->body);

        ds_init(&r->body);
        response = MHD_create_response_from_buffer_with_free_callback_cls(
            body->length, body->string, wipe_body_cb, body);
    } else {
        size_t length = r->body.length;

        response = MHD_create_response_from_buffer(
            length, ds_steal_cstr(&r->body), MHD_RESPMEM_MUST_FREE);
    }
    return response;
}

static enum MHD_Result
queue_answer(struct exchange *x)
{
    struct api_request *req = x->req;
    bool has_body = req->response.body.length || req->stream;
    struct MHD_Response *response = make_response(x);
    const struct smap_node *node;

    if (has_body) {
        MHD_add_response_header(response, "Content-Type",
                                req->response.type ? req->response.type
                                : "application/json");
    }
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (!smap_get(&req->response.headers, "Cache-Control")) {
        MHD_add_response_header(response, "Cache-Control", "no-store");
    }
    SMAP_FOR_EACH (node, &req->response.headers) {
        MHD_add_response_header(response, node->key, node->value);
    }
    enum MHD_Result result = MHD_queue_response(
        x->connection, req->response.status, response);
    MHD_destroy_response(response);
    return result;
}

/* Called when the answer to a request is there. */
static void
answer_cb(struct api_request *req)
{
    struct exchange *x = req->transport;

    if (x->suspended) {
        x->suspended = false;
        x->exchanges->resumed = true;
        MHD_resume_connection(x->connection);
    }
}

/* Requests. */

static char *
get_peer(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct sockaddr_storage ss;
    struct ds ds = DS_EMPTY_INITIALIZER;

    if (!info || !info->client_addr) {
        return xstrdup("unknown");
    }
    memset(&ss, 0, sizeof ss);
    memcpy(&ss, info->client_addr,
           info->client_addr->sa_family == AF_INET6
           ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
    ss_format_address_nobracks(&ss, &ds);
    return ds_steal_cstr(&ds);
}

static void
begin_request(struct exchange *x, struct MHD_Connection *connection,
              const char *method)
{
    char *peer = get_peer(connection);
    char *authority;
    char *uri = api_target_relative(x->uri, &authority);

    x->connection = connection;
    x->req = api_request_create(method, uri, peer);
    x->req->answer = answer_cb;
    x->req->transport = x;
    for (size_t i = 0; i < API_N_HEADERS; i++) {
        const char *value = MHD_lookup_connection_value(
            connection, MHD_HEADER_KIND, api_header_names[i]);

        x->req->headers[i] = nullable_xstrdup(value);
    }
    if (authority) {
        free(x->req->headers[API_H_HOST]);
        x->req->headers[API_H_HOST] = authority;
    }
    free(uri);
    free(peer);
}

/* Returns true if the client says that its body will be too large. */
static bool
announces_too_much(struct MHD_Connection *connection)
{
    const char *s = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
                                                "Content-Length");

    return s && strtoull(s, NULL, 10) > API_BODY_MAX;
}

/* What the headers say of the host and of the length of a body. */
struct framing {
    int n_hosts, n_lengths, n_encodings;
    bool is_chunked;
};

static enum MHD_Result
note_framing_cb(void *framing_, enum MHD_ValueKind kind OVS_UNUSED,
                const char *name, const char *value)
{
    struct framing *framing = framing_;

    if (!strcasecmp(name, "Host")) {
        framing->n_hosts++;
    } else if (!strcasecmp(name, "Content-Length")) {
        framing->n_lengths++;
    } else if (!strcasecmp(name, "Transfer-Encoding")) {
        framing->n_encodings++;
        framing->is_chunked = value && !strcasecmp(value, "chunked");
    }
    return MHD_YES;
}

/* Returns true if it is not clear which host is meant or where the body ends:
 * a proxy before us might not agree, and take a part of it for another
 * client's request (RFC 9112, sections 3.2, 6.1 and 6.3). */
static bool
is_ambiguous(struct MHD_Connection *connection)
{
    struct framing framing = { .n_lengths = 0 };

    MHD_get_connection_values(connection, MHD_HEADER_KIND, note_framing_cb,
                              &framing);
    return (framing.n_hosts > 1
            || framing.n_lengths + framing.n_encodings > 1
            || (framing.n_encodings && !framing.is_chunked));
}

static enum MHD_Result
refuse(struct exchange *x)
{
    x->dispatched = true;
    api_finish(x->exchanges->api, x->req);
    return queue_answer(x);
}

static void
add_data(struct exchange *x, const char *data, size_t n)
{
    if (x->req->body.length + n > API_BODY_MAX) {
        x->too_large = true;
    } else {
        ds_put_buffer(&x->req->body, data, n);
    }
}

static enum MHD_Result
refuse_body(struct exchange *x)
{
    api_problem(x->req, 413, NULL, "the body is longer than %d bytes",
                API_BODY_MAX);
    return refuse(x);
}

static enum MHD_Result
refuse_framing(struct exchange *x)
{
    api_problem(x->req, 400, NULL, "the host or the length of the body is not "
                "clear: give one Host, and one Content-Length or "
                "\"Transfer-Encoding: chunked\"");
    return refuse(x);
}

/* Called by the library: for the headers, for each piece of the body, at the
 * end of the request and whenever a suspended exchange goes on. */
enum MHD_Result
api_exchange_handle(void *exchanges OVS_UNUSED,
                    struct MHD_Connection *connection,
                    const char *url OVS_UNUSED, const char *method,
                    const char *version OVS_UNUSED, const char *data,
                    size_t *size, void **exchange)
{
    struct exchange *x = *exchange;

    if (!x->req) {
        begin_request(x, connection, method);
        return (is_ambiguous(connection) ? refuse_framing(x)
                : announces_too_much(connection) ? refuse_body(x)
                : MHD_YES);
    } else if (*size) {
        add_data(x, data, *size);
        *size = 0;
        return MHD_YES;
    } else if (x->too_large && !x->dispatched) {
        return refuse_body(x);
    } else if (!x->dispatched) {
        x->dispatched = true;
        api_dispatch(x->exchanges->api, x->req);
    }
    if (api_request_is_done(x->req) && !x->req->is_waiting) {
        return queue_answer(x);
    }
    x->suspended = true;
    MHD_suspend_connection(connection);
    return MHD_YES;
}

static void
note_silence(struct api_exchanges *exchanges, struct silent *silent)
{
    silent->since = time_msec();
    ovs_list_push_back(&exchanges->silent, &silent->node);
}

static struct silent *
get_silent(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(
        connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* Called by the library when a connection has come, and when it is closed. */
void
api_exchange_connect(void *exchanges, struct MHD_Connection *connection,
                     void **silentp,
                     enum MHD_ConnectionNotificationCode code)
{
    struct silent *silent = *silentp;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        silent = *silentp = xmalloc(sizeof *silent);
        silent->connection = connection;
        note_silence(exchanges, silent);
    } else {
        ovs_list_remove(&silent->node);
        free(silent);
    }
}

/* Called by the library when it has read a request's first line. */
void *
api_exchange_begin(void *exchanges_, const char *uri,
                   struct MHD_Connection *connection)
{
    struct api_exchanges *exchanges = exchanges_;
    struct exchange *x = xzalloc(sizeof *x);

    x->exchanges = exchanges;
    x->connection = connection;
    x->uri = xstrdup(uri);
    x->started = time_msec();
    ovs_list_push_back(&exchanges->list, &x->node);

    struct silent *silent = get_silent(connection);
    ovs_list_remove(&silent->node);
    ovs_list_init(&silent->node);
    return x;
}

void
api_exchange_end(void *exchanges, struct MHD_Connection *connection,
                 void **exchange,
                 enum MHD_RequestTerminationCode code OVS_UNUSED)
{
    struct exchange *x = *exchange;

    if (x) {
        ovs_list_remove(&x->node);
        api_request_destroy(x->req);
        free(x->uri);
        free(x);
        *exchange = NULL;
        note_silence(exchanges, get_silent(connection));
    }
}

/* All of them. */

void
api_exchanges_init(struct api_exchanges *exchanges, struct api *api)
{
    exchanges->api = api;
    exchanges->resumed = false;
    ovs_list_init(&exchanges->list);
    ovs_list_init(&exchanges->silent);
}

/* Lets all exchanges go on, so that the library can end them. */
void
api_exchanges_stop(struct api_exchanges *exchanges)
{
    struct exchange *x;

    LIST_FOR_EACH (x, node, &exchanges->list) {
        if (x->suspended) {
            x->suspended = false;
            MHD_resume_connection(x->connection);
        }
        if (x->req && x->req->stream) {
            api_stream_close(x->req->stream);
        }
    }
}

static void
cut_off(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    shutdown(info->connect_fd, SHUT_RDWR);
}

/* Cuts connections off whose clients take too long to say what they want. */
void
api_exchanges_run(struct api_exchanges *exchanges)
{
    long long int now = time_msec();
    struct silent *silent;
    struct exchange *x;

    LIST_FOR_EACH (x, node, &exchanges->list) {
        if (now < x->started + REQUEST_MS) {
            break;
        } else if (!x->dispatched) {
            cut_off(x->connection);
        }
    }
    LIST_FOR_EACH (silent, node, &exchanges->silent) {
        if (now < silent->since + NO_REQUEST_MS) {
            break;
        }
        cut_off(silent->connection);
    }
}

void
api_exchanges_wait(struct api_exchanges *exchanges)
{
    struct exchange *x;

    LIST_FOR_EACH (x, node, &exchanges->list) {
        if (!x->dispatched) {
            poll_timer_wait_until(x->started + REQUEST_MS);
            break;
        }
    }
    if (!ovs_list_is_empty(&exchanges->silent)) {
        const struct silent *silent
            = CONTAINER_OF(ovs_list_front(&exchanges->silent), struct silent,
                           node);

        poll_timer_wait_until(silent->since + NO_REQUEST_MS);
    }
}
