/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/uapi-conn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/vpn-keys.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "ovn-vpn-controller/uapi-text.h"
#include "socket-util.h"
#include "timeval.h"
#include "util.h"

/* A process that makes no progress for so long hangs. */
#define TIMEOUT_MS 5000

/* Replies are read in pieces of this size; no line is longer. */
#define BUFFER_SIZE 65536

/* Pieces that are read in one go, so that a large reply does not keep other
 * tunnels waiting. */
#define MAX_PIECES 4

struct uapi_conn {
    int fd;
    bool busy;                  /* A request waits for its reply. */
    long long int deadline;     /* If 'busy'. */
    struct ds tx;               /* Request: holds keys. */
    size_t tx_ofs;              /* What has been sent of it. */
    char *rx;                   /* BUFFER_SIZE bytes of reply: holds keys. */
    size_t rx_len;
};

/* Connects to the socket 'path'.  Returns 0 and stores in '*connp' what the
 * caller must close, or a positive errno value: ENOENT or ECONNREFUSED if no
 * process listens there. */
int
uapi_conn_open(const char *path, struct uapi_conn **connp)
{
    int fd = make_unix_socket(SOCK_STREAM, true, NULL, path);

    *connp = NULL;
    if (fd < 0) {
        return -fd;
    }
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    *connp = xzalloc(sizeof **connp);
    (*connp)->fd = fd;
    ds_init(&(*connp)->tx);
    (*connp)->rx = xmalloc(BUFFER_SIZE);
    return 0;
}

void
uapi_conn_close(struct uapi_conn *conn)
{
    if (conn) {
        close(conn->fd);
        vpn_wipe_ds(&conn->tx);
        vpn_wipe(conn->rx, BUFFER_SIZE);
        free(conn->rx);
        free(conn);
    }
}

bool
uapi_conn_is_busy(const struct uapi_conn *conn)
{
    return conn->busy;
}

/* Begins to send 'request', which 'conn' takes over.  'conn' must not be
 * busy. */
void
uapi_conn_send(struct uapi_conn *conn, struct ds *request)
{
    ovs_assert(!conn->busy);
    vpn_wipe_ds(&conn->tx);
    conn->tx = *request;
    ds_init(request);
    conn->tx_ofs = 0;
    conn->busy = true;
    conn->deadline = time_msec() + TIMEOUT_MS;
}

static int
write_request(struct uapi_conn *conn)
{
    while (conn->tx_ofs < conn->tx.length) {
        ssize_t n = send(conn->fd, conn->tx.string + conn->tx_ofs,
                         conn->tx.length - conn->tx_ofs, MSG_NOSIGNAL);

        if (n > 0) {
            conn->tx_ofs += n;
            conn->deadline = time_msec() + TIMEOUT_MS;
        } else if (errno == EAGAIN) {
            return 0;
        } else if (errno != EINTR) {
            return errno;
        }
    }
    if (conn->tx.length) {
        vpn_wipe_ds(&conn->tx);
        ds_init(&conn->tx);
        conn->tx_ofs = 0;
    }
    return 0;
}

/* Parses the complete lines in the buffer and wipes them.  Returns true if
 * they complete the reply. */
static bool
parse_buffer(struct uapi_conn *conn, struct uapi_parser *parser)
{
    char *line = conn->rx;
    char *end = conn->rx + conn->rx_len;
    bool complete = false;
    char *newline;

    while (!complete && (newline = memchr(line, '\n', end - line))) {
        *newline = '\0';
        complete = uapi_parse_line(parser, line);
        line = newline + 1;
    }
    size_t rest = end - line;
    memmove(conn->rx, line, rest);
    vpn_wipe(conn->rx + rest, conn->rx_len - rest);
    conn->rx_len = rest;
    return complete;
}

/* Reads into the buffer.  Returns 0 if there was something, EAGAIN if there is
 * nothing now, another errno value if the connection is dead. */
static int
fill_buffer(struct uapi_conn *conn)
{
    if (conn->rx_len >= BUFFER_SIZE) {
        return EPROTO;
    }
    ssize_t n = recv(conn->fd, conn->rx + conn->rx_len,
                     BUFFER_SIZE - conn->rx_len, 0);
    if (n > 0) {
        conn->rx_len += n;
        return 0;
    }
    return !n ? ECONNRESET : errno == EINTR ? EAGAIN : errno;
}

/* Sends and receives.  Parses the reply to the last request with 'parser', and
 * sets '*complete' once it is complete.  Returns 0 as long as the connection
 * lives, otherwise a positive errno value: ETIMEDOUT if the process hangs. */
int
uapi_conn_run(struct uapi_conn *conn, struct uapi_parser *parser,
              bool *complete)
{
    int error = write_request(conn);

    *complete = false;
    for (int i = 0; !error && i < MAX_PIECES; i++) {
        error = fill_buffer(conn);
        if (error == EAGAIN) {
            error = 0;
            break;
        }
        if (!error) {
            conn->deadline = time_msec() + TIMEOUT_MS;
            if (parse_buffer(conn, parser) && conn->busy) {
                conn->busy = false;
                *complete = true;
                break;
            }
        }
    }
    if (!error && conn->busy && time_msec() >= conn->deadline) {
        error = ETIMEDOUT;
    }
    return error;
}

void
uapi_conn_wait(const struct uapi_conn *conn)
{
    bool writing = conn->tx_ofs < conn->tx.length;

    poll_fd_wait(conn->fd, POLLIN | (writing ? POLLOUT : 0));
    if (conn->busy) {
        poll_timer_wait_until(conn->deadline);
    }
}
