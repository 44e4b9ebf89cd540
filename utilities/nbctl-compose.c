/* SPDX-License-Identifier: Apache-2.0 */

/* From a connection and its service to the configuration for the peer. */

#include <config.h>

#include "utilities/nbctl-config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-endpoint.h"
#include "lib/vpn-model.h"
#include "lib/wg-conf.h"
#include "smap.h"
#include "util.h"
#include "utilities/nbctl.h"

/* Returns true if the configuration is for the service's next key pair: the
 * peer keeps it longer than the current one lasts. */
static bool
uses_next_key(const struct nbctl_config *config,
              const struct vpnnbrec_vpn_service *row)
{
    return row->next_public_key && !config->current_key;
}

static char *
get_public_key(const struct nbctl_config *config,
               const struct vpnnbrec_vpn_service *row, struct vpn_key *key)
{
    return (uses_next_key(config, row)
            ? nbctl_label("next_public_key",
                          vpn_public_key_parse(row->next_public_key, key))
            : nbctl_label("public_key",
                          vpn_public_key_parse(row->public_key, key)));
}

/* Returns a line for people about when the configuration can be used, NULL if
 * there is nothing to say.  The caller must free it. */
static char *
make_note(const struct nbctl_config *config,
          const struct vpnnbrec_vpn_service *row)
{
    if (!row->next_public_key || !row->n_cutover_at) {
        return NULL;
    }
    char *time = nbctl_format_time(row->cutover_at[0]);
    char *note = (uses_next_key(config, row)
                  ? xasprintf("For use from %s on, when the service's key "
                              "changes.", time)
                  : xasprintf("For use until %s, when the service's key "
                              "changes.", time));
    free(time);
    return note;
}

/* Adds to 'addresses' those of 'c', with the lengths of their subnets. */
static void
get_addresses(const struct vpn_service *service,
              const struct vpn_connection *c, struct vpn_prefixes *addresses)
{
    for (size_t i = 0; i < c->addresses.n; i++) {
        struct vpn_prefix p = c->addresses.list[i];
        const struct vpn_prefix *subnet
            = vpn_prefixes_find_overlap(&service->tunnel_subnets, &p);

        p.plen = subnet->plen;
        vpn_prefixes_add(addresses, &p);
    }
}

/* Adds to 'prefixes' everything: with IPv6, even if the service has none, so
 * that nothing goes past the tunnel. */
static char *
get_everything(struct vpn_prefixes *prefixes)
{
    static const char *const all[] = { "0.0.0.0/0", "::/0" };

    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        struct vpn_prefix p;
        char *error = vpn_prefix_parse(all[i], &p);

        ovs_assert(!error);
        vpn_prefixes_add(prefixes, &p);
    }
    return NULL;
}

/* Adds to 'prefixes' what the peer reaches through the tunnel: the networks
 * first, then the tunnel subnets. */
static char *
get_allowed_ips(const struct nbctl_config *config,
                const struct vpnnbrec_vpn_service *row,
                const struct vpn_service *service,
                struct vpn_prefixes *prefixes)
{
    if (config->full_tunnel) {
        return get_everything(prefixes);
    }
    for (size_t i = 0; i < row->n_offered_subnets; i++) {
        struct vpn_prefix p;
        char *error = vpn_prefix_parse(row->offered_subnets[i], &p);

        if (error) {
            return nbctl_label("offered_subnets", error);
        }
        vpn_prefixes_add(prefixes, &p);
    }
    if (!row->n_offered_subnets) {
        vpn_prefixes_clone(prefixes, &service->local_subnets);
    }
    vpn_prefixes_sort(prefixes);
    for (size_t i = 0; i < service->tunnel_subnets.n; i++) {
        vpn_prefixes_add(prefixes, &service->tunnel_subnets.list[i]);
    }
    return NULL;
}

static int
get_mtu(const struct vpnnbrec_vpn_service *row,
        const struct vpn_service *service, const struct vpn_options *options)
{
    int mtu = smap_get_int(&row->status, "mtu", 0);

    return (mtu >= VPN_MTU_MIN && mtu <= VPN_MTU_MAX ? mtu
            : service->mtu ? service->mtu
            : options->default_mtu);
}

