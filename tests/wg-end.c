/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>
#undef NDEBUG
#include "tests/wg-end.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/link.h"
#include "timeval.h"
#include "util.h"

struct world world;

/* Makes the namespace, for the backend of that name. */
void
world_open(const char *backend)
{
    vlog_set_levels(NULL, VLF_CONSOLE, VLL_WARN);
    vpn_keys_init();
    time_alarm(300);
    world.class = (!strcmp(backend, "kernel") ? &wg_kernel_class
                   : &wg_uapi_class);
    ovs_assert(!strcmp(backend, world.class->name));
    ovs_assert(!netns_make("wg-backend", &world.netns));
    ovs_assert(!link_open(world.netns, &world.link));
}

void
world_close(void)
{
    link_close(world.link);
    netns_close(world.netns);
    ovs_assert(!netns_delete("wg-backend"));
}

void
world_pause(int ms)
{
    poll_timer_wait(ms);
    poll_block();
}

/* Running backends. */

void
end_attach(struct end *e)
{
    struct wg_place place = {
        .netns = world.netns,
        .link = world.link,
        .ifname = e->ifname,
        .program = "wireguard-go",
    };

    e->backend = world.class->open(&place);
}

void
end_init(struct end *e, const char *ifname, uint16_t port)
{
    memset(e, 0, sizeof *e);
    e->ifname = ifname;
    e->private = vpn_secret_new_private();
    e->lock_key = vpn_lock_key(e->private);
    vpn_secret_public(e->private, &e->public);
    wg_device_init(&e->want);
    wg_device_init(&e->have);
    e->want.has_private_key = true;
    vpn_secret_digest(e->private, &e->want.private_key);
    e->want.listen_port = port;
    end_attach(e);
}

void
end_detach(struct end *e)
{
    e->backend->class->close(e->backend);
    e->backend = NULL;
}

void
end_destroy(struct end *e)
{
    if (e->backend) {
        e->backend->class->evict(e->backend);
        end_detach(e);
    }
    wg_device_destroy(&e->want);
    wg_device_destroy(&e->have);
    vpn_secret_free(e->private);
    vpn_secret_free(e->lock_key);
}

void
end_bring_up(const struct end *e)
{
    ovs_assert(!link_sync(world.link, e->ifname,
                          &(struct link_want) { .mtu = 0 }));
}

static void
run(struct end *e)
{
    e->backend->class->run(e->backend);
    if (e->beside) {
        e->beside->backend->class->run(e->beside->backend);
    }
}

static void
wait(struct end *e)
{
    e->backend->class->wait(e->backend);
    if (e->beside) {
        e->beside->backend->class->wait(e->beside->backend);
    }
    poll_block();
}

/* Takes a reply, with what it tells.  Returns false if there is none. */
static bool
take_reply(struct end *e, struct wg_reply *reply)
{
    if (!e->backend->class->reply(e->backend, reply)) {
        return false;
    }
    e->n_lost += reply->type == WG_REPLY_LOST;
    if (reply->type == WG_REPLY_DEVICE && !reply->error) {
        wg_device_swap(&e->have, &reply->device);
    }
    wg_device_destroy(&reply->device);
    return true;
}

/* Runs 'e' until its request has a reply, and returns the error in there, or
 * ENODEV if the interface was lost meanwhile. */
int
end_await(struct end *e)
{
    struct wg_reply reply;

    while (!take_reply(e, &reply)) {
        wait(e);
        run(e);
    }
    return reply.type == WG_REPLY_LOST ? ENODEV : reply.error;
}

static bool
is_ready(const struct end *e)
{
    const struct wg_backend *b = e->backend;

    return b->class->state(b) == WG_READY && !b->class->is_busy(b);
}

/* Runs 'e' until it can be asked for something. */
void
end_await_ready(struct end *e)
{
    struct wg_reply reply;

    while (!is_ready(e)) {
        run(e);
        while (take_reply(e, &reply)) {
            continue;
        }
        if (!is_ready(e)) {
            wait(e);
        }
    }
}

