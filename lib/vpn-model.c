/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/vpn-model.h"

#include <stdlib.h>
#include <string.h>

#include "lib/vpn-pool.h"
#include "openvswitch/dynamic-string.h"
#include "sha1.h"
#include "util.h"
#include "uuid.h"

/* Characters that the service has in the name of an interface, whatever the
 * prefix, and how many of them are a hash where its own name is too long: 41
 * bits, so that among 10,000 services a clash is as likely as 1 in 50,000. */
#define IFNAME_ROOM 11
#define IFNAME_HASH_LEN 8

void
vpn_options_init_defaults(struct vpn_options *options)
{
    *options = (struct vpn_options) {
        .default_mtu = 1340,
        .default_keepalive = 25,
        .stats_interval_ms = 15000,
        /* The longest that NIST SP 800-57 part 1, section 5.3.6, recommends
         * for static keys of key agreement. */
        .key_max_age_days = 730,
    };
    char *error = vpn_prefix_parse("169.254.128.0/19",
                                   &options->transit_subnet);
    ovs_assert(!error);
    /* RFC 4193: an address of our own that no organisation has. */
    error = vpn_prefix_parse("fd6f:766e:7670::/96",
                             &options->transit_subnet6);
    ovs_assert(!error);
}

void
vpn_gateways_add(struct vpn_gateways *gateways, const char *chassis,
                 int priority, bool sticky)
{
    if (gateways->n >= gateways->allocated) {
        gateways->list = x2nrealloc(gateways->list, &gateways->allocated,
                                    sizeof *gateways->list);
    }
    gateways->list[gateways->n++] = (struct vpn_gateway) {
        .chassis = xstrdup(chassis),
        .priority = priority,
        .sticky = sticky,
    };
}

static int
compare_gateways_cb(const void *a_, const void *b_)
{
    const struct vpn_gateway *a = a_, *b = b_;

    return (a->priority != b->priority ? b->priority - a->priority
            : strcmp(a->chassis, b->chassis));
}

void
vpn_gateways_sort(struct vpn_gateways *gateways)
{
    if (gateways->n) {
        qsort(gateways->list, gateways->n, sizeof *gateways->list,
              compare_gateways_cb);
    }
}

const struct vpn_gateway *
vpn_gateways_find(const struct vpn_gateways *gateways, const char *chassis)
{
    for (size_t i = 0; i < gateways->n; i++) {
        if (!strcmp(gateways->list[i].chassis, chassis)) {
            return &gateways->list[i];
        }
    }
    return NULL;
}

/* Frees what 'gateways' holds and leaves it empty. */
void
vpn_gateways_destroy(struct vpn_gateways *gateways)
{
    for (size_t i = 0; i < gateways->n; i++) {
        free(gateways->list[i].chassis);
    }
    free(gateways->list);
    memset(gateways, 0, sizeof *gateways);
}

/* Makes 'dst' a copy of 'src', which the caller must destroy. */
void
vpn_connection_clone(struct vpn_connection *dst,
                     const struct vpn_connection *src)
{
    *dst = *src;
    dst->name = xstrdup(src->name);
    dst->sealed_psk = nullable_xstrdup(src->sealed_psk);
    dst->addresses = dst->peer_cidrs
        = (struct vpn_prefixes) VPN_PREFIXES_INITIALIZER;
    vpn_prefixes_clone(&dst->addresses, &src->addresses);
    vpn_prefixes_clone(&dst->peer_cidrs, &src->peer_cidrs);
    dst->peer_address = nullable_xstrdup(src->peer_address);
    svec_clone(&dst->groups, &src->groups);
    dst->error = nullable_xstrdup(src->error);
}

/* Frees what 'c' holds, but not 'c' itself. */
void
vpn_connection_destroy(struct vpn_connection *c)
{
    free(c->name);
    free(c->sealed_psk);
    vpn_prefixes_destroy(&c->addresses);
    vpn_prefixes_destroy(&c->peer_cidrs);
    free(c->peer_address);
    svec_destroy(&c->groups);
    free(c->error);
}

void
vpn_service_destroy(struct vpn_service *service)
{
    if (!service) {
        return;
    }
    for (size_t i = 0; i < service->n_connections; i++) {
        vpn_connection_destroy(&service->connections[i]);
    }
    free(service->connections);
    for (size_t i = 0; i < service->n_rules; i++) {
        vpn_access_rule_destroy(&service->rules[i]);
    }
    free(service->rules);
    free(service->name);
    free(service->router);
    free(service->network);
    free(service->external_port);
    free(service->pool);
    vpn_prefixes_destroy(&service->tunnel_subnets);
    vpn_prefixes_destroy(&service->local_subnets);
    sset_destroy(&service->dns);
    vpn_gateways_destroy(&service->gateways);
    free(service->public_key);
    free(service->sealed_private_key);
    free(service->next_public_key);
    free(service->sealed_next_private_key);
    free(service->error);
    free(service);
}

