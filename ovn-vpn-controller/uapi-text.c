/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/uapi-text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "util.h"

static void
put_key(struct ds *ds, const char *name, const struct vpn_key *key)
{
    char hex[VPN_KEY_HEX_LEN + 1];

    vpn_key_format_hex(key, hex);
    ds_put_format(ds, "%s=%s\n", name, hex);
    vpn_wipe(hex, sizeof hex);
}

/* Appends 'want''s pre-shared key, or zeros if it has none.  Returns false if
 * it cannot be read. */
static bool
put_psk(struct ds *ds, const struct wg_peer *want,
        const struct wg_secrets *secrets)
{
    static const struct vpn_key none;
    struct vpn_key *psk;

    if (!wg_secrets_get_psk(secrets, want, &psk)) {
        return false;
    }
    put_key(ds, "preshared_key", psk ? psk : &none);
    vpn_secret_free(psk);
    return true;
}

static void
put_allowed_ips(struct ds *ds, const struct vpn_prefixes *prefixes)
{
    for (size_t i = 0; i < prefixes->n; i++) {
        ds_put_cstr(ds, "allowed_ip=");
        vpn_prefix_format(&prefixes->list[i], ds);
        ds_put_char(ds, '\n');
    }
}

static void
put_change(struct ds *ds, const struct wg_change *change,
           const struct wg_secrets *secrets)
{
    size_t start = ds->length;

    if (change->what & WG_REMOVE) {
        put_key(ds, "public_key", &change->public_key);
        ds_put_cstr(ds, "remove=true\n");
    }
    if (!change->want) {
        return;
    }

    put_key(ds, "public_key", &change->public_key);
    if (!(change->what & WG_ADD)) {
        ds_put_cstr(ds, "update_only=true\n");
    }
    if (change->what & WG_PSK && !put_psk(ds, change->want, secrets)) {
        ds_truncate(ds, start);
        return;
    }
    if (change->what & WG_ENDPOINT) {
        ds_put_cstr(ds, "endpoint=");
        wg_endpoint_format(&change->endpoint, ds);
        ds_put_char(ds, '\n');
    }
    if (change->what & WG_KEEPALIVE) {
        ds_put_format(ds, "persistent_keepalive_interval=%d\n",
                      change->keepalive);
    }
    if (change->what & WG_REPLACE_IPS) {
        ds_put_cstr(ds, "replace_allowed_ips=true\n");
    }
    if (change->what & WG_ALLOWED_IPS) {
        put_allowed_ips(ds, &change->want->allowed_ips);
    }
}

/* Returns a length that the text for 'changes' does not exceed. */
static size_t
max_length(const struct wg_changes *changes)
{
    size_t n = UAPI_CHANGE_MAX;

    for (size_t i = 0; i < changes->n; i++) {
        const struct wg_peer *want = changes->list[i].want;

        n += UAPI_CHANGE_MAX;
        n += want ? want->allowed_ips.n * UAPI_ALLOWED_IP_MAX : 0;
    }
    return n;
}

/* Appends to 'ds' the request that makes 'changes', with values from 'want'
 * and keys from 'secrets'.  The caller must wipe 'ds'. */
void
uapi_format_set(struct ds *ds, const struct wg_device *want,
                const struct wg_changes *changes,
                const struct wg_secrets *secrets)
{
    /* A string that moved would leave keys behind. */
    ds_reserve(ds, ds->length + max_length(changes));
    ds_put_cstr(ds, "set=1\n");
    /* The key first: it resets the peers' handshakes. */
    if (changes->private_key) {
        put_key(ds, "private_key", secrets->private_key);
    }
    if (changes->fwmark) {
        ds_put_format(ds, "fwmark=%"PRIu32"\n", want->fwmark);
    }
    if (changes->listen_port) {
        ds_put_format(ds, "listen_port=%"PRIu16"\n", want->listen_port);
    }
    if (changes->replace_peers) {
        ds_put_cstr(ds, "replace_peers=true\n");
    }
    for (size_t i = 0; i < changes->n; i++) {
        put_change(ds, &changes->list[i], secrets);
    }
    ds_put_char(ds, '\n');
}

