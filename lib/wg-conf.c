/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/wg-conf.h"

#include <stdlib.h>
#include <string.h>

#include "lib/vpn-model.h"
#include "openvswitch/dynamic-string.h"
#include "sset.h"
#include "util.h"

/* Stands where a private key is missing.  It passes "wg-quick strip", and "wg"
 * quotes it when it refuses to use it. */
#define NO_PRIVATE_KEY "PUT-YOUR-PRIVATE-KEY-HERE"

/* Most characters of one prefix and the separator before it:
 * ", " INET6_ADDRSTRLEN "/128". */
#define PREFIX_TEXT_MAX (2 + INET6_ADDRSTRLEN + 4)

/* Enough for the keywords, the keys and the numbers in a configuration. */
#define FIXED_TEXT_MAX 1024

/* Returns a length that the text of 'conf' does not exceed.  A character of
 * the name takes up to 4. */
static size_t
text_max(const struct wg_conf *conf)
{
    size_t n = (FIXED_TEXT_MAX + 4 * strlen(conf->name)
                + strlen(conf->endpoint_host)
                + (conf->addresses.n + conf->allowed_ips.n) * PREFIX_TEXT_MAX);
    const char *entry;

    SSET_FOR_EACH (entry, conf->dns) {
        n += 2 + strlen(entry);
    }
    return n;
}

static void
put_key(const char *keyword, const struct vpn_key *key, struct ds *ds)
{
    char text[VPN_KEY_TEXT_LEN + 1];

    vpn_key_format(key, text);
    ds_put_cstr(ds, keyword);
    ds_put_cstr(ds, " = ");
    ds_put_cstr(ds, text);
    ds_put_char(ds, '\n');
    vpn_wipe(text, sizeof text);
}

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

/* Name servers sorted as text, because the database does not keep an order. */
static void
put_dns(const struct sset *dns, struct ds *ds)
{
    if (!sset_is_empty(dns)) {
        const char **entries = sset_sort(dns);

        for (size_t i = 0; i < sset_count(dns); i++) {
            char *error = vpn_dns_check(entries[i]);

            /* Anything else could smuggle in commands, such as PostUp. */
            ovs_assert(!error);
            ds_put_format(ds, "%s%s", i ? ", " : "DNS = ", entries[i]);
        }
        ds_put_char(ds, '\n');
        free(entries);
    }
}

static void
put_endpoint(const char *host, uint16_t port, struct ds *ds)
{
    bool brackets = strchr(host, ':') != NULL;

    ds_put_format(ds, "Endpoint = %s%s%s:%"PRIu16"\n",
                  brackets ? "[" : "", host, brackets ? "]" : "", port);
}

static void
put_interface(const struct wg_conf *conf, struct ds *ds)
{
    ds_put_cstr(ds, "[Interface]\n");
    if (conf->private_key) {
        put_key("PrivateKey", conf->private_key, ds);
    } else {
        ds_put_cstr(ds, "# The private key stayed with its owner; write it in "
                        "the next line.\n"
                        "PrivateKey = "NO_PRIVATE_KEY"\n");
    }
    put_prefixes("Address", &conf->addresses, ds);
    put_dns(conf->dns, ds);
    put_number("MTU", conf->mtu, ds);
    put_number("ListenPort", conf->listen_port, ds);
}

static void
put_peer(const struct wg_conf *conf, struct ds *ds)
{
    ds_put_cstr(ds, "[Peer]\n");
    put_key("PublicKey", &conf->public_key, ds);
    if (conf->psk) {
        put_key("PresharedKey", conf->psk, ds);
    }
    put_endpoint(conf->endpoint_host, conf->endpoint_port, ds);
    put_prefixes("AllowedIPs", &conf->allowed_ips, ds);
    put_number("PersistentKeepalive", conf->keepalive, ds);
}

/* Appends 'conf' to 'ds' in the syntax of wg-quick(8), which WireGuard's other
 * clients read as well.
 *
 * The text holds secrets: the caller destroys 'ds' with vpn_wipe_ds().  Space
 * for all of it is reserved first, so that no copy stays behind elsewhere. */
void
wg_conf_format_quick(const struct wg_conf *conf, struct ds *ds)
{
    ds_reserve(ds, ds->length + text_max(conf));
    const char *start = ds->string;

    ds_put_cstr(ds, "# ");
    ds_put_printable(ds, conf->name, strlen(conf->name));
    ds_put_char(ds, '\n');
    put_interface(conf, ds);
    ds_put_char(ds, '\n');
    put_peer(conf, ds);
    ovs_assert(ds->string == start);
}
