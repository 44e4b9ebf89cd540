/* SPDX-License-Identifier: Apache-2.0 */

/* Checks of a service that need to see nothing but the service itself.  Front
 * doors call them before they write, the translator before it believes what
 * was written.  Each returns NULL if all is well, otherwise a message for the
 * user, which the caller must free. */

#include <config.h>

#include "lib/vpn-model.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vpn-claims.h"
#include "lib/vpn-endpoint.h"
#include "lib/vpn-pool.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"
#include "uuid.h"

/* Longest name of a service or connection: maxLength in the schema. */
#define NAME_MAX_LEN 63

/* Checks 'name', the name of a 'what', such as "service". */
char *
vpn_name_check(const char *what, const char *name)
{
    size_t len = strlen(name);

    if (!len) {
        return xasprintf("a %s needs a name", what);
    } else if (len > NAME_MAX_LEN) {
        return xasprintf("%s name \"%s\" is longer than %d characters",
                         what, name, NAME_MAX_LEN);
    }
    for (size_t i = 0; i < len; i++) {
        unsigned char c = name[i];

        if (!isascii(c) || !(isalnum(c) || (i && strchr("_-.", c)))) {
            return xasprintf("%s name \"%s\" may hold letters, digits, \"_\", "
                             "\"-\" and \".\" only and must begin with a "
                             "letter or digit", what, name);
        }
    }
    return NULL;
}

/* Checks 's', a name server's address or a search domain. */
char *
vpn_dns_check(const char *s)
{
    struct in6_addr addr;
    char *error = vpn_addr_parse(s, &addr);

    if (error && vpn_domain_is_valid(s)) {
        free(error);
        return NULL;
    } else if (error) {
        free(error);
        return xasprintf("\"%s\" is neither the address of a name server nor "
                         "a search domain", s);
    }
    return NULL;
}

/* Checks 's', an address or name, with port, at which a peer can be called. */
char *
vpn_peer_address_check(const char *s)
{
    struct vpn_endpoint endpoint;
    char *error = vpn_endpoint_parse(s, &endpoint);

    if (!error) {
        vpn_endpoint_destroy(&endpoint);
    }
    return error;
}

/* Checks that 'p', described by 'what', can lie behind a tunnel: that it has
 * nothing in common with what is never forwarded, after IANA's registries of
 * special-purpose addresses (RFC 6890).  The default route is no place. */
static char *
check_place(const char *what, const struct vpn_prefix *p)
{
    static const struct {
        const char *prefix, *name;
    } taboos[] = {
        { "0.0.0.0/8", "addresses of this host" },
        { "127.0.0.0/8", "loopback addresses" },
        { "169.254.0.0/16", "link-local addresses" },
        { "224.0.0.0/4", "multicast addresses" },
        { "240.0.0.0/4", "reserved addresses" },
        { "::/127", "the unspecified and the loopback address" },
        { "fe80::/10", "link-local addresses" },
        { "ff00::/8", "multicast addresses" },
    };

    for (size_t i = 0; p->plen && i < ARRAY_SIZE(taboos); i++) {
        struct vpn_prefix taboo;
        char *error = vpn_prefix_parse(taboos[i].prefix, &taboo);

        ovs_assert(!error);
        if (vpn_prefix_overlaps(p, &taboo)) {
            char *s = vpn_prefix_to_string(p);

            error = xasprintf("%s %s overlaps with %s (%s); use another "
                              "prefix", what, s, taboos[i].prefix,
                              taboos[i].name);
            free(s);
            return error;
        }
    }
    return NULL;
}

static char *
check_tunnel_subnet(const struct vpn_prefix *subnet)
{
    struct in6_addr gateway;
    char *s = vpn_prefix_to_string(subnet);
    char *error = check_place("tunnel subnet", subnet);

    if (error) {
        /* That says enough. */
    } else if (!vpn_pool_gateway(subnet, &gateway)) {
        error = xasprintf("tunnel subnet %s is too small: use a prefix length "
                          "of at most %d", s,
                          vpn_prefix_is_v4(subnet) ? 30 : 126);
    } else if (vpn_prefix_is_v4(subnet) ? subnet->plen < 8
               : subnet->plen < 16) {
        error = xasprintf("tunnel subnet %s is too large", s);
    }
    free(s);
    return error;
}

