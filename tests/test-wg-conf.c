/* SPDX-License-Identifier: Apache-2.0 */

/* test-wg-conf FORMAT [MEMBER=VALUE]...: prints a peer's configuration.  A
 * MEMBER is one of 'struct wg_conf'; those that are sets may be named more
 * than once. */

#include <config.h>
#undef NDEBUG
#include "lib/wg-conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "sset.h"
#include "tests/ovstest.h"
#include "util.h"

static struct sset dns = SSET_INITIALIZER(&dns);

static const struct vpn_key *
parse_secret(const char *s)
{
    struct vpn_key *key = vpn_secret_alloc();

    ovs_assert(vpn_key_parse(s, key));
    return key;
}

static void
add_prefix(struct vpn_prefixes *prefixes, const char *s)
{
    struct vpn_prefix p;
    char *error = vpn_prefix_parse_cidr(s, &p);

    ovs_assert(!error);
    vpn_prefixes_add(prefixes, &p);
}

static void
set_member(struct wg_conf *conf, const char *member, const char *value)
{
    if (!strcmp(member, "name")) {
        conf->name = value;
    } else if (!strcmp(member, "note")) {
        conf->note = value;
    } else if (!strcmp(member, "is_site")) {
        conf->is_site = true;
    } else if (!strcmp(member, "psk_unknown")) {
        conf->psk_unknown = true;
    } else if (!strcmp(member, "private_key")) {
        conf->private_key = parse_secret(value);
    } else if (!strcmp(member, "addresses")) {
        add_prefix(&conf->addresses, value);
    } else if (!strcmp(member, "dns")) {
        sset_add(&dns, value);
    } else if (!strcmp(member, "mtu")) {
        conf->mtu = atoi(value);
    } else if (!strcmp(member, "listen_port")) {
        conf->listen_port = atoi(value);
    } else if (!strcmp(member, "public_key")) {
        ovs_assert(vpn_key_parse(value, &conf->public_key));
    } else if (!strcmp(member, "psk")) {
        conf->psk = parse_secret(value);
    } else if (!strcmp(member, "endpoint_host")) {
        conf->endpoint_host = value;
    } else if (!strcmp(member, "endpoint_port")) {
        conf->endpoint_port = atoi(value);
    } else if (!strcmp(member, "allowed_ips")) {
        add_prefix(&conf->allowed_ips, value);
    } else if (!strcmp(member, "keepalive")) {
        conf->keepalive = atoi(value);
    } else {
        OVS_NOT_REACHED();
    }
}

static enum wg_conf_format
parse_format(const char *s)
{
    static const char *const formats[] = {
        [WG_CONF_QUICK] = "wg-quick",
        [WG_CONF_NM] = "nm",
        [WG_CONF_NETDEV] = "netdev",
        [WG_CONF_NETWORK] = "network",
        [WG_CONF_ROUTEROS] = "routeros",
    };

    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        if (!strcmp(s, formats[i])) {
            return i;
        }
    }
    OVS_NOT_REACHED();
}

static void
test_wg_conf_main(int argc, char *argv[])
{
    struct wg_conf conf = {
        .name = "s1/alice",
        .ifname = "wg-s1",
        .dns = &dns,
        .endpoint_host = "192.168.0.200",
        .endpoint_port = 51820,
    };
    struct ds ds = DS_EMPTY_INITIALIZER;

    set_program_name(argv[0]);
    vpn_keys_init();
    for (int i = 2; i < argc; i++) {
        char *value = strchr(argv[i], '=');

        *value++ = '\0';
        set_member(&conf, argv[i], value);
    }

    ds_put_cstr(&ds, "");
    wg_conf_format(&conf, parse_format(argv[1]), &ds);
    fputs(ds_cstr(&ds), stdout);

    vpn_wipe_ds(&ds);
    vpn_secret_free(CONST_CAST(struct vpn_key *, conf.private_key));
    vpn_secret_free(CONST_CAST(struct vpn_key *, conf.psk));
    vpn_prefixes_destroy(&conf.addresses);
    vpn_prefixes_destroy(&conf.allowed_ips);
    sset_destroy(&dns);
}

OVSTEST_REGISTER("test-wg-conf", test_wg_conf_main);
