/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/want.h"

#include <stdlib.h>

#include "util.h"
#include "uuid.h"

/* Returns a tunnel without anything in it, which the caller must destroy. */
struct want_tunnel *
want_tunnel_create(const char *name, const struct uuid *uuid)
{
    struct want_tunnel *t = xzalloc(sizeof *t);

    t->name = xstrdup(name);
    t->uuid = *uuid;
    wg_device_init(&t->device);
    shash_init(&t->peer_errors);
    return t;
}

static void
free_peer_error(struct want_peer_error *e)
{
    free(e->error);
    free(e);
}

/* Notes that the peer with 'public_key', which was in 'row', is left out for
 * the reason 'error', which becomes 't''s own, or that it is not if that is
 * NULL: then what is known of another row, which has got that key, stays. */
void
want_tunnel_set_peer_error(struct want_tunnel *t, const char *public_key,
                           const struct uuid *row, char *error)
{
    struct shash_node *node = shash_find(&t->peer_errors, public_key);
    struct want_peer_error *e = node ? node->data : NULL;

    if (e && (error || uuid_equals(&e->row, row))) {
        shash_delete(&t->peer_errors, node);
        free_peer_error(e);
    }
    if (error) {
        e = xmalloc(sizeof *e);
        e->row = *row;
        e->error = error;
        shash_add(&t->peer_errors, public_key, e);
    }
}

void
want_tunnel_destroy(struct want_tunnel *t)
{
    if (t) {
        free(t->name);
        free(t->error);
        free(t->gateway_port);
        free(t->external_port);
        vpn_prefixes_destroy(&t->transit_addresses);
        vpn_prefixes_destroy(&t->router_addresses);
        vpn_prefixes_destroy(&t->addresses);
        wg_device_destroy(&t->device);
        vpn_secret_free(t->private_key);
        vpn_secret_free(t->lock_key);
        free(t->box);
        free(t->box_public_key);
        free(t->key_error);
        struct shash_node *node;

        SHASH_FOR_EACH (node, &t->peer_errors) {
            free_peer_error(node->data);
        }
        shash_destroy(&t->peer_errors);
        free(t);
    }
}

/* Returns true if 'prefix' needs a route to the tunnel: not if the kernel
 * makes one by itself, because it lies in a tunnel subnet, nor if it is all
 * addresses, the way to the OVN router included. */
bool
want_tunnel_routes(const struct want_tunnel *t,
                   const struct vpn_prefix *prefix)
{
    for (size_t i = 0; i < t->addresses.n; i++) {
        const struct vpn_prefix *subnet = &t->addresses.list[i];

        if (prefix->plen >= subnet->plen
            && vpn_prefix_contains(subnet, &prefix->addr)) {
            return false;
        }
    }
    return prefix->plen > 0;
}

/* Returns true if any of 'peer''s prefixes needs a route. */
bool
want_tunnel_routes_peer(const struct want_tunnel *t,
                        const struct wg_peer *peer)
{
    for (size_t i = 0; i < peer->allowed_ips.n; i++) {
        if (want_tunnel_routes(t, &peer->allowed_ips.list[i])) {
            return true;
        }
    }
    return false;
}

void
want_init(struct want *want)
{
    *want = (struct want) { .stats_interval_ms = WANT_STATS_INTERVAL_MS };
    shash_init(&want->tunnels);
}

void
want_destroy(struct want *want)
{
    struct shash_node *node;

    SHASH_FOR_EACH (node, &want->tunnels) {
        want_tunnel_destroy(node->data);
    }
    shash_destroy(&want->tunnels);
}
