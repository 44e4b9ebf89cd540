/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>
#undef NDEBUG
#include "tests/swarm-client.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "random.h"
#include "timeval.h"
#include "unaligned.h"
#include "util.h"

/* An initiation from the server this soon after the last one is a flood:
 * INITIATIONS_PER_SECOND is 50 in drivers/net/wireguard/messages.h. */
#define FLOOD_USEC (1000000LL / 50)

/* A datagram is no larger in any network that we know. */
#define MAX_MESSAGE 9216

/* Messages that one call takes, so that no client keeps others waiting. */
#define MAX_BATCH 8

void
swarm_client_init(struct swarm_client *c, const struct swarm_config *config,
                  unsigned int number, int fd)
{
    memset(c, 0, sizeof *c);
    c->config = config;
    c->number = number;
    c->fd = fd;
    c->server = config->server;
    c->next_index = random_uint32();
    swarm_timers_init(c);
}

/* Makes the client connect, and count from now. */
void
swarm_client_start(struct swarm_client *c, long long int now)
{
    swarm_client_mark(c, now);
    c->timers.probe = now;
}

/* Makes the client measure from now on. */
void
swarm_client_mark(struct swarm_client *c, long long int now)
{
    swarm_probe_mark(&c->probe, now);
    if (!c->config->interval) {
        /* It speaks when it hears from the server. */
        c->timers.probe = LLONG_MAX;
    }
    if (c->config->keepalive) {
        c->timers.persistent = MIN(c->timers.persistent,
                                   now + c->config->keepalive);
    }
}

bool
swarm_client_has_session(const struct swarm_client *c, long long int now)
{
    return wg_session_is_usable(&c->sessions.current, now);
}

/* Sending. */

/* What the network does not take is lost, as it would be further on. */
static void
transmit(struct swarm_client *c, const uint8_t *message, size_t len)
{
    if (sendto(c->fd, message, len, MSG_DONTWAIT,
               (const struct sockaddr *) &c->server, sizeof c->server) < 0) {
        c->counters.n_unsent++;
    }
}

/* The wall clock in TAI64N, rounded down as WireGuard does, so that it tells
 * no other clock's state. */
static void
make_timestamp(uint8_t timestamp[WG_TIMESTAMP_LEN])
{
    struct timespec ts;
    ovs_be64 seconds;
    ovs_be32 nanoseconds;

    time_wall_timespec(&ts);
    seconds = htonll(UINT64_C(0x400000000000000a) + ts.tv_sec);
    nanoseconds = htonl(ts.tv_nsec & ~((1u << 24) - 1));
    memcpy(timestamp, &seconds, sizeof seconds);
    memcpy(timestamp + sizeof seconds, &nanoseconds, sizeof nanoseconds);
}

/* Begins a handshake, whatever came of the last one. */
void
swarm_client_initiate(struct swarm_client *c, long long int now)
{
    uint8_t timestamp[WG_TIMESTAMP_LEN], message[WG_INITIATION_LEN];

    make_timestamp(timestamp);
    wg_handshake_initiate(&c->id, c->next_index++, timestamp, &c->handshake,
                          message);
    wg_macs_sign(&c->macs, &c->id, message, sizeof message, now);
    c->initiated = true;
    c->counters.n_initiated++;
    transmit(c, message, sizeof message);
    swarm_timers_initiated(c, now);
}

/* Sends a packet of 'len' bytes, or begins a handshake if there is no session
 * to send it with. */
static void
send_packet(struct swarm_client *c, const void *packet, size_t len,
            long long int now)
{
    uint8_t message[MAX_MESSAGE + WG_TRANSPORT_OVERHEAD + 16];

    if (!swarm_client_has_session(c, now)) {
        if (swarm_timers_may_initiate(c, now)) {
            c->n_attempts = 0;
            swarm_client_initiate(c, now);
        }
        return;
    }
    transmit(c, message, wg_session_seal(&c->sessions.current, packet, len,
                                         message));
    swarm_timers_sent(c, len > 0, now);
}

void
swarm_client_send_probe(struct swarm_client *c, long long int now)
{
    uint8_t packet[SWARM_PROBE_LEN];

    swarm_probe_compose(&c->probe, packet);
    send_packet(c, packet, sizeof packet, now);
}

void
swarm_client_send_keepalive(struct swarm_client *c, long long int now)
{
    send_packet(c, "", 0, now);
}

/* Receiving. */

/* There is a new session to send with.  A client that sends probes sends one
 * at once, as one with data would, so that its interval is not part of the
 * outage. */
