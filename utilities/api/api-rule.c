/* SPDX-License-Identifier: Apache-2.0 */

/* Access rules of a service. */

#include <config.h>

#include "utilities/api/api-resource.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-access.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-prefix.h"
#include "openvswitch/json.h"
#include "openvswitch/shash.h"
#include "sset.h"
#include "svec.h"
#include "util.h"
#include "utilities/api/api-body.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-view.h"
#include "utilities/api/api.h"
#include "uuid.h"

/* Writes the members of the rule of 'row'. */
void
api_put_rule_members(struct api_json *j,
                     const struct vpnnbrec_access_rule *row)
{
    api_json_string_and_free(j, "id",
                             xasprintf(UUID_FMT,
                                       UUID_ARGS(&row->header_.uuid)));
    api_json_string(j, "name", row->name);
    api_json_int(j, "priority", row->priority);
    api_json_string(j, "action", row->action);
    api_json_string(j, "direction", row->direction);
    api_json_open(j, "connections", '[');
    for (size_t i = 0; i < row->n_connections; i++) {
        api_json_string(j, NULL, row->connections[i]->name);
    }
    api_json_close(j, ']');
    api_json_strings(j, "groups", row->groups, row->n_groups);
    api_json_strings(j, "networks", row->networks, row->n_networks);
    api_json_string(j, "protocol", row->protocol);
    api_json_strings(j, "ports", row->ports, row->n_ports);
    api_json_bool(j, "log", row->log);
}

static void
put_rule(struct api_json *j, const struct vpnnbrec_access_rule *row)
{
    api_json_open(j, NULL, '{');
    api_put_rule_members(j, row);
    api_json_close(j, '}');
}

/* Answers with the rule of 'row'. */
static void
respond(struct api_request *req, int status,
        const struct vpnnbrec_access_rule *row)
{
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);

    put_rule(&j, row);
    api_respond_with_etag(req, status, &req->response.body);
}

/* Checks that the client, if it says what it changes, knows the rule of 'row'
 * as it is. */
static bool
check_etag(struct api_request *req, const struct vpnnbrec_access_rule *row)
{
    struct ds ds = DS_EMPTY_INITIALIZER;
    struct api_json j = API_JSON_INITIALIZER(&ds);

    put_rule(&j, row);
    bool ok = api_check_etag(req, &ds);
    ds_destroy(&ds);
    return ok;
}

/* Returns the rule of 'service' that the second parameter of the path
 * names. */
static const struct vpnnbrec_access_rule *
find_rule(struct api_request *req, const struct vpnnbrec_vpn_service *service)
{
    struct uuid uuid;

    for (size_t i = 0; uuid_from_string(&uuid, req->params[1])
                       && i < service->n_access_rules; i++) {
        if (uuid_equals(&service->access_rules[i]->header_.uuid, &uuid)) {
            return service->access_rules[i];
        }
    }
    api_problem(req, 404, NULL, "service %s has no access rule \"%s\"",
                service->name, req->params[1]);
    return NULL;
}

/* GET /api/v1/vpn-services/ID/access-rules */
void
api_rule_list(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *service = api_find_service(api, req);
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);

    if (!service) {
        return;
    }
    api_json_open(&j, NULL, '{');
    api_json_open(&j, "access_rules", '[');
    for (size_t i = 0; i < service->n_access_rules; i++) {
        put_rule(&j, service->access_rules[i]);
    }
    api_json_close(&j, ']');
    api_json_close(&j, '}');
    api_respond_with_etag(req, 200, &req->response.body);
}

/* GET /api/v1/vpn-services/ID/access-rules/ID */
void
api_rule_get(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *service = api_find_service(api, req);
    const struct vpnnbrec_access_rule *row
        = service ? find_rule(req, service) : NULL;

    if (row) {
        respond(req, 200, row);
    }
}

/* Reading. */

struct rule_wish {
    struct vpn_access_rule rule;    /* As its checks want it. */
    const char *name, *action, *direction;
    struct svec connections, networks, ports;
    struct json *json;              /* Holds strings.  May be NULL. */
};

/* Checks that 's' is one of the words in 'words', separated by blanks. */
static void
check_word(struct api_body *body, const char *name, const char *s,
           const char *words)
{
    struct sset set;

    sset_from_delimited_string(&set, words, " ");
    if (!s || !sset_contains(&set, s)) {
        api_body_fault(body, name, xasprintf("give one of: %s", words));
    }
    sset_destroy(&set);
}

