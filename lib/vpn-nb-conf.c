/* SPDX-License-Identifier: Apache-2.0 */

/* From a connection and its service to the configuration for the peer. */

#include <config.h>

#include "lib/vpn-nb-conf.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-endpoint.h"
#include "lib/vpn-model.h"
#include "lib/vpn-parse.h"
#include "lib/vpn-time.h"
#include "smap.h"
#include "timeval.h"
#include "util.h"

/* Returns true if the configuration is for the service's next key pair: the
 * peer keeps it longer than the current one lasts. */
static bool
uses_next_key(const struct vpn_nb_conf_wish *wish,
              const struct vpnnbrec_vpn_service *row)
{
    return row->next_public_key && !wish->current_key;
}

static char *
get_public_key(const struct vpn_nb_conf_wish *wish,
               const struct vpnnbrec_vpn_service *row, struct vpn_key *key)
{
    return (uses_next_key(wish, row)
            ? vpn_label("next_public_key",
                          vpn_public_key_parse(row->next_public_key, key))
            : vpn_label("public_key",
                          vpn_public_key_parse(row->public_key, key)));
}

/* Returns a line for people about when the configuration can be used, NULL if
 * there is nothing to say.  The caller must free it. */
static char *
make_note(const struct vpn_nb_conf_wish *wish,
          const struct vpnnbrec_vpn_service *row)
{
    if (!row->next_public_key || !row->n_cutover_at) {
        return NULL;
    }
    char *time = vpn_format_time(row->cutover_at[0]);
    char *note = (uses_next_key(wish, row)
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

/* Adds to 'prefixes' what is behind the sites of 'service' other than 'c'. */
static void
get_sites(const struct vpn_service *service, const struct vpn_connection *c,
          struct vpn_prefixes *prefixes)
{
    for (size_t i = 0; i < service->n_connections; i++) {
        const struct vpn_connection *other = &service->connections[i];

        if (!vpn_connection_is_usable(other, time_wall_msec())
            || !strcmp(other->name, c->name)) {
            continue;
        }
        for (size_t j = 0; j < other->peer_cidrs.n; j++) {
            if (!vpn_service_covers(service, &other->peer_cidrs.list[j])) {
                vpn_prefixes_add(prefixes, &other->peer_cidrs.list[j]);
            }
        }
    }
}

/* Drops from 'prefixes' those of a kind, IPv4 or IPv6, in which 'c' can send
 * nothing. */
static void
drop_useless(const struct vpn_connection *c, struct vpn_prefixes *prefixes)
{
    size_t n = 0;

    for (size_t i = 0; i < prefixes->n; i++) {
        bool v4 = vpn_prefix_is_v4(&prefixes->list[i]);

        if (vpn_prefixes_have_family(&c->addresses, v4)
            || vpn_prefixes_have_family(&c->peer_cidrs, v4)) {
            prefixes->list[n++] = prefixes->list[i];
        }
    }
    prefixes->n = n;
}

/* Adds to 'prefixes' what the peer 'c' reaches through the tunnel: the
 * networks first, then the tunnel subnets. */
static char *
get_allowed_ips(const struct vpn_nb_conf_wish *wish,
                const struct vpnnbrec_vpn_service *row,
                const struct vpn_service *service,
                const struct vpn_connection *c,
                struct vpn_prefixes *prefixes)
{
    if (wish->full_tunnel) {
        return get_everything(prefixes);
    }
    for (size_t i = 0; i < row->n_offered_subnets; i++) {
        struct vpn_prefix p;
        char *error = vpn_prefix_parse(row->offered_subnets[i], &p);

        if (error) {
            return vpn_label("offered_subnets", error);
        }
        vpn_prefixes_add(prefixes, &p);
    }
    if (!row->n_offered_subnets) {
        vpn_prefixes_clone(prefixes, &service->local_subnets);
    }
    if (service->client_to_client) {
        get_sites(service, c, prefixes);
    }
    vpn_prefixes_sort(prefixes);
    for (size_t i = 0; i < service->tunnel_subnets.n; i++) {
        vpn_prefixes_add(prefixes, &service->tunnel_subnets.list[i]);
    }
    drop_useless(c, prefixes);
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
    return vpn_label("dns", error);
}

/* Makes 'conf' the configuration for the peer of 'c', a connection of
 * 'service', whose row, with its status, is 'row'.  It refers to what 'wish',
 * 'service' and 'c' hold.  The caller must pass it to vpn_nb_conf_destroy() in
 * any case. */
char *
vpn_nb_conf_init(struct vpn_nb_conf *conf, const struct vpn_nb_conf_wish *wish,
                 const struct vpn_options *options,
                 const struct vpnnbrec_vpn_service *row,
                 const struct vpn_service *service,
                 const struct vpn_connection *c)
{
    struct in6_addr ip;

    /* A router's own resolver is no business of ours. */
    sset_init(&conf->no_dns);
    vpn_ifname("wg-", service->name, conf->ifname);
    conf->name = xasprintf("%s/%s", service->name, c->name);
    conf->note = make_note(wish, row);
    conf->host = NULL;
    conf->conf = (struct wg_conf) {
        .name = conf->name,
        .ifname = conf->ifname,
        .note = conf->note,
        .is_site = c->is_site,
        .private_key = wish->private_key,
        .dns = c->is_site ? &conf->no_dns : &service->dns,
        .mtu = get_mtu(row, service, options),
        .listen_port = get_listen_port(c),
        .psk = wish->psk,
        .psk_unknown = wish->psk_unknown,
        .endpoint_port = service->listen_port,
        .keepalive = get_keepalive(service, c, options),
    };

    /* Nobody has looked at the connections then, or at the name. */
    char *error = (service->error
                   ? xasprintf("the service is in error: %s", service->error)
                   : get_public_key(wish, row, &conf->conf.public_key));
    error = error ? error : vpn_label("public_ip",
                                      vpn_addr_parse(row->public_ip, &ip));
    if (!error) {
        conf->host = vpn_addr_to_string(&ip);
        conf->conf.endpoint_host = conf->host;
    }
    error = error ? error : check_dns(service);
    if (error) {
        return error;
    }
    get_addresses(service, c, &conf->conf.addresses);
    return get_allowed_ips(wish, row, service, c, &conf->conf.allowed_ips);
}

void
vpn_nb_conf_destroy(struct vpn_nb_conf *conf)
{
    vpn_prefixes_destroy(&conf->conf.addresses);
    vpn_prefixes_destroy(&conf->conf.allowed_ips);
    sset_destroy(&conf->no_dns);
    free(conf->name);
    free(conf->note);
    free(conf->host);
}