/* Returns the interval for the peer's keepalives, in seconds, 0 for none.
 * That of a site's connection is the gateway's own. */
static int
get_keepalive(const struct vpn_service *service,
              const struct vpn_connection *c,
              const struct vpn_options *options)
{
    return (c->keepalive >= 0 && !c->is_site ? c->keepalive
            : service->keepalive >= 0 ? service->keepalive
            : options->default_keepalive);
}

/* Returns the port at which the gateway calls the peer, 0 if it does not. */
static uint16_t
get_listen_port(const struct vpn_connection *c)
{
    struct vpn_endpoint endpoint;
    char *error = (c->peer_address
                   ? vpn_endpoint_parse(c->peer_address, &endpoint)
                   : xstrdup("none"));

    if (error) {
        free(error);
        return 0;
    }
    vpn_endpoint_destroy(&endpoint);
    return endpoint.port;
}

static char *
check_dns(const struct vpn_service *service)
{
    const char *entry;
    char *error = NULL;

    SSET_FOR_EACH (entry, &service->dns) {
        error = error ? error : vpn_dns_check(entry);
    }
    return nbctl_label("dns", error);
}

/* Makes the texts of 'config', and its QR code if it is to have one, from
 * 'conf'.  They replace those of an earlier attempt. */
static char *
format(struct nbctl_config *config, const struct wg_conf *conf)
{
    vpn_wipe_ds(&config->text);
    ds_init(&config->text);
    wg_conf_format(conf, config->format, &config->text);

    vpn_wipe_ds(&config->network);
    ds_init(&config->network);
    if (config->format == WG_CONF_NETDEV) {
        wg_conf_format(conf, WG_CONF_NETWORK, &config->network);
    }

    qr_destroy(config->qr);
    config->qr = NULL;
    const char *option = (config->has_qr ? "--qr"
                          : config->names[NBCTL_CONFIG_PNG] ? "--png"
                          : config->names[NBCTL_CONFIG_SVG] ? "--svg"
                          : NULL);
    return (!option ? NULL
            : nbctl_label(option, qr_create(config->text.string,
                                            config->text.length,
                                            &config->qr)));
}

/* Makes what 'config' hands over that of 'c', a connection of 'service', whose
 * row, with its status, is 'row'. */
char *
nbctl_config_compose(struct nbctl_config *config,
                     const struct vpn_options *options,
                     const struct vpnnbrec_vpn_service *row,
                     const struct vpn_service *service,
                     const struct vpn_connection *c)
{
    /* A router's own resolver is no business of ours. */
    struct sset no_dns = SSET_INITIALIZER(&no_dns);
    char ifname[VPN_IFNAME_SIZE];
    struct wg_conf conf = {
        .private_key = config->private_key,
        .ifname = ifname,
        .is_site = c->is_site,
        .dns = c->is_site ? &no_dns : &service->dns,
        .mtu = get_mtu(row, service, options),
        .listen_port = get_listen_port(c),
        .psk = config->psk,
        .psk_unknown = config->psk_unknown,
        .endpoint_port = service->listen_port,
        .keepalive = get_keepalive(service, c, options),
    };
    struct in6_addr ip;

    vpn_ifname("wg-", service->name, ifname);
    char *error = get_public_key(config, row,
                                 &conf.public_key);
    error = error ? error : nbctl_label("public_ip",
                                        vpn_addr_parse(row->public_ip, &ip));
    error = error ? error : check_dns(service);
    error = error ? error : get_allowed_ips(config, row, service,
                                            &conf.allowed_ips);
    if (!error) {
        char *name = xasprintf("%s/%s", service->name, c->name);
        char *host = vpn_addr_to_string(&ip);
        char *note = make_note(config, row);

        conf.name = name;
        conf.note = note;
        conf.endpoint_host = host;
        get_addresses(service, c, &conf.addresses);
        error = format(config, &conf);
        free(name);
        free(host);
        free(note);
    }
    vpn_prefixes_destroy(&conf.addresses);
    vpn_prefixes_destroy(&conf.allowed_ips);
    return error;
}
