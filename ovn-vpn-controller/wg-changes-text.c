/* SPDX-License-Identifier: Apache-2.0 */

/* Changes of a WireGuard interface as text; see
 * ovn-vpn-controller/wg-device.h. */

#include <config.h>

#include "ovn-vpn-controller/wg-device.h"

#include "openvswitch/dynamic-string.h"
#include "svec.h"
#include "util.h"

/* Appends to 'ds' a line for each of 'changes', for logs and tests. */
void
wg_changes_format(const struct wg_changes *changes, struct ds *ds)
{
    static const char *names[] = {
        "remove", "add", "psk", "endpoint", "keepalive", "replace-ips", "ips",
    };

    ds_put_cstr(ds, changes->private_key ? "set private-key\n" : "");
    ds_put_cstr(ds, changes->listen_port ? "set listen-port\n" : "");
    ds_put_cstr(ds, changes->fwmark ? "set fwmark\n" : "");
    ds_put_cstr(ds, changes->replace_peers ? "replace-peers\n" : "");
    for (size_t i = 0; i < changes->n; i++) {
        const struct wg_change *change = &changes->list[i];
        char key[VPN_KEY_TEXT_LEN + 1];

        vpn_key_format(&change->public_key, key);
        ds_put_format(ds, "peer %.8s:", key);
        for (size_t j = 0; j < ARRAY_SIZE(names); j++) {
            if (!(change->what & (1u << j))) {
                continue;
            }
            ds_put_format(ds, " %s", names[j]);
            if (1u << j == WG_ENDPOINT) {
                ds_put_char(ds, '=');
                wg_endpoint_format(&change->endpoint, ds);
            } else if (1u << j == WG_KEEPALIVE) {
                ds_put_format(ds, "=%d", change->keepalive);
            }
        }
        ds_put_char(ds, '\n');
    }
    ds_put_cstr(ds, changes->more ? "more\n" : "");
}

static void
describe_values(const struct wg_change *change, struct ds *ds)
{
    if (change->what & WG_PSK) {
        ds_put_format(ds, " %spre-shared key",
                      change->want->has_psk ? "" : "no ");
    }
    if (change->what & WG_ENDPOINT) {
        ds_put_cstr(ds, " endpoint ");
        wg_endpoint_format(&change->endpoint, ds);
    }
    if (change->what & WG_KEEPALIVE) {
        ds_put_format(ds, " keepalive %d", change->keepalive);
    }
    if (change->what & (WG_REPLACE_IPS | WG_ALLOWED_IPS)) {
        ds_put_cstr(ds, " allowed IPs ");
        vpn_prefixes_format(&change->want->allowed_ips, ",", ds);
    }
}

/* Adds to 'lines' what 'changes' do, in words, without secrets. */
void
wg_changes_describe(const struct wg_changes *changes, struct svec *lines)
{
    if (changes->private_key) {
        svec_add(lines, "set the private key");
    }
    if (changes->listen_port) {
        svec_add(lines, "set the port");
    }
    if (changes->fwmark) {
        svec_add(lines, "set the firewall mark");
    }
    if (changes->replace_peers) {
        svec_add(lines, "remove all peers");
    }
    for (size_t i = 0; i < changes->n; i++) {
        const struct wg_change *change = &changes->list[i];
        struct ds ds = DS_EMPTY_INITIALIZER;
        char key[VPN_KEY_TEXT_LEN + 1];

        vpn_key_format(&change->public_key, key);
        ds_put_format(&ds, "%s peer %s",
                      (!change->want ? "remove"
                       : change->what & WG_ADD ? "add" : "set"), key);
        if (change->want) {
            describe_values(change, &ds);
        }
        svec_add_nocopy(lines, ds_steal_cstr(&ds));
    }
}
