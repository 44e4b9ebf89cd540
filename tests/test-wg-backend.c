/* SPDX-License-Identifier: Apache-2.0 */

/* One and the same test for all WireGuard backends.
 *
 *      ovstest test-wg-backend userspace|kernel CASE
 *
 * Each case makes a network namespace and in it real interfaces.  What is
 * wanted of one comes about through the same differences that
 * ovn-vpn-controller makes. */

#include <config.h>
#undef NDEBUG
#include "ovn-vpn-controller/wg-backend.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command-line.h"
#include "openvswitch/types.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/link.h"
#include "ovn-vpn-controller/netns.h"
#include "tests/ovstest.h"
#include "tests/wg-end.h"
#include "util.h"

/* Deletes the interface, and waits until a process that serves it does not
 * take requests any more. */
static void
delete_with_process(const struct end *e)
{
    char *socket_path = xasprintf("/var/run/wireguard/%s.sock", e->ifname);

    ovs_assert(!link_delete(world.link, e->ifname));
    while (!access(socket_path, F_OK)) {
        world_pause(10);
    }
    free(socket_path);
}

static void
test_life(void)
{
    const struct eth_addr mac = ETH_ADDR_C(02,00,00,00,00,01);
    struct link_info info;
    struct end e;

    end_init(&e, "wg-life", 10001);
    end_look(&e);
    ovs_assert(!e.have.has_private_key && hmap_is_empty(&e.have.peers));
    e.want.fwmark = 0x6f76;
    end_sync(&e, ROLE_UNKNOWN);

    /* Values that change. */
    e.want.listen_port = 10002;
    e.want.fwmark = 0;
    vpn_secret_free(e.private);
    e.private = vpn_secret_new_private();
    vpn_secret_digest(e.private, &e.want.private_key);
    end_sync(&e, ROLE_UNKNOWN);

    /* The next one finds it as it is. */
    ovs_assert(!link_get(world.link, e.ifname, &info));
    int ifindex = info.ifindex;
    end_detach(&e);
    end_attach(&e);
    ovs_assert(!end_converge(&e, ROLE_UNKNOWN));
    ovs_assert(!link_get(world.link, e.ifname, &info));
    ovs_assert(info.ifindex == ifindex && !e.n_lost);

    /* Somebody deletes it. */
    ovs_assert(!link_delete(world.link, e.ifname));
    while (!e.n_lost) {
        end_look(&e);
    }
    end_sync(&e, ROLE_UNKNOWN);

    /* Something else has its name. */
    end_detach(&e);
    delete_with_process(&e);
    ovs_assert(!link_add_veth(world.link, e.ifname, world.netns,
                              "other", &mac));
    end_attach(&e);
    end_sync(&e, ROLE_UNKNOWN);
    ovs_assert(link_get(world.link, "other", &info) == ENODEV);

    e.backend->class->evict(e.backend);
    while (!link_get(world.link, e.ifname, &info)) {
        world_pause(10);
    }
    end_detach(&e);
    end_destroy(&e);
}

/* 'want' is where its site is, and gets its keepalives. */
static void
check_site(const struct end *e, const struct wg_peer *want)
{
    const struct wg_peer *have = end_found(e, want);
    struct wg_endpoint endpoint;

    ovs_assert(wg_endpoint_parse(want->site, &endpoint));
    ovs_assert(have->has_endpoint);
    ovs_assert(wg_endpoint_equals(&endpoint, &have->endpoint));
    ovs_assert(have->keepalive == want->keepalive);
    ovs_assert(!have->last_handshake && !have->rx_bytes);
}

static void
check_nowhere(const struct end *e, const struct wg_peer *want)
{
    const struct wg_peer *have = end_found(e, want);

    ovs_assert(!have->has_endpoint && !have->keepalive);
}

