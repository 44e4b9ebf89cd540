/* SPDX-License-Identifier: Apache-2.0 */

/* Making and changing connections. */

#include <config.h>

#include "utilities/api/api-resource.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-model.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-parse.h"
#include "lib/vpn-time.h"
#include "openvswitch/json.h"
#include "smap.h"
#include "svec.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-body.h"
#include "utilities/api/api-connection-wish.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-roster.h"
#include "utilities/api/api-store.h"
#include "utilities/api/api-vault.h"
#include "utilities/api/api.h"

/* Keys. */

/* Makes the keys, if it has not been done yet.  They stay the same when the
 * transaction has to be tried again. */
static bool
make_keys(struct api_request *req, struct connection_wish *wish)
{
    if (wish->public_key) {
        if (api_fault(req, wish->public_key_field,
                      vpn_public_key_parse(wish->public_key,
                                           &req->public_key))) {
            return false;
        }
    } else if (!req->private_key) {
        req->private_key = vpn_secret_new_private();
        vpn_secret_public(req->private_key, &req->public_key);
    }

    if (!req->psk && !strcmp(wish->psk, "auto")) {
        req->psk = vpn_secret_new_psk();
    } else if (!req->psk && strcmp(wish->psk, "none")) {
        req->psk = vpn_secret_alloc();
        if (!vpn_key_parse(wish->psk, req->psk)) {
            /* It may be a key with a slip of the pen: do not quote it. */
            api_problem(req, 422, "psk", "this is neither \"auto\", \"none\" "
                        "nor a key in base64");
            return false;
        }
    }
    return true;
}

/* Returns the row with the key to which pre-shared keys are sealed. */
static const struct vpnnbrec_nb_global *
get_global(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_nb_global *global
        = vpnnbrec_nb_global_first(api->idl);

    if (global && global->sealing_public_key) {
        return global;
    }
    api_problem(req, 503, NULL, "ovn-vpn has not made a key yet to which "
                "pre-shared keys are sealed; look whether it runs");
    return NULL;
}

static bool
write_keys(struct api *api, struct api_request *req,
           const struct vpnnbrec_vpn_service *service,
           const struct vpnnbrec_vpn_connection *row)
{
    vpn_nb_write_public_key(row, &req->public_key);
    return !api_fault(req, NULL,
                      vpn_nb_write_psk(row, vpnnbrec_nb_global_first(api->idl),
                                       service->name, &req->public_key,
                                       req->psk));
}

/* Checks. */

/* Checks that the project of 'service' may have one more connection. */
static bool
check_quota(struct api *api, struct api_request *req,
            const struct vpnnbrec_vpn_service *service)
{
    const struct vpnnbrec_vpn_service *other;
    const struct vpnnbrec_project *row;

    VPNNBREC_PROJECT_FOR_EACH (row, api->idl) {
        if (strcmp(row->name, service->project) || !row->n_max_connections) {
            continue;
        }
        size_t n = 0;
        VPNNBREC_VPN_SERVICE_FOR_EACH (other, api->idl) {
            if (!strcmp(other->project, row->name)) {
                n += api_roster_count(api, other);
            }
        }
        if (n >= row->max_connections[0]) {
            api_problem_as(req, 403, "resource_exhausted", NULL,
                           "project \"%s\" has %"PRIuSIZE" connections, as "
                           "many as it may have", row->name, n);
            return false;
        }
    }
    return true;
}

/* Gives 'c' the lowest free address of each tunnel subnet of the service of
 * 'row'. */
static bool
allocate(struct api *api, struct api_request *req,
         const struct vpnnbrec_vpn_service *row, struct vpn_connection *c)
{
    size_t n = api_roster_service(api, row)->tunnel_subnets.n;

    for (size_t i = 0; i < n; i++) {
        struct in6_addr addr;

        if (!api_roster_allocate(api, row, i, &addr)) {
            api_problem_as(req, 409, "resource_exhausted", "addresses",
                           "the service has no free address left; delete a "
                           "connection that is not needed, or give it a "
                           "larger tunnel subnet");
            return false;
        }
        struct vpn_prefix host = vpn_prefix_host(&addr);
        vpn_prefixes_add(&c->addresses, &host);
    }
    return true;
}

/* Checks that the service of 'row' can have connections at all. */
static bool
check_service(struct api_request *req, const struct vpnnbrec_vpn_service *row,
              const struct vpn_service *service)
{
    const char *error = (service->error ? service->error
                         : row->phase && !strcmp(row->phase, "error")
                         ? row->error_message : NULL);

    if (error) {
        api_problem(req, 409, NULL, "service %s cannot be served: %s",
                    row->name, error);
    }
    return !error;
}

/* Checks 'wish' by itself, and together with the service's connections. */
static bool
check_connection(struct api *api, struct api_request *req,
                 const struct vpnnbrec_vpn_service *row,
                 const struct connection_wish *wish)
{
    const struct vpn_service *service = api_roster_service(api, row);
    const struct vpn_connection *c = &wish->connection;
    const char *column = NULL;

    char *error = vpn_connection_check(service, c, &column);
    if (error) {
        return !api_fault(req, connection_wish_field(wish, column), error);
    }
    error = api_roster_check(api, row, c, &column);
    if (error) {
        api_problem_as(req, 409, "already_exists",
                       connection_wish_field(wish, column), "%s", error);
        free(error);
    }
    return !error;
}

