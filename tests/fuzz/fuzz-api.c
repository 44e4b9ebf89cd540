/* SPDX-License-Identifier: Apache-2.0 */

/* A fuzz target (https://llvm.org/docs/LibFuzzer.html) for what ovn-vpn-api
 * does with a request: its target, its headers, its JSON and its meaning.
 * "make fuzz-api" builds and runs it.
 *
 * An input is a request as HTTP/1.1 has it, without versions and with bare
 * line feeds.  Each one meets a database of its own, without a server: changes
 * are made in a transaction that nobody commits. */

#include <config.h>
#undef NDEBUG

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-keys.h"
#include "openvswitch/json.h"
#include "openvswitch/vlog.h"
#include "tests/fake-db.h"
#include "util.h"
#include "utilities/api/api-audit.h"
#include "utilities/api/api-auth.h"
#include "utilities/api/api-events.h"
#include "utilities/api/api-metrics.h"
#include "utilities/api/api-replay.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-roster.h"
#include "utilities/api/api-store.h"
#include "utilities/api/api-vault.h"
#include "utilities/api/api-view.h"
#include "utilities/api/api.h"

#define KEY "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerInitialize(int *argc OVS_UNUSED, char ***argv)
{
    set_program_name((*argv)[0]);
    vlog_set_levels(NULL, VLF_ANY_DESTINATION, VLL_OFF);
    vpn_keys_init();
    return 0;
}

/* The database. */

static void
fill(struct ovsdb_idl_txn *txn)
{
    static const char *const subnet[] = { "10.9.0.0/24" };
    static const char *const address[] = { "10.9.0.2" };
    static const char *const pool[] = { "192.168.0.201-192.168.0.202" };
    struct vpnnbrec_vpn_connection *c = vpnnbrec_vpn_connection_insert(txn);
    struct vpnnbrec_vpn_service *s = vpnnbrec_vpn_service_insert(txn);
    struct vpnnbrec_external_ip_pool *ips
        = vpnnbrec_external_ip_pool_insert(txn);
    struct vpnnbrec_nb_global *global = vpnnbrec_nb_global_insert(txn);
    struct vpnnbrec_chassis *chassis = vpnnbrec_chassis_insert(txn);

    vpnnbrec_nb_global_set_sealing_public_key(global, KEY);
    vpnnbrec_chassis_set_name(chassis, "gw1");
    vpnnbrec_external_ip_pool_set_name(ips, "ext");
    vpnnbrec_external_ip_pool_set_addresses(
        ips, CONST_CAST(const char **, pool), 1);
    vpnnbrec_vpn_connection_set_name(c, "c1");
    vpnnbrec_vpn_connection_set_type(c, "client");
    vpnnbrec_vpn_connection_set_public_key(c, KEY);
    vpnnbrec_vpn_connection_set_addresses(
        c, CONST_CAST(const char **, address), 1);
    vpnnbrec_vpn_service_set_name(s, "s1");
    vpnnbrec_vpn_service_set_router(s, "r");
    vpnnbrec_vpn_service_set_public_key(s, KEY);
    vpnnbrec_vpn_service_set_public_ip(s, "192.168.0.200");
    vpnnbrec_vpn_service_set_external_ip(s, "192.168.0.200");
    vpnnbrec_vpn_service_set_tunnel_subnets(
        s, CONST_CAST(const char **, subnet), 1);
    vpnnbrec_vpn_service_set_connections(s, &c->header_.uuid, 1);
}

static void
init(struct api *api, struct fake_db *db)
{
    fake_db_init(db, &vpnnbrec_idl_class);
    fill(db->txn);
    *api = (struct api) {
        .idl = db->idl,
        .audit = api_audit_create(),
        .auth = api_auth_create(API_ANONYMOUS_LOCAL),
        .events = api_events_create(),
        .metrics = api_metrics_create(),
        .replay = api_replay_create(),
        .roster = api_roster_create(),
        .store = api_store_create(),
        .vault = api_vault_create(),
        .view = api_view_create(),
    };
}

static void
destroy(struct api *api, struct fake_db *db)
{
    api_store_destroy(api->store);
    api_audit_destroy(api->audit);
    api_auth_destroy(api->auth);
    api_events_destroy(api->events);
    api_metrics_destroy(api->metrics);
    api_replay_destroy(api->replay);
    api_roster_destroy(api->roster);
    api_vault_destroy(api->vault);
    api_view_destroy(api->view);
    fake_db_destroy(db);
}

/* The request. */

static void
set_header(struct api_request *req, char *line)
{
    char *value = strchr(line, ':');

    if (!value) {
        return;
    }
    *value++ = '\0';
    value += strspn(value, " ");
    for (size_t i = 0; i < API_N_HEADERS; i++) {
        if (!strcasecmp(line, api_header_names[i])) {
            free(req->headers[i]);
            req->headers[i] = xstrdup(value);
        }
    }
}

/* Makes a request of the 'n' bytes at 'data', which it changes. */
static struct api_request *
parse(char *data, size_t n)
{
    char *end = data + n, *line = data;
    struct api_request *req = NULL;

    while (line < end) {
        char *newline = memchr(line, '\n', end - line);
        char *next = newline ? newline + 1 : end;

        if (newline) {
            *newline = '\0';
        }
        if (req && !line[0]) {
            ds_put_buffer(&req->body, next, end - next);
            return req;
        } else if (req) {
            set_header(req, line);
        } else {
            char *uri = strchr(line, ' ');

            if (!uri) {
                return NULL;
            }
            *uri++ = '\0';
            req = api_request_create(line, uri, "127.0.0.1");
            req->headers[API_H_HOST] = xstrdup("localhost");
        }
        line = next;
    }
    return req;
}

/* What is said to be JSON is JSON. */
static void
check_answer(const struct api_request *req)
{
    const struct ds *body = &req->response.body;

    ovs_assert(req->response.status >= 200 && req->response.status < 600);
    if (body->length && (!req->response.type
                         || strstr(req->response.type, "json"))) {
        struct json *json = json_from_string(ds_cstr_ro(body));

        ovs_assert(json->type == JSON_OBJECT);
        json_destroy(json);
    }
}

static void
run(struct api *api, struct fake_db *db, struct api_request *req)
{
    if (api_dispatch_route(req) && api_dispatch_admit(api, req)) {
        bool writes = req->route->finish != NULL;

        if (writes) {
            api->txn = db->txn;
        }
        req->route->run(api, req);
        if (!writes) {
            ovs_assert(api_request_is_done(req));
        }
        api->txn = NULL;
        api_roster_forget_notes(api->roster);
    }
    if (api_request_is_done(req)) {
        check_answer(req);
        api_audit_note(api, req);
        api_metrics_note(api, req);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char *copy = xmemdup0((const char *) data, n);
    struct api_request *req = parse(copy, n);
    struct fake_db db;
    struct api api;

    if (req) {
        init(&api, &db);
        run(&api, &db, req);
        api_request_destroy(req);
        destroy(&api, &db);
    }
    free(copy);
    return 0;
}
