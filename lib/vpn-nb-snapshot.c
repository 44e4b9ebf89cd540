/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/vpn-nb-snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-model.h"
#include "lib/vpn-nb-access.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"
#include "uuid.h"

/* Makes 'idl' replicate the columns that the functions below read. */
void
vpn_nb_snapshot_add_columns(struct ovsdb_idl *idl)
{
    static const struct ovsdb_idl_column *columns[] = {
        &vpnnbrec_nb_global_col_options,
        &vpnnbrec_vpn_service_col_name,
        &vpnnbrec_vpn_service_col_enabled,
        &vpnnbrec_vpn_service_col_router,
        &vpnnbrec_vpn_service_col_network,
        &vpnnbrec_vpn_service_col_external_ip,
        &vpnnbrec_vpn_service_col_external_ip_pool,
        &vpnnbrec_vpn_service_col_public_ip,
        &vpnnbrec_vpn_service_col_listen_port,
        &vpnnbrec_vpn_service_col_tunnel_subnets,
        &vpnnbrec_vpn_service_col_local_subnets,
        &vpnnbrec_vpn_service_col_dns,
        &vpnnbrec_vpn_service_col_mtu,
        &vpnnbrec_vpn_service_col_keepalive,
        &vpnnbrec_vpn_service_col_client_to_client,
        &vpnnbrec_vpn_service_col_gateways,
        &vpnnbrec_vpn_service_col_connections,
        &vpnnbrec_vpn_service_col_access_rules,
        &vpnnbrec_vpn_service_col_public_key,
        &vpnnbrec_vpn_service_col_sealed_private_key,
        &vpnnbrec_vpn_service_col_key_created_at,
        &vpnnbrec_vpn_service_col_next_public_key,
        &vpnnbrec_vpn_service_col_sealed_next_private_key,
        &vpnnbrec_vpn_service_col_created_at,
        &vpnnbrec_vpn_service_col_options,
        &vpnnbrec_external_ip_pool_col_name,
        &vpnnbrec_external_ip_pool_col_router,
        &vpnnbrec_external_ip_pool_col_addresses,
        &vpnnbrec_gateway_chassis_col_chassis_name,
        &vpnnbrec_gateway_chassis_col_priority,
        &vpnnbrec_gateway_chassis_col_sticky,
        &vpnnbrec_vpn_connection_col_name,
        &vpnnbrec_vpn_connection_col_type,
        &vpnnbrec_vpn_connection_col_enabled,
        &vpnnbrec_vpn_connection_col_public_key,
        &vpnnbrec_vpn_connection_col_key_created_at,
        &vpnnbrec_vpn_connection_col_sealed_psk,
        &vpnnbrec_vpn_connection_col_psk_created_at,
        &vpnnbrec_vpn_connection_col_addresses,
        &vpnnbrec_vpn_connection_col_peer_cidrs,
        &vpnnbrec_vpn_connection_col_peer_address,
        &vpnnbrec_vpn_connection_col_keepalive,
        &vpnnbrec_vpn_connection_col_expires_at,
        &vpnnbrec_vpn_connection_col_created_at,
        &vpnnbrec_vpn_connection_col_groups,
    };

    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        ovsdb_idl_add_column(idl, columns[i]);
    }
    vpn_nb_access_add_columns(idl);
}

/* Options of the whole installation. */

/* Sets '*value' to option 'key', if it is there and a number from 'min' to
 * 'max'.  Appends a complaint to 'problems' if it is there and is not. */
static void
parse_int_option(const struct smap *options, const char *key, int min, int max,
                 int *value, struct ds *problems)
{
    const char *s = smap_get(options, key);
    int n;

    if (!s) {
        return;
    } else if (str_to_int(s, 10, &n) && n >= min && n <= max) {
        *value = n;
    } else {
        ds_put_format(problems, "NB_Global options:%s is \"%s\", not a number "
                      "from %d to %d; using %d\n", key, s, min, max, *value);
    }
}

/* Stores in '*subnet' the prefix of the given family that 'map' has under
 * 'key', if it is of at most 'max_plen' bits. */
static void
parse_subnet_option(const struct smap *map, const char *key, bool v4,
                    int max_plen, struct vpn_prefix *subnet,
                    struct ds *problems)
{
    const char *s = smap_get(map, key);
    struct vpn_prefix p;

    if (!s) {
        return;
    }
    char *error = vpn_prefix_parse(s, &p);
    if (!error && (vpn_prefix_is_v4(&p) != v4 || p.plen > max_plen)) {
        error = xasprintf("\"%s\" is not an %s prefix of at most %d bits", s,
                          v4 ? "IPv4" : "IPv6", max_plen);
    }
    if (error) {
        ds_put_format(problems, "NB_Global options:%s: %s; using the "
                      "default\n", key, error);
        free(error);
    } else {
        *subnet = p;
    }
}

