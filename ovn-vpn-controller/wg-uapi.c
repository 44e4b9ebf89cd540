/* SPDX-License-Identifier: Apache-2.0 */

/* The backend for userspace implementations of WireGuard that speak its
 * cross-platform interface, such as wireguard-go and boringtun; see
 * ovn-vpn-controller/wg-backend.h.
 *
 * The program is started in the tunnel's namespace with the interface's name
 * as its argument.  It makes the interface and its socket, goes to the
 * background and runs until the interface or the socket is removed. */

#include <config.h>

#include "ovn-vpn-controller/wg-backend.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "coverage.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/change.h"
#include "ovn-vpn-controller/link.h"
#include "ovn-vpn-controller/netns.h"
#include "ovn-vpn-controller/spawn.h"
#include "ovn-vpn-controller/uapi-conn.h"
#include "ovn-vpn-controller/uapi-text.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(wg_uapi);

COVERAGE_DEFINE(wg_start);

/* Compiled into wireguard-go (ipc/uapi_unix.go) and wg(8). */
#define SOCKET_DIR "/var/run/wireguard"

/* Time between attempts after a failure: it doubles, and begins anew with a
 * process that has lived for so long. */
#define MIN_BACKOFF_MS 20
#define MAX_BACKOFF_MS 20000
#define GOOD_LIFE_MS 10000

struct wg_uapi {
    struct wg_backend up;
    const struct netns *netns;
    struct link_ctx *link;
    char *ifname;
    char *program;
    char *socket_path;
    enum wg_state state;
    char *problem;

    struct uapi_conn *conn;     /* If WG_READY or WG_STRAY. */
    long long int connected_at;
    struct uapi_parser parser;  /* Of the reply to the current request. */
    enum wg_reply_type request; /* If 'conn' is busy. */
    long long int asked_at;
    struct ovs_list replies;    /* For wg_replies_*(). */

    struct spawn *spawn;        /* While the program starts. */
    long long int retry_at;     /* Otherwise, while there is no 'conn'. */
    unsigned int backoff_ms;
};

static struct wg_uapi *
wg_uapi_cast(const struct wg_backend *backend)
{
    ovs_assert(backend->class == &wg_uapi_class);
    return CONTAINER_OF(backend, struct wg_uapi, up);
}

static struct wg_backend *
wg_uapi_open(const struct wg_place *place)
{
    struct wg_uapi *u = xzalloc(sizeof *u);

    u->up.class = &wg_uapi_class;
    u->netns = place->netns;
    u->link = place->link;
    u->ifname = xstrdup(place->ifname);
    u->program = xstrdup(place->program);
    u->socket_path = xasprintf(SOCKET_DIR"/%s.sock", place->ifname);
    u->state = WG_STARTING;
    uapi_parser_init(&u->parser);
    ovs_list_init(&u->replies);
    u->backoff_ms = MIN_BACKOFF_MS;
    return &u->up;
}

static bool
wg_uapi_reply(struct wg_backend *backend, struct wg_reply *reply)
{
    return wg_replies_pop(&wg_uapi_cast(backend)->replies, reply);
}

static void
reset_parser(struct wg_uapi *u)
{
    uapi_parser_destroy(&u->parser);
    uapi_parser_init(&u->parser);
}

static void
disconnect(struct wg_uapi *u)
{
    uapi_conn_close(u->conn);
    u->conn = NULL;
    reset_parser(u);
}

static void
wg_uapi_close(struct wg_backend *backend)
{
    struct wg_uapi *u = wg_uapi_cast(backend);

    wg_replies_destroy(&u->replies);
    disconnect(u);
    uapi_parser_destroy(&u->parser);
    spawn_destroy(u->spawn);
    free(u->problem);
    free(u->socket_path);
    free(u->program);
    free(u->ifname);
    free(u);
}

static void
set_problem(struct wg_uapi *u, char *problem)
{
    free(u->problem);
    u->problem = problem;
}

static void
try_later(struct wg_uapi *u)
{
    if (u->conn && time_msec() - u->connected_at >= GOOD_LIFE_MS) {
        u->backoff_ms = MIN_BACKOFF_MS;
    }
    disconnect(u);
    u->state = WG_STARTING;
    u->retry_at = time_msec() + u->backoff_ms;
    u->backoff_ms = MIN(u->backoff_ms * 2, MAX_BACKOFF_MS);
}

/* Tries again later, because of 'problem', which is taken over. */
static void
fail(struct wg_uapi *u, char *problem)
{
    try_later(u);
    set_problem(u, problem);
    u->state = WG_FAILED;
}

/* A process listens.  Any problem lasts until it has answered. */
static void
connected(struct wg_uapi *u, bool stray)
{
    u->state = stray ? WG_STRAY : WG_READY;
    u->connected_at = time_msec();
}

static void
start_program(struct wg_uapi *u)
{
    const char *argv[] = { u->program, u->ifname, NULL };

    if (!change_is_due(u->netns->name, "%s: start %s, with key and peers",
                       u->ifname, u->program)) {
        u->state = WG_ABSENT;
        u->retry_at = LLONG_MAX;
        return;
    }
    VLOG_INFO("%s: starting %s", u->ifname, u->program);
    COVERAGE_INC(wg_start);
    u->spawn = spawn_start(u->netns, argv);
    u->state = WG_STARTING;
}