/* A change does not bring a peer back that is gone. */
static void
change_what_is_gone(struct end *e, const struct wg_peer *want)
{
    struct wg_changes changes;

    wg_changes_init(&changes);
    wg_changes_add(&changes, WG_REMOVE, want);
    wg_changes_add(&changes, WG_KEEPALIVE, want)->keepalive = 1;
    ovs_assert(!end_set(e, &changes));
    end_look(e);
    ovs_assert(!end_found(e, want));
    wg_changes_destroy(&changes);
}

/* A peer with a pre-shared key that cannot be read stays away. */
static void
spoil_psk(struct end *e, struct wg_peer *want)
{
    free(want->locked_psk);
    want->locked_psk = xstrdup("rubbish");
    want->has_psk = true;
    vlog_set_levels(NULL, VLF_ANY_DESTINATION, VLL_OFF);
    ovs_assert(end_converge(e, ROLE_STANDBY));
    ovs_assert(end_converge(e, ROLE_STANDBY));
    ovs_assert(!end_found(e, want));
    vlog_set_levels(NULL, VLF_CONSOLE, VLL_WARN);
}

static void
test_peers(void)
{
    struct vpn_key psk = { { 0x22 } }, psk2 = { { 0x33 } };
    struct end e;

    end_init(&e, "wg-peers", 10001);
    struct wg_peer *a = end_want_number(&e, 1);
    struct wg_peer *b = end_want_number(&e, 2);
    struct wg_peer *c = end_want_number(&e, 3);
    end_want_ip(a, "10.0.0.2/32");
    end_want_ip(a, "fd00::2/128");
    end_want_ip(a, "0.0.0.0/0");
    end_want_psk(&e, a, &psk);
    end_want_psk(&e, b, &psk2);
    end_want_ip(b, "::/0");
    end_want_site(a, "192.0.2.1:1", 25);
    end_want_site(b, "[2001:db8::1]:65535", 65535);
    end_want_site(c, "no-address", 7);
    end_sync(&e, ROLE_ACTIVE);
    check_site(&e, a);
    check_site(&e, b);
    /* Whom nobody can call needs no keepalive. */
    check_nowhere(&e, c);

    /* What is not wanted any more goes. */
    a->has_psk = false;
    a->keepalive = 0;
    end_want_psk(&e, b, &psk);
    end_sync(&e, ROLE_ACTIVE);
    check_site(&e, a);

    /* Allowed IPs change hands, both ways, and are taken away. */
    a->allowed_ips.n = b->allowed_ips.n = 0;
    end_want_ip(a, "::/0");
    end_want_ip(b, "fd00::2/128");
    end_want_ip(b, "0.0.0.0/0");
    end_sync(&e, ROLE_ACTIVE);
    a->allowed_ips.n = 0;
    end_sync(&e, ROLE_ACTIVE);

    change_what_is_gone(&e, a);
    spoil_psk(&e, a);
    wg_device_remove(&e.want, a);

    /* A standby has no endpoints.  And then it has nobody. */
    end_sync(&e, ROLE_STANDBY);
    check_nowhere(&e, b);
    wg_device_remove(&e.want, b);
    end_sync(&e, ROLE_STANDBY);
    wg_device_remove(&e.want, c);
    end_sync(&e, ROLE_STANDBY);
    end_destroy(&e);
}

#define N_MANY 1000

/* So few changes of them fit into one message. */
#define N_CHANGES 400

static void
want_many(struct end *e)
{
    for (unsigned int i = 0; i < N_MANY; i++) {
        struct wg_peer *peer = end_want_number(e, i);
        struct vpn_key psk = { { 1, i, i >> 8 } };

        end_want_psk(e, peer, &psk);
        for (int j = 0; j < 3; j++) {
            char *ip = xasprintf(j < 2 ? "10.%d.%d.%d/32" : "fd00:%d::%x:%x",
                                 j, i >> 8, i & 0xff);
            end_want_ip(peer, ip);
            free(ip);
        }
    }
}

