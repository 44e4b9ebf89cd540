/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>
#undef NDEBUG
#include "tests/swarm-loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "openvswitch/poll-loop.h"
#include "packets.h"
#include "random.h"
#include "socket-util.h"
#include "timeval.h"
#include "util.h"

/* Sockets that are served between two looks at the timers. */
#define MAX_EVENTS 64

/* Timers that are served between two looks at the sockets. */
#define MAX_TIMERS 64

static struct swarm_client *
client_from_heap_node(const struct heap_node *node)
{
    return CONTAINER_OF(node, struct swarm_client, heap_node);
}

/* The heap has its maximum first. */
static uint64_t
priority(const struct swarm_client *c)
{
    return LLONG_MAX - swarm_timers_due(c);
}

static char *
open_socket(const struct swarm_source *source, unsigned int number, int *fdp)
{
    struct sockaddr_in sin = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = (source->address
                            ? htonl(ntohl(source->address)
                                    + number % source->n)
                            : INADDR_ANY),
    };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return xasprintf("socket of client %u: %s", number,
                         ovs_strerror(errno));
    } else if (bind(fd, (struct sockaddr *) &sin, sizeof sin)) {
        char *error = xasprintf("client %u cannot send from "IP_FMT": %s",
                                number, IP_ARGS(sin.sin_addr.s_addr),
                                ovs_strerror(errno));
        close(fd);
        return error;
    }
    *fdp = fd;
    return NULL;
}

static char *
add_client(struct swarm *swarm, const struct swarm_peers *peers,
           const struct vpn_key *server_key,
           const struct swarm_source *source, ovs_be32 target)
{
    struct swarm_client *c = &swarm->clients[swarm->n];
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
    struct vpn_key private, psk;
    int fd = -1;

    char *error = open_socket(source, swarm->n, &fd);
    if (error) {
        return error;
    }
    swarm_client_init(c, &swarm->config, swarm->n, fd);
    swarm_peer_keys(peers, c->number, &private, &psk);
    swarm_probe_init(&c->probe, swarm_peer_address(peers, c->number), target,
                     c->number, !swarm->config.interval);
    heap_insert(&swarm->timers, &c->heap_node, priority(c));
    swarm->n++;
    if (!wg_identity_init(&c->id, &private, server_key, &psk)) {
        return xstrdup("the server's public key is none");
    }
    return (epoll_ctl(swarm->epoll_fd, EPOLL_CTL_ADD, fd, &event)
            ? xasprintf("epoll_ctl: %s", ovs_strerror(errno)) : NULL);
}

/* Makes the clients, which do nothing yet.  Returns NULL and a swarm that the
 * caller must destroy, or a message that the caller must free. */
char *
swarm_create(const struct swarm_config *config,
             const struct swarm_peers *peers, const struct vpn_key *server_key,
             const struct swarm_source *source, ovs_be32 target,
             struct swarm **swarmp)
{
    struct swarm *swarm = xzalloc(sizeof *swarm);
    char *error = NULL;

    swarm->config = *config;
    swarm->clients = xcalloc(peers->n, sizeof *swarm->clients);
    heap_init(&swarm->timers);
    swarm->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (swarm->epoll_fd < 0) {
        error = xasprintf("epoll_create1: %s", ovs_strerror(errno));
    }
    while (!error && swarm->n < peers->n) {
        error = add_client(swarm, peers, server_key, source, target);
    }
    if (error) {
        swarm_destroy(swarm);
        swarm = NULL;
    }
    *swarmp = swarm;
    return error;
}

void
swarm_destroy(struct swarm *swarm)
{
    if (swarm) {
        for (size_t i = 0; i < swarm->n; i++) {
            close(swarm->clients[i].fd);
        }
        if (swarm->epoll_fd >= 0) {
            close(swarm->epoll_fd);
        }
        heap_destroy(&swarm->timers);
        free(swarm->clients);
        free(swarm);
    }
}

/* Makes clients connect, 'rate' of them per second, and all at once if it is
 * 0. */
void
swarm_start(struct swarm *swarm, unsigned int rate)
{
    long long int now = time_usec();

    for (size_t i = 0; i < swarm->n; i++) {
        struct swarm_client *c = &swarm->clients[i];
        long long int delay = rate ? i * 1000000LL / rate : 0;

        /* Nothing else makes clients send at the same time. */
        delay += rate ? random_range(MAX(swarm->config.interval, 1)) : 0;
        swarm_client_start(c, now + delay);
        heap_change(&swarm->timers, &c->heap_node, priority(c));
    }
}

/* Makes all clients measure from now on. */
void
swarm_mark(struct swarm *swarm)
{
    long long int now = time_usec();

    for (size_t i = 0; i < swarm->n; i++) {
        struct swarm_client *c = &swarm->clients[i];

        swarm_client_mark(c, now);
        heap_change(&swarm->timers, &c->heap_node, priority(c));
    }
}

static void
run_sockets(struct swarm *swarm)
{
    struct epoll_event events[MAX_EVENTS];
    int n = epoll_wait(swarm->epoll_fd, events, MAX_EVENTS, 0);

    for (int i = 0; i < n; i++) {
        struct swarm_client *c = events[i].data.ptr;

        swarm_client_receive(c, time_usec());
        heap_change(&swarm->timers, &c->heap_node, priority(c));
    }
    if (n == MAX_EVENTS) {
        poll_immediate_wake();
    }
}

static void
run_timers(struct swarm *swarm)
{
    long long int now = time_usec();

    for (int i = 0; i < MAX_TIMERS && !heap_is_empty(&swarm->timers); i++) {
        struct swarm_client *c
            = client_from_heap_node(heap_max(&swarm->timers));

        if (swarm_timers_due(c) > now) {
            break;
        }
        swarm_timers_run(c, now);
        heap_change(&swarm->timers, &c->heap_node, priority(c));
    }
}

void
swarm_run(struct swarm *swarm)
{
    run_sockets(swarm);
    run_timers(swarm);
}

void
swarm_wait(const struct swarm *swarm)
{
    poll_fd_wait(swarm->epoll_fd, POLLIN);
    if (!heap_is_empty(&swarm->timers)) {
        const struct heap_node *first = heap_max(&swarm->timers);
        long long int due = swarm_timers_due(client_from_heap_node(first));

        if (due < LLONG_MAX) {
            poll_timer_wait_until(DIV_ROUND_UP(due, 1000));
        }
    }
}