/* Finds the process that serves the interface, or starts one. */
static void
look(struct wg_uapi *u)
{
    const char *ifname = u->ifname;
    struct link_info info;

    int link_error = link_get(u->link, ifname, &info);
    if (link_error && link_error != ENODEV) {
        fail(u, xasprintf("cannot look up interface %s: %s", ifname,
                          ovs_strerror(link_error)));
        return;
    }
    int error = uapi_conn_open(u->socket_path, &u->conn);
    if (!error) {
        connected(u, link_error == ENODEV);
    } else if (error != ENOENT && error != ECONNREFUSED) {
        fail(u, xasprintf("cannot connect to %s: %s", u->socket_path,
                          ovs_strerror(error)));
    } else if (!link_error && (error = link_delete(u->link, ifname))) {
        fail(u, xasprintf("cannot delete a left-over interface %s: %s",
                          ifname, ovs_strerror(error)));
    } else {
        start_program(u);
    }
}

static void
run_spawn(struct wg_uapi *u)
{
    if (!spawn_run(u->spawn)) {
        return;
    }
    struct spawn *spawn = u->spawn;

    u->spawn = NULL;
    if (!spawn_succeeded(spawn)) {
        fail(u, spawn_failure(spawn));
    } else {
        int error = uapi_conn_open(u->socket_path, &u->conn);

        if (error) {
            fail(u, xasprintf("%s was started but does not listen on %s: %s",
                              u->program, u->socket_path,
                              ovs_strerror(error)));
        } else {
            connected(u, false);
        }
    }
    spawn_destroy(spawn);
}

/* Deals with the end of the connection for the reason 'error'. */
static void
lose(struct wg_uapi *u, int error)
{
    if (error == ETIMEDOUT) {
        fail(u, xasprintf("%s does not answer on %s", u->program,
                          u->socket_path));
    } else {
        VLOG_INFO("%s: the process has ended (%s)", u->ifname,
                  ovs_strerror(error));
        try_later(u);
    }
    wg_replies_push(&u->replies, WG_REPLY_LOST, error, u->asked_at, NULL);
}

static void
run_conn(struct wg_uapi *u)
{
    bool complete;

    int error = uapi_conn_run(u->conn, &u->parser, &complete);
    if (error) {
        lose(u, error);
    } else if (complete) {
        int reply_error = u->parser.error;

        wg_replies_push(&u->replies, u->request, reply_error, u->asked_at,
                        (u->request == WG_REPLY_DEVICE && !reply_error
                         ? &u->parser.device : NULL));
        set_problem(u, NULL);
        reset_parser(u);
        if (reply_error) {
            /* wireguard-go takes the rest of a request that it refused for
             * another one and hangs up: begin anew. */
            uapi_conn_close(u->conn);
            u->conn = NULL;
            error = uapi_conn_open(u->socket_path, &u->conn);
            if (error) {
                lose(u, error);
            }
        }
    }
}

static void
wg_uapi_run(struct wg_backend *backend)
{
    struct wg_uapi *u = wg_uapi_cast(backend);

    if (u->conn) {
        run_conn(u);
    } else if (u->spawn) {
        run_spawn(u);
    } else if (time_msec() >= u->retry_at) {
        look(u);
    }
}

static void
wg_uapi_wait(struct wg_backend *backend)
{
    struct wg_uapi *u = wg_uapi_cast(backend);

    if (!ovs_list_is_empty(&u->replies)) {
        poll_immediate_wake();
    } else if (u->conn) {
        uapi_conn_wait(u->conn);
    } else if (u->spawn) {
        spawn_wait(u->spawn);
    } else {
        poll_timer_wait_until(u->retry_at);
    }
}

static enum wg_state
wg_uapi_state(const struct wg_backend *backend)
{
    return wg_uapi_cast(backend)->state;
}

static const char *
wg_uapi_problem(const struct wg_backend *backend)
{
    return wg_uapi_cast(backend)->problem;
}

static bool
wg_uapi_is_busy(const struct wg_backend *backend)
{
    const struct wg_uapi *u = wg_uapi_cast(backend);

    return (!u->conn || uapi_conn_is_busy(u->conn)
            || !ovs_list_is_empty(&u->replies));
}

static void
send_request(struct wg_uapi *u, enum wg_reply_type type, struct ds *request)
{
    u->request = type;
    u->asked_at = time_msec();
    uapi_conn_send(u->conn, request);
    /* Send it right now. */
    run_conn(u);
}

static void
wg_uapi_get(struct wg_backend *backend)
{
    struct ds request = DS_EMPTY_INITIALIZER;

    ds_put_cstr(&request, "get=1\n\n");
    send_request(wg_uapi_cast(backend), WG_REPLY_DEVICE, &request);
}

static void
wg_uapi_set(struct wg_backend *backend, const struct wg_device *want,
            const struct wg_changes *changes,
            const struct wg_secrets *secrets)
{
    struct ds request = DS_EMPTY_INITIALIZER;

    uapi_format_set(&request, want, changes, secrets);
    send_request(wg_uapi_cast(backend), WG_REPLY_SET, &request);
}

/* Ends the process that answers, wherever its interface is. */
static void
wg_uapi_evict(struct wg_backend *backend)
{
    struct wg_uapi *u = wg_uapi_cast(backend);

    if (change_is_due(u->netns->name, "%s: end the process", u->ifname)) {
        unlink(u->socket_path);
    }
}

/* wireguard-go takes itself to be under load above 128 waiting messages
 * (QueueHandshakeSize in device/constants.go), and needs 0.7 ms of one
 * processor for a whole handshake. */
const struct wg_backend_class wg_uapi_class = {
    .name = "userspace",
    .pace = { .max_in_flight = 100, .in_flight_ms = 70 },
    .open = wg_uapi_open,
    .close = wg_uapi_close,
    .run = wg_uapi_run,
    .wait = wg_uapi_wait,
    .state = wg_uapi_state,
    .problem = wg_uapi_problem,
    .get = wg_uapi_get,
    .set = wg_uapi_set,
    .is_busy = wg_uapi_is_busy,
    .reply = wg_uapi_reply,
    .evict = wg_uapi_evict,
};
