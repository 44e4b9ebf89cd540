/* SPDX-License-Identifier: Apache-2.0 */

/* Configurations for NetworkManager, as nm-settings-keyfile(5) and the
 * sections on "wireguard" of nm-settings(5) describe them.  NetworkManager
 * makes routes of the allowed IPs by itself, and policy routing if all traffic
 * goes through the tunnel. */

#include <config.h>

#include "lib/wg-conf.h"

#include <inttypes.h>
#include <string.h>

#include "lib/wg-conf-private.h"
#include "openvswitch/dynamic-string.h"
#include "svec.h"

/* NetworkManager's flag for a secret that it asks of the user's session. */
#define ASK_USER "1"

static void
put_wireguard(const struct wg_conf *conf, struct ds *ds)
{
    ds_put_cstr(ds, "\n[wireguard]\n");
    if (conf->private_key) {
        wg_conf_put_key("private-key=", conf->private_key, "\n", ds);
    } else {
        ds_put_cstr(ds, "# The private key stayed with its owner, who is "
                        "asked for it.\n"
                        "private-key-flags="ASK_USER"\n");
    }
    if (conf->mtu) {
        ds_put_format(ds, "mtu=%d\n", conf->mtu);
    }
    if (conf->listen_port) {
        ds_put_format(ds, "listen-port=%"PRIu16"\n", conf->listen_port);
    }
}

static void
put_peer(const struct wg_conf *conf, struct ds *ds)
{
    wg_conf_put_key("\n[wireguard-peer.", &conf->public_key, "]\n", ds);
    if (conf->psk) {
        wg_conf_put_key("preshared-key=", conf->psk,
                        "\npreshared-key-flags=0\n", ds);
    } else if (conf->psk_unknown) {
        ds_put_cstr(ds, "# The pre-shared key stayed with its owner, who is "
                        "asked for it.\n"
                        "preshared-key-flags="ASK_USER"\n");
    }
    ds_put_cstr(ds, "endpoint=");
    wg_conf_put_endpoint(conf, ds);
    ds_put_char(ds, '\n');
    if (conf->keepalive) {
        ds_put_format(ds, "persistent-keepalive=%d\n", conf->keepalive);
    }
    if (conf->allowed_ips.n) {
        ds_put_cstr(ds, "allowed-ips=");
        vpn_prefixes_format(&conf->allowed_ips, ";", ds);
        ds_put_cstr(ds, ";\n");
    }
}

/* Appends the servers of one address family and, for the first family that has
 * one, the search domains. */
static void
put_dns(const struct wg_conf *conf, bool v4, bool *has_domains, struct ds *ds)
{
    struct svec servers = SVEC_EMPTY_INITIALIZER;
    struct svec domains = SVEC_EMPTY_INITIALIZER;
    const char *entry;
    bool any = false;
    size_t i;

    wg_conf_get_dns(conf, &servers, &domains);
    SVEC_FOR_EACH (i, entry, &servers) {
        if (!strchr(entry, ':') == v4) {
            ds_put_format(ds, "%s%s;", any ? "" : "dns=", entry);
            any = true;
        }
    }
    if (any) {
        ds_put_char(ds, '\n');
    }
    if (any && !*has_domains) {
        if (wg_conf_is_full_tunnel(conf)) {
            /* No other resolver is to hear of any name. */
            ds_put_cstr(ds, "dns-priority=-50\n");
            svec_add(&domains, "~");
        }
        SVEC_FOR_EACH (i, entry, &domains) {
            ds_put_format(ds, "%s%s;", i ? "" : "dns-search=", entry);
        }
        if (domains.n) {
            ds_put_char(ds, '\n');
        }
        *has_domains = true;
    }
    svec_destroy(&servers);
    svec_destroy(&domains);
}

static void
put_ip(const struct wg_conf *conf, bool v4, bool *has_domains, struct ds *ds)
{
    int n = 0;

    ds_put_format(ds, "\n[%s]\n", v4 ? "ipv4" : "ipv6");
    for (size_t i = 0; i < conf->addresses.n; i++) {
        const struct vpn_prefix *p = &conf->addresses.list[i];

        if (vpn_prefix_is_v4(p) == v4) {
            ds_put_format(ds, "address%d=", ++n);
            vpn_prefix_format(p, ds);
            ds_put_char(ds, '\n');
        }
    }
    if (n) {
        put_dns(conf, v4, has_domains, ds);
    }
    ds_put_format(ds, "method=%s\n", n ? "manual" : "disabled");
}

void
wg_conf_put_nm(const struct wg_conf *conf, struct ds *ds)
{
    bool has_domains = false;

    wg_conf_put_comment(conf, "", ds);
    ds_put_format(ds, "[connection]\nid=%s\ntype=wireguard\n"
                  "interface-name=%s\n", conf->ifname, conf->ifname);
    put_wireguard(conf, ds);
    put_peer(conf, ds);
    put_ip(conf, true, &has_domains, ds);
    put_ip(conf, false, &has_domains, ds);
}
