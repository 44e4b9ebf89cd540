/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/wg-kernel-conn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/wireguard.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "coverage.h"
#include "openvswitch/poll-loop.h"
#include "ovn-vpn-controller/link-internal.h"
#include "ovn-vpn-controller/netns.h"
#include "ovn-vpn-controller/wg-kernel-msg.h"
#include "util.h"

COVERAGE_DEFINE(wg_kernel_dump_again);

/* The kernel makes no larger part of an answer than 32 KiB. */
#define BUFFER_SIZE 65536

/* Parts that are received in one go, of about 100 peers each. */
#define MAX_PARTS 4

struct wg_kernel_conn {
    struct nl_sock *nl;
    int fd;                     /* Of 'nl'. */
    int family;                 /* WireGuard's number. */
    char *ifname;

    struct wg_kernel_msgs msgs; /* The current request. */
    size_t next;                /* To be sent: index in 'msgs'. */
    uint32_t seq;               /* Of the last message that was sent. */
    bool answered;              /* It has been answered in full. */
    int error;                  /* What the answer says. */
    bool interrupted;           /* The device changed while it was read. */
    char *rx;                   /* BUFFER_SIZE bytes, for keys too. */
};

static int
open_in_current(struct wg_kernel_conn *conn)
{
    conn->nl = nl_socket_alloc();
    if (!conn->nl) {
        out_of_memory();
    }
    int error = link_errno(genl_connect(conn->nl));
    if (error) {
        return error;
    }
    conn->fd = nl_socket_get_fd(conn->nl);
    fcntl(conn->fd, F_SETFD, FD_CLOEXEC);
    conn->family = genl_ctrl_resolve(conn->nl, WG_GENL_NAME);
    return conn->family < 0 ? EOPNOTSUPP : 0;
}

/* Opens a socket in 'netns' for requests to its interface 'ifname'.  On
 * success stores in '*connp' what the caller must close, otherwise NULL.
 * Returns 0 or a positive errno value: EOPNOTSUPP if the kernel has no
 * WireGuard. */
int
wg_kernel_conn_open(const struct netns *netns, const char *ifname,
                    struct wg_kernel_conn **connp)
{
    struct wg_kernel_conn *conn = xzalloc(sizeof *conn);
    int previous;

    conn->ifname = xstrdup(ifname);
    conn->rx = xmalloc(BUFFER_SIZE);
    wg_kernel_msgs_init(&conn->msgs);
    int error = netns_enter(netns, &previous);
    if (!error) {
        error = open_in_current(conn);
        netns_leave(previous);
    }
    if (error) {
        wg_kernel_conn_close(conn);
        conn = NULL;
    }
    *connp = conn;
    return error;
}

static void
clear_request(struct wg_kernel_conn *conn)
{
    wg_kernel_msgs_destroy(&conn->msgs);
    wg_kernel_msgs_init(&conn->msgs);
    conn->next = 0;
}

void
wg_kernel_conn_close(struct wg_kernel_conn *conn)
{
    if (conn) {
        if (conn->nl) {
            nl_socket_free(conn->nl);
        }
        clear_request(conn);
        free(conn->rx);
        free(conn->ifname);
        free(conn);
    }
}

bool
wg_kernel_conn_is_busy(const struct wg_kernel_conn *conn)
{
    return conn->msgs.n > 0;
}

/* Begins a request to read the device.  'conn' must not be busy. */
void
wg_kernel_conn_get(struct wg_kernel_conn *conn)
{
    ovs_assert(!wg_kernel_conn_is_busy(conn));
    wg_kernel_put_get(&conn->msgs, conn->family, conn->ifname);
    conn->answered = true;
}

/* Begins a request that makes 'changes'.  'conn' must not be busy. */
void
wg_kernel_conn_set(struct wg_kernel_conn *conn, const struct wg_device *want,
                   const struct wg_changes *changes,
                   const struct wg_secrets *secrets)
{
    ovs_assert(!wg_kernel_conn_is_busy(conn));
    wg_kernel_put_set(&conn->msgs, conn->family, conn->ifname, want, changes,
                      secrets);
    conn->answered = true;
}