/* Creating. */

static bool
prepare(struct api *api, struct api_request *req,
        const struct vpnnbrec_vpn_service *row, struct connection_wish *wish)
{
    const struct vpn_service *service = api_roster_service(api, row);
    struct vpn_connection *c = &wish->connection;

    if (api_fault(req, "name", vpn_name_check("connection", c->name))
        || !check_service(req, row, service)
        || !check_quota(api, req, row)
        || !make_keys(req, wish)
        || (req->psk && !get_global(api, req))) {
        return false;
    }
    c->public_key = req->public_key;
    connection_wish_sort(wish, service);
    if (!c->addresses.n && !wish->has_addresses
        && !allocate(api, req, row, c)) {
        return false;
    }
    return check_connection(api, req, row, wish);
}

static void
insert(struct api *api, struct api_request *req,
       const struct vpnnbrec_vpn_service *service,
       const struct connection_wish *wish)
{
    struct vpnnbrec_vpn_connection *row
        = vpnnbrec_vpn_connection_insert(api->txn);
    int64_t now = vpn_nb_touch(service);

    vpnnbrec_vpn_connection_set_name(row, wish->connection.name);
    connection_wish_write(wish, row);
    vpnnbrec_vpn_connection_set_created_at(row, &now, 1);
    vpnnbrec_vpn_connection_set_updated_at(row, &now, 1);
    vpnnbrec_vpn_service_update_connections_addvalue(service,
                                                     row->header_.uuid);
    if (write_keys(api, req, service, row)) {
        req->uuid = row->header_.uuid;
        req->parent = service->header_.uuid;
        req->is_new = true;
        api_roster_note(api, service, &wish->connection);
    } else {
        api_store_spoil(api);
    }
}

/* POST /api/v1/vpn-services/ID/connections */
void
api_connection_create(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *row = api_find_service(api, req);
    struct connection_wish wish;

    if (!row) {
        return;
    }
    connection_wish_init(&wish, "auto");
    if (connection_wish_read(&wish, req)
        && prepare(api, req, row, &wish)) {
        insert(api, req, row, &wish);
    }
    connection_wish_destroy(&wish);
}

/* Changing. */

/* Makes 'c' what the connection of 'row' is. */
static void
load(struct api *api, const struct vpnnbrec_vpn_service *service,
     const struct vpnnbrec_vpn_connection *row, struct vpn_connection *c)
{
    vpn_connection_destroy(c);
    vpn_connection_clone(c, api_roster_find(api, service,
                                            &row->header_.uuid));
    free(c->error);
    c->error = NULL;
}

static void
update(struct api *api, struct api_request *req,
       const struct vpnnbrec_vpn_service *service,
       const struct vpnnbrec_vpn_connection *row,
       const struct connection_wish *wish)
{
    int64_t now = vpn_nb_touch(service);
    bool ok = true;

    connection_wish_write(wish, row);
    vpnnbrec_vpn_connection_set_updated_at(row, &now, 1);
    if (wish->has_keys) {
        ok = write_keys(api, req, service, row);
    }
    if (ok) {
        req->uuid = row->header_.uuid;
        req->parent = service->header_.uuid;
        api_roster_note(api, service, &wish->connection);
    } else {
        api_store_spoil(api);
    }
}

/* Changes the connection that 'req' names as its body says, and gives it new
 * keys if 'rekey'. */
static void
change(struct api *api, struct api_request *req, bool rekey)
{
    const struct vpnnbrec_vpn_service *service = api_find_service(api, req);
    const struct vpnnbrec_vpn_connection *row
        = service ? api_find_connection(api, req, service) : NULL;
    struct connection_wish wish;

    if (!row) {
        return;
    }
    struct ds spec = DS_EMPTY_INITIALIZER;
    connection_wish_init(&wish, row->sealed_psk ? "auto" : "none");
    load(api, service, row, &wish.connection);
    api_put_connection_spec(&spec, row);
    bool ok = (rekey ? connection_wish_read_keys(&wish, req)
               : connection_wish_read_changes(&wish, req, row->name));
    ok = ok && api_check_etag(req, &spec);
    if (ok && (rekey || wish.has_keys)) {
        wish.has_keys = true;
        ok = make_keys(req, &wish) && (!req->psk || get_global(api, req));
        wish.connection.public_key = req->public_key;
    }
    if (ok) {
        connection_wish_sort(&wish, api_roster_service(api, service));
        ok = check_connection(api, req, service, &wish);
    }
    if (ok) {
        update(api, req, service, row, &wish);
    }
    connection_wish_destroy(&wish);
    ds_destroy(&spec);
}

/* PATCH /api/v1/vpn-services/ID/connections/ID: what is not given stays. */
void
api_connection_update(struct api *api, struct api_request *req)
{
    change(api, req, false);
}

/* POST /api/v1/vpn-services/ID/connections/ID/rotate-key */
void
api_connection_rekey(struct api *api, struct api_request *req)
{
    change(api, req, true);
}
