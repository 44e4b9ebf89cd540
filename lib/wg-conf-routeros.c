/* SPDX-License-Identifier: Apache-2.0 */

/* Configurations for MikroTik RouterOS 7: a script for "/import" or for its
 * terminal. */

#include <config.h>

#include "lib/wg-conf.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/vpn-prefix.h"
#include "lib/wg-conf-private.h"
#include "openvswitch/dynamic-string.h"
#include "svec.h"

static void
put_interface(const struct wg_conf *conf, struct ds *ds)
{
    ds_put_format(ds, "/interface wireguard add name=\"%s\"", conf->ifname);
    if (conf->private_key) {
        wg_conf_put_key(" private-key=\"", conf->private_key, "\"", ds);
    } else {
        ds_put_cstr(ds, " private-key=\""WG_CONF_NO_PRIVATE_KEY"\"");
    }
    if (conf->mtu) {
        ds_put_format(ds, " mtu=%d", conf->mtu);
    }
    if (conf->listen_port) {
        ds_put_format(ds, " listen-port=%"PRIu16, conf->listen_port);
    }
    ds_put_char(ds, '\n');
}

static void
put_peer(const struct wg_conf *conf, struct ds *ds)
{
    ds_put_format(ds, "/interface wireguard peers add interface=\"%s\"",
                  conf->ifname);
    wg_conf_put_key(" public-key=\"", &conf->public_key, "\"", ds);
    if (conf->psk) {
        wg_conf_put_key(" preshared-key=\"", conf->psk, "\"", ds);
    } else if (conf->psk_unknown) {
        ds_put_cstr(ds, " preshared-key=\""WG_CONF_NO_PSK"\"");
    }
    ds_put_format(ds, " endpoint-address=%s endpoint-port=%"PRIu16,
                  conf->endpoint_host, conf->endpoint_port);
    if (conf->allowed_ips.n) {
        ds_put_cstr(ds, " allowed-address=");
        vpn_prefixes_format(&conf->allowed_ips, ",", ds);
    }
    if (conf->keepalive) {
        ds_put_format(ds, " persistent-keepalive=%ds", conf->keepalive);
    }
    ds_put_char(ds, '\n');
}

static const char *
get_menu(const struct vpn_prefix *p)
{
    return vpn_prefix_is_v4(p) ? "/ip" : "/ipv6";
}

/* Appends a route to 'text' by way of the interface. */
static void
put_route(const struct wg_conf *conf, const struct vpn_prefix *p,
          const char *text, struct ds *ds)
{
    ds_put_format(ds, "%s route add dst-address=%s gateway=\"%s\"\n",
                  get_menu(p), text, conf->ifname);
}

/* Appends a route to the gateway itself by the way on which it is reached now,
 * so that WireGuard's own packets do not go through the tunnel.  The router
 * fills in that way when it runs the script. */
static void
put_endpoint_route(const struct wg_conf *conf, struct ds *ds)
{
    struct in6_addr addr;

    char *error = vpn_addr_parse(conf->endpoint_host, &addr);
    if (!error) {
        struct vpn_prefix p = vpn_prefix_host(&addr);
        const char *menu = get_menu(&p);

        ds_put_format(ds, "%s route add dst-address=", menu);
        vpn_prefix_format(&p, ds);
        ds_put_format(ds, " gateway=[%s route get [:pick [%s route find "
                      "dst-address=%s active=yes] 0] gateway]\n", menu, menu,
                      vpn_prefix_is_v4(&p) ? "0.0.0.0/0" : "::/0");
    }
    free(error);
}

static void
put_routes(const struct wg_conf *conf, struct ds *ds)
{
    if (wg_conf_is_full_tunnel(conf)) {
        put_endpoint_route(conf, ds);
    }
    for (size_t i = 0; i < conf->allowed_ips.n; i++) {
        const struct vpn_prefix *p = &conf->allowed_ips.list[i];

        if (!p->plen) {
            /* Two halves are more specific than the default route there is. */
            bool v4 = vpn_prefix_is_v4(p);

            put_route(conf, p, v4 ? "0.0.0.0/1" : "::/1", ds);
            put_route(conf, p, v4 ? "128.0.0.0/1" : "8000::/1", ds);
        } else if (!wg_conf_is_connected(conf, p)) {
            char *text = vpn_prefix_to_string(p);

            put_route(conf, p, text, ds);
            free(text);
        }
    }
}

/* Names in the search domains are looked up at the service's servers.  The
 * router's own servers stay as they are. */
static void
put_dns(const struct wg_conf *conf, struct ds *ds)
{
    struct svec servers = SVEC_EMPTY_INITIALIZER;
    struct svec domains = SVEC_EMPTY_INITIALIZER;
    const char *domain;
    size_t i;

    wg_conf_get_dns(conf, &servers, &domains);
    SVEC_FOR_EACH (i, domain, &domains) {
        if (servers.n) {
            ds_put_format(ds, "/ip dns static add type=FWD name=\"%s\" "
                          "match-subdomain=yes forward-to=%s\n", domain,
                          servers.names[0]);
        }
    }
    if (servers.n && !domains.n) {
        ds_put_format(ds, "# Name servers at the other end: %s",
                      servers.names[0]);
        for (i = 1; i < servers.n; i++) {
            ds_put_format(ds, ", %s", servers.names[i]);
        }
        ds_put_char(ds, '\n');
    }
    svec_destroy(&servers);
    svec_destroy(&domains);
}

void
wg_conf_put_routeros(const struct wg_conf *conf, struct ds *ds)
{
    wg_conf_put_comment(conf, "", ds);
    put_interface(conf, ds);
    put_peer(conf, ds);
    for (size_t i = 0; i < conf->addresses.n; i++) {
        const struct vpn_prefix *p = &conf->addresses.list[i];

        ds_put_format(ds, "%s address add interface=\"%s\" address=",
                      get_menu(p), conf->ifname);
        vpn_prefix_format(p, ds);
        ds_put_cstr(ds, vpn_prefix_is_v4(p) ? "\n" : " advertise=no\n");
    }
    put_routes(conf, ds);
    put_dns(conf, ds);
}