static void
read_networks(struct api_body *body, struct rule_wish *wish)
{
    struct vpn_access_rule *rule = &wish->rule;

    api_body_strings(body, "networks", &wish->networks);
    for (size_t i = 0; i < wish->networks.n; i++) {
        struct vpn_prefix prefix;
        char *error = vpn_prefix_parse(wish->networks.names[i], &prefix);

        if (!error) {
            vpn_prefixes_add(&rule->networks, &prefix);
        }
        api_body_fault(body, "networks", error);
    }

    api_body_strings(body, "ports", &wish->ports);
    rule->ports = xcalloc(wish->ports.n + 1, sizeof *rule->ports);
    for (size_t i = 0; i < wish->ports.n; i++) {
        api_body_fault(body, "ports",
                       vpn_port_range_parse(wish->ports.names[i],
                                            &rule->ports[rule->n_ports++]));
    }
}

static void
read_protocol(struct api_body *body, struct rule_wish *wish)
{
    const char *protocol = api_body_string(body, "protocol");

    if (protocol) {
        check_word(body, "protocol", protocol, "tcp udp sctp icmp icmp6");
        wish->rule.protocol = xstrdup(protocol);
    }
}

/* Returns the rule of 'row' as JSON, as clients give it, with 'changes' made
 * to it (RFC 7396: null stands for a member's absence).  The caller must
 * destroy it. */
static struct json *
merge(const struct vpnnbrec_access_rule *row, const struct json *changes)
{
    struct ds ds = DS_EMPTY_INITIALIZER;
    struct api_json j = API_JSON_INITIALIZER(&ds);
    const struct shash_node *node;

    put_rule(&j, row);
    struct json *json = json_from_string(ds_cstr(&ds));
    ds_destroy(&ds);
    json_destroy(shash_find_and_delete(json->object, "id"));
    struct json *connections = json_array_create_empty();
    for (size_t i = 0; i < row->n_connections; i++) {
        const struct uuid *uuid = &row->connections[i]->header_.uuid;

        json_array_add(connections, json_string_create_nocopy(
                           xasprintf(UUID_FMT, UUID_ARGS(uuid))));
    }
    json_object_put(json, "connections", connections);
    SHASH_FOR_EACH (node, changes->object) {
        const struct json *value = node->data;

        if (value->type == JSON_NULL) {
            json_destroy(shash_find_and_delete(json->object, node->name));
        } else {
            json_object_put(json, node->name, json_clone(value));
        }
    }
    return json;
}

/* Reads the body of 'req': changes to the rule of 'row', or the whole of a
 * rule if that is NULL.  Returns true if there is no mistake in it. */
static bool
read_wish(struct api_request *req, const struct vpnnbrec_access_rule *row,
          struct rule_wish *wish)
{
    struct vpn_access_rule *rule = &wish->rule;
    const char *column = NULL;
    struct api_body body;
    int64_t priority = 0;

    *wish = (struct rule_wish) {
        .json = row ? merge(row, req->json) : NULL
    };
    vpn_access_rule_init(rule);
    api_body_init(&body, req, NULL, row ? wish->json : req->json);
    wish->name = api_body_string(&body, "name");
    wish->action = api_body_string(&body, "action");
    wish->direction = api_body_string(&body, "direction");
    api_body_int(&body, "priority", 0, VPN_ACCESS_PRIORITY_MAX, &priority);
    rule->priority = priority;
    api_body_bool(&body, "log", &rule->log);
    api_body_strings(&body, "connections", &wish->connections);
    api_body_strings(&body, "groups", &rule->groups);
    check_word(&body, "action", wish->action, "allow drop");
    wish->direction = wish->direction ? wish->direction : "both";
    check_word(&body, "direction", wish->direction, "from-peer to-peer both");
    read_protocol(&body, wish);
    read_networks(&body, wish);
    char *error = vpn_access_rule_check(rule, &column);
    api_body_fault(&body, column, error);
    return api_body_finish(&body);
}

static void
wish_destroy(struct rule_wish *wish)
{
    vpn_access_rule_destroy(&wish->rule);
    svec_destroy(&wish->connections);
    svec_destroy(&wish->networks);
    svec_destroy(&wish->ports);
    json_destroy(wish->json);
}