/* Stores in '*options' what 'global' says, with defaults for the rest.
 * Appends a line to 'problems' for each value that cannot be used. */
void
vpn_options_from_row(const struct vpnnbrec_nb_global *global,
                     struct vpn_options *options, struct ds *problems)
{
    const struct smap *map = &global->options;

    vpn_options_init_defaults(options);
    parse_int_option(map, "default_mtu", VPN_MTU_MIN, VPN_MTU_MAX,
                     &options->default_mtu, problems);
    parse_int_option(map, "default_keepalive", 0, UINT16_MAX,
                     &options->default_keepalive, problems);
    parse_int_option(map, "stats_interval_ms", 1000, 3600000,
                     &options->stats_interval_ms, problems);
    parse_int_option(map, "bfd_interval_ms", 50, 10000,
                     &options->bfd_interval_ms, problems);
    parse_int_option(map, "key_max_age_days", 0, 36500,
                     &options->key_max_age_days, problems);
    parse_subnet_option(map, "transit_subnet", true, 29,
                        &options->transit_subnet, problems);
    parse_subnet_option(map, "transit_subnet_ipv6", false, VPN_TRANSIT6_PLEN,
                        &options->transit_subnet6, problems);
    options->transit_subnet6.plen = VPN_TRANSIT6_PLEN;
}

/* Services. */

/* Adds to 'prefixes' the 'n' strings in 'list', which stand in the given
 * 'column'.  'parse' parses one of them.  Returns the first mistake. */
static char *
parse_prefixes(const char *column, char **list, size_t n,
               char *(*parse)(const char *, struct vpn_prefix *),
               struct vpn_prefixes *prefixes)
{
    for (size_t i = 0; i < n; i++) {
        struct vpn_prefix p;
        char *error = parse(list[i], &p);

        if (error) {
            char *msg = xasprintf("%s: %s", column, error);
            free(error);
            return msg;
        }
        vpn_prefixes_add(prefixes, &p);
    }
    vpn_prefixes_sort(prefixes);
    return NULL;
}

/* Keeps 'error' in '*first' if it is the first one, and frees it otherwise. */
static void
keep_first(char **first, char *error)
{
    if (*first) {
        free(error);
    } else {
        *first = error;
    }
}

/* Puts 'column' before 'error', if there is one. */
static char *
name_column(const char *column, char *error)
{
    char *msg = error ? xasprintf("%s: %s", column, error) : NULL;

    free(error);
    return msg;
}

/* Stores in '*c' the connection that 'row' describes, with the mistakes that
 * it holds by itself.  The caller must destroy it with
 * vpn_connection_destroy(). */
void
vpn_connection_from_row(const struct vpnnbrec_vpn_connection *row,
                        struct vpn_connection *c)
{
    *c = (struct vpn_connection) {
        .uuid = row->header_.uuid,
        .name = xstrdup(row->name),
        .is_site = !strcmp(row->type, "site"),
        .enabled = !row->n_enabled || row->enabled[0],
        .key_created_at = (row->n_key_created_at ? row->key_created_at[0]
                           : 0),
        .sealed_psk = nullable_xstrdup(row->sealed_psk),
        .psk_created_at = (row->sealed_psk && row->n_psk_created_at
                           ? row->psk_created_at[0] : 0),
        .peer_address = nullable_xstrdup(row->peer_address),
        .keepalive = row->n_keepalive ? row->keepalive[0] : -1,
        .expires_at = row->n_expires_at ? row->expires_at[0] : 0,
        .created_at = row->n_created_at ? row->created_at[0] : 0,
    };

    svec_init(&c->groups);
    for (size_t i = 0; i < row->n_groups; i++) {
        svec_add(&c->groups, row->groups[i]);
    }
    svec_sort_unique(&c->groups);

    keep_first(&c->error,
               vpn_public_key_parse(row->public_key, &c->public_key));
    keep_first(&c->error,
               parse_prefixes("addresses", row->addresses, row->n_addresses,
                              vpn_prefix_parse_host, &c->addresses));
    keep_first(&c->error,
               parse_prefixes("peer_cidrs", row->peer_cidrs, row->n_peer_cidrs,
                              vpn_prefix_parse, &c->peer_cidrs));
    if (c->peer_address) {
        keep_first(&c->error,
                   name_column("peer_address",
                               vpn_peer_address_check(c->peer_address)));
    }
}

static int
compare_connections_cb(const void *a_, const void *b_)
{
    const struct vpn_connection *a = a_, *b = b_;

    return vpn_connection_compare_age(a, b);
}