/* Checks that 'subnets' can be the tunnel subnets of one service. */
char *
vpn_service_check_subnets(const struct vpn_prefixes *subnets)
{
    if (!subnets->n) {
        return xstrdup("the service has no tunnel subnet; give it one that "
                       "nothing else uses, such as 10.200.200.0/24");
    }
    for (size_t i = 0; i < subnets->n; i++) {
        char *error = check_tunnel_subnet(&subnets->list[i]);
        if (error) {
            return error;
        }
        for (size_t j = 0; j < i; j++) {
            if (vpn_prefix_overlaps(&subnets->list[i], &subnets->list[j])) {
                char *a = vpn_prefix_to_string(&subnets->list[j]);
                char *b = vpn_prefix_to_string(&subnets->list[i]);

                error = xasprintf("tunnel subnets %s and %s overlap", a, b);
                free(a);
                free(b);
                return error;
            }
        }
    }
    return NULL;
}

/* Returns what is special about 'addr' in 'subnet', NULL if nothing is. */
static const char *
find_special(const struct vpn_prefix *subnet, const struct in6_addr *addr)
{
    struct in6_addr network, gateway, next;

    vpn_prefix_nth(subnet, 0, &network);
    vpn_pool_gateway(subnet, &gateway);
    if (!memcmp(addr, &gateway, sizeof gateway)) {
        return "the gateway's own";
    } else if (!memcmp(addr, &network, sizeof network)) {
        return "the subnet itself";
    } else if (vpn_addr_is_v4(addr)) {
        next = *addr;
        for (int i = 15; i >= 12 && !++next.s6_addr[i]; i--) {
            continue;
        }
        if (!vpn_prefix_contains(subnet, &next)) {
            return "the subnet's broadcast address";
        }
    }
    return NULL;
}

/* Checks that 'addr' can be the tunnel address of a connection. */
static char *
check_address(const struct vpn_service *service, const struct in6_addr *addr)
{
    const struct vpn_prefix host = vpn_prefix_host(addr);
    const struct vpn_prefix *subnet
        = vpn_prefixes_find_overlap(&service->tunnel_subnets, &host);
    const char *special = subnet ? find_special(subnet, addr) : NULL;

    if (subnet && !special) {
        return NULL;
    }

    char *s = vpn_addr_to_string(addr);
    char *error;
    if (!subnet) {
        struct ds all = DS_EMPTY_INITIALIZER;

        vpn_prefixes_format(&service->tunnel_subnets, ", ", &all);
        error = xasprintf("address %s is not in the tunnel subnets (%s)", s,
                          ds_cstr(&all));
        ds_destroy(&all);
    } else {
        error = xasprintf("address %s is %s; use another one", s, special);
    }
    free(s);
    return error;
}

/* Checks that 'c' can be called from the external address of 'service', the
 * only one that its packets have. */
static char *
check_peer_address(const struct vpn_service *service,
                   const struct vpn_connection *c)
{
    bool v4 = vpn_addr_is_v4(&service->external_ip);
    struct vpn_endpoint endpoint;

    char *error = vpn_endpoint_parse(c->peer_address, &endpoint);
    if (!error) {
        if (!endpoint.name && vpn_addr_is_v4(&endpoint.addr) != v4) {
            error = xasprintf("peer_address %s is %s, but the service's "
                              "external_ip is %s, and so is all that it "
                              "sends; give an %s address or a host name",
                              c->peer_address, v4 ? "IPv6" : "IPv4",
                              v4 ? "IPv4" : "IPv6", v4 ? "IPv4" : "IPv6");
        }
        vpn_endpoint_destroy(&endpoint);
    }
    return error;
}

/* Checks the networks of 'c', as vpn_connection_check() does. */
static char *
check_networks(const struct vpn_service *service,
               const struct vpn_connection *c, const char **columnp)
{
    bool is_address = !c->is_site && !c->addresses.n;
    char *error = NULL;

    *columnp = "addresses";
    for (size_t i = 0; !error && i < c->addresses.n; i++) {
        error = check_address(service, &c->addresses.list[i].addr);
    }
    if (!error && !c->addresses.n && !c->peer_cidrs.n) {
        error = xstrdup("the connection has neither addresses nor peer_cidrs");
    }
    if (error) {
        return error;
    }

    *columnp = "peer_cidrs";
    for (size_t i = 0; !error && i < c->peer_cidrs.n; i++) {
        error = check_place("peer CIDR", &c->peer_cidrs.list[i]);
    }
    /* A client may be written as the address that it may use. */
    for (size_t i = 0; !error && is_address && i < c->peer_cidrs.n; i++) {
        error = check_address(service, &c->peer_cidrs.list[i].addr);
    }
    return error;
}

