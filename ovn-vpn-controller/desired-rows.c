/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/desired-rows.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-model.h"
#include "ovn-vpn-controller/tunnel-host.h"
#include "ovsdb-idl.h"
#include "packets.h"
#include "smap.h"
#include "util.h"

/* Returns the row of SB_Global, NULL if there is none that ovn-vpn has
 * written, which it does when all the rest is there.  ovn-vpn-ctl makes an
 * empty one before that. */
const struct vpnsbrec_sb_global *
desired_find_global(const struct ovsdb_idl *vpn_sb)
{
    const struct vpnsbrec_sb_global *row = vpnsbrec_sb_global_first(vpn_sb);

    return row && smap_get(&row->options, "stats_interval_ms") ? row : NULL;
}

/* Rows, found by their UUIDs.  One that is not for this chassis any more stays
 * in the database's client, with what it said last, as long as other rows
 * refer to it: a tunnel until its peers are gone, too. */

static bool
is_there(const struct ovsdb_idl_row *row)
{
    return row->old_datum != NULL;
}

/* Returns the tunnel with 'uuid' if it is for 'chassis', otherwise NULL. */
const struct vpnsbrec_tunnel *
desired_find_tunnel(const struct ovsdb_idl *vpn_sb, const char *chassis,
                    const struct uuid *uuid)
{
    const struct vpnsbrec_tunnel *row = vpnsbrec_tunnel_get_for_uuid(vpn_sb,
                                                                     uuid);

    for (size_t i = 0; row && is_there(&row->header_) && i < row->n_chassis;
         i++) {
        if (!strcmp(row->chassis[i], chassis)) {
            return row;
        }
    }
    return NULL;
}

/* Returns the peer with 'uuid', NULL if there is none. */
const struct vpnsbrec_peer *
desired_find_peer(const struct ovsdb_idl *vpn_sb, const struct uuid *uuid)
{
    const struct vpnsbrec_peer *row = vpnsbrec_peer_get_for_uuid(vpn_sb, uuid);

    return row && is_there(&row->header_) ? row : NULL;
}

/* Tunnels. */

/* Parses 'n' addresses, each with a prefix length if it needs one, into
 * 'prefixes', sorted.  Returns NULL or what is wrong, which the caller must
 * free. */
static char *
parse_addresses(char **texts, size_t n, struct vpn_prefixes *prefixes)
{
    prefixes->n = 0;
    for (size_t i = 0; i < n; i++) {
        struct vpn_prefix prefix;
        char *error = vpn_prefix_parse_cidr(texts[i], &prefix);

        if (error) {
            return error;
        }
        vpn_prefixes_add(prefixes, &prefix);
    }
    vpn_prefixes_sort(prefixes);
    return NULL;
}

static char *
parse_mac(const char *text, struct eth_addr *mac)
{
    return (eth_addr_from_string(text, mac) ? NULL
            : xasprintf("\"%s\" is not an Ethernet address", text));
}

static char *
parse_tunnel(const struct vpnsbrec_tunnel *row, struct want_tunnel *t)
{
    char *error = vpn_name_check("service", row->name);

    if (!error) {
        error = parse_mac(row->mac, &t->mac);
    }
    if (!error) {
        error = parse_mac(row->router_mac, &t->router_mac);
    }
    if (!error) {
        error = parse_addresses(row->transit_addresses,
                                row->n_transit_addresses,
                                &t->transit_addresses);
    }
    if (!error) {
        error = parse_addresses(row->router_addresses,
                                row->n_router_addresses,
                                &t->router_addresses);
    }
    if (!error) {
        error = parse_addresses(row->addresses, row->n_addresses,
                                &t->addresses);
    }
    return error;
}

