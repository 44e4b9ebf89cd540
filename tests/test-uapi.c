/* SPDX-License-Identifier: Apache-2.0 */

/* The text of WireGuard's userspace interface, both ways. */

#include <config.h>
#undef NDEBUG
#include "ovn-vpn-controller/uapi-text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command-line.h"
#include "openvswitch/dynamic-string.h"
#include "tests/ovstest.h"
#include "util.h"

static void
show_peer(const struct wg_peer *peer)
{
    char key[VPN_KEY_TEXT_LEN + 1];
    struct ds s = DS_EMPTY_INITIALIZER;

    vpn_key_format(&peer->public_key, key);
    ds_put_format(&s, "%s\n  ips ", key);
    vpn_prefixes_format(&peer->allowed_ips, ",", &s);
    ds_put_format(&s, "\n  psk %s keepalive %d handshake %lld rx %"PRIu64
                  " tx %"PRIu64" endpoint ", peer->has_psk ? "yes" : "no",
                  peer->keepalive, peer->last_handshake, peer->rx_bytes,
                  peer->tx_bytes);
    if (peer->has_endpoint) {
        wg_endpoint_format(&peer->endpoint, &s);
    }
    puts(ds_cstr(&s));
    ds_destroy(&s);
}

/* parse: a reply on standard input. */
static void
test_parse(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct ds line = DS_EMPTY_INITIALIZER;
    struct uapi_parser parser;
    const struct wg_peer *peer;
    bool complete = false;

    uapi_parser_init(&parser);
    while (!complete && !ds_get_line(&line, stdin)) {
        complete = uapi_parse_line(&parser, ds_cstr(&line));
    }
    printf("%s, error %d\n", complete ? "complete" : "incomplete",
           parser.error);
    printf("key %s port %d mark %d peers %"PRIuSIZE"\n",
           parser.device.has_private_key ? "yes" : "no",
           parser.device.listen_port, parser.device.fwmark,
           hmap_count(&parser.device.peers));
    HMAP_FOR_EACH (peer, node, &parser.device.peers) {
        show_peer(peer);
    }
    uapi_parser_destroy(&parser);
    ds_destroy(&line);
}

static struct wg_peer *
make_peer(const struct wg_secrets *secrets, const struct vpn_key *psk)
{
    static const struct vpn_key key = { { 1, 2, 3 } };
    struct wg_peer *peer = wg_peer_create(&key);
    char text[VPN_KEY_TEXT_LEN + 1];
    struct vpn_prefix prefix;

    vpn_key_format(&key, text);
    char *owner = vpn_box_owner_peer(secrets->service, text);
    peer->has_psk = true;
    vpn_secret_digest(psk, &peer->psk);
    peer->locked_psk = vpn_box_lock(secrets->lock_key, VPN_BOX_PSK, owner,
                                    psk);
    free(owner);
    peer->keepalive = 25;
    ovs_assert(!vpn_prefix_parse("10.0.0.2/32", &prefix));
    vpn_prefixes_add(&peer->allowed_ips, &prefix);
    ovs_assert(!vpn_prefix_parse("fd00::2/128", &prefix));
    vpn_prefixes_add(&peer->allowed_ips, &prefix);
    return peer;
}

/* format: a request that makes all kinds of changes. */
static void
test_format(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vpn_key private = { { 0x11 } }, psk = { { 0x22 } };
    struct vpn_key *lock_key = vpn_lock_key(&private);
    struct wg_secrets secrets = {
        .service = "s1", .private_key = &private, .lock_key = lock_key,
    };
    struct wg_peer *peer = make_peer(&secrets, &psk);
    struct wg_device want;
    struct wg_changes changes;
    struct wg_endpoint endpoint;
    struct ds s = DS_EMPTY_INITIALIZER;

    wg_device_init(&want);
    want.listen_port = 51820;
    want.fwmark = 7;
    wg_device_add(&want, peer);
    wg_changes_init(&changes);
    changes.private_key = changes.listen_port = changes.fwmark = true;
    changes.replace_peers = true;
    wg_changes_add(&changes, WG_REMOVE, peer);
    ovs_assert(wg_endpoint_parse("[fd00::9]:99", &endpoint));
    wg_device_call(&want, peer, &endpoint, true, &changes);
    wg_changes_add(&changes, WG_REPLACE_IPS | WG_ALLOWED_IPS, peer);
    uapi_format_set(&s, &want, &changes, &secrets);
    fputs(ds_cstr(&s), stdout);

    vpn_wipe_ds(&s);
    wg_changes_destroy(&changes);
    wg_device_destroy(&want);
    vpn_secret_free(lock_key);
}

static void
test_uapi_main(int argc, char *argv[])
{
    static const struct ovs_cmdl_command commands[] = {
        { "parse", NULL, 0, 0, test_parse, OVS_RO },
        { "format", NULL, 0, 0, test_format, OVS_RO },
        { NULL, NULL, 0, 0, NULL, OVS_RO },
    };
    struct ovs_cmdl_context ctx = { .argc = argc - 1, .argv = argv + 1 };

    set_program_name(argv[0]);
    vpn_keys_init();
    ovs_cmdl_run_command(&ctx, commands);
}

OVSTEST_REGISTER("test-uapi", test_uapi_main);