/* Reads the interface. */
void
end_look(struct end *e)
{
    int error;

    do {
        end_await_ready(e);
        e->backend->class->get(e->backend);
        error = end_await(e);
    } while (error == ENODEV);
    ovs_assert(!error);
}

int
end_set(struct end *e, const struct wg_changes *changes)
{
    struct wg_secrets secrets = {
        .service = "s1", .private_key = e->private, .lock_key = e->lock_key,
    };

    end_await_ready(e);
    e->backend->class->set(e->backend, &e->want, changes, &secrets);
    return end_await(e);
}

static bool
find_site(const struct wg_peer *want, struct wg_endpoint *endpoint,
          void *aux OVS_UNUSED)
{
    return wg_endpoint_parse(want->site, endpoint);
}

/* Makes the changes that are needed in 'role'.  Returns true if there were
 * any. */
bool
end_converge(struct end *e, enum role role)
{
    struct wg_changes changes;
    struct wg_peer *want;

    HMAP_FOR_EACH (want, node, &e->want.peers) {
        vpn_prefixes_sort(&want->allowed_ips);
    }
    end_look(e);
    wg_changes_init(&changes);
    wg_device_diff(&e->have, &e->want, role, find_site, NULL, &changes);
    bool any = !wg_changes_is_empty(&changes);
    if (any) {
        ovs_assert(!end_set(e, &changes));
    }
    wg_changes_destroy(&changes);
    return any;
}

/* The same, and makes sure that they lead to what is wanted at once. */
void
end_sync(struct end *e, enum role role)
{
    struct wg_peer *want;

    end_converge(e, role);
    ovs_assert(!end_converge(e, role));
    ovs_assert(vpn_digest_equals(&e->have.private_key, &e->want.private_key));
    ovs_assert(e->have.listen_port == e->want.listen_port);
    ovs_assert(e->have.fwmark == e->want.fwmark);
    ovs_assert(hmap_count(&e->have.peers) == hmap_count(&e->want.peers));
    HMAP_FOR_EACH (want, node, &e->want.peers) {
        const struct wg_peer *have = wg_device_find(&e->have,
                                                    &want->public_key);

        ovs_assert(have && have->has_psk == want->has_psk);
        ovs_assert(!want->has_psk
                   || vpn_digest_equals(&have->psk, &want->psk));
        ovs_assert(have->allowed_ips.n == want->allowed_ips.n);
        for (size_t i = 0; i < want->allowed_ips.n; i++) {
            ovs_assert(vpn_prefix_equals(&have->allowed_ips.list[i],
                                         &want->allowed_ips.list[i]));
        }
    }
}

/* What is wanted. */

struct wg_peer *
end_want(struct end *e, const struct vpn_key *public_key)
{
    struct wg_peer *peer = wg_device_find(&e->want, public_key);

    if (!peer) {
        peer = wg_peer_create(public_key);
        wg_device_add(&e->want, peer);
    }
    return peer;
}

struct wg_peer *
end_want_number(struct end *e, unsigned int number)
{
    struct vpn_key key = { { 9, number >> 16, number >> 8, number } };

    return end_want(e, &key);
}

void
end_want_psk(struct end *e, struct wg_peer *peer, const struct vpn_key *psk)
{
    char text[VPN_KEY_TEXT_LEN + 1];

    vpn_key_format(&peer->public_key, text);
    char *owner = vpn_box_owner_peer("s1", text);
    peer->has_psk = true;
    vpn_secret_digest(psk, &peer->psk);
    free(peer->locked_psk);
    peer->locked_psk = vpn_box_lock(e->lock_key, VPN_BOX_PSK, owner, psk);
    free(owner);
}

void
end_want_ip(struct wg_peer *peer, const char *ip)
{
    struct vpn_prefix prefix;

    ovs_assert(!vpn_prefix_parse(ip, &prefix));
    vpn_prefixes_add(&peer->allowed_ips, &prefix);
}

void
end_want_site(struct wg_peer *peer, const char *site, int keepalive)
{
    free(peer->site);
    peer->site = xstrdup(site);
    peer->keepalive = keepalive;
}

const struct wg_peer *
end_found(const struct end *e, const struct wg_peer *want)
{
    return wg_device_find(&e->have, &want->public_key);
}
