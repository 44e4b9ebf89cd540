/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-connection-wish.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-parse.h"
#include "lib/vpn-time.h"
#include "openvswitch/json.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-body.h"
#include "utilities/api/api-request.h"

/* Makes 'wish' that for a new client. */
void
connection_wish_init(struct connection_wish *wish, const char *psk)
{
    *wish = (struct connection_wish) {
        .connection = {
            .name = xstrdup(""), .enabled = true, .keepalive = -1,
        },
        .labels = SMAP_INITIALIZER(&wish->labels),
        .groups = SVEC_EMPTY_INITIALIZER,
        .public_key_field = "public_key",
        .psk = psk,
    };
}

void
connection_wish_destroy(struct connection_wish *wish)
{
    vpn_connection_destroy(&wish->connection);
    smap_destroy(&wish->labels);
    svec_destroy(&wish->groups);
}

/* Reading. */

static void
read_type(struct connection_wish *wish, struct api_body *body)
{
    const char *type = api_body_string(body, "type");

    if (type && strcmp(type, "client") && strcmp(type, "site")) {
        api_body_fault(body, "type", xasprintf("\"%s\" is neither \"client\" "
                                               "nor \"site\"", type));
    } else if (type) {
        wish->connection.is_site = !strcmp(type, "site");
    }
}

/* Reads an array of prefixes, which replaces 'prefixes'. */
static bool
read_prefixes(struct api_body *body, const char *name,
              char *(*parse)(const char *, struct vpn_prefixes *),
              struct vpn_prefixes *prefixes)
{
    struct svec strings = SVEC_EMPTY_INITIALIZER;
    bool has = api_body_has(body, name);

    if (has) {
        api_body_strings(body, name, &strings);
        vpn_prefixes_destroy(prefixes);
    }
    for (size_t i = 0; i < strings.n; i++) {
        if (strpbrk(strings.names[i], ", ") || !strings.names[i][0]) {
            api_body_fault(body, name, xasprintf("\"%s\" is not an address "
                                                 "or a prefix",
                                                 strings.names[i]));
        }
    }
    char *joined = svec_join(&strings, ",", "");
    api_body_fault(body, name, parse(joined, prefixes));
    free(joined);
    svec_destroy(&strings);
    return has;
}

static void
read_networks(struct connection_wish *wish, struct api_body *body)
{
    struct vpn_connection *c = &wish->connection;
    int64_t keepalive;

    wish->has_addresses = read_prefixes(body, "addresses",
                                        vpn_parse_addresses, &c->addresses);
    wish->has_peer_cidrs = read_prefixes(body, "peer_cidrs",
                                         vpn_parse_prefixes, &c->peer_cidrs);
    if (wish->has_peer_cidrs && !wish->has_addresses) {
        /* They name the addresses as well: connection_wish_sort(). */
        vpn_prefixes_destroy(&c->addresses);
    }
    if (api_body_has(body, "peer_address")) {
        const char *s = api_body_string(body, "peer_address");

        free(c->peer_address);
        c->peer_address = s && s[0] ? xstrdup(s) : NULL;
        if (c->peer_address) {
            api_body_fault(body, "peer_address", vpn_peer_address_check(s));
        }
    }
    if (api_body_has(body, "keepalive")) {
        c->keepalive = (api_body_int(body, "keepalive", 0, UINT16_MAX,
                                     &keepalive) ? keepalive : -1);
    }
}

static void
read_expiry(struct connection_wish *wish, struct api_body *body)
{
    long long int now = time_wall_msec();
    int64_t at = 0;

    if (!api_body_has(body, "expires_at")) {
        return;
    }
    const char *s = api_body_string(body, "expires_at");
    if (s && s[0]) {
        char *error = vpn_parse_time(s, now, &at);

        if (!error && at <= now) {
            error = xasprintf("\"%s\" is not in the future (to turn a "
                              "connection off, set enabled to false)", s);
        }
        api_body_fault(body, "expires_at", error);
    }
    wish->connection.expires_at = at;
}

static void
read_members(struct connection_wish *wish, struct api_body *body)
{
    read_type(wish, body);
    read_networks(wish, body);
    read_expiry(wish, body);
    if (api_body_has(body, "description")) {
        const char *s = api_body_string(body, "description");

        wish->description = s ? s : "";
    }
    wish->has_enabled = api_body_bool(body, "enabled",
                                      &wish->connection.enabled);
    wish->has_labels = api_body_has(body, "labels");
    api_body_map(body, "labels", &wish->labels);
    wish->has_groups = api_body_has(body, "groups");
    api_body_strings(body, "groups", &wish->groups);
    svec_sort_unique(&wish->groups);
    for (size_t i = 0; i < wish->groups.n; i++) {
        api_body_fault(body, "groups",
                       vpn_group_check(wish->groups.names[i]));
    }
}

