/* SPDX-License-Identifier: Apache-2.0 */

/* What the swarm does with messages that another implementation of WireGuard
 * does not send: forged, repeated and outdated ones.  See tests/check-swarm
 * for the rest. */

#include <config.h>
#undef NDEBUG

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command-line.h"
#include "tests/ovstest.h"
#include "tests/swarm-client.h"
#include "tests/wg-macs.h"
#include "tests/wg-noise.h"
#include "tests/wg-session.h"
#include "util.h"

/* The two ends of a tunnel. */
static void
make_ends(struct wg_identity *a, struct wg_identity *b, bool same_psk)
{
    struct vpn_key private_a = { .bytes = { 1 } };
    struct vpn_key private_b = { .bytes = { 2 } };
    struct vpn_key psk = { .bytes = { 3 } };
    struct vpn_key public;

    vpn_keys_init();
    vpn_secret_public(&private_b, &public);
    ovs_assert(wg_identity_init(a, &private_a, &public, &psk));
    vpn_secret_public(&private_a, &public);
    ovs_assert(wg_identity_init(b, &private_b, &public,
                                same_psk ? &psk : NULL));
}

static void
say(const char *what, bool value)
{
    printf("%s: %s\n", what, value ? "yes" : "no");
}

static void
shake_hands(const struct wg_identity *a, const struct wg_identity *b,
            size_t damage)
{
    uint8_t timestamp[WG_TIMESTAMP_LEN] = { 7 }, seen[WG_TIMESTAMP_LEN];
    uint8_t initiation[WG_INITIATION_LEN], response[WG_RESPONSE_LEN];
    struct wg_handshake hs_a, hs_b;
    struct wg_keys keys_a, keys_b;

    wg_handshake_initiate(a, 11, timestamp, &hs_a, initiation);
    if (damage) {
        initiation[damage] ^= 1;
    }
    if (!wg_handshake_take_initiation(b, initiation, &hs_b, seen)) {
        puts("initiation refused");
        return;
    }
    wg_handshake_respond(b, 22, &hs_b, response, &keys_b);
    if (!wg_handshake_take_response(a, &hs_a, response, &keys_a)) {
        puts("response refused");
        return;
    }
    say("same keys", (!memcmp(keys_a.send, keys_b.receive, 32)
                      && !memcmp(keys_a.receive, keys_b.send, 32)));
    say("same indexes", (keys_a.local_index == 11
                         && keys_a.remote_index == 22
                         && keys_b.local_index == 22
                         && keys_b.remote_index == 11));
    say("same time stamp", !memcmp(timestamp, seen, sizeof seen));
}

static void
test_handshake(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct wg_identity a, b;

    make_ends(&a, &b, true);
    shake_hands(&a, &b, 0);
    /* In the ephemeral key, the static one, and the time stamp. */
    shake_hands(&a, &b, 8);
    shake_hands(&a, &b, 40);
    shake_hands(&a, &b, 88);
    make_ends(&a, &b, false);
    shake_hands(&a, &b, 0);
}

/* window COUNTER...: says which of these packets are taken. */
static void
test_window(struct ovs_cmdl_context *ctx)
{
    struct wg_keys keys = { .local_index = 1 };
    struct wg_sessions sessions;

    memset(&sessions, 0, sizeof sessions);
    wg_sessions_add(&sessions, &keys, true, 0);
    for (int i = 1; i < ctx->argc; i++) {
        struct wg_session sender = sessions.current;
        uint8_t message[WG_TRANSPORT_OVERHEAD + 16], packet[16];

        sender.n_sent = strtoull(ctx->argv[i], NULL, 10);
        size_t n = wg_session_seal(&sender, "hello", 5, message);
        printf("%s: %"PRIdSIZE"\n", ctx->argv[i],
               wg_session_open(&sessions.current, message, n, packet));
    }
}

static int
open_loopback(struct sockaddr_in *sin)
{
    socklen_t len = sizeof *sin;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    *sin = (struct sockaddr_in) {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    ovs_assert(fd >= 0 && !bind(fd, (struct sockaddr *) sin, sizeof *sin)
               && !getsockname(fd, (struct sockaddr *) sin, &len));
    return fd;
}

/* initiations DAY:MSEC...: a server that sends initiations with these time
 * stamps at these times, and which of them the client responds to. */
static void
test_initiations(struct ovs_cmdl_context *ctx)
{
    struct swarm_config config = { .interval = 1000000 };
    struct wg_identity server;
    struct swarm_client client;
    struct sockaddr_in sin;

    int fd = open_loopback(&config.server);
    swarm_client_init(&client, &config, 0, open_loopback(&sin));
    make_ends(&server, &client.id, true);
    for (int i = 1; i < ctx->argc; i++) {
        uint8_t timestamp[WG_TIMESTAMP_LEN] = { 0 };
        uint8_t message[WG_INITIATION_LEN];
        struct wg_macs macs = { .cookie_expires = 0 };
        struct wg_handshake hs;
        unsigned int day, msec;

        ovs_assert(sscanf(ctx->argv[i], "%u:%u", &day, &msec) == 2);
        timestamp[0] = day;
        wg_handshake_initiate(&server, i, timestamp, &hs, message);
        wg_macs_sign(&macs, &server, message, sizeof message, 0);
        ovs_assert(sendto(fd, message, sizeof message, 0,
                          (struct sockaddr *) &sin, sizeof sin)
                   == sizeof message);
        swarm_client_receive(&client, msec * 1000LL);
        ssize_t n = recv(fd, message, sizeof message, MSG_DONTWAIT);
        printf("%s: %s\n", ctx->argv[i],
               n == WG_RESPONSE_LEN ? "response" : "nothing");
    }
    close(fd);
    close(client.fd);
}

static void
test_swarm_main(int argc, char *argv[])
{
    static const struct ovs_cmdl_command commands[] = {
        {"handshake", NULL, 0, 0, test_handshake, OVS_RO},
        {"window", NULL, 1, INT_MAX, test_window, OVS_RO},
        {"initiations", NULL, 1, INT_MAX, test_initiations, OVS_RO},
        {NULL, NULL, 0, 0, NULL, OVS_RO},
    };
    struct ovs_cmdl_context ctx = { .argc = argc - 1, .argv = argv + 1 };

    set_program_name(argv[0]);
    ovs_cmdl_run_command(&ctx, commands);
}

OVSTEST_REGISTER("test-swarm", test_swarm_main);