/* Reads 'row', apart from what other tables say of the tunnel. */
void
desired_read_tunnel(const struct vpnsbrec_tunnel *row, struct want_tunnel *t)
{
    free(t->error);
    t->error = parse_tunnel(row, t);
    t->valid = !t->error;
    free(t->gateway_port);
    t->gateway_port = xstrdup(row->gateway_port);
    free(t->external_port);
    t->external_port = nullable_xstrdup(row->external_port);
    t->tag = row->tag;
    t->mtu = row->mtu;
    t->outer_is_v4 = strcmp(smap_get_def(&row->options, "outer_family", ""),
                            "ipv6");
    t->device.listen_port = row->listen_port;
    t->device.fwmark = TUNNEL_FWMARK;
}

/* Keys. */

/* Returns the private key of 'tunnel' as it is sealed for 'chassis', NULL if
 * it is not. */
const char *
desired_find_box(struct ovsdb_idl_index *keys_by_tunnel,
                 const struct vpnsbrec_tunnel *tunnel, const char *chassis)
{
    struct vpnsbrec_sealed_key *target = vpnsbrec_sealed_key_index_init_row(
        keys_by_tunnel);
    const struct vpnsbrec_sealed_key *key;
    const char *box = NULL;

    vpnsbrec_sealed_key_index_set_tunnel(target, tunnel);
    VPNSBREC_SEALED_KEY_FOR_EACH_EQUAL (key, target, keys_by_tunnel) {
        if (!strcmp(key->chassis, chassis)) {
            box = key->box;
        }
    }
    vpnsbrec_sealed_key_index_destroy_row(target);
    return box;
}

/* Opens 'box', which may be NULL, into 't'.  Returns NULL or what is wrong,
 * which the caller must free. */
static char *
open_key(const struct vpnsbrec_tunnel *row, const char *box,
         const struct vpn_sealing_pair *pair, struct want_tunnel *t)
{
    struct vpn_key public_key;
    char text[VPN_KEY_TEXT_LEN + 1];

    if (!box) {
        return xstrdup("the private key has not been sealed for this chassis "
                       "yet");
    }
    char *owner = vpn_box_owner_service(row->name);
    char *error = vpn_box_open(pair, box, VPN_BOX_SERVICE_KEY, owner,
                               &t->private_key);
    free(owner);
    if (error) {
        char *message = xasprintf("the private key cannot be read: %s", error);

        free(error);
        return message;
    }
    vpn_secret_public(t->private_key, &public_key);
    vpn_key_format(&public_key, text);
    if (strcmp(text, row->public_key)) {
        vpn_secret_free(t->private_key);
        t->private_key = NULL;
        return xstrdup("the private key does not belong to the public key");
    }
    return NULL;
}

/* Opens the private key in 'box', which may be NULL, unless that was done
 * before.  Returns true if it was not, and then pre-shared keys have to be
 * read again. */
bool
desired_read_key(const struct vpnsbrec_tunnel *row, const char *box,
                 const struct vpn_sealing_pair *pair, struct want_tunnel *t)
{
    if (nullable_string_is_equal(box, t->box)
        && nullable_string_is_equal(row->public_key, t->box_public_key)) {
        return false;
    }
    free(t->box);
    t->box = nullable_xstrdup(box);
    free(t->box_public_key);
    t->box_public_key = xstrdup(row->public_key);
    vpn_secret_free(t->private_key);
    vpn_secret_free(t->lock_key);
    t->private_key = t->lock_key = NULL;
    free(t->key_error);
    t->key_error = open_key(row, box, pair, t);
    t->device.has_private_key = !t->key_error;
    if (!t->key_error) {
        vpn_secret_digest(t->private_key, &t->device.private_key);
        t->lock_key = vpn_lock_key(t->private_key);
    }
    return true;
}

/* Peers. */

/* Returns the box in 'sealed_psk', which stands behind a fingerprint. */
static const char *
locked_psk(const char *sealed_psk)
{
    const char *colon = strchr(sealed_psk, ':');

    return colon ? colon + 1 : sealed_psk;
}

/* Takes the digest of the pre-shared key in 'row', from 'old' if that was made
 * of the same box. */