/* Reads 'e' while somebody else makes a change.  It must be seen as it was
 * before or after. */
static void
read_while_written(struct end *e)
{
    struct wg_changes changes;
    struct end other;
    size_t n_new = 0;

    end_init(&other, e->ifname, 0);
    end_await_ready(&other);
    wg_changes_init(&changes);
    for (unsigned int i = 0; i < N_CHANGES; i++) {
        wg_changes_add(&changes, WG_KEEPALIVE,
                       end_want_number(e, i))->keepalive = 99;
    }
    end_await_ready(e);
    e->backend->class->get(e->backend);
    other.beside = e;
    ovs_assert(!end_set(&other, &changes));
    wg_changes_destroy(&changes);
    ovs_assert(!end_await(e));

    ovs_assert(hmap_count(&e->have.peers) == N_MANY + 1);
    for (unsigned int i = 0; i < N_MANY; i++) {
        const struct wg_peer *have = end_found(e, end_want_number(e, i));

        ovs_assert(have->allowed_ips.n == 3 + (i == 7));
        n_new += have->keepalive == 99;
    }
    printf("%"PRIuSIZE" of %d changes seen\n", n_new, N_CHANGES);
    ovs_assert(!n_new || n_new == N_CHANGES);
    end_detach(&other);
    end_destroy(&other);
}

/* So many peers, and so many allowed IPs of one, that they take several
 * messages. */
static void
test_many(void)
{
    struct end e;

    end_init(&e, "wg-many", 10001);
    want_many(&e);
    end_sync(&e, ROLE_STANDBY);

    struct wg_peer *big = end_want_number(&e, N_MANY);
    big->keepalive = 5;
    for (int i = 0; i < 3000; i++) {
        char *ip = xasprintf("10.77.%d.%d/32", i >> 8, i & 0xff);
        end_want_ip(big, ip);
        free(ip);
    }
    end_sync(&e, ROLE_STANDBY);
    end_want_ip(end_want_number(&e, 7), "10.77.0.0/32");
    big->allowed_ips.list[0].plen = 31;
    end_sync(&e, ROLE_STANDBY);

    read_while_written(&e);

    /* All of them at once. */
    wg_device_destroy(&e.want);
    wg_device_init(&e.want);
    end_want_number(&e, 5);
    end_converge(&e, ROLE_UNKNOWN);
    end_look(&e);
    ovs_assert(hmap_count(&e.have.peers) == 1);
    end_destroy(&e);
}

/* A port that something else has is refused, and taken when it is free. */
static void
test_port(void)
{
    struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(999) };
    struct wg_changes changes = { .listen_port = true };
    struct end e;
    int previous;

    ovs_assert(!netns_enter(world.netns, &previous));
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    ovs_assert(!bind(fd, (struct sockaddr *) &sin, sizeof sin));
    netns_leave(previous);

    end_init(&e, "wg-port", 10001);
    end_sync(&e, ROLE_UNKNOWN);
    end_bring_up(&e);
    end_sync(&e, ROLE_UNKNOWN);
    e.want.listen_port = 999;
    ovs_assert(end_set(&e, &changes) == EADDRINUSE);
    close(fd);
    end_sync(&e, ROLE_UNKNOWN);
    end_destroy(&e);
}

static void
test_wg_backend_main(int argc, char *argv[])
{
    static const struct {
        const char *name;
        void (*run)(void);
    } cases[] = {
        { "life", test_life },
        { "peers", test_peers },
        { "many", test_many },
        { "port", test_port },
    };
    int n = 0;

    set_program_name(argv[0]);
    ovs_assert(argc == 3);
    world_open(argv[1]);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        if (!strcmp(cases[i].name, argv[2])) {
            cases[i].run();
            n++;
        }
    }
    ovs_assert(n == 1);
    world_close();
}

OVSTEST_REGISTER("test-wg-backend", test_wg_backend_main);