static void
parse_service_networks(const struct vpnnbrec_vpn_service *row,
                       struct vpn_service *s)
{
    keep_first(&s->error,
               parse_prefixes("tunnel_subnets", row->tunnel_subnets,
                              row->n_tunnel_subnets, vpn_prefix_parse,
                              &s->tunnel_subnets));
    keep_first(&s->error,
               parse_prefixes("local_subnets", row->local_subnets,
                              row->n_local_subnets, vpn_prefix_parse,
                              &s->local_subnets));
    if (row->external_ip) {
        char *error = vpn_addr_parse(row->external_ip, &s->external_ip);

        s->has_external_ip = !error;
        keep_first(&s->error, name_column("external_ip", error));
    }
    if (s->pool && row->public_ip) {
        /* What it got before. */
        char *error = vpn_addr_parse(row->public_ip, &s->external_ip);

        s->has_external_ip = !error;
        free(error);
    }
    for (size_t i = 0; i < row->n_dns; i++) {
        sset_add(&s->dns, row->dns[i]);
    }
}

/* Returns the service that 'row' describes, without its connections, and with
 * the mistakes that it holds by itself.  The caller must free it with
 * vpn_service_destroy(). */
struct vpn_service *
vpn_service_alone_from_row(const struct vpnnbrec_vpn_service *row)
{
    struct vpn_service *s = xmalloc(sizeof *s);

    *s = (struct vpn_service) {
        .uuid = row->header_.uuid,
        .name = xstrdup(row->name),
        .enabled = !row->n_enabled || row->enabled[0],
        .router = xstrdup(row->router),
        .network = nullable_xstrdup(row->network),
        .external_port = nullable_xstrdup(smap_get(&row->options,
                                                   "external_port")),
        .pool = (row->external_ip ? NULL
                 : nullable_xstrdup(row->external_ip_pool)),
        .listen_port = (row->n_listen_port ? row->listen_port[0]
                        : VPN_DEFAULT_LISTEN_PORT),
        .dns = SSET_INITIALIZER(&s->dns),
        .mtu = row->n_mtu ? row->mtu[0] : 0,
        .keepalive = row->n_keepalive ? row->keepalive[0] : -1,
        .client_to_client = row->client_to_client,
        .public_key = nullable_xstrdup(row->public_key),
        .sealed_private_key = nullable_xstrdup(row->sealed_private_key),
        .key_created_at = (row->n_key_created_at ? row->key_created_at[0]
                           : 0),
        .next_public_key = nullable_xstrdup(row->next_public_key),
        .sealed_next_private_key
            = nullable_xstrdup(row->sealed_next_private_key),
        .created_at = row->n_created_at ? row->created_at[0] : 0,
    };
    parse_service_networks(row, s);

    for (size_t i = 0; i < row->n_gateways; i++) {
        const struct vpnnbrec_gateway_chassis *gc = row->gateways[i];

        if (vpn_gateways_find(&s->gateways, gc->chassis_name)) {
            keep_first(&s->error, xasprintf("gateways: chassis %s stands "
                                            "there twice", gc->chassis_name));
        } else {
            vpn_gateways_add(&s->gateways, gc->chassis_name, gc->priority,
                             gc->sticky);
        }
    }
    vpn_gateways_sort(&s->gateways);
    keep_first(&s->error, vpn_nb_access_read(row, s));
    vpn_service_check_alone(s);
    return s;
}

/* Fills in the 'n' connections of 'rows', and the mistakes. */
static void
add_connections(struct vpn_service *s,
                const struct vpnnbrec_vpn_connection *const *rows, size_t n)
{
    s->n_connections = n;
    s->connections = xcalloc(n, sizeof *s->connections);
    for (size_t i = 0; i < n; i++) {
        vpn_connection_from_row(rows[i], &s->connections[i]);
    }
    if (n) {
        qsort(s->connections, n, sizeof *s->connections,
              compare_connections_cb);
    }
    vpn_service_check(s);
}

/* Returns the service that 'row' describes, with the mistakes that it and its
 * connections hold by themselves.  The caller must free it with
 * vpn_service_destroy(). */
struct vpn_service *
vpn_service_from_row(const struct vpnnbrec_vpn_service *row)
{
    struct vpn_service *s = vpn_service_alone_from_row(row);
    const struct vpnnbrec_vpn_connection **rows
        = xmalloc(row->n_connections * sizeof *rows), *c;
    size_t n = 0;

    VPN_NB_CONNECTION_FOR_EACH (c, row) {
        rows[n++] = c;
    }
    add_connections(s, rows, n);
    free(rows);
    return s;
}

/* Like vpn_service_from_row(), with 'connection' alone, so that it does not
 * matter how many there are.  What it claims may belong to others. */
struct vpn_service *
vpn_nb_service_with(const struct vpnnbrec_vpn_service *row,
                    const struct vpnnbrec_vpn_connection *connection)
{
    struct vpn_service *s = vpn_service_alone_from_row(row);

    add_connections(s, &connection, 1);
    return s;
}
