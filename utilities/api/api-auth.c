/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-auth.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-prefix.h"
#include "lib/vpn-token.h"
#include "openvswitch/shash.h"
#include "packets.h"
#include "socket-util.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-store.h"
#include "utilities/api/api.h"
#include "uuid.h"

/* Attempts with a wrong token that a source has in a row, and how long it is
 * not listened to after that. */
#define FAILURES_MAX 10
#define FAILURES_FORGET_MS 60000

/* Most sources to remember. */
#define FAILURES_SOURCES 4096

/* The network of which a host can have all addresses (RFC 4291 section
 * 2.5.4). */
#define IPV6_HOST_PLEN 64

/* Precision of "last_used_at". */
#define USED_MS 60000

struct failures {
    int n;
    long long int last;         /* time_msec(). */
};

struct api_auth {
    enum api_anonymous anonymous;
    struct shash failures;      /* 'struct failures's by source. */
    struct sset used;           /* UUIDs of tokens to note the use of. */
};

struct api_auth *
api_auth_create(enum api_anonymous anonymous)
{
    struct api_auth *auth = xzalloc(sizeof *auth);

    auth->anonymous = anonymous;
    shash_init(&auth->failures);
    sset_init(&auth->used);
    return auth;
}

void
api_auth_destroy(struct api_auth *auth)
{
    shash_destroy_free_data(&auth->failures);
    sset_destroy(&auth->used);
    free(auth);
}

/* Throttling. */

/* Returns whom attempts from 'peer', an address, count for: an IPv4 address,
 * or an IPv6 network, of which one host can have every address.  The caller
 * must free the string. */
char *
api_auth_source(const char *peer)
{
    struct vpn_prefix p = { .plen = IPV6_HOST_PLEN };
    ovs_be32 ip4;

    if (!ipv6_parse(peer, &p.addr)) {
        return xstrdup(peer);   /* IPv4, or link-local with its interface. */
    }
    ip4 = in6_addr_get_mapped_ipv4(&p.addr);
    if (ip4) {
        return xasprintf(IP_FMT, IP_ARGS(ip4));
    } else if (IN6_IS_ADDR_LOOPBACK(&p.addr)) {
        return xstrdup(peer);
    }
    p = vpn_prefix_network(&p);
    return vpn_prefix_to_string(&p);
}

static void
forget_failures(struct api_auth *auth, const char *source)
{
    free(shash_find_and_delete(&auth->failures, source));
}

static bool
is_throttled(struct api_auth *auth, const char *source)
{
    struct failures *failures = shash_find_data(&auth->failures, source);

    if (failures && time_msec() - failures->last > FAILURES_FORGET_MS) {
        forget_failures(auth, source);
        return false;
    }
    return failures && failures->n >= FAILURES_MAX;
}

static void
note_failure(struct api_auth *auth, const char *source)
{
    struct failures *failures = shash_find_data(&auth->failures, source);

    if (!failures) {
        if (shash_count(&auth->failures) >= FAILURES_SOURCES) {
            shash_clear_free_data(&auth->failures);
        }
        failures = xzalloc(sizeof *failures);
        shash_add(&auth->failures, source, failures);
    }
    failures->n++;
    failures->last = time_msec();
}

/* Tokens. */

static bool
is_usable(const struct vpnnbrec_api_token *row)
{
    return ((!row->n_enabled || row->enabled[0])
            && (!row->n_expires_at || row->expires_at[0] > time_wall_msec()));
}

/* Returns the row that 'token' belongs to, or NULL.  How long that takes does
 * not depend on how much of a hash is right. */
static const struct vpnnbrec_api_token *
find_token(struct api *api, const char *token)
{
    const struct vpnnbrec_api_token *row, *found = NULL;
    char hash[VPN_TOKEN_HASH_LEN + 1];

    vpn_token_hash(token, hash);
    VPNNBREC_API_TOKEN_FOR_EACH (row, api->idl) {
        if (vpn_token_hash_equals(hash, row->token_hash) && is_usable(row)) {
            found = row;
        }
    }
    return found;
}

static enum api_role
role_of(const struct vpnnbrec_api_token *row)
{
    return (!strcmp(row->role, "admin") ? API_ROLE_ADMIN
            : !strcmp(row->role, "operator") ? API_ROLE_OPERATOR
            : API_ROLE_VIEWER);
}

static void
identify(struct api *api, struct api_request *req,
         const struct vpnnbrec_api_token *row)
{
    struct api_identity *identity = &req->identity;
    long long int now = time_wall_msec();

    identity->name = xstrdup(row->name);
    identity->token = row->header_.uuid;
    identity->role = role_of(row);
    identity->all_projects = !row->n_projects;
    for (size_t i = 0; i < row->n_projects; i++) {
        sset_add(&identity->projects, row->projects[i]);
    }
    if (!row->n_last_used_at || now / USED_MS > row->last_used_at[0] / USED_MS
        || now < row->last_used_at[0]) {
        char *uuid = xasprintf(UUID_FMT, UUID_ARGS(&row->header_.uuid));

        sset_add_and_free(&api->auth->used, uuid);
    }
}

/* Returns true if 'host', a Host header, names this machine by one of the
 * names that no other site can have.  A page in a browser here may be able to
 * send requests to us under a name of its own that it lets point to us. */
