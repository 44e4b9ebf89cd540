/* SPDX-License-Identifier: Apache-2.0 */

/* Making and changing services. */

#include <config.h>

#include "utilities/api/api-resource.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-model.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-nb-setting.h"
#include "lib/vpn-nb-snapshot.h"
#include "openvswitch/json.h"
#include "openvswitch/shash.h"
#include "smap.h"
#include "svec.h"
#include "util.h"
#include "utilities/api/api-auth.h"
#include "utilities/api/api-body.h"
#include "utilities/api/api-defaults.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-store.h"
#include "utilities/api/api.h"

enum type { STRING, NUMBER, BOOLEAN, STRINGS };

/* Fields of a service, and what lib/vpn-nb-setting.h calls them. */
static const struct field {
    const char *name;
    const char *setting;
    enum type type;
} fields[] = {
    { "description", "description", STRING },
    { "project_id", "project", STRING },
    { "router_id", "router", STRING },
    { "network_id", "network", STRING },
    { "external_ip", "external_ip", STRING },
    { "external_ip_pool", "external_ip_pool", STRING },
    { "listen_port", "listen_port", NUMBER },
    { "tunnel_subnets", "tunnel_subnets", STRINGS },
    { "local_subnets", "local_subnets", STRINGS },
    { "dns", "dns", STRINGS },
    { "mtu", "mtu", NUMBER },
    { "keepalive", "keepalive", NUMBER },
    { "client_to_client", "client_to_client", BOOLEAN },
    { "enabled", "enabled", BOOLEAN },
};

/* What a request wants of a service. */
struct wish {
    const char *name;           /* NULL if it is not given. */
    char *values[ARRAY_SIZE(fields)];   /* NULL if not given. */
    struct smap labels;
    bool has_labels;
};

static void
wish_destroy(struct wish *wish)
{
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        free(wish->values[i]);
    }
    smap_destroy(&wish->labels);
}

/* Returns the strings of an array as one, as settings are written. */
static char *
read_strings(struct api_body *body, const struct field *field)
{
    struct svec strings = SVEC_EMPTY_INITIALIZER;

    api_body_strings(body, field->name, &strings);
    for (size_t i = 0; i < strings.n; i++) {
        if (strpbrk(strings.names[i], ", ")) {
            api_body_fault(body, field->name,
                           xasprintf("\"%s\" holds a comma or a blank",
                                     strings.names[i]));
        }
    }
    char *joined = svec_join(&strings, ",", "");
    svec_destroy(&strings);
    return joined;
}

/* Returns the value of 'field' in 'body' as settings are written; null is an
 * empty string. */
static char *
read_field(struct api_body *body, const struct field *field)
{
    int64_t number;
    bool boolean;

    switch (field->type) {
    case STRING: {
        const char *s = api_body_string(body, field->name);
        return xstrdup(s ? s : "");
    }
    case NUMBER:
        return (api_body_int(body, field->name, 0, INT32_MAX, &number)
                ? xasprintf("%"PRId64, number) : xstrdup(""));
    case BOOLEAN:
        return xstrdup(!api_body_bool(body, field->name, &boolean) ? ""
                       : boolean ? "true" : "false");
    case STRINGS:
        return read_strings(body, field);
    default:
        OVS_NOT_REACHED();
    }
}

static void
read_fields(struct api_body *body, struct wish *wish)
{
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        if (!api_body_has(body, fields[i].name)) {
            continue;
        } else if (wish->values[i]) {
            api_body_fault(body, fields[i].name,
                           xstrdup("this is given twice, within \"spec\" and "
                                   "outside"));
        } else {
            wish->values[i] = read_field(body, &fields[i]);
        }
    }
}

/* Reads the body of 'req': the fields of a service, of which those of "spec"
 * may stand outside of it. */
static bool
read_wish(struct api_request *req, struct wish *wish)
{
    struct api_body body, spec;

    *wish = (struct wish) { .labels = SMAP_INITIALIZER(&wish->labels) };
    api_body_init(&body, req, NULL, req->json);
    wish->name = api_body_string(&body, "name");
    wish->has_labels = api_body_has(&body, "labels");
    api_body_map(&body, "labels", &wish->labels);
    read_fields(&body, wish);
    if (req->route->flags & API_CONNECT) {
        api_body_has(&body, "id");
    }
    api_body_init(&spec, req, "spec", api_body_get(&body, "spec"));
    read_fields(&spec, wish);
    api_body_finish(&spec);
    return api_body_finish(&body);
}