static void
session_began(struct swarm_client *c, long long int now)
{
    c->counters.n_completed++;
    swarm_timers_completed(c);
    if (c->config->interval || !c->probe.answered) {
        c->timers.probe = now;
    } else if (c->sessions.current.initiator) {
        swarm_client_send_keepalive(c, now);
    }
}

static void
take_initiation(struct swarm_client *c, const struct sockaddr_in *from,
                const uint8_t *message, long long int now)
{
    uint8_t timestamp[WG_TIMESTAMP_LEN], response[WG_RESPONSE_LEN];
    struct wg_handshake hs;
    struct wg_keys keys;

    if (!wg_handshake_take_initiation(&c->id, message, &hs, timestamp)
        || memcmp(timestamp, c->newest, sizeof timestamp) <= 0
        || now - c->consumed_at < FLOOD_USEC) {
        c->counters.n_refused++;
        return;
    }
    memcpy(c->newest, timestamp, sizeof c->newest);
    c->consumed_at = now;
    c->server = *from;
    c->initiated = false;
    swarm_timers_received(c, false, now);

    wg_handshake_respond(&c->id, c->next_index++, &hs, response, &keys);
    wg_macs_sign(&c->macs, &c->id, response, sizeof response, now);
    wg_sessions_add(&c->sessions, &keys, false, now);
    c->counters.n_responded++;
    transmit(c, response, sizeof response);
    swarm_timers_sent(c, false, now);
}

static void
take_response(struct swarm_client *c, const struct sockaddr_in *from,
              const uint8_t *message, long long int now)
{
    struct wg_keys keys;

    if (!c->initiated
        || !wg_handshake_take_response(&c->id, &c->handshake, message,
                                       &keys)) {
        c->counters.n_refused++;
        return;
    }
    c->initiated = false;
    c->server = *from;
    wg_sessions_add(&c->sessions, &keys, true, now);
    swarm_timers_received(c, false, now);
    session_began(c, now);
}

static void
take_packet(struct swarm_client *c, uint8_t *packet, size_t len,
            long long int now)
{
    if (swarm_probe_receive(&c->probe, packet, &len, now) == SWARM_REQUEST) {
        send_packet(c, packet, len, now);
    }
}

static void
take_transport(struct swarm_client *c, const struct sockaddr_in *from,
               const uint8_t *message, size_t len, long long int now)
{
    uint8_t packet[MAX_MESSAGE] __attribute__((aligned(8)));
    struct wg_session *session;
    uint32_t index;

    memcpy(&index, message + 4, sizeof index);
    session = wg_sessions_find(&c->sessions, index, now);
    ssize_t n = session ? wg_session_open(session, message, len, packet) : -1;
    if (n < 0) {
        c->counters.n_stale++;
        return;
    }
    c->server = *from;
    swarm_timers_received(c, n > 0, now);
    if (wg_sessions_confirm(&c->sessions, session)) {
        session_began(c, now);
    }
    if (n > 0) {
        take_packet(c, packet, n, now);
    }
}

static bool
is_handshake(const struct swarm_client *c, const uint8_t *message, size_t len,
             size_t expected)
{
    return len == expected && wg_macs_check(&c->id, message, len);
}

static void
take_message(struct swarm_client *c, const struct sockaddr_in *from,
             const uint8_t *message, size_t len, long long int now)
{
    switch (len >= WG_TRANSPORT_OVERHEAD ? message[0] : 0) {
    case WG_INITIATION:
        if (is_handshake(c, message, len, WG_INITIATION_LEN)) {
            take_initiation(c, from, message, now);
            return;
        }
        break;
    case WG_RESPONSE:
        if (is_handshake(c, message, len, WG_RESPONSE_LEN)) {
            take_response(c, from, message, now);
            return;
        }
        break;
    case WG_COOKIE_REPLY:
        if (len == WG_COOKIE_REPLY_LEN
            && wg_macs_take_cookie(&c->macs, &c->id, message, now)) {
            c->counters.n_cookies++;
            return;
        }
        break;
    case WG_TRANSPORT:
        take_transport(c, from, message, len, now);
        return;
    default:
        break;
    }
    c->counters.n_refused++;
}

/* Takes what waits at the client's socket. */
void
swarm_client_receive(struct swarm_client *c, long long int now)
{
    uint8_t message[MAX_MESSAGE];

    for (int i = 0; i < MAX_BATCH; i++) {
        struct sockaddr_in from;
        socklen_t from_len = sizeof from;
        ssize_t n = recvfrom(c->fd, message, sizeof message, MSG_DONTWAIT,
                             (struct sockaddr *) &from, &from_len);

        if (n >= 0) {
            take_message(c, &from, message, n, now);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            break;
        }
    }
}