/* Parsing. */

void
uapi_parser_init(struct uapi_parser *parser)
{
    wg_device_init(&parser->device);
    parser->peer = NULL;
    parser->error = 0;
}

void
uapi_parser_destroy(struct uapi_parser *parser)
{
    wg_device_destroy(&parser->device);
}

/* Stores the digest of the secret 'hex' in '*digest'.  Returns false if it is
 * no key, or zeros, which stand for no key. */
static bool
parse_secret(const char *hex, struct vpn_digest *digest)
{
    struct vpn_key key;
    bool ok = vpn_key_parse_hex(hex, &key) && !vpn_key_is_zero(&key);

    if (ok) {
        vpn_secret_digest(&key, digest);
    }
    vpn_wipe(&key, sizeof key);
    return ok;
}

static void
parse_peer_line(struct wg_peer *peer, const char *name, const char *value)
{
    struct vpn_prefix prefix;

    if (!strcmp(name, "preshared_key")) {
        peer->has_psk = parse_secret(value, &peer->psk);
    } else if (!strcmp(name, "endpoint")) {
        peer->has_endpoint = wg_endpoint_parse(value, &peer->endpoint);
    } else if (!strcmp(name, "persistent_keepalive_interval")) {
        peer->keepalive = atoi(value);
    } else if (!strcmp(name, "allowed_ip")) {
        char *error = vpn_prefix_parse_cidr(value, &prefix);
        if (!error) {
            vpn_prefixes_add(&peer->allowed_ips, &prefix);
        }
        free(error);
    } else if (!strcmp(name, "last_handshake_time_sec")) {
        peer->last_handshake += strtoll(value, NULL, 10) * 1000;
    } else if (!strcmp(name, "last_handshake_time_nsec")) {
        peer->last_handshake += strtoll(value, NULL, 10) / 1000000;
    } else if (!strcmp(name, "rx_bytes")) {
        peer->rx_bytes = strtoull(value, NULL, 10);
    } else if (!strcmp(name, "tx_bytes")) {
        peer->tx_bytes = strtoull(value, NULL, 10);
    }
}

static void
finish_peer(struct uapi_parser *parser)
{
    if (parser->peer) {
        vpn_prefixes_sort(&parser->peer->allowed_ips);
    }
}

static void
begin_peer(struct uapi_parser *parser, const char *value)
{
    struct vpn_key key;

    finish_peer(parser);
    parser->peer = NULL;
    if (vpn_key_parse_hex(value, &key)
        && !wg_device_find(&parser->device, &key)) {
        parser->peer = wg_peer_create(&key);
        wg_device_add(&parser->device, parser->peer);
    }
}

/* Parses 'line', which has no new-line at its end, and may modify it.  What is
 * not known is ignored: implementations add to the protocol.  Returns true if
 * the reply is complete, and then 'parser->error' is the errno value in it;
 * the empty line that follows is not part of any reply. */
bool
uapi_parse_line(struct uapi_parser *parser, char *line)
{
    char *value = strchr(line, '=');

    if (!value) {
        return false;
    }
    *value++ = '\0';
    if (!strcmp(line, "errno")) {
        finish_peer(parser);
        parser->error = abs(atoi(value));
        return true;
    } else if (!strcmp(line, "public_key")) {
        begin_peer(parser, value);
    } else if (parser->peer) {
        parse_peer_line(parser->peer, line, value);
    } else if (!strcmp(line, "private_key")) {
        parser->device.has_private_key = parse_secret(
            value, &parser->device.private_key);
    } else if (!strcmp(line, "listen_port")) {
        parser->device.listen_port = atoi(value);
    } else if (!strcmp(line, "fwmark")) {
        parser->device.fwmark = strtoul(value, NULL, 10);
    }
    return false;
}