/* Orders services by the time of their creation, then by UUID. */
int
vpn_service_compare_age(const struct vpn_service *a,
                        const struct vpn_service *b)
{
    return (a->created_at < b->created_at ? -1
            : a->created_at > b->created_at ? 1
            : uuid_compare_3way(&a->uuid, &b->uuid));
}

/* Orders connections by the time of their creation, then by UUID. */
int
vpn_connection_compare_age(const struct vpn_connection *a,
                           const struct vpn_connection *b)
{
    return (a->created_at < b->created_at ? -1
            : a->created_at > b->created_at ? 1
            : uuid_compare_3way(&a->uuid, &b->uuid));
}

/* Returns the connection of 'service' with 'uuid', NULL if there is none.
 * Names are not good enough: two that are the same are an error of one. */
struct vpn_connection *
vpn_service_find_connection(const struct vpn_service *service,
                            const struct uuid *uuid)
{
    for (size_t i = 0; i < service->n_connections; i++) {
        if (uuid_equals(&service->connections[i].uuid, uuid)) {
            return &service->connections[i];
        }
    }
    return NULL;
}

/* Returns true if 'p' lies in one of the service's tunnel subnets, whose
 * routes then cover it. */
bool
vpn_service_covers(const struct vpn_service *service,
                   const struct vpn_prefix *p)
{
    const struct vpn_prefix *subnet
        = vpn_prefixes_find_overlap(&service->tunnel_subnets, p);

    return subnet && subnet->plen <= p->plen;
}

/* Marks in 'pool' those of 'prefixes' that are single addresses. */
static void
take_addresses(struct vpn_pool *pool, const struct vpn_prefixes *prefixes)
{
    for (size_t i = 0; i < prefixes->n; i++) {
        const struct vpn_prefix *p = &prefixes->list[i];

        if (p->plen == (vpn_prefix_is_v4(p) ? 32 : 128)) {
            vpn_pool_take(pool, &p->addr);
        }
    }
}

/* Stores in '*addr' the lowest address of 'subnet', one of the tunnel subnets
 * of 'service', that no connection has, not even one that is in error.
 * Returns false if there is none. */
bool
vpn_service_next_address(const struct vpn_service *service,
                         const struct vpn_prefix *subnet,
                         struct in6_addr *addr)
{
    struct vpn_pool pool;

    vpn_pool_init(&pool, subnet);
    for (size_t i = 0; i < service->n_connections; i++) {
        take_addresses(&pool, &service->connections[i].addresses);
        take_addresses(&pool, &service->connections[i].peer_cidrs);
    }
    bool found = vpn_pool_next(&pool, addr);
    vpn_pool_destroy(&pool);
    return found;
}

/* Returns true if 'c' is one that gateways should know at 'now_ms', in
 * milliseconds since the epoch. */
bool
vpn_connection_is_usable(const struct vpn_connection *c, long long int now_ms)
{
    return (c->enabled && !c->error
            && (!c->expires_at || c->expires_at > now_ms));
}

/* Returns true if what lies behind 'c', a connection of 'service', needs
 * routes of its own. */
bool
vpn_connection_needs_routes(const struct vpn_service *service,
                            const struct vpn_connection *c)
{
    for (size_t i = 0; i < c->peer_cidrs.n; i++) {
        if (!vpn_service_covers(service, &c->peer_cidrs.list[i])) {
            return true;
        }
    }
    return false;
}

/* Adds to 'prefixes' what 'c' may use as source addresses. */
void
vpn_connection_allowed_ips(const struct vpn_connection *c,
                           struct vpn_prefixes *prefixes)
{
    for (size_t i = 0; i < c->addresses.n; i++) {
        vpn_prefixes_add(prefixes, &c->addresses.list[i]);
    }
    for (size_t i = 0; i < c->peer_cidrs.n; i++) {
        vpn_prefixes_add(prefixes, &c->peer_cidrs.list[i]);
    }
    vpn_prefixes_sort(prefixes);
}

/* Stores in 'ifname' the name of the interface with the given 'prefix', of at
 * most VPN_IFNAME_SIZE - 1 - IFNAME_ROOM characters, that serves 'service'.
 * Linux allows 15 characters. */
void
vpn_ifname(const char *prefix, const char *service,
           char ifname[VPN_IFNAME_SIZE])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    size_t len = strlen(service);

    if (len <= IFNAME_ROOM) {
        snprintf(ifname, VPN_IFNAME_SIZE, "%s%s", prefix, service);
        return;
    }

    uint8_t digest[SHA1_DIGEST_SIZE];
    char hash[IFNAME_HASH_LEN + 1];
    uint64_t n = 0;
    sha1_bytes(service, len, digest);
    for (size_t i = 0; i < sizeof n; i++) {
        n = n << 8 | digest[i];
    }
    for (size_t i = 0; i < IFNAME_HASH_LEN; i++) {
        hash[i] = digits[n % 36];
        n /= 36;
    }
    hash[IFNAME_HASH_LEN] = '\0';
    snprintf(ifname, VPN_IFNAME_SIZE, "%s%.*s%s", prefix,
             IFNAME_ROOM - IFNAME_HASH_LEN, service, hash);
}
