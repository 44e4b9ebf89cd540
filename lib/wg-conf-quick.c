/* SPDX-License-Identifier: Apache-2.0 */

/* Configurations in the syntax of wg-quick(8), which WireGuard's programs for
 * other systems and for telephones read as well. */

#include <config.h>

#include "lib/wg-conf.h"

#include "lib/wg-conf-private.h"
#include "openvswitch/dynamic-string.h"
#include "svec.h"

static void
put_prefixes(const char *keyword, const struct vpn_prefixes *prefixes,
             struct ds *ds)
{
    if (prefixes->n) {
        ds_put_format(ds, "%s = ", keyword);
        vpn_prefixes_format(prefixes, ", ", ds);
        ds_put_char(ds, '\n');
    }
}

static void
put_number(const char *keyword, int number, struct ds *ds)
{
    if (number) {
        ds_put_format(ds, "%s = %d\n", keyword, number);
    }
}

static void
put_dns(const struct wg_conf *conf, struct ds *ds)
{
    struct svec entries = SVEC_EMPTY_INITIALIZER;
    const char *entry;
    size_t i;

    wg_conf_get_dns(conf, &entries, &entries);
    SVEC_FOR_EACH (i, entry, &entries) {
        ds_put_format(ds, "%s%s", i ? ", " : "DNS = ", entry);
    }
    if (entries.n) {
        ds_put_char(ds, '\n');
    }
    svec_destroy(&entries);
}

static void
put_interface(const struct wg_conf *conf, struct ds *ds)
{
    ds_put_cstr(ds, "[Interface]\n");
    if (conf->private_key) {
        wg_conf_put_key("PrivateKey = ", conf->private_key, "\n", ds);
    } else {
        ds_put_cstr(ds, "# The private key stayed with its owner; write it in "
                        "the next line.\n"
                        "PrivateKey = "WG_CONF_NO_PRIVATE_KEY"\n");
    }
    put_prefixes("Address", &conf->addresses, ds);
    put_dns(conf, ds);
    put_number("MTU", conf->mtu, ds);
    put_number("ListenPort", conf->listen_port, ds);
}

static void
put_peer(const struct wg_conf *conf, struct ds *ds)
{
    ds_put_cstr(ds, "[Peer]\n");
    wg_conf_put_key("PublicKey = ", &conf->public_key, "\n", ds);
    if (conf->psk) {
        wg_conf_put_key("PresharedKey = ", conf->psk, "\n", ds);
    } else if (conf->psk_unknown) {
        ds_put_cstr(ds, "# The pre-shared key stayed with its owner; write it "
                        "in the next line.\n"
                        "PresharedKey = "WG_CONF_NO_PSK"\n");
    }
    ds_put_cstr(ds, "Endpoint = ");
    wg_conf_put_endpoint(conf, ds);
    ds_put_char(ds, '\n');
    put_prefixes("AllowedIPs", &conf->allowed_ips, ds);
    put_number("PersistentKeepalive", conf->keepalive, ds);
}

void
wg_conf_put_quick(const struct wg_conf *conf, struct ds *ds)
{
    wg_conf_put_comment(conf, "", ds);
    if (conf->is_site) {
        ds_put_cstr(ds, "# This router must forward: "
                        "\"sysctl -w net.ipv4.ip_forward=1 "
                        "net.ipv6.conf.all.forwarding=1\".\n");
    }
    put_interface(conf, ds);
    ds_put_char(ds, '\n');
    put_peer(conf, ds);
}