static char *
check_groups(const struct vpn_connection *c)
{
    char *error = NULL;

    for (size_t i = 0; !error && i < c->groups.n; i++) {
        error = vpn_group_check(c->groups.names[i]);
    }
    return error;
}

static char *
check_public_key(const struct vpn_service *service,
                 const struct vpn_connection *c)
{
    char public_key[VPN_KEY_TEXT_LEN + 1];

    if (service->public_key) {
        vpn_key_format(&c->public_key, public_key);
        if (!strcmp(public_key, service->public_key)) {
            return xstrdup("the public key is the service's own; give the "
                           "connection its peer's key");
        }
    }
    return NULL;
}

/* Checks 'c' as a connection of 'service', without regard to its other
 * connections.  If there is a mistake, stores the name of the column at fault
 * in '*columnp', unless 'columnp' is NULL. */
char *
vpn_connection_check(const struct vpn_service *service,
                     const struct vpn_connection *c, const char **columnp)
{
    const char *column = "name";

    char *error = vpn_name_check("connection", c->name);
    if (!error) {
        error = check_networks(service, c, &column);
    }
    if (!error) {
        column = "groups";
        error = check_groups(c);
    }
    if (!error && c->peer_address && service->has_external_ip) {
        column = "peer_address";
        error = check_peer_address(service, c);
    }
    if (!error) {
        column = "public_key";
        error = check_public_key(service, c);
    }
    if (error && columnp) {
        *columnp = column;
    }
    return error;
}

/* Checks 'c', which shall become a connection of 'service', or replace the one
 * with the same UUID unless its own is all zeros.  It may have nothing that
 * another connection has, not even one that is in error: somebody is about to
 * repair that one. */
char *
vpn_connection_check_new(const struct vpn_service *service,
                         const struct vpn_connection *c)
{
    char *error = vpn_connection_check(service, c, NULL);

    if (!error) {
        struct vpn_claims claims;

        vpn_claims_init(&claims);
        for (size_t i = 0; i < service->n_connections; i++) {
            const struct vpn_connection *other = &service->connections[i];

            if (uuid_is_zero(&c->uuid)
                || !uuid_equals(&other->uuid, &c->uuid)) {
                vpn_claims_add(&claims, other, NULL, NULL);
            }
        }
        error = vpn_claims_check(&claims, c, NULL);
        vpn_claims_destroy(&claims);
    }
    return error;
}

/* Stores in 'service->error' what is wrong with 'service', connections aside,
 * if nothing stands there yet. */
void
vpn_service_check_alone(struct vpn_service *service)
{
    if (!service->error) {
        service->error = vpn_name_check("service", service->name);
    }
    if (!service->error) {
        service->error = vpn_service_check_subnets(&service->tunnel_subnets);
    }
}

/* Checks 'service' and each of its connections.  Stores what it finds in their
 * 'error' members, where nothing stands there yet.  The connections of a
 * service that has a mistake itself are not looked at.  Of two connections
 * that claim the same thing, the older one keeps it. */
void
vpn_service_check(struct vpn_service *service)
{
    struct vpn_claims claims;

    vpn_service_check_alone(service);
    if (service->error) {
        return;
    }

    vpn_claims_init(&claims);
    for (size_t i = 0; i < service->n_connections; i++) {
        struct vpn_connection *c = &service->connections[i];

        if (!c->error) {
            c->error = vpn_connection_check(service, c, NULL);
        }
        if (!c->error) {
            vpn_claims_add(&claims, c, NULL, NULL);
        }
    }
    for (size_t i = 0; i < service->n_connections; i++) {
        struct vpn_connection *c = &service->connections[i];

        if (!c->error) {
            c->error = vpn_claims_check(&claims, c, NULL);
        }
    }
    vpn_claims_destroy(&claims);
}

/* Compares two snapshots of a service, the second one with other settings.
 * Returns an error if a connection that was well before is not any more. */
char *
vpn_service_find_harm(const struct vpn_service *before,
                      const struct vpn_service *after)
{
    for (size_t i = 0; i < after->n_connections; i++) {
        const struct vpn_connection *c = &after->connections[i];

        if (c->error && !before->connections[i].error) {
            return xasprintf("connection %s would not be valid any more: %s",
                             c->name, c->error);
        }
    }
    return NULL;
}