static char *
read_psk(const struct vpnsbrec_peer *row, const struct want_tunnel *t,
         const struct wg_peer *old, struct wg_peer *peer)
{
    const char *box = locked_psk(row->sealed_psk);
    struct vpn_key *psk;

    peer->has_psk = true;
    peer->locked_psk = xstrdup(box);
    if (old && old->has_psk && !strcmp(old->locked_psk, box)) {
        peer->psk = old->psk;
        return NULL;
    } else if (!t->lock_key) {
        return xstrdup("its pre-shared key cannot be read without the "
                       "service's private key");
    }
    char *owner = vpn_box_owner_peer(t->name, row->public_key);
    char *error = vpn_box_unlock(t->lock_key, box, VPN_BOX_PSK, owner, &psk);
    free(owner);
    if (error) {
        char *message = xasprintf("its pre-shared key cannot be read: %s",
                                  error);

        free(error);
        return message;
    }
    vpn_secret_digest(psk, &peer->psk);
    vpn_secret_free(psk);
    return NULL;
}

static char *
read_allowed_ips(const struct vpnsbrec_peer *row, struct wg_peer *peer)
{
    for (size_t i = 0; i < row->n_allowed_ips; i++) {
        struct vpn_prefix prefix;
        char *error = vpn_prefix_parse(row->allowed_ips[i], &prefix);

        if (error) {
            return error;
        }
        vpn_prefixes_add(&peer->allowed_ips, &prefix);
    }
    vpn_prefixes_sort(&peer->allowed_ips);
    return NULL;
}

/* Removes from 't' the peer that was read from row 'uuid'.  Returns true if
 * that is something that the host needs to know. */
bool
desired_drop_peer(struct want_tunnel *t, const struct uuid *uuid,
                  const char *public_key)
{
    struct vpn_key key;
    bool routed = false;

    if (vpn_key_parse(public_key, &key)) {
        struct wg_peer *peer = wg_device_find(&t->device, &key);

        if (peer && uuid_equals(&peer->uuid, uuid)) {
            routed = want_tunnel_routes_peer(t, peer);
            t->n_sites -= peer->site != NULL;
            wg_device_remove(&t->device, peer);
        }
    }
    want_tunnel_set_peer_error(t, public_key, uuid, NULL);
    return routed;
}

/* WireGuard takes no peer with the interface's own key, and says nothing. */
static char *
check_public_key(const struct vpn_key *public_key, const struct want_tunnel *t)
{
    struct vpn_key own;

    return (vpn_key_parse(t->box_public_key, &own)
            && vpn_key_equals(&own, public_key)
            ? xstrdup("its public key is the service's own") : NULL);
}

/* Reads 'row' into the peers of 't', in place of what was read of it before.
 * A peer with which something is wrong is left out: least of all may it do
 * without its pre-shared key.  Returns true if there is something that the
 * host needs to know. */
bool
desired_read_peer(const struct vpnsbrec_peer *row, struct want_tunnel *t)
{
    struct vpn_key public_key;

    char *error = vpn_public_key_parse(row->public_key, &public_key);
    if (error) {
        want_tunnel_set_peer_error(t, row->public_key, &row->header_.uuid,
                                   error);
        return false;
    }

    struct wg_peer *old = wg_device_find(&t->device, &public_key);
    struct wg_peer *peer = wg_peer_create(&public_key);
    peer->uuid = row->header_.uuid;
    peer->keepalive = row->keepalive;
    peer->site = nullable_xstrdup(row->endpoint);
    error = check_public_key(&public_key, t);
    if (!error) {
        error = read_allowed_ips(row, peer);
    }
    if (!error && row->sealed_psk) {
        error = read_psk(row, t, old, peer);
    }

    bool routed = want_tunnel_routes_peer(t, peer);
    if (old) {
        routed = routed || want_tunnel_routes_peer(t, old);
        t->n_sites -= old->site != NULL;
        wg_device_remove(&t->device, old);
    }
    want_tunnel_set_peer_error(t, row->public_key, &row->header_.uuid, error);
    if (error) {
        wg_peer_destroy(peer);
    } else {
        t->n_sites += peer->site != NULL;
        wg_device_add(&t->device, peer);
    }
    return routed;
}
