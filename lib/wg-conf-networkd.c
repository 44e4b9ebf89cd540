/* SPDX-License-Identifier: Apache-2.0 */

/* Configurations for systemd-networkd: systemd.netdev(5) for the device and
 * systemd.network(5) for what is on it, in files of their own. */

#include <config.h>

#include "lib/wg-conf.h"

#include <inttypes.h>

#include "lib/wg-conf-private.h"
#include "openvswitch/dynamic-string.h"
#include "svec.h"

/* With a full tunnel: mark of WireGuard's own packets, and number of the
 * routing table for all others; 51820 as wg-quick(8) has it. */
#define FULL_TUNNEL_TABLE 51820

/* The device. */

static void
put_key_or_file(const struct wg_conf *conf, const char *keyword,
                const struct vpn_key *key, const char *suffix, struct ds *ds)
{
    if (key) {
        ds_put_cstr(ds, keyword);
        wg_conf_put_key("=", key, "\n", ds);
    } else {
        ds_put_format(ds, "# This key stayed with its owner; write it to the "
                      "file named here.\n"
                      "%sFile=/etc/systemd/network/%s.%s\n", keyword,
                      conf->ifname, suffix);
    }
}

void
wg_conf_put_netdev(const struct wg_conf *conf, struct ds *ds)
{
    wg_conf_put_comment(conf, ": systemd.netdev", ds);
    ds_put_cstr(ds, "# This file must belong to root:systemd-network and have "
                    "mode 0640.\n");
    ds_put_format(ds, "[NetDev]\nName=%s\nKind=wireguard\n", conf->ifname);
    if (conf->mtu) {
        ds_put_format(ds, "MTUBytes=%d\n", conf->mtu);
    }

    ds_put_cstr(ds, "\n[WireGuard]\n");
    put_key_or_file(conf, "PrivateKey", conf->private_key, "key", ds);
    if (conf->listen_port) {
        ds_put_format(ds, "ListenPort=%"PRIu16"\n", conf->listen_port);
    }
    if (wg_conf_is_full_tunnel(conf)) {
        ds_put_format(ds, "FirewallMark=%d\n", FULL_TUNNEL_TABLE);
    }

    wg_conf_put_key("\n[WireGuardPeer]\nPublicKey=", &conf->public_key, "\n",
                    ds);
    if (conf->psk || conf->psk_unknown) {
        put_key_or_file(conf, "PresharedKey", conf->psk, "psk", ds);
    }
    ds_put_cstr(ds, "Endpoint=");
    wg_conf_put_endpoint(conf, ds);
    ds_put_char(ds, '\n');
    if (conf->allowed_ips.n) {
        ds_put_cstr(ds, "AllowedIPs=");
        vpn_prefixes_format(&conf->allowed_ips, ",", ds);
        ds_put_char(ds, '\n');
    }
    if (conf->keepalive) {
        ds_put_format(ds, "PersistentKeepalive=%d\n", conf->keepalive);
    }
}

/* The network. */

static void
put_network_dns(const struct wg_conf *conf, struct ds *ds)
{
    struct svec servers = SVEC_EMPTY_INITIALIZER;
    struct svec domains = SVEC_EMPTY_INITIALIZER;
    const char *entry;
    size_t i;

    wg_conf_get_dns(conf, &servers, &domains);
    SVEC_FOR_EACH (i, entry, &servers) {
        ds_put_format(ds, "DNS=%s\n", entry);
    }
    if (servers.n && wg_conf_is_full_tunnel(conf)) {
        /* All names are looked up through the tunnel. */
        svec_add(&domains, "~.");
    }
    SVEC_FOR_EACH (i, entry, &domains) {
        ds_put_format(ds, "%s%s", i ? " " : "Domains=", entry);
    }
    if (domains.n) {
        ds_put_char(ds, '\n');
    }
    svec_destroy(&servers);
    svec_destroy(&domains);
}

/* Routes of their own: [WireGuard] has RouteTable= only since version 250. */
static void
put_routes(const struct wg_conf *conf, struct ds *ds)
{
    bool full = wg_conf_is_full_tunnel(conf);

    for (size_t i = 0; i < conf->allowed_ips.n; i++) {
        const struct vpn_prefix *p = &conf->allowed_ips.list[i];

        if (wg_conf_is_connected(conf, p)) {
            continue;
        }
        ds_put_cstr(ds, "\n[Route]\nDestination=");
        vpn_prefix_format(p, ds);
        ds_put_char(ds, '\n');
        if (full) {
            ds_put_format(ds, "Table=%d\n", FULL_TUNNEL_TABLE);
        }
    }
}

/* What is more specific than a default route stays as it is; of the rest all
 * but WireGuard's own packets goes through the tunnel. */
static void
put_rules(struct ds *ds)
{
    ds_put_format(ds, "\n[RoutingPolicyRule]\nFamily=both\nTable=254\n"
                  "SuppressPrefixLength=0\nPriority=32764\n"
                  "\n[RoutingPolicyRule]\nFamily=both\nFirewallMark=%d\n"
                  "InvertRule=yes\nTable=%d\nPriority=32765\n",
                  FULL_TUNNEL_TABLE, FULL_TUNNEL_TABLE);
}

void
wg_conf_put_network(const struct wg_conf *conf, struct ds *ds)
{
    wg_conf_put_comment(conf, ": systemd.network", ds);
    ds_put_format(ds, "[Match]\nName=%s\n\n[Network]\n", conf->ifname);
    for (size_t i = 0; i < conf->addresses.n; i++) {
        ds_put_cstr(ds, "Address=");
        vpn_prefix_format(&conf->addresses.list[i], ds);
        ds_put_char(ds, '\n');
    }
    put_network_dns(conf, ds);
    if (conf->is_site) {
        ds_put_cstr(ds, "IPForward=yes\n");
    }
    put_routes(conf, ds);
    if (wg_conf_is_full_tunnel(conf)) {
        put_rules(ds);
    }
}
