/* SPDX-License-Identifier: Apache-2.0 */

/* What all writers of configurations share, and the choice between them. */

#include <config.h>

#include "lib/wg-conf.h"

#include <stdlib.h>
#include <string.h>

#include "lib/vpn-model.h"
#include "lib/wg-conf-private.h"
#include "openvswitch/dynamic-string.h"
#include "sset.h"
#include "svec.h"
#include "util.h"

/* Most characters that a writer needs for one prefix, for one entry of the
 * DNS beside its own length, a name server's address among them, and for
 * everything else. */
#define PREFIX_TEXT_MAX 256
#define DNS_TEXT_MAX 256
#define FIXED_TEXT_MAX 4096

/* Returns a length that the text of 'conf' does not exceed in any syntax.  The
 * name and the note are escaped, and the endpoint and the name of the
 * interface may stand in several places. */
static size_t
text_max(const struct wg_conf *conf)
{
    size_t n_lines = conf->addresses.n + conf->allowed_ips.n;
    size_t n = (FIXED_TEXT_MAX + 16 * strlen(conf->name)
                + (conf->note ? 16 * strlen(conf->note) : 0)
                + 4 * strlen(conf->endpoint_host)
                + n_lines * PREFIX_TEXT_MAX);
    const char *entry;

    SSET_FOR_EACH (entry, conf->dns) {
        n += DNS_TEXT_MAX + strlen(entry);
    }
    return n;
}

/* Appends 's' as part of a line.  Nothing gets out of a comment, or is an
 * escape sequence in any of the syntaxes. */
static void
put_line(const char *s, struct ds *ds)
{
    for (; *s; s++) {
        unsigned char c = *s;

        ds_put_char(ds, c < 0x20 || c == 0x7f || c == '\\' ? '_' : c);
    }
}

/* Appends the lines for people.  'suffix' follows the name. */
void
wg_conf_put_comment(const struct wg_conf *conf, const char *suffix,
                    struct ds *ds)
{
    ds_put_cstr(ds, "# ");
    put_line(conf->name, ds);
    ds_put_format(ds, "%s\n", suffix);
    if (conf->note) {
        ds_put_cstr(ds, "# ");
        put_line(conf->note, ds);
        ds_put_char(ds, '\n');
    }
}

/* Appends 'key' between 'before' and 'after'. */
void
wg_conf_put_key(const char *before, const struct vpn_key *key,
                const char *after, struct ds *ds)
{
    char text[VPN_KEY_TEXT_LEN + 1];

    vpn_key_format(key, text);
    ds_put_cstr(ds, before);
    ds_put_cstr(ds, text);
    ds_put_cstr(ds, after);
    vpn_wipe(text, sizeof text);
}

void
wg_conf_put_endpoint(const struct wg_conf *conf, struct ds *ds)
{
    const char *host = conf->endpoint_host;
    bool brackets = strchr(host, ':') != NULL;

    ds_put_format(ds, "%s%s%s:%"PRIu16, brackets ? "[" : "", host,
                  brackets ? "]" : "", conf->endpoint_port);
}

/* Adds to 'servers' and 'domains', either of which may be NULL, what the DNS
 * of 'conf' consists of, sorted as text, because the database does not keep an
 * order. */
void
wg_conf_get_dns(const struct wg_conf *conf, struct svec *servers,
                struct svec *domains)
{
    const char **entries = sset_sort(conf->dns);

    for (size_t i = 0; i < sset_count(conf->dns); i++) {
        struct in6_addr addr;
        char *error = vpn_dns_check(entries[i]);

        /* Anything else could smuggle in commands, such as PostUp. */
        ovs_assert(!error);
        error = vpn_addr_parse(entries[i], &addr);
        struct svec *list = error ? domains : servers;
        free(error);
        if (list) {
            svec_add(list, entries[i]);
        }
    }
    free(entries);
}

/* Returns true if all that the peer sends is to go through the tunnel. */
bool
wg_conf_is_full_tunnel(const struct wg_conf *conf)
{
    for (size_t i = 0; i < conf->allowed_ips.n; i++) {
        if (!conf->allowed_ips.list[i].plen) {
            return true;
        }
    }
    return false;
}

/* Returns true if the peer reaches 'prefix' by an address of its own, so that
 * no route is needed. */
bool
wg_conf_is_connected(const struct wg_conf *conf,
                     const struct vpn_prefix *prefix)
{
    for (size_t i = 0; i < conf->addresses.n; i++) {
        struct vpn_prefix network
            = vpn_prefix_network(&conf->addresses.list[i]);

        if (vpn_prefix_equals(&network, prefix)) {
            return true;
        }
    }
    return false;
}

/* Appends 'conf' to 'ds' in the given format.
 *
 * The text holds secrets: the caller destroys 'ds' with vpn_wipe_ds().  Space
 * for all of it is reserved first, so that no copy stays behind elsewhere. */
void
wg_conf_format(const struct wg_conf *conf, enum wg_conf_format format,
               struct ds *ds)
{
    static void (*const writers[])(const struct wg_conf *, struct ds *) = {
        [WG_CONF_QUICK] = wg_conf_put_quick,
        [WG_CONF_NM] = wg_conf_put_nm,
        [WG_CONF_NETDEV] = wg_conf_put_netdev,
        [WG_CONF_NETWORK] = wg_conf_put_network,
        [WG_CONF_ROUTEROS] = wg_conf_put_routeros,
    };

    ds_reserve(ds, ds->length + text_max(conf));
    const char *start = ds->string;
    writers[format](conf, ds);
    ovs_assert(ds->string == start);
}
