/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-view.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "openvswitch/hmap.h"
#include "openvswitch/list.h"
#include "openvswitch/poll-loop.h"
#include "util.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-members.h"
#include "utilities/api/api-resource.h"
#include "utilities/api/api.h"
#include "uuid.h"

/* Texts that are made in advance at a time: what this takes, about a
 * millisecond, is what others may have to wait for it. */
#define TEXTS_AT_ONCE 100

/* The connections of one service. */
struct entry {
    struct hmap_node node;      /* In 'struct api_view', by 'uuid'. */
    struct uuid uuid;
    struct api_view_connections connections;
    size_t allocated;           /* Of 'connections.rows'. */
    struct api_members members; /* The same. */
};

/* The text of one connection. */
struct text {
    struct hmap_node node;      /* In 'struct api_view', by 'uuid'. */
    struct ovs_list stale;      /* In 'struct api_view', if out of date. */
    struct uuid uuid;
    struct api_view_text text;
};

struct api_view {
    struct api_view_services services;
    bool services_valid;
    struct hmap entries;        /* Contains 'struct entry's. */
    struct hmap texts;          /* Contains 'struct text's. */
    struct ovs_list stale;      /* Those of 'texts' that are out of date. */
};

struct api_view *
api_view_create(void)
{
    struct api_view *view = xzalloc(sizeof *view);

    hmap_init(&view->entries);
    hmap_init(&view->texts);
    ovs_list_init(&view->stale);
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
        api_members_destroy(&entry->members);
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

/* Adds a text that is out of date. */
static struct text *
add_text(struct api_view *view, const struct uuid *uuid)
{
    struct text *text = xzalloc(sizeof *text);

    text->uuid = *uuid;
    hmap_insert(&view->texts, &text->node, uuid_hash(uuid));
    ovs_list_push_back(&view->stale, &text->stale);
    return text;
}

static void
drop_text(struct api_view *view, struct text *text)
{
    if (text) {
        hmap_remove(&view->texts, &text->node);
        ovs_list_remove(&text->stale);
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

/* Services. */

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

/* Returns all services.  They belong to the view. */
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

/* Connections of services. */

static void
leave_out_cb(const struct uuid *uuid, void *entry_)
{
    struct entry *entry = entry_;
    struct api_view_connections *connections = &entry->connections;
    size_t i = 0;

    while (!uuid_equals(&connections->rows[i]->header_.uuid, uuid)) {
        i++;
    }
    connections->n--;
    memmove(&connections->rows[i], &connections->rows[i + 1],
            (connections->n - i) * sizeof *connections->rows);
}

static void
put_in_cb(const struct vpnnbrec_vpn_connection *row, void *entry_)
{
    struct entry *entry = entry_;
    struct api_view_connections *connections = &entry->connections;
    size_t i = api_view_find_after(connections, row->name);

    if (connections->n >= entry->allocated) {
        connections->rows = x2nrealloc(connections->rows, &entry->allocated,
                                       sizeof *connections->rows);
    }
    memmove(&connections->rows[i + 1], &connections->rows[i],
            (connections->n - i) * sizeof *connections->rows);
    connections->rows[i] = row;
    connections->n++;
}

static struct entry *
add_entry(struct api_view *view, const struct vpnnbrec_vpn_service *row)
{
    struct entry *entry = xzalloc(sizeof *entry);
    struct api_view_connections *connections = &entry->connections;

    entry->uuid = row->header_.uuid;
    connections->n = entry->allocated = row->n_connections;
    if (connections->n) {
        connections->rows = xmemdup(row->connections, (connections->n
                                    * sizeof *connections->rows));
        qsort(connections->rows, connections->n, sizeof *connections->rows,
              compare_connections_cb);
    }
    api_members_update(&entry->members, row, NULL, NULL, NULL);
    hmap_insert(&view->entries, &entry->node, uuid_hash(&entry->uuid));
    return entry;
}

/* Returns the connections of 'service'.  They belong to the view. */
const struct api_view_connections *
api_view_connections(struct api *api,
                     const struct vpnnbrec_vpn_service *service)
{
    struct entry *entry = find_entry(api->view, &service->header_.uuid);

    return &(entry ? entry : add_entry(api->view, service))->connections;
}

/* Returns the index of the first of 'connections' that comes after 'name'. */
size_t
api_view_find_after(const struct api_view_connections *connections,
                    const char *name)
{
    size_t low = 0, high = name ? connections->n : 0;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (strcmp(connections->rows[middle]->name, name) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Texts of connections. */

static void
refresh(struct text *text, const struct vpnnbrec_vpn_connection *row)
{
    struct api_json j = API_JSON_INITIALIZER(&text->text.json);
    struct ds spec = DS_EMPTY_INITIALIZER;

    ds_clear(&text->text.json);
    api_json_open(&j, NULL, '{');
    api_put_connection_members(&j, row);
    api_json_close(&j, '}');
    api_put_connection_spec(&spec, row);
    free(text->text.etag);
    text->text.etag = api_etag(&spec);
    ds_destroy(&spec);
    ovs_list_remove(&text->stale);
    ovs_list_init(&text->stale);
}

/* Returns the connection of 'row' as text, which belongs to the view.  Must
 * not be called while a transaction is being filled. */
const struct api_view_text *
api_view_text(struct api *api, const struct vpnnbrec_vpn_connection *row)
{
    struct text *text = find_text(api->view, &row->header_.uuid);

    if (!text) {
        text = add_text(api->view, &row->header_.uuid);
    }
    if (!ovs_list_is_empty(&text->stale)) {
        ovs_assert(!api->txn);
        refresh(text, row);
    }
    return &text->text;
}

/* Makes some of the texts that are out of date, so that those who ask for many
 * of them need not wait for all. */
static void
refresh_some(struct api *api)
{
    struct api_view *view = api->view;
    size_t n = 0;

    while (n++ < TEXTS_AT_ONCE && !ovs_list_is_empty(&view->stale)) {
        struct text *text = CONTAINER_OF(ovs_list_front(&view->stale),
                                         struct text, stale);

        api_view_text(api, vpnnbrec_vpn_connection_get_for_uuid(
                               api->idl, &text->uuid));
    }
}

/* The database. */

static void
note_service(struct api_view *view, const struct vpnnbrec_vpn_service *row)
{
    struct entry *entry = find_entry(view, &row->header_.uuid);

    if (vpnnbrec_vpn_service_is_new(row)
        || vpnnbrec_vpn_service_is_deleted(row)) {
        view->services_valid = false;
        drop_entry(view, entry);
    } else if (entry
               && vpnnbrec_vpn_service_is_updated(
                   row, VPNNBREC_VPN_SERVICE_COL_CONNECTIONS)) {
        api_members_update(&entry->members, row, put_in_cb, leave_out_cb,
                           entry);
    }
}

static void
note_connection(struct api_view *view,
                const struct vpnnbrec_vpn_connection *row)
{
    const struct uuid *uuid = &row->header_.uuid;
    struct text *text = find_text(view, uuid);

    if (vpnnbrec_vpn_connection_is_deleted(row)) {
        drop_text(view, text);
    } else if (!text) {
        add_text(view, uuid);
    } else if (ovs_list_is_empty(&text->stale)) {
        ovs_list_push_back(&view->stale, &text->stale);
    }
    if (!vpnnbrec_vpn_connection_is_new(row)
        && vpnnbrec_vpn_connection_is_updated(
            row, VPNNBREC_VPN_CONNECTION_COL_NAME)) {
        drop_entries(view);
    }
}

/* Follows what the database has changed.  Must be called for each change,
 * before it is forgotten. */
void
api_view_run(struct api *api)
{
    const struct vpnnbrec_vpn_service *service;
    const struct vpnnbrec_vpn_connection *connection;

    VPNNBREC_VPN_SERVICE_FOR_EACH_TRACKED (service, api->idl) {
        note_service(api->view, service);
    }
    VPNNBREC_VPN_CONNECTION_FOR_EACH_TRACKED (connection, api->idl) {
        note_connection(api->view, connection);
    }
    refresh_some(api);
}

void
api_view_wait(struct api *api)
{
    if (!ovs_list_is_empty(&api->view->stale)) {
        poll_immediate_wake();
    }
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