static int
send_next(struct wg_kernel_conn *conn)
{
    struct nlmsghdr *hdr = nlmsg_hdr(conn->msgs.list[conn->next]);

    hdr->nlmsg_seq = ++conn->seq;
    conn->answered = false;
    conn->interrupted = false;
    conn->error = 0;
    while (send(conn->fd, hdr, hdr->nlmsg_len, 0) < 0) {
        if (errno != EINTR) {
            return errno;
        }
    }
    conn->next++;
    return 0;
}

/* Takes one message of an answer. */
static void
take_message(struct wg_kernel_conn *conn, struct nlmsghdr *hdr,
             struct wg_device *device)
{
    if (hdr->nlmsg_seq != conn->seq || conn->answered) {
        return;                 /* Of a request that was given up. */
    }
    if (hdr->nlmsg_flags & NLM_F_DUMP_INTR) {
        conn->interrupted = true;
    }
    if (hdr->nlmsg_type == NLMSG_DONE || hdr->nlmsg_type == NLMSG_ERROR) {
        /* Both begin with a negative errno value. */
        int error = (nlmsg_datalen(hdr) >= sizeof(int)
                     ? -*(int *) nlmsg_data(hdr) : 0);

        conn->error = conn->error ? conn->error : error;
        conn->answered = true;
    } else if (hdr->nlmsg_type == conn->family && !conn->error) {
        conn->error = wg_kernel_parse(hdr, device);
    }
}

/* Receives a part of an answer, and wipes it.  Returns EAGAIN if there is none
 * now. */
static int
receive(struct wg_kernel_conn *conn, struct wg_device *device)
{
    ssize_t n = recv(conn->fd, conn->rx, BUFFER_SIZE,
                     MSG_DONTWAIT | MSG_TRUNC);
    if (n < 0) {
        return errno == EINTR ? EAGAIN : errno;
    }
    int len = MIN(n, BUFFER_SIZE);
    int rest = len;
    struct nlmsghdr *hdr = (struct nlmsghdr *) conn->rx;

    for (; nlmsg_ok(hdr, rest); hdr = nlmsg_next(hdr, &rest)) {
        take_message(conn, hdr, device);
    }
    vpn_wipe(conn->rx, len);
    return n > BUFFER_SIZE ? EMSGSIZE : 0;
}

/* Deals with a complete answer to the last message.  Returns true if it
 * completes the request. */
static bool
is_complete(struct wg_kernel_conn *conn, struct wg_device *device)
{
    if (!conn->error && conn->interrupted) {
        COVERAGE_INC(wg_kernel_dump_again);
        wg_device_destroy(device);
        wg_device_init(device);
        conn->next--;
        return false;
    }
    return conn->error || conn->next >= conn->msgs.n;
}

/* Works on the current request, if there is any, and sets '*complete' once it
 * is complete.  What it reads goes into 'device', which must be empty when the
 * request begins.  Returns what the kernel says to it, 0 or a positive errno
 * value. */
int
wg_kernel_conn_run(struct wg_kernel_conn *conn, struct wg_device *device,
                   bool *complete)
{
    *complete = false;
    if (!wg_kernel_conn_is_busy(conn)) {
        return 0;
    }
    int error = conn->answered ? send_next(conn) : 0;
    for (int i = 0; !error && !conn->answered && i < MAX_PARTS; i++) {
        error = receive(conn, device);
    }
    if (error == EAGAIN) {
        return 0;
    } else if (error) {
        conn->error = error;
        conn->answered = true;
    }
    if (conn->answered && is_complete(conn, device)) {
        wg_kernel_parse_end(device);
        clear_request(conn);
        *complete = true;
        return conn->error;
    }
    return 0;
}

void
wg_kernel_conn_wait(const struct wg_kernel_conn *conn)
{
    if (!wg_kernel_conn_is_busy(conn)) {
        return;
    } else if (conn->answered) {
        poll_immediate_wake();
    } else {
        poll_fd_wait(conn->fd, POLLIN);
    }
}
