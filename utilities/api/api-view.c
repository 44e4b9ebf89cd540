/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-view.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "openvswitch/hmap.h"
#include "util.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-resource.h"
#include "utilities/api/api.h"
#include "uuid.h"

/* The connections of one service. */
struct entry {
    struct hmap_node node;      /* In 'struct api_view', by 'uuid'. */
    struct uuid uuid;
    struct api_view_connections connections;
};

/* The text of one connection. */
struct text {
    struct hmap_node node;      /* In 'struct api_view', by 'uuid'. */
    struct uuid uuid;
    struct api_view_text text;
};

struct api_view {
    struct api_view_services services;
    bool services_valid;
    struct hmap entries;        /* Contains 'struct entry's. */
    struct hmap texts;          /* Contains 'struct text's. */
};

struct api_view *
api_view_create(void)
{
    struct api_view *view = xzalloc(sizeof *view);

    hmap_init(&view->entries);
    hmap_init(&view->texts);
    return view;
}

static struct entry *
find_entry(const struct api_view *view, const struct uuid *uuid)
{
    struct entry *entry;

    HMAP_FOR_EACH_WITH_HASH (entry, node, uuid_hash(uuid), &view->entries) {
        if (uuid_equals(&entry->uuid, uuid)) {
            return entry;
        }
    }
    return NULL;
}

static void
drop_entry(struct api_view *view, struct entry *entry)
{
    if (entry) {
        hmap_remove(&view->entries, &entry->node);
        free(entry->connections.rows);
        free(entry);
    }
}

static void
drop_entries(struct api_view *view)
{
    struct entry *entry;

    HMAP_FOR_EACH_SAFE (entry, node, &view->entries) {
        drop_entry(view, entry);
    }
}

static struct text *
find_text(const struct api_view *view, const struct uuid *uuid)
{
    struct text *text;

    HMAP_FOR_EACH_WITH_HASH (text, node, uuid_hash(uuid), &view->texts) {
        if (uuid_equals(&text->uuid, uuid)) {
            return text;
        }
    }
    return NULL;
}

static void
drop_text(struct api_view *view, struct text *text)
{
    if (text) {
        hmap_remove(&view->texts, &text->node);
        ds_destroy(&text->text.json);
        free(text->text.etag);
        free(text);
    }
}

void
api_view_destroy(struct api_view *view)
{
    struct text *text;

    HMAP_FOR_EACH_SAFE (text, node, &view->texts) {
        drop_text(view, text);
    }
    hmap_destroy(&view->texts);
    drop_entries(view);
    hmap_destroy(&view->entries);
    free(view->services.rows);
    free(view);
}

/* Forgets what the database has changed.  Must be called for each change,
 * before it is forgotten. */
void
api_view_run(struct api *api)
{
    const struct vpnnbrec_vpn_service *service;
    const struct vpnnbrec_vpn_connection *connection;
    struct api_view *view = api->view;

    VPNNBREC_VPN_SERVICE_FOR_EACH_TRACKED (service, api->idl) {
        bool is_deleted = vpnnbrec_vpn_service_is_deleted(service);

        if (vpnnbrec_vpn_service_is_new(service) || is_deleted) {
            view->services_valid = false;
        }
        if (is_deleted
            || vpnnbrec_vpn_service_is_updated(
                service, VPNNBREC_VPN_SERVICE_COL_CONNECTIONS)) {
            drop_entry(view, find_entry(view, &service->header_.uuid));
        }
    }
    VPNNBREC_VPN_CONNECTION_FOR_EACH_TRACKED (connection, api->idl) {
        drop_text(view, find_text(view, &connection->header_.uuid));
        if (!vpnnbrec_vpn_connection_is_new(connection)
            && vpnnbrec_vpn_connection_is_updated(
                connection, VPNNBREC_VPN_CONNECTION_COL_NAME)) {
            drop_entries(view);
        }
    }
}

static int
compare_services_cb(const void *a_, const void *b_)
{
    const struct vpnnbrec_vpn_service *const *a = a_, *const *b = b_;

    return strcmp((*a)->name, (*b)->name);
}

static int
compare_connections_cb(const void *a_, const void *b_)
{
    const struct vpnnbrec_vpn_connection *const *a = a_, *const *b = b_;

    return strcmp((*a)->name, (*b)->name);
}

