/* SPDX-License-Identifier: Apache-2.0 */

/* The backend for the kernel's WireGuard; see
 * ovn-vpn-controller/wg-backend.h.
 *
 * The interface is made in the tunnel's namespace, where its UDP socket stays
 * then.  That it goes, or is replaced, is news from the kernel. */

#include <config.h>

#include "ovn-vpn-controller/wg-backend.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "coverage.h"
#include "openvswitch/list.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/change.h"
#include "ovn-vpn-controller/link.h"
#include "ovn-vpn-controller/netns.h"
#include "ovn-vpn-controller/wg-kernel-conn.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(wg_kernel);

COVERAGE_DEFINE(wg_kernel_create);

/* The kernel's name of this kind of interface. */
#define KIND "wireguard"

/* Time between attempts to make an interface: it doubles, and begins anew with
 * one that has lived for so long. */
#define MIN_BACKOFF_MS 20
#define MAX_BACKOFF_MS 20000
#define GOOD_LIFE_MS 10000

struct wg_kernel {
    struct wg_backend up;
    const struct netns *netns;
    struct link_ctx *link;
    char *ifname;
    enum wg_state state;
    char *problem;

    int events_fd;              /* News of interfaces, -1 if not open. */
    int ifindex;                /* If 'conn'. */
    struct wg_kernel_conn *conn; /* NULL if not WG_READY. */
    struct wg_device device;    /* As far as it has been read. */
    enum wg_reply_type request; /* If 'conn' is busy. */
    long long int asked_at;
    struct ovs_list replies;    /* For wg_replies_*(). */

    long long int found_at;     /* If 'conn'. */
    long long int retry_at;     /* Otherwise. */
    unsigned int backoff_ms;
};

static struct wg_kernel *
wg_kernel_cast(const struct wg_backend *backend)
{
    ovs_assert(backend->class == &wg_kernel_class);
    return CONTAINER_OF(backend, struct wg_kernel, up);
}

static struct wg_backend *
wg_kernel_open(const struct wg_place *place)
{
    struct wg_kernel *k = xzalloc(sizeof *k);

    k->up.class = &wg_kernel_class;
    k->netns = place->netns;
    k->link = place->link;
    k->ifname = xstrdup(place->ifname);
    k->state = WG_STARTING;
    k->events_fd = -1;
    wg_device_init(&k->device);
    ovs_list_init(&k->replies);
    k->backoff_ms = MIN_BACKOFF_MS;
    return &k->up;
}

static void
clear_device(struct wg_kernel *k)
{
    wg_device_destroy(&k->device);
    wg_device_init(&k->device);
}

static void
disconnect(struct wg_kernel *k)
{
    wg_kernel_conn_close(k->conn);
    k->conn = NULL;
    clear_device(k);
}

static void
wg_kernel_close(struct wg_backend *backend)
{
    struct wg_kernel *k = wg_kernel_cast(backend);

    disconnect(k);
    wg_device_destroy(&k->device);
    wg_replies_destroy(&k->replies);
    if (k->events_fd >= 0) {
        close(k->events_fd);
    }
    free(k->problem);
    free(k->ifname);
    free(k);
}

static void
try_later(struct wg_kernel *k)
{
    if (k->conn && time_msec() - k->found_at >= GOOD_LIFE_MS) {
        k->backoff_ms = MIN_BACKOFF_MS;
    }
    disconnect(k);
    k->state = WG_STARTING;
    k->retry_at = time_msec() + k->backoff_ms;
    k->backoff_ms = MIN(k->backoff_ms * 2, MAX_BACKOFF_MS);
}

/* Tries again later, because 'what' does not work. */
static void
fail(struct wg_kernel *k, const char *what, int error)
{
    try_later(k);
    free(k->problem);
    k->problem = xasprintf("cannot %s WireGuard interface %s: %s", what,
                           k->ifname, ovs_strerror(error));
    k->state = WG_FAILED;
}

/* Makes the interface, unless there is one.  What another backend has left by
 * that name goes: the name is ours. */
static int
make_interface(struct wg_kernel *k)
{
    struct link_info info;
    int error = link_get(k->link, k->ifname, &info);

    if (!error && strcmp(info.kind, KIND)) {
        VLOG_INFO("%s: replacing an interface of another kind", k->ifname);
        error = link_delete(k->link, k->ifname);
        error = error ? error : ENODEV;
    }
    if (error == ENODEV && !change_is_due(k->netns->name,
                                          "%s: make this WireGuard interface, "
                                          "with key and peers", k->ifname)) {
        return CHANGE_NOT_MADE;
    } else if (error == ENODEV) {
        VLOG_INFO("%s: making the interface", k->ifname);
        COVERAGE_INC(wg_kernel_create);
        error = link_add(k->link, k->ifname, KIND);
        error = error ? error : link_get(k->link, k->ifname, &info);
    }
    k->ifindex = error ? 0 : info.ifindex;
    return error;
}

