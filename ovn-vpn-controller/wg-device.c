/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/wg-device.h"

#include <stdlib.h>
#include <string.h>

#include "lib/vpn-endpoint.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

/* Endpoints. */

/* Parses 's', "192.0.2.1:51820" or "[2001:db8::1]:51820".  Returns false if it
 * is anything else, such as a host name. */
bool
wg_endpoint_parse(const char *s, struct wg_endpoint *endpoint)
{
    struct vpn_endpoint parsed;
    char *error = vpn_endpoint_parse(s, &parsed);
    bool ok = !error && !parsed.name;

    if (ok) {
        *endpoint = (struct wg_endpoint) { parsed.addr, parsed.port };
    }
    if (!error) {
        vpn_endpoint_destroy(&parsed);
    }
    free(error);
    return ok;
}

void
wg_endpoint_format(const struct wg_endpoint *endpoint, struct ds *ds)
{
    bool v4 = vpn_addr_is_v4(&endpoint->addr);

    ds_put_cstr(ds, v4 ? "" : "[");
    vpn_addr_format(&endpoint->addr, ds);
    ds_put_format(ds, "%s:%d", v4 ? "" : "]", endpoint->port);
}

bool
wg_endpoint_equals(const struct wg_endpoint *a, const struct wg_endpoint *b)
{
    return (a->port == b->port
            && !memcmp(&a->addr, &b->addr, sizeof a->addr));
}

/* Peers. */

/* Returns a new peer without anything but its key, which the caller must give
 * to a device or destroy. */
struct wg_peer *
wg_peer_create(const struct vpn_key *public_key)
{
    struct wg_peer *peer = xzalloc(sizeof *peer);

    peer->public_key = *public_key;
    return peer;
}

void
wg_peer_destroy(struct wg_peer *peer)
{
    if (peer) {
        vpn_prefixes_destroy(&peer->allowed_ips);
        free(peer->locked_psk);
        free(peer->site);
        free(peer);
    }
}

/* Devices. */

void
wg_device_init(struct wg_device *device)
{
    memset(device, 0, sizeof *device);
    hmap_init(&device->peers);
}

static void
remove_all_peers(struct wg_device *device)
{
    struct wg_peer *peer;

    HMAP_FOR_EACH_POP (peer, node, &device->peers) {
        wg_peer_destroy(peer);
    }
}

void
wg_device_destroy(struct wg_device *device)
{
    remove_all_peers(device);
    hmap_destroy(&device->peers);
}

void
wg_device_swap(struct wg_device *a, struct wg_device *b)
{
    struct wg_device tmp = *a;

    *a = *b;
    *b = tmp;
    hmap_moved(&a->peers);
    hmap_moved(&b->peers);
}

static struct wg_peer *
find_with_hash(const struct wg_device *device,
               const struct vpn_key *public_key, size_t hash)
{
    struct wg_peer *peer;

    HMAP_FOR_EACH_WITH_HASH (peer, node, hash, &device->peers) {
        /* This is no secret. */
        if (!memcmp(&peer->public_key, public_key, sizeof *public_key)) {
            return peer;
        }
    }
    return NULL;
}

/* Returns the peer of 'device' with 'public_key', NULL if there is none. */
struct wg_peer *
wg_device_find(const struct wg_device *device,
               const struct vpn_key *public_key)
{
    return find_with_hash(device, public_key, vpn_key_hash(public_key, 0));
}

/* The same for the public key of 'peer', which belongs to another device. */
struct wg_peer *
wg_device_find_same(const struct wg_device *device,
                    const struct wg_peer *peer)
{
    return find_with_hash(device, &peer->public_key,
                          hmap_node_hash(&peer->node));
}

/* Adds 'peer', which 'device' owns from then on.  There must be no other one
 * with its key. */
void
wg_device_add(struct wg_device *device, struct wg_peer *peer)
{
    hmap_insert(&device->peers, &peer->node,
                vpn_key_hash(&peer->public_key, 0));
}

/* Removes 'peer' from 'device' and destroys it. */
void
wg_device_remove(struct wg_device *device, struct wg_peer *peer)
{
    hmap_remove(&device->peers, &peer->node);
    wg_peer_destroy(peer);
}

/* Does to 'peer', which was found, what 'change' does in the interface. */
static void
update_peer(struct wg_peer *peer, const struct wg_change *change)
{
    const struct wg_peer *want = change->want;

    if (change->what & WG_PSK) {
        peer->has_psk = want->has_psk;
        peer->psk = want->psk;
    }
    if (change->what & WG_ENDPOINT) {
        peer->has_endpoint = true;
        peer->endpoint = change->endpoint;
    }
    if (change->what & WG_KEEPALIVE) {
        peer->keepalive = change->keepalive;
    }
    /* A diff adds all that are wanted and removes the others. */
    if (change->what & WG_ALLOWED_IPS) {
        vpn_prefixes_destroy(&peer->allowed_ips);
        vpn_prefixes_clone(&peer->allowed_ips, &want->allowed_ips);
    }
}

/* Changes 'have', what was found, as 'changes' change the interface itself.
 * 'want' is what they lead to. */
void
wg_device_apply(struct wg_device *have, const struct wg_device *want,
                const struct wg_changes *changes)
{
    if (changes->private_key) {
        have->has_private_key = want->has_private_key;
        have->private_key = want->private_key;
    }
    if (changes->listen_port) {
        have->listen_port = want->listen_port;
    }
    if (changes->fwmark) {
        have->fwmark = want->fwmark;
    }
    if (changes->replace_peers) {
        remove_all_peers(have);
    }
    for (size_t i = 0; i < changes->n; i++) {
        const struct wg_change *change = &changes->list[i];
        struct wg_peer *peer = wg_device_find(have, &change->public_key);

        if (peer && change->what & WG_REMOVE) {
            wg_device_remove(have, peer);
            peer = NULL;
        }
        if (!peer && change->what & WG_ADD) {
            peer = wg_peer_create(&change->public_key);
            wg_device_add(have, peer);
        }
        if (peer && change->want) {
            update_peer(peer, change);
        }
    }
}
