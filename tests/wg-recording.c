/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>
#undef NDEBUG
#include "tests/wg-recording.h"

#include <stdlib.h>
#include <string.h>

#include "openvswitch/poll-loop.h"
#include "util.h"

struct wg_recording wg_recording;

struct recording_backend {
    struct wg_backend up;
    bool has_reply;
    struct wg_reply reply;
};

void
wg_recording_init(void)
{
    memset(&wg_recording, 0, sizeof wg_recording);
    wg_device_init(&wg_recording.device);
    ds_init(&wg_recording.log);
}

void
wg_recording_destroy(void)
{
    wg_device_destroy(&wg_recording.device);
    ds_destroy(&wg_recording.log);
}

static struct recording_backend *
cast(const struct wg_backend *backend)
{
    return CONTAINER_OF(backend, struct recording_backend, up);
}

static struct wg_backend *
recording_open(const struct wg_place *place OVS_UNUSED)
{
    struct recording_backend *b = xzalloc(sizeof *b);

    b->up.class = &wg_recording_class;
    return &b->up;
}

static void
recording_close(struct wg_backend *backend)
{
    struct recording_backend *b = cast(backend);

    if (b->has_reply) {
        wg_device_destroy(&b->reply.device);
    }
    free(b);
}

static void
push_reply(struct recording_backend *b, enum wg_reply_type type, int error)
{
    ovs_assert(!b->has_reply);
    b->has_reply = true;
    b->reply = (struct wg_reply) { .type = type, .error = error };
    wg_device_init(&b->reply.device);
}

static void
recording_run(struct wg_backend *backend)
{
    if (wg_recording.vanish && !cast(backend)->has_reply) {
        wg_recording.vanish = false;
        wg_device_destroy(&wg_recording.device);
        wg_device_init(&wg_recording.device);
        push_reply(cast(backend), WG_REPLY_LOST, 0);
    }
}

static void
recording_wait(struct wg_backend *backend)
{
    if (cast(backend)->has_reply || wg_recording.vanish) {
        poll_immediate_wake();
    }
}

static enum wg_state
recording_state(const struct wg_backend *backend OVS_UNUSED)
{
    return WG_READY;
}

static const char *
recording_problem(const struct wg_backend *backend OVS_UNUSED)
{
    return NULL;
}

static void
recording_get(struct wg_backend *backend)
{
    struct recording_backend *b = cast(backend);
    const struct wg_device *device = &wg_recording.device;
    const struct wg_peer *peer;

    push_reply(b, WG_REPLY_DEVICE, 0);
    b->reply.device.has_private_key = device->has_private_key;
    b->reply.device.private_key = device->private_key;
    b->reply.device.listen_port = device->listen_port;
    b->reply.device.fwmark = device->fwmark;
    HMAP_FOR_EACH (peer, node, &device->peers) {
        struct wg_peer *copy = wg_peer_create(&peer->public_key);

        vpn_prefixes_clone(&copy->allowed_ips, &peer->allowed_ips);
        copy->keepalive = peer->keepalive;
        copy->has_psk = peer->has_psk;
        copy->psk = peer->psk;
        copy->has_endpoint = peer->has_endpoint;
        copy->endpoint = peer->endpoint;
        copy->last_handshake = peer->last_handshake;
        wg_device_add(&b->reply.device, copy);
    }
}

static bool
remove_prefix(struct vpn_prefixes *prefixes, const struct vpn_prefix *prefix)
{
    for (size_t i = 0; i < prefixes->n; i++) {
        if (vpn_prefix_equals(&prefixes->list[i], prefix)) {
            prefixes->list[i] = prefixes->list[--prefixes->n];
            vpn_prefixes_sort(prefixes);
            return true;
        }
    }
    return false;
}

/* As WireGuard does: a prefix that one peer gets is taken from another. */
static void
move_prefixes(const struct wg_change *change)
{
    struct wg_peer *peer;

    HMAP_FOR_EACH (peer, node, &wg_recording.device.peers) {
        if (vpn_key_equals(&peer->public_key, &change->public_key)) {
            continue;
        }
        for (size_t i = 0; i < change->want->allowed_ips.n; i++) {
            remove_prefix(&peer->allowed_ips,
                          &change->want->allowed_ips.list[i]);
        }
    }
}

/* Adds to what 'peer' had, as WireGuard does unless it is told to replace. */
static void
keep_old_prefixes(struct wg_peer *peer, const struct vpn_prefixes *old)
{
    for (size_t i = 0; i < old->n; i++) {
        vpn_prefixes_add(&peer->allowed_ips, &old->list[i]);
    }
    vpn_prefixes_sort(&peer->allowed_ips);
}

/* Makes one change, with WireGuard's meaning of its allowed IPs. */
static void
make_change(const struct wg_device *want, const struct wg_changes *changes,
            size_t i)
{
    struct wg_change *change = &changes->list[i];
    struct wg_changes one = { .list = change, .n = 1, .allocated = 1 };
    struct wg_peer *peer = wg_device_find(&wg_recording.device,
                                          &change->public_key);
    struct vpn_prefixes old = VPN_PREFIXES_INITIALIZER;

    if (change->what & WG_ALLOWED_IPS) {
        move_prefixes(change);
    }
    if (peer && !(change->what & (WG_REMOVE | WG_REPLACE_IPS))) {
        vpn_prefixes_clone(&old, &peer->allowed_ips);
    }
    wg_device_apply(&wg_recording.device, want, &one);
    peer = wg_device_find(&wg_recording.device, &change->public_key);
    if (peer) {
        keep_old_prefixes(peer, &old);
    }
    vpn_prefixes_destroy(&old);
}

static void
recording_set(struct wg_backend *backend, const struct wg_device *want,
              const struct wg_changes *changes,
              const struct wg_secrets *secrets OVS_UNUSED)
{
    struct wg_changes rest = *changes;
    int error = wg_recording.refuse;

    wg_recording.refuse = 0;
    if (!error) {
        wg_recording.n_sets++;
        wg_changes_format(changes, &wg_recording.log);
        rest.n = 0;
        wg_device_apply(&wg_recording.device, want, &rest);
        for (size_t i = 0; i < changes->n; i++) {
            make_change(want, changes, i);
        }
    }
    push_reply(cast(backend), WG_REPLY_SET, error);
}

static bool
recording_is_busy(const struct wg_backend *backend)
{
    return cast(backend)->has_reply;
}

static bool
recording_reply(struct wg_backend *backend, struct wg_reply *reply)
{
    struct recording_backend *b = cast(backend);

    if (!b->has_reply) {
        return false;
    }
    *reply = b->reply;
    hmap_moved(&reply->device.peers);
    b->has_reply = false;
    return true;
}

const struct wg_backend_class wg_recording_class = {
    .name = "recording",
    .open = recording_open,
    .close = recording_close,
    .evict = recording_close,
    .run = recording_run,
    .wait = recording_wait,
    .state = recording_state,
    .problem = recording_problem,
    .get = recording_get,
    .set = recording_set,
    .is_busy = recording_is_busy,
    .reply = recording_reply,
};
