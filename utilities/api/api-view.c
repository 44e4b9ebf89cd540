/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-view.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "openvswitch/hmap.h"
#include "openvswitch/poll-loop.h"
#include "util.h"
#include "utilities/api/api-members.h"
#include "utilities/api/api-store.h"
#include "utilities/api/api-text.h"
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
    size_t allocated;           /* Of 'connections.list'. */
    struct api_members members; /* The same. */
};

struct api_view {
    struct api_view_services services;
    bool services_valid;
    struct hmap entries;        /* Contains 'struct entry's. */
    struct api_texts texts;
    bool ready;                 /* All texts have been there once. */
};

struct api_view *
api_view_create(void)
{
    struct api_view *view = xzalloc(sizeof *view);

    hmap_init(&view->entries);
    api_texts_init(&view->texts);
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
        free(entry->connections.list);
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

void
api_view_destroy(struct api_view *view)
{
    api_texts_destroy(&view->texts);
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

/* Compares 'row' with the connection that has 'name' and 'uuid'; if that is
 * NULL, with the last one that has 'name'. */
static int
compare(const struct vpnnbrec_vpn_connection *row, const char *name,
        const struct uuid *uuid)
{
    int order = strcmp(row->name, name);

    return (order ? order
            : uuid ? uuid_compare_3way(&row->header_.uuid, uuid)
            : -1);
}

static int
compare_connections_cb(const void *a_, const void *b_)
{
    const struct api_view_connection *a = a_, *b = b_;

    return compare(a->row, b->row->name, &b->row->header_.uuid);
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

    while (!uuid_equals(&connections->list[i].row->header_.uuid, uuid)) {
        i++;
    }
    connections->n--;
    memmove(&connections->list[i], &connections->list[i + 1],
            (connections->n - i) * sizeof *connections->list);
}

static void
put_in_cb(const struct vpnnbrec_vpn_connection *row, void *entry_)
{
    struct entry *entry = entry_;
    struct api_view_connections *connections = &entry->connections;
    size_t i = api_view_find_after(connections, row->name,
                                   &row->header_.uuid);

    if (connections->n >= entry->allocated) {
        connections->list = x2nrealloc(connections->list, &entry->allocated,
                                       sizeof *connections->list);
    }
    memmove(&connections->list[i + 1], &connections->list[i],
            (connections->n - i) * sizeof *connections->list);
    connections->list[i] = (struct api_view_connection) { .row = row };
    connections->n++;
}

static struct entry *
add_entry(struct api_view *view, const struct vpnnbrec_vpn_service *row)
{
    struct entry *entry = xzalloc(sizeof *entry);
    struct api_view_connections *connections = &entry->connections;

    entry->uuid = row->header_.uuid;
    entry->allocated = row->n_connections;
    if (entry->allocated) {
        const struct vpnnbrec_vpn_connection *c;

        connections->list = xcalloc(entry->allocated,
                                    sizeof *connections->list);
        VPN_NB_CONNECTION_FOR_EACH (c, row) {
            connections->list[connections->n++].row = c;
        }
        qsort(connections->list, connections->n, sizeof *connections->list,
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

/* Returns the index of the first of 'connections' that comes after the one
 * with 'name' and 'uuid'; if 'uuid' is NULL, after all with 'name'; if 'name'
 * is NULL, the index of the first. */
size_t
api_view_find_after(const struct api_view_connections *connections,
                    const char *name, const struct uuid *uuid)
{
    size_t low = 0, high = name ? connections->n : 0;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (compare(connections->list[middle].row, name, uuid) <= 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Texts of connections. */

/* Returns the connection of 'row' as text, which belongs to the view.  Must
 * not be called while a transaction is being filled. */
const struct api_text *
api_view_text(struct api *api, const struct vpnnbrec_vpn_connection *row)
{
    struct api_text *text = api_texts_get(&api->view->texts, row);

    ovs_assert(!api->txn);
    api_text_refresh(text, row);
    return text;
}

/* The same for connection 'i' of 'connections', without a search: for lists.
 * Nothing of the row is looked at, which would take longer than copying the
 * text. */
const struct api_text *
api_view_text_at(struct api *api,
                 const struct api_view_connections *connections, size_t i)
{
    struct api_view_connection *connection = &connections->list[i];

    ovs_assert(!api->txn);
    if (!connection->text) {
        connection->text = api_texts_get(&api->view->texts, connection->row);
    }
    api_text_refresh(connection->text, connection->row);
    return connection->text;
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
    api_texts_note(&view->texts, row);
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
    struct api_view *view = api->view;

    if (api->is_read_anew) {
        view->services_valid = false;
        drop_entries(view);
        api_texts_clear(&view->texts);
    }
    /* While that cannot be told: services that are there are new, and so among
     * the changes, but if none is, nobody says so. */
    if (!vpnnbrec_vpn_service_first(api->idl)) {
        view->services_valid = false;
    }
    VPNNBREC_VPN_SERVICE_FOR_EACH_TRACKED (service, api->idl) {
        note_service(view, service);
    }
    VPNNBREC_VPN_CONNECTION_FOR_EACH_TRACKED (connection, api->idl) {
        note_connection(view, connection);
    }
    api_texts_refresh(&view->texts, api->idl, TEXTS_AT_ONCE);
    if (api_store_is_ready(api) && ovs_list_is_empty(&view->texts.stale)) {
        view->ready = true;
    }
}

/* Returns true if what the database had at first has been read: from then on,
 * answers take no time to speak of. */
bool
api_view_is_ready(const struct api *api)
{
    return api->view->ready;
}

void
api_view_wait(struct api *api)
{
    if (!ovs_list_is_empty(&api->view->texts.stale)) {
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
    size_t i = api_view_find_after(connections, name, &UUID_ZERO);

    return (i < connections->n && !strcmp(connections->list[i].row->name, name)
            ? connections->list[i].row : NULL);
}

/* Returns true if 'row' is one of the connections of 'service'. */
static bool
has_connection(struct api *api, const struct vpnnbrec_vpn_service *service,
               const struct vpnnbrec_vpn_connection *row)
{
    const struct api_view_connections *connections
        = api_view_connections(api, service);
    size_t i = api_view_find_after(connections, row->name,
                                   &row->header_.uuid);

    return i && connections->list[i - 1].row == row;
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
    return row && has_connection(api, service, row) ? row : NULL;
}