/* Reads the keys; those of a site may be called "peer_public_key". */
static void
read_keys(struct connection_wish *wish, struct api_body *body)
{
    const char *public_key = api_body_string(body, "public_key");
    const char *peer_public_key = api_body_string(body, "peer_public_key");
    const char *psk = api_body_string(body, "psk");

    if (public_key && peer_public_key && strcmp(public_key,
                                                peer_public_key)) {
        api_body_fault(body, "peer_public_key",
                       xstrdup("this is another key than public_key"));
    }
    wish->public_key = public_key ? public_key : peer_public_key;
    if (!public_key && peer_public_key) {
        wish->public_key_field = "peer_public_key";
    }
    if (psk && psk[0]) {
        wish->psk = psk;
    }
    wish->has_keys = public_key || peer_public_key || psk;
}

/* Reads a new connection. */
bool
connection_wish_read(struct connection_wish *wish, struct api_request *req)
{
    struct api_body body;

    api_body_init(&body, req, NULL, req->json);
    const char *name = api_body_string(&body, "name");
    if (name) {
        free(wish->connection.name);
        wish->connection.name = xstrdup(name);
    }
    if (req->route->flags & API_CONNECT) {
        api_body_has(&body, "vpn_id");
    }
    read_members(wish, &body);
    read_keys(wish, &body);
    return api_body_finish(&body);
}

/* Reads changes of the connection called 'name'.  Keys are not among them:
 * rotate-key changes those. */
bool
connection_wish_read_changes(struct connection_wish *wish,
                             struct api_request *req, const char *name)
{
    struct api_body body;

    api_body_init(&body, req, NULL, req->json);
    const char *new_name = api_body_string(&body, "name");
    if (new_name && strcmp(new_name, name)) {
        api_body_fault(&body, "name", xstrdup("the name of a connection "
                                              "cannot be changed"));
    }
    read_members(wish, &body);
    return api_body_finish(&body);
}

/* Reads new keys. */
bool
connection_wish_read_keys(struct connection_wish *wish,
                          struct api_request *req)
{
    struct api_body body;

    api_body_init(&body, req, NULL, req->json);
    read_keys(wish, &body);
    return api_body_finish(&body);
}

/* Returns the field in which the client has said what stands in 'column'. */
const char *
connection_wish_field(const struct connection_wish *wish, const char *column)
{
    if (!strcmp(column, "public_key")) {
        return wish->public_key_field;
    } else if (!strcmp(column, "addresses") && wish->has_peer_cidrs
               && !wish->has_addresses) {
        return "peer_cidrs";    /* It names the addresses as well. */
    }
    return column;
}

/* From wish to row. */

static bool
is_host(const struct vpn_prefix *p)
{
    return p->plen == (vpn_prefix_is_v4(p) ? 32 : 128);
}

static bool
has_prefix(const struct vpn_prefixes *prefixes, const struct vpn_prefix *p)
{
    for (size_t i = 0; i < prefixes->n; i++) {
        if (vpn_prefix_equals(&prefixes->list[i], p)) {
            return true;
        }
    }
    return false;
}

/* Takes those of the prefixes that are addresses in the tunnel subnets of
 * 'service' for what they are: clients may name all that the peer uses as
 * peer_cidrs, and get it back so. */
void
connection_wish_sort(struct connection_wish *wish,
                     const struct vpn_service *service)
{
    struct vpn_connection *c = &wish->connection;
    struct vpn_prefixes rest = VPN_PREFIXES_INITIALIZER;

    for (size_t i = 0; i < c->peer_cidrs.n; i++) {
        const struct vpn_prefix *p = &c->peer_cidrs.list[i];

        if (!is_host(p)
            || !vpn_prefixes_find_overlap(&service->tunnel_subnets, p)) {
            vpn_prefixes_add(&rest, p);
        } else if (!has_prefix(&c->addresses, p)) {
            vpn_prefixes_add(&c->addresses, p);
        }
    }
    vpn_prefixes_destroy(&c->peer_cidrs);
    c->peer_cidrs = rest;
    vpn_prefixes_sort(&c->addresses);
}

/* Writes everything but name and keys to 'row'. */
void
connection_wish_write(const struct connection_wish *wish,
                      const struct vpnnbrec_vpn_connection *row)
{
    bool enabled = wish->connection.enabled;

    /* The one may name what belongs into the other. */
    bool has_networks = wish->has_addresses || wish->has_peer_cidrs;
    vpn_nb_write_connection(row, &wish->connection, has_networks,
                            has_networks);
    if (wish->description) {
        vpnnbrec_vpn_connection_set_description(row, wish->description);
    }
    if (wish->has_enabled) {
        vpnnbrec_vpn_connection_set_enabled(row, &enabled, 1);
    }
    if (wish->has_labels) {
        vpnnbrec_vpn_connection_set_labels(row, &wish->labels);
    }
    if (wish->has_groups) {
        vpnnbrec_vpn_connection_set_groups(row,
                                           (const char **) wish->groups.names,
                                           wish->groups.n);
    }
}