static const char *
get_value(const struct wish *wish, const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        if (!strcmp(fields[i].name, name)) {
            return wish->values[i];
        }
    }
    OVS_NOT_REACHED();
}

static void
set_value(struct wish *wish, const char *name, char *value)
{
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        if (!strcmp(fields[i].name, name)) {
            free(wish->values[i]);
            wish->values[i] = value;
        }
    }
}

/* Writes what 'wish' says to 'row'. */
static bool
write_wish(struct api_request *req, const struct wish *wish,
           const struct vpnnbrec_vpn_service *row)
{
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        if (wish->values[i]
            && api_fault(req, fields[i].name,
                         vpn_nb_set_service(row, fields[i].setting,
                                            wish->values[i]))) {
            return false;
        }
    }
    if (wish->has_labels) {
        vpnnbrec_vpn_service_set_labels(row, &wish->labels);
    }
    return true;
}

/* Checks that the client may give a service to the project that 'wish'
 * names, if any. */
static bool
check_project(struct api_request *req, const struct wish *wish)
{
    const char *project = get_value(wish, "project_id");

    if (project && !api_auth_sees(req, project)) {
        api_problem(req, 403, "project_id", "the token is not for project "
                    "\"%s\"", project);
        return false;
    }
    return true;
}

/* Answers that 'project' would have more of 'what' than the 'max' that it may
 * have. */
static bool
refuse_more(struct api_request *req, const char *project, int64_t max,
            const char *what)
{
    api_problem_as(req, 403, "resource_exhausted", "project_id",
                   "project \"%s\" may have %"PRId64" %s, and would have "
                   "more", project, max, what);
    return false;
}

/* Checks that 'project' may have one more service, with 'n' connections. */
static bool
check_quota(struct api *api, struct api_request *req, const char *project,
            size_t n)
{
    const struct vpnnbrec_vpn_service *service;
    const struct vpnnbrec_project *row;
    size_t n_services = 1, n_connections = n;

    VPNNBREC_VPN_SERVICE_FOR_EACH (service, api->idl) {
        if (!strcmp(service->project, project)) {
            n_services++;
            n_connections += service->n_connections;
        }
    }
    VPNNBREC_PROJECT_FOR_EACH (row, api->idl) {
        if (strcmp(row->name, project)) {
            continue;
        } else if (row->n_max_services && n_services > row->max_services[0]) {
            return refuse_more(req, project, row->max_services[0],
                               "services");
        } else if (n && row->n_max_connections
                   && n_connections > row->max_connections[0]) {
            return refuse_more(req, project, row->max_connections[0],
                               "connections");
        }
    }
    return true;
}

/* Creating. */

/* Fills in an external address if there is none. */
static bool
choose_address(struct api *api, struct api_request *req, struct wish *wish)
{
    const char *name = get_value(wish, "external_ip_pool");
    const char *ip = get_value(wish, "external_ip");
    const struct vpnnbrec_external_ip_pool *pool;

    if (ip && ip[0]) {
        return true;
    }
    pool = (name && name[0] ? api_find_pool(api, name)
            : api_default_pool(api, get_value(wish, "router_id")));
    if (!pool && name && name[0]) {
        api_problem(req, 422, "external_ip_pool", "there is no "
                    "External_IP_Pool \"%s\"", name);
        return false;
    } else if (!pool) {
        api_problem(req, 422, "external_ip", "give the address at which "
                    "clients shall reach the service: there is no "
                    "External_IP_Pool to take one from (\"ovn-vpn-nbctl "
                    "create External_IP_Pool name=NAME addresses=ADDRESSES\" "
                    "makes one)");
        return false;
    }
    char *address = api_pool_next(api, pool);
    if (!address) {
        api_problem_as(req, 409, "resource_exhausted", "external_ip",
                       "pool \"%s\" has no free address", pool->name);
        return false;
    }
    set_value(wish, "external_ip", address);
    set_value(wish, "external_ip_pool", xstrdup(pool->name));
    return true;
}