static bool
is_local_host(const char *host)
{
    static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };

    for (size_t i = 0; host && i < ARRAY_SIZE(names); i++) {
        size_t len = strlen(names[i]);

        if (!strncasecmp(host, names[i], len)
            && (!host[len] || host[len] == ':')) {
            return true;
        }
    }
    return false;
}

/* Returns true if a page of another site, in a browser here, makes 'req': it
 * cannot read the answer, but a POST without a body, such as for a new key,
 * comes through (RFC 6454 section 7). */
static bool
is_from_other_site(const struct api_request *req)
{
    const char *origin = req->headers[API_H_ORIGIN];
    const char *host = req->headers[API_H_HOST];
    const char *authority = origin ? strstr(origin, "://") : NULL;

    return origin && (!authority || !host || strcasecmp(authority + 3, host));
}

/* Finds out who makes 'req', which has no token. */
static bool
check_without_token(struct api *api, struct api_request *req)
{
    enum api_anonymous anonymous = api->auth->anonymous;

    if (anonymous != API_ANONYMOUS_NOBODY
        && !vpnnbrec_api_token_first(api->idl)) {
        if (is_from_other_site(req)) {
            api_problem(req, 403, NULL, "while there is no token, pages of "
                        "other sites make no requests");
            return false;
        } else if (anonymous == API_ANONYMOUS_LOCAL
                   && !is_local_host(req->headers[API_H_HOST])) {
            api_problem(req, 403, NULL, "while there is no token, the Host "
                        "must be localhost, 127.0.0.1 or [::1]");
            return false;
        }
        req->identity.role = API_ROLE_ADMIN;
        req->identity.all_projects = true;
        return true;
    }
    api_set_header(req, "WWW-Authenticate", "Bearer");
    api_problem(req, 401, NULL, "a token is needed: \"Authorization: Bearer "
                "TOKEN\"");
    return false;
}

/* Finds out who makes 'req' from 'header', its token.  If nobody does, returns
 * false and makes that the answer. */
static bool
check_token(struct api *api, struct api_request *req, const char *header,
            const char *source)
{
    const struct vpnnbrec_api_token *row;

    if (is_throttled(api->auth, source)) {
        api_set_header(req, "Retry-After", "60");
        api_problem(req, 429, NULL, "too many wrong tokens came from %s",
                    source);
        return false;
    }
    row = (!strncasecmp(header, "Bearer ", 7)
           ? find_token(api, header + 7) : NULL);
    if (!row) {
        note_failure(api->auth, source);
        api_set_header(req, "WWW-Authenticate",
                       "Bearer error=\"invalid_token\"");
        api_problem(req, 401, NULL, "the token is not valid, or not any "
                    "more");
        return false;
    }
    forget_failures(api->auth, source);
    identify(api, req, row);
    return true;
}

/* Finds out who makes 'req', and whether they have the rights that its route
 * takes.  If not, returns false and makes that the answer. */
bool
api_auth_check(struct api *api, struct api_request *req)
{
    const char *header = req->headers[API_H_AUTHORIZATION];

    if (!header) {
        if (!check_without_token(api, req)) {
            return false;
        }
    } else {
        char *source = api_auth_source(req->peer);
        bool ok = check_token(api, req, header, source);

        free(source);
        if (!ok) {
            return false;
        }
    }

    if (req->identity.role < req->route->role) {
        static const char *const roles[] = {
            "", "viewer", "operator", "admin",
        };

        api_problem(req, 403, NULL, "this takes a token with the role "
                    "\"%s\"", roles[req->route->role]);
        return false;
    } else if (req->route->flags & API_COMMON && !req->identity.all_projects) {
        api_problem(req, 403, NULL, "this concerns all projects, and takes a "
                    "token for all of them");
        return false;
    }
    return true;
}

static bool
has_projects(const struct vpnnbrec_api_token *row, const struct sset *projects)
{
    for (size_t i = 0; i < row->n_projects; i++) {
        if (!sset_contains(projects, row->projects[i])) {
            return false;
        }
    }
    return row->n_projects == sset_count(projects);
}

/* Returns true if who made 'req', which api_auth_check() has passed, maybe
 * long ago, has the rights still that they had then, and no others. */
bool
api_auth_is_current(const struct api *api, const struct api_request *req)
{
    const struct api_identity *identity = &req->identity;
    const struct vpnnbrec_api_token *row;

    if (!identity->name) {
        return !vpnnbrec_api_token_first(api->idl);
    }
    row = vpnnbrec_api_token_get_for_uuid(api->idl, &identity->token);
    return (row && is_usable(row) && role_of(row) == identity->role
            && has_projects(row, &identity->projects));
}

/* Returns true if who makes 'req' may know what 'project' has. */
bool
api_auth_sees(const struct api_request *req, const char *project)
{
    return (req->identity.all_projects
            || sset_contains(&req->identity.projects, project));
}

/* Use. */

bool
api_auth_must_write(const struct api *api)
{
    return !sset_is_empty(&api->auth->used);
}

void
api_auth_write(struct api *api)
{
    int64_t now = time_wall_msec();
    const char *s;

    SSET_FOR_EACH (s, &api->auth->used) {
        const struct vpnnbrec_api_token *row = NULL;
        struct uuid uuid;

        if (uuid_from_string(&uuid, s)) {
            row = vpnnbrec_api_token_get_for_uuid(api->idl, &uuid);
        }
        if (row && vpn_nb_has_row(&row->header_)) {
            vpnnbrec_api_token_set_last_used_at(row, &now, 1);
        }
    }
    sset_clear(&api->auth->used);
}
