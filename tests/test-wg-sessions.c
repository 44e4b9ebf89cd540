/* SPDX-License-Identifier: Apache-2.0 */

/* Two interfaces that talk to each other, for all WireGuard backends.
 *
 *      ovstest test-wg-sessions userspace|kernel
 *
 * It prints how long handshakes took. */

#include <config.h>
#undef NDEBUG

#include <stdio.h>

#include "command-line.h"
#include "ovn-vpn-controller/link.h"
#include "tests/ovstest.h"
#include "tests/wg-end.h"
#include "timeval.h"
#include "util.h"

static void
await_handshake(struct end *e, const struct wg_peer *want, long long after)
{
    for (;;) {
        end_look(e);
        if (end_found(e, want) && end_found(e, want)->last_handshake > after) {
            return;
        }
        world_pause(10);
    }
}

static void
call(struct end *e, const struct wg_peer *want, bool again)
{
    struct wg_endpoint endpoint;
    struct wg_changes changes;

    ovs_assert(wg_endpoint_parse(want->site, &endpoint));
    wg_changes_init(&changes);
    end_look(e);
    wg_device_call(&e->have, want, &endpoint, again, &changes);
    ovs_assert(!end_set(e, &changes));
    wg_changes_destroy(&changes);
}

/* Has 'e' send a keepalive to 'want', and waits until 'other' has got it as
 * 'at_other'. */
static void
confirm(struct end *e, const struct wg_peer *want,
        struct end *other, const struct wg_peer *at_other)
{
    uint64_t before = end_found(other, at_other)->rx_bytes;
    struct wg_changes changes;

    wg_changes_init(&changes);
    wg_device_confirm(&e->have, want, &changes);
    ovs_assert(!end_set(e, &changes));
    wg_changes_destroy(&changes);
    for (;;) {
        end_look(other);
        if (end_found(other, at_other)->rx_bytes > before) {
            return;
        }
        world_pause(10);
    }
}

/* Makes 'e' have a peer 'other', which is at 'site'. */
static struct wg_peer *
introduce(struct end *e, const struct end *other, const char *site)
{
    struct wg_peer *peer = end_want(e, &other->public);
    struct vpn_key psk = { { 0x44 } };

    end_want_psk(e, peer, &psk);
    end_want_ip(peer, "10.0.0.0/8");
    end_want_site(peer, site, 0);
    end_sync(e, ROLE_STANDBY);
    end_bring_up(e);
    return peer;
}

static void
test_sessions(void)
{
    struct link_want up = { .mtu = 0 };
    struct end a, b;

    ovs_assert(!link_sync(world.link, "lo", &up));
    end_init(&a, "wg-a", 10001);
    end_init(&b, "wg-b", 10002);
    struct wg_peer *at_a = introduce(&a, &b, "127.0.0.1:10002");
    struct wg_peer *at_b = introduce(&b, &a, "[::1]:10001");

    /* A call is answered, and the other end learns from where it came. */
    long long int start = time_msec();
    call(&a, at_a, false);
    await_handshake(&a, at_a, 0);
    await_handshake(&b, at_b, 0);
    printf("call: %lld ms\n", time_msec() - start);
    ovs_assert(end_found(&b, at_b)->endpoint.port == 10001);
    ovs_assert(end_found(&b, at_b)->rx_bytes && end_found(&a, at_a)->rx_bytes);
    ovs_assert(!end_found(&a, at_a)->keepalive);

    /* Nothing but the answer has come.  Further keepalives can be sent, in the
     * session that there is. */
    ovs_assert(end_found(&a, at_a)->rx_bytes == 92);
    long long int called = end_found(&a, at_a)->last_handshake;
    confirm(&a, at_a, &b, at_b);
    confirm(&a, at_a, &b, at_b);
    end_look(&a);
    ovs_assert(end_found(&a, at_a)->last_handshake == called);
    ovs_assert(!end_found(&a, at_a)->keepalive);

    /* A new backend finds sessions as they were. */
    long long int before = end_found(&a, at_a)->last_handshake;
    end_detach(&a);
    end_attach(&a);
    ovs_assert(!end_converge(&a, ROLE_ACTIVE));
    ovs_assert(end_found(&a, at_a)->last_handshake == before);

    /* Made anew, a peer can be called again at once, but for the time within
     * which WireGuard takes a second initiation for an attack. */
    world_pause(50);
    start = time_msec();
    call(&a, at_a, true);
    await_handshake(&a, at_a, 0);
    printf("call again: %lld ms\n", time_msec() - start);

    /* A standby forgets sessions, and can be promoted again. */
    end_sync(&a, ROLE_STANDBY);
    ovs_assert(!end_found(&a, at_a)->last_handshake);
    end_sync(&b, ROLE_STANDBY);
    start = time_msec();
    call(&b, at_b, false);
    await_handshake(&b, at_b, 0);
    await_handshake(&a, at_a, 0);
    printf("call over IPv6: %lld ms\n", time_msec() - start);
    ovs_assert(end_found(&a, at_a)->endpoint.port == 10002);
    end_destroy(&a);
    end_destroy(&b);
}

static void
test_wg_sessions_main(int argc, char *argv[])
{
    set_program_name(argv[0]);
    ovs_assert(argc == 2);
    world_open(argv[1]);
    test_sessions();
    world_close();
}

OVSTEST_REGISTER("test-wg-sessions", test_wg_sessions_main);