/* Fills in a tunnel subnet. */
static bool
choose_subnet(struct api *api, struct api_request *req, struct wish *wish)
{
    char *subnet = api_default_tunnel_subnet(api);

    if (!subnet) {
        api_problem_as(req, 409, "resource_exhausted", "tunnel_subnets",
                       "services have all the subnets that are given to those "
                       "that name none; name one");
        return false;
    }
    set_value(wish, "tunnel_subnets", subnet);
    return true;
}

/* Checks 'wish' for a new service, and fills in what it does not say. */
static bool
complete_wish(struct api *api, struct api_request *req, struct wish *wish)
{
    const char *project = get_value(wish, "project_id");
    const char *router = get_value(wish, "router_id");
    const char *subnets = get_value(wish, "tunnel_subnets");

    if (api_fault(req, "name", vpn_name_check("service", wish->name
                                              ? wish->name : ""))) {
        return false;
    } else if (!router || !router[0]) {
        api_problem(req, 422, "router_id",
                    "a service needs the name or UUID of a router");
        return false;
    } else if (vpn_nb_find_service(api->idl, wish->name)) {
        api_problem_as(req, 409, "already_exists", "name",
                       "there is a service named %s already", wish->name);
        return false;
    } else if (!project && !req->identity.all_projects
               && sset_count(&req->identity.projects) == 1) {
        set_value(wish, "project_id",
                  xstrdup(SSET_FIRST(&req->identity.projects)));
    } else if (!project) {
        set_value(wish, "project_id", xstrdup(""));
    }
    if (!check_project(req, wish)
        || !check_quota(api, req, get_value(wish, "project_id"), 0)
        || !choose_address(api, req, wish)) {
        return false;
    }
    return (subnets && subnets[0]) || choose_subnet(api, req, wish);
}

/* POST /api/v1/vpn-services */
void
api_service_create(struct api *api, struct api_request *req)
{
    struct wish wish;

    if (read_wish(req, &wish) && complete_wish(api, req, &wish)) {
        const struct vpnnbrec_vpn_service *row
            = vpnnbrec_vpn_service_insert(api->txn);

        vpnnbrec_vpn_service_set_name(row, wish.name);
        if (write_wish(req, &wish, row)) {
            int64_t now = vpn_nb_touch(row);

            vpnnbrec_vpn_service_set_created_at(row, &now, 1);
            req->uuid = row->header_.uuid;
            req->is_new = true;
        } else {
            api_store_spoil(api);
        }
    }
    wish_destroy(&wish);
}

/* Changing. */

/* Checks that no connection of 'row' was well in 'before' and is not well
 * now. */
static char *
check_connections(const struct vpnnbrec_vpn_service *row,
                  const struct vpn_service *before)
{
    struct vpn_service *after = vpn_service_from_row(row);
    char *error = vpn_service_find_harm(before, after);

    vpn_service_destroy(after);
    return error;
}

static void
update(struct api *api, struct api_request *req, const struct wish *wish,
       const struct vpnnbrec_vpn_service *row)
{
    struct vpn_service *before = vpn_service_from_row(row);

    if (!write_wish(req, wish, row)
        || api_fault(req, NULL, check_connections(row, before))) {
        api_store_spoil(api);
    } else {
        vpn_nb_touch(row);
        req->uuid = row->header_.uuid;
    }
    vpn_service_destroy(before);
}

/* Checks that 'row' may go to the project that 'wish' names, if any. */
static bool
check_move(struct api *api, struct api_request *req, const struct wish *wish,
           const struct vpnnbrec_vpn_service *row)
{
    const char *project = get_value(wish, "project_id");

    return (check_project(req, wish)
            && (!project || !strcmp(project, row->project)
                || check_quota(api, req, project, row->n_connections)));
}

/* PATCH /api/v1/vpn-services/ID: what is not given stays. */
void
api_service_update(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *row = api_find_service(api, req);
    struct ds spec = DS_EMPTY_INITIALIZER;
    struct wish wish;

    if (!row) {
        return;
    }
    api_put_service_spec(&spec, row);
    if (read_wish(req, &wish) && check_move(api, req, &wish, row)
        && api_check_etag(req, &spec)) {
        if (wish.name && strcmp(wish.name, row->name)) {
            api_problem(req, 422, "name",
                        "the name of a service cannot be changed");
        } else {
            update(api, req, &wish, row);
        }
    }
    wish_destroy(&wish);
    ds_destroy(&spec);
}