/* Finds the interface, or makes it. */
static void
look(struct wg_kernel *k)
{
    int error = 0;

    if (k->events_fd < 0) {
        error = link_events_open_interfaces(k->netns, &k->events_fd);
    }
    error = error ? error : make_interface(k);
    if (error == CHANGE_NOT_MADE) {
        k->state = WG_ABSENT;
        k->retry_at = LLONG_MAX;
        return;
    } else if (error) {
        fail(k, "make", error);
        return;
    }
    error = wg_kernel_conn_open(k->netns, k->ifname, &k->conn);
    if (error) {
        fail(k, "control", error);
        return;
    }
    k->state = WG_READY;
    k->found_at = time_msec();
    free(k->problem);
    k->problem = NULL;
}

/* The interface is not there any more. */
static void
lose(struct wg_kernel *k)
{
    VLOG_INFO("%s: the interface is gone", k->ifname);
    try_later(k);
    wg_replies_push(&k->replies, WG_REPLY_LOST, ENODEV, k->asked_at, NULL);
}

/* Returns true if the interface is still the one that was found. */
static bool
is_there(struct wg_kernel *k)
{
    struct link_info info;

    return (!link_get(k->link, k->ifname, &info)
            && info.ifindex == k->ifindex);
}

static void
run_conn(struct wg_kernel *k)
{
    bool complete;
    int error = wg_kernel_conn_run(k->conn, &k->device, &complete);

    if (error == ENODEV) {
        lose(k);
    } else if (complete) {
        wg_replies_push(&k->replies, k->request, error, k->asked_at,
                        (k->request == WG_REPLY_DEVICE && !error
                         ? &k->device : NULL));
        clear_device(k);
    }
}

static void
wg_kernel_run(struct wg_backend *backend)
{
    struct wg_kernel *k = wg_kernel_cast(backend);

    if (k->conn && link_events_run(k->events_fd) && !is_there(k)) {
        lose(k);
    } else if (k->conn) {
        run_conn(k);
    } else if (time_msec() >= k->retry_at) {
        look(k);
    }
}

static void
wg_kernel_wait(struct wg_backend *backend)
{
    struct wg_kernel *k = wg_kernel_cast(backend);

    if (!ovs_list_is_empty(&k->replies)) {
        poll_immediate_wake();
    } else if (k->conn) {
        poll_fd_wait(k->events_fd, POLLIN);
        wg_kernel_conn_wait(k->conn);
    } else {
        poll_timer_wait_until(k->retry_at);
    }
}

static enum wg_state
wg_kernel_state(const struct wg_backend *backend)
{
    return wg_kernel_cast(backend)->state;
}

static const char *
wg_kernel_problem(const struct wg_backend *backend)
{
    return wg_kernel_cast(backend)->problem;
}

static bool
wg_kernel_is_busy(const struct wg_backend *backend)
{
    const struct wg_kernel *k = wg_kernel_cast(backend);

    return (!k->conn || wg_kernel_conn_is_busy(k->conn)
            || !ovs_list_is_empty(&k->replies));
}

static void
wg_kernel_get(struct wg_backend *backend)
{
    struct wg_kernel *k = wg_kernel_cast(backend);

    k->request = WG_REPLY_DEVICE;
    k->asked_at = time_msec();
    wg_kernel_conn_get(k->conn);
    run_conn(k);
}

static void
wg_kernel_set(struct wg_backend *backend, const struct wg_device *want,
              const struct wg_changes *changes,
              const struct wg_secrets *secrets)
{
    struct wg_kernel *k = wg_kernel_cast(backend);

    k->request = WG_REPLY_SET;
    k->asked_at = time_msec();
    wg_kernel_conn_set(k->conn, want, changes, secrets);
    run_conn(k);
}

static bool
wg_kernel_reply(struct wg_backend *backend, struct wg_reply *reply)
{
    return wg_replies_pop(&wg_kernel_cast(backend)->replies, reply);
}

static void
wg_kernel_evict(struct wg_backend *backend)
{
    struct wg_kernel *k = wg_kernel_cast(backend);

    link_delete(k->link, k->ifname);
}

/* Returns 0 if this host's kernel has WireGuard, otherwise a positive errno
 * value, usually EOPNOTSUPP.
 *
 * There is no way to tell but to make an interface, which loads the module.
 * That is done in a network namespace of its own, where nobody sees it. */
int
wg_kernel_probe(void)
{
    struct netns *netns;
    struct link_ctx *link;

    int error = netns_make_nameless(&netns);
    if (!error) {
        error = link_open(netns, &link);
        if (!error) {
            error = link_add(link, "wg0", KIND);
            link_close(link);
        }
        netns_close(netns);
    }
    return error;
}

/* The kernel takes itself to be under load from 512 waiting messages
 * (MAX_QUEUED_INCOMING_HANDSHAKES / 8 in drivers/net/wireguard/receive.c).  It
 * computes initiations after it has taken them, so that nothing but time keeps
 * a slow processor from having more of them than that. */
const struct wg_backend_class wg_kernel_class = {
    .name = "kernel",
    .pace = { .max_in_flight = 400, .in_flight_ms = 200 },
    .open = wg_kernel_open,
    .close = wg_kernel_close,
    .run = wg_kernel_run,
    .wait = wg_kernel_wait,
    .state = wg_kernel_state,
    .problem = wg_kernel_problem,
    .get = wg_kernel_get,
    .set = wg_kernel_set,
    .is_busy = wg_kernel_is_busy,
    .reply = wg_kernel_reply,
    .evict = wg_kernel_evict,
};