/* Finds the connections of 'service' that 'wish' names.  Returns NULL, and
 * makes that the answer, if one is not there. */
static struct vpnnbrec_vpn_connection **
find_connections(struct api *api, struct api_request *req,
                 const struct vpnnbrec_vpn_service *service,
                 const struct rule_wish *wish)
{
    struct vpnnbrec_vpn_connection **rows
        = xcalloc(wish->connections.n + 1, sizeof *rows);

    for (size_t i = 0; i < wish->connections.n; i++) {
        const char *id = wish->connections.names[i];
        const struct vpnnbrec_vpn_connection *row
            = api_view_find_connection(api, service, id);

        if (!row) {
            api_problem(req, 422, "connections", "service %s has no "
                        "connection \"%s\"", service->name, id);
            free(rows);
            return NULL;
        }
        rows[i] = CONST_CAST(struct vpnnbrec_vpn_connection *, row);
    }
    return rows;
}

/* Writing. */

static void
write_rule(const struct vpnnbrec_access_rule *row,
           const struct rule_wish *wish,
           struct vpnnbrec_vpn_connection **connections)
{
    const struct svec *groups = &wish->rule.groups;

    vpnnbrec_access_rule_set_name(row, wish->name ? wish->name : "");
    vpnnbrec_access_rule_set_priority(row, wish->rule.priority);
    vpnnbrec_access_rule_set_action(row, wish->action);
    vpnnbrec_access_rule_set_direction(row, wish->direction);
    vpnnbrec_access_rule_set_connections(row, connections,
                                         wish->connections.n);
    vpnnbrec_access_rule_set_groups(row, (const char **) groups->names,
                                    groups->n);
    vpnnbrec_access_rule_set_networks(row,
                                      (const char **) wish->networks.names,
                                      wish->networks.n);
    vpnnbrec_access_rule_set_protocol(row, wish->rule.protocol);
    vpnnbrec_access_rule_set_ports(row, (const char **) wish->ports.names,
                                   wish->ports.n);
    vpnnbrec_access_rule_set_log(row, wish->rule.log);
}

/* Reads a rule and writes it to 'row', one of 'service', or to a new one if
 * that is NULL; with 'merges', what the body does not name stays as it is. */
static void
change(struct api *api, struct api_request *req,
       const struct vpnnbrec_vpn_service *service,
       const struct vpnnbrec_access_rule *row, bool merges)
{
    struct vpnnbrec_vpn_connection **connections = NULL;
    struct rule_wish wish;

    if (read_wish(req, merges ? row : NULL, &wish)) {
        connections = find_connections(api, req, service, &wish);
    }
    if (connections) {
        req->is_new = !row;
        if (!row) {
            struct vpnnbrec_access_rule *new
                = vpnnbrec_access_rule_insert(api->txn);

            vpnnbrec_vpn_service_update_access_rules_addvalue(service, new);
            row = new;
        }
        write_rule(row, &wish, connections);
        vpn_nb_touch(service);
        req->uuid = row->header_.uuid;
        req->parent = service->header_.uuid;
    }
    free(connections);
    wish_destroy(&wish);
}

/* POST /api/v1/vpn-services/ID/access-rules */
void
api_rule_create(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *service = api_find_service(api, req);

    if (service) {
        change(api, req, service, NULL, false);
    }
}

/* PATCH and PUT /api/v1/vpn-services/ID/access-rules/ID */
void
api_rule_change(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *service = api_find_service(api, req);
    const struct vpnnbrec_access_rule *row
        = service ? find_rule(req, service) : NULL;

    if (row && check_etag(req, row)) {
        change(api, req, service, row, !strcmp(req->method, "PATCH"));
    }
}

void
api_rule_finish(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_access_rule *row
        = vpnnbrec_access_rule_get_for_uuid(api->idl, &req->uuid);

    if (row) {
        respond(req, req->is_new ? 201 : 200, row);
    } else if (!req->is_new) {
        api_problem(req, 404, NULL, "the access rule is gone");
    }
}

/* DELETE /api/v1/vpn-services/ID/access-rules/ID */
void
api_rule_delete(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *service = api_find_service(api, req);
    const struct vpnnbrec_access_rule *row
        = service ? find_rule(req, service) : NULL;

    if (row && check_etag(req, row)) {
        vpnnbrec_vpn_service_update_access_rules_delvalue(service, row);
        vpn_nb_touch(service);
    }
}
