/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-http.h"

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "socket-util.h"
#include "util.h"
#include "utilities/api/api-exchange.h"
#include "utilities/api/api-http-tls.h"

VLOG_DEFINE_THIS_MODULE(api_http);

#define DEFAULT_PORT 8080

/* Most connections, and how long one may be idle. */
#define CONNECTIONS_MAX 4096
#define IDLE_S 60

/* Connections that the kernel may keep for us. */
#define BACKLOG 1024

/* A daemon of the library.  There are several while those that have an old
 * certificate finish what they have begun. */
struct server {
    struct ovs_list node;       /* In 'struct api_http'. */
    struct MHD_Daemon *daemon;
    struct api_http_pair pair;
};

struct api_http {
    struct api_http_options options;
    int fd;                     /* Listens. */
    struct ovs_list servers;    /* The current one first. */
    struct api_exchanges exchanges;
};

/* The library would decode paths and parameters too early. */
static size_t
unescape_cb(void *aux OVS_UNUSED, struct MHD_Connection *c OVS_UNUSED,
            char *s)
{
    return strlen(s);
}

static void OVS_PRINTF_FORMAT(2, 0)
log_cb(void *aux OVS_UNUSED, const char *format, va_list args)
{
    static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(5, 5);

    if (!VLOG_DROP_DBG(&rl)) {
        char *message = xvasprintf(format, args);

        message[strcspn(message, "\n")] = '\0';
        VLOG_DBG("%s", message);
        free(message);
    }
}

/* Servers. */

static void
destroy_server(struct server *server)
{
    MHD_stop_daemon(server->daemon);
    api_http_pair_destroy(&server->pair);
    ovs_list_remove(&server->node);
    free(server);
}

/* Starts a server, with the certificate that is in the file now, in place of
 * the one that there is. */
static char *
start_server(struct api_http *http)
{
    const struct api_http_options *options = &http->options;
    struct api_exchanges *exchanges = &http->exchanges;
    struct server *server = xzalloc(sizeof *server);
    struct MHD_OptionItem tls[4] = { { .option = MHD_OPTION_END } };
    unsigned int flags = (MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME
                          | MHD_USE_ERROR_LOG);

    if (options->certificate) {
        char *error = api_http_pair_load(&server->pair, options->private_key,
                                         options->certificate);

        if (error) {
            free(server);
            return error;
        }
        flags |= MHD_USE_TLS;
        tls[0] = (struct MHD_OptionItem) {
            MHD_OPTION_HTTPS_MEM_KEY, 0, server->pair.private_key };
        tls[1] = (struct MHD_OptionItem) {
            MHD_OPTION_HTTPS_MEM_CERT, 0, server->pair.certificate };
        tls[2] = (struct MHD_OptionItem) {
            MHD_OPTION_HTTPS_PRIORITIES, 0,
            CONST_CAST(char *, API_HTTP_PRIORITIES) };
        tls[3] = (struct MHD_OptionItem) { .option = MHD_OPTION_END };
    }
    /* Each server closes the socket that it has. */
    int fd = dup(http->fd);
    server->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, api_exchange_handle, exchanges,
        MHD_OPTION_EXTERNAL_LOGGER, log_cb, NULL,
        MHD_OPTION_ARRAY, tls,
        MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_NOTIFY_CONNECTION, api_exchange_connect, exchanges,
        MHD_OPTION_URI_LOG_CALLBACK, api_exchange_begin, exchanges,
        MHD_OPTION_UNESCAPE_CALLBACK, unescape_cb, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, api_exchange_end, exchanges,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int) IDLE_S,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned int) CONNECTIONS_MAX,
        MHD_OPTION_END);
    if (!server->daemon) {
        api_http_pair_destroy(&server->pair);
        free(server);
        return xasprintf("the HTTP server cannot be started%s",
                         options->certificate ? "; look whether the "
                         "certificate and the private key are valid and "
                         "belong together" : "");
    }
    ovs_list_push_front(&http->servers, &server->node);
    return NULL;
}

/* Takes the certificate from its file again, for new connections. */
char *
api_http_reload(struct api_http *http)
{
    struct server *old = CONTAINER_OF(ovs_list_front(&http->servers),
                                      struct server, node);

    /* The old one stops listening, and ends what it has begun.  The socket
     * stays open, so that nobody is turned away meanwhile. */
    char *error = start_server(http);
    if (!error) {
        close(MHD_quiesce_daemon(old->daemon));
    }
    return error;
}

char *
api_http_create(struct api *api, const struct api_http_options *options,
                struct api_http **httpp)
{
    struct api_http *http = xzalloc(sizeof *http);
    struct sockaddr_storage ss;
    char *target;
    bool loopback;

    *httpp = NULL;
    char *error = api_http_parse_listen(options->listen, &target, &loopback);
    if (error) {
        free(http);
        return error;
    }
    http->options = *options;
    ovs_list_init(&http->servers);
    api_exchanges_init(&http->exchanges, api);
    http->fd = inet_open_passive(SOCK_STREAM, target, DEFAULT_PORT, &ss, 0,
                                 false);
    free(target);
    if (http->fd < 0) {
        error = xasprintf("cannot listen on %s (%s)", options->listen,
                          ovs_strerror(-http->fd));
        free(http);
        return error;
    }
    listen(http->fd, BACKLOG);
    error = start_server(http);
    if (error) {
        close(http->fd);
        free(http);
        return error;
    }
    *httpp = http;
    return NULL;
}

void
api_http_destroy(struct api_http *http)
{
    struct server *server;

    api_exchanges_stop(&http->exchanges);
    LIST_FOR_EACH_SAFE (server, node, &http->servers) {
        destroy_server(server);
    }
    close(http->fd);
    free(http);
}

void
api_http_run(struct api_http *http)
{
    struct server *server;

    api_exchanges_run(&http->exchanges);
    http->exchanges.resumed = false;
    LIST_FOR_EACH_SAFE (server, node, &http->servers) {
        const union MHD_DaemonInfo *info;

        MHD_run(server->daemon);
        info = MHD_get_daemon_info(server->daemon,
                                   MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
        if (&server->node != ovs_list_front(&http->servers)
            && !info->num_connections) {
            destroy_server(server);
        }
    }
}

void
api_http_wait(struct api_http *http)
{
    struct server *server;

    api_exchanges_wait(&http->exchanges);
    if (http->exchanges.resumed) {
        poll_immediate_wake();
    }
    LIST_FOR_EACH (server, node, &http->servers) {
        const union MHD_DaemonInfo *info
            = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
        MHD_UNSIGNED_LONG_LONG timeout;

        poll_fd_wait(info->epoll_fd, POLLIN);
        if (MHD_get_timeout(server->daemon, &timeout) == MHD_YES) {
            poll_timer_wait(timeout);
        }
    }
}

/* Returns the address and port that the server listens on.  The caller must
 * free the string. */
char *
api_http_address(const struct api_http *http)
{
    struct sockaddr_storage ss;
    socklen_t len = sizeof ss;
    struct ds ds = DS_EMPTY_INITIALIZER;

    if (!getsockname(http->fd, (struct sockaddr *) &ss, &len)) {
        ss_format_address(&ss, &ds);
        ds_put_format(&ds, ":%d", ss_get_port(&ss));
    }
    return ds_steal_cstr(&ds);
}