const struct api_view_services *
api_view_services(struct api *api)
{
    const struct vpnnbrec_vpn_service *row;
    struct api_view *view = api->view;
    struct api_view_services *services = &view->services;
    size_t allocated = services->n;

    if (view->services_valid) {
        return services;
    }
    services->n = 0;
    VPNNBREC_VPN_SERVICE_FOR_EACH (row, api->idl) {
        if (services->n >= allocated) {
            services->rows = x2nrealloc(services->rows, &allocated,
                                        sizeof *services->rows);
        }
        services->rows[services->n++] = row;
    }
    if (services->n) {
        qsort(services->rows, services->n, sizeof *services->rows,
              compare_services_cb);
    }
    view->services_valid = true;
    return services;
}

const struct api_view_connections *
api_view_connections(struct api *api,
                     const struct vpnnbrec_vpn_service *service)
{
    const struct uuid *uuid = &service->header_.uuid;
    struct entry *entry = find_entry(api->view, uuid);

    if (!entry) {
        entry = xzalloc(sizeof *entry);
        entry->uuid = *uuid;
        entry->connections.n = service->n_connections;
        if (service->n_connections) {
            size_t size = (service->n_connections
                           * sizeof *entry->connections.rows);

            entry->connections.rows = xmemdup(service->connections, size);
            qsort(entry->connections.rows, entry->connections.n,
                  sizeof *entry->connections.rows, compare_connections_cb);
        }
        hmap_insert(&api->view->entries, &entry->node, uuid_hash(uuid));
    }
    return &entry->connections;
}

/* Returns the connection of 'row' as text, which belongs to the view.  Must
 * not be called while a transaction is being filled. */
const struct api_view_text *
api_view_text(struct api *api, const struct vpnnbrec_vpn_connection *row)
{
    const struct uuid *uuid = &row->header_.uuid;
    struct text *text = find_text(api->view, uuid);

    if (!text) {
        struct ds spec = DS_EMPTY_INITIALIZER;

        ovs_assert(!api->txn);
        text = xzalloc(sizeof *text);
        text->uuid = *uuid;
        struct api_json j = API_JSON_INITIALIZER(&text->text.json);
        api_json_open(&j, NULL, '{');
        api_put_connection_members(&j, row);
        api_json_close(&j, '}');
        api_put_connection_spec(&spec, row);
        text->text.etag = api_etag(&spec);
        ds_destroy(&spec);
        hmap_insert(&api->view->texts, &text->node, uuid_hash(uuid));
    }
    return &text->text;
}

/* Returns the service whose name or UUID is 'id', or NULL. */
const struct vpnnbrec_vpn_service *
api_view_find_service(struct api *api, const char *id)
{
    const struct api_view_services *services = api_view_services(api);
    const struct vpnnbrec_vpn_service key = { .name = CONST_CAST(char *, id) };
    const struct vpnnbrec_vpn_service *keyp = &key, **found;
    struct uuid uuid;

    if (uuid_from_string(&uuid, id)) {
        return vpnnbrec_vpn_service_get_for_uuid(api->idl, &uuid);
    }
    found = (services->n
             ? bsearch(&keyp, services->rows, services->n,
                       sizeof *services->rows, compare_services_cb)
             : NULL);
    return found ? *found : NULL;
}

/* Returns the connection of 'service' whose name is 'name', or NULL. */
static const struct vpnnbrec_vpn_connection *
find_name(struct api *api, const struct vpnnbrec_vpn_service *service,
          const char *name)
{
    const struct api_view_connections *connections
        = api_view_connections(api, service);
    const struct vpnnbrec_vpn_connection key = {
        .name = CONST_CAST(char *, name)
    };
    const struct vpnnbrec_vpn_connection *keyp = &key, **found;

    found = (connections->n
             ? bsearch(&keyp, connections->rows, connections->n,
                       sizeof *connections->rows, compare_connections_cb)
             : NULL);
    return found ? *found : NULL;
}

/* Returns the connection of 'service' whose name or UUID is 'id', or NULL. */
const struct vpnnbrec_vpn_connection *
api_view_find_connection(struct api *api,
                         const struct vpnnbrec_vpn_service *service,
                         const char *id)
{
    const struct vpnnbrec_vpn_connection *row;
    struct uuid uuid;

    if (!uuid_from_string(&uuid, id)) {
        return find_name(api, service, id);
    }
    row = vpnnbrec_vpn_connection_get_for_uuid(api->idl, &uuid);
    return row && find_name(api, service, row->name) == row ? row : NULL;
}
