/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-events.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "openvswitch/list.h"
#include "openvswitch/poll-loop.h"
#include "random.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-auth.h"
#include "utilities/api/api-event.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-parents.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-resource.h"
#include "utilities/api/api-stream.h"
#include "utilities/api/api.h"
#include "uuid.h"

/* Most events, and bytes of them, that are kept for who comes back. */
#define EVENTS_MAX 1000
#define EVENTS_SIZE_MAX (16 * 1024 * 1024)

/* Interval between signs of life, which also show who has gone. */
#define KEEP_ALIVE_MS 15000

/* Most clients. */
#define SUBSCRIBERS_MAX 500

struct api_events {
    struct ovs_list streams;    /* 'struct api_stream's. */
    struct api_event ring[EVENTS_MAX];
    uint64_t n;                 /* Events so far... */
    uint64_t first;             /* ...of which those from here on are kept. */
    size_t size;                /* Bytes of their texts. */
    uint32_t process;           /* Tells processes apart. */
    struct api_parents parents;
    bool started;               /* Somebody has asked for events. */
    long long int next_keep_alive;
};

/* Subscribers. */

struct api_events *
api_events_create(void)
{
    struct api_events *events = xzalloc(sizeof *events);

    ovs_list_init(&events->streams);
    api_parents_init(&events->parents);
    random_bytes(&events->process, sizeof events->process);
    return events;
}

void
api_events_destroy(struct api_events *events)
{
    for (size_t i = 0; i < EVENTS_MAX; i++) {
        api_event_clear(&events->ring[i]);
    }
    api_parents_destroy(&events->parents);
    free(events);
}

static void
forget_first(struct api_events *events)
{
    struct api_event *event = &events->ring[events->first++ % EVENTS_MAX];

    events->size -= strlen(event->text);
    api_event_clear(event);
}

/* Sends an event about 'project', NULL if it is about none, to everybody that
 * may know, but not to those who see 'but_not', if that is not NULL, and keeps
 * it.  'data' is JSON. */
static void
emit(struct api_events *events, const char *project, const char *but_not,
     const char *type, const struct ds *data)
{
    struct api_event *event = &events->ring[events->n % EVENTS_MAX];
    struct api_stream *stream;

    if (events->n++ - events->first >= EVENTS_MAX) {
        forget_first(events);
    }
    event->project = nullable_xstrdup(project);
    event->but_not = nullable_xstrdup(but_not);
    event->text = xasprintf("id: %08"PRIx32"-%"PRIu64"\nevent: %s\n"
                            "data: %s\n\n", events->process, events->n,
                            type, ds_cstr_ro(data));
    events->size += strlen(event->text);
    LIST_FOR_EACH (stream, node, &events->streams) {
        if (api_event_is_for(event, stream->req)) {
            api_stream_put(stream, event->text, strlen(event->text));
        }
    }
    while (events->size > EVENTS_SIZE_MAX) {
        forget_first(events);
    }
}

/* Sends to 'stream' what it has missed since the event with 'last_id'. */
static void
catch_up(const struct api_events *events, struct api_stream *stream,
         const char *last_id)
{
    static const char reset[] = "event: reset\ndata: {}\n\n";
    unsigned long long int last;
    uint32_t process;
    int n = 0;

    if (!ovs_scan(last_id, "%"SCNx32"-%llu%n", &process, &last, &n)
        || last_id[n] || process != events->process || last > events->n
        || last < events->first) {
        api_stream_put(stream, reset, sizeof reset - 1);
        return;
    }
    for (uint64_t i = last; i < events->n; i++) {
        const struct api_event *event = &events->ring[i % EVENTS_MAX];

        if (api_event_is_for(event, stream->req)) {
            api_stream_put(stream, event->text, strlen(event->text));
        }
    }
}

/* Lets those go who have gone, sooner than signs of life would find out. */
static void
forget_abandoned(struct api_events *events)
{
    struct api_stream *stream;

    LIST_FOR_EACH_SAFE (stream, node, &events->streams) {
        if (api_stream_is_abandoned(stream)) {
            ovs_list_remove(&stream->node);
            ovs_list_init(&stream->node);
            api_stream_close(stream);
        }
    }
}

/* Learns what all services have, and nothing else. */
static void
learn_parents(struct api *api)
{
    struct api_parents *parents = &api->events->parents;
    const struct vpnnbrec_vpn_service *row;

    api_parents_clear(parents);
    VPNNBREC_VPN_SERVICE_FOR_EACH (row, api->idl) {
        api_parents_learn(parents, row);
    }
}

/* GET /api/v1/events */
void
api_events_get(struct api *api, struct api_request *req)
{
    struct api_events *events = api->events;
    const char *last_id = req->headers[API_H_LAST_EVENT_ID];

    if (ovs_list_size(&events->streams) >= SUBSCRIBERS_MAX) {
        forget_abandoned(events);
    }
    if (ovs_list_size(&events->streams) >= SUBSCRIBERS_MAX) {
        api_problem(req, 503, NULL, "%d clients wait for events, as many as "
                    "there may be", SUBSCRIBERS_MAX);
        return;
    }
    if (!events->started) {
        events->started = true;
        learn_parents(api);
    }
    req->stream = api_stream_create(req);
    req->response.type = "text/event-stream";
    ovs_list_push_back(&events->streams, &req->stream->node);
    api_respond(req, 200);
    if (last_id) {
        catch_up(events, req->stream, last_id);
    }
}

/* Changes. */

/* Returns true if one of the columns of 'row' has changed, and not just
 * something that it refers to. */
static bool
is_service_updated(const struct vpnnbrec_vpn_service *row)
{
    for (size_t i = 0; i < VPNNBREC_VPN_SERVICE_N_COLUMNS; i++) {
        if (vpnnbrec_vpn_service_is_updated(row, i)) {
            return true;
        }
    }
    return false;
}

/* Says that the service of 'row' is gone, for those who saw it in 'project'
 * and do not see it in 'but_not', if that is not NULL. */
static void
emit_gone(struct api_events *events, const struct vpnnbrec_vpn_service *row,
          const char *project, const char *but_not)
{
    struct ds data = DS_EMPTY_INITIALIZER;
    struct api_json j = API_JSON_INITIALIZER(&data);

    api_json_open(&j, NULL, '{');
    api_json_string_and_free(&j, "id",
                             xasprintf(UUID_FMT,
                                       UUID_ARGS(&row->header_.uuid)));
    api_json_string(&j, "name", row->name);
    api_json_close(&j, '}');
    emit(events, project, but_not, "service.deleted", &data);
    ds_destroy(&data);
}

static void
note_service(struct api *api, const struct vpnnbrec_vpn_service *row)
{
    struct api_parents *parents = &api->events->parents;
    struct api_parent *before = api_parents_find(parents, &row->header_.uuid);
    struct ds data = DS_EMPTY_INITIALIZER;
    struct api_json j = API_JSON_INITIALIZER(&data);
    bool is_new = vpnnbrec_vpn_service_is_new(row);
    bool is_deleted = vpnnbrec_vpn_service_is_deleted(row);

    if (is_new && is_deleted) {
        return;
    } else if (is_deleted) {
        emit_gone(api->events, row, row->project, NULL);
        if (before) {
            api_parents_forget(parents, before);
        }
    } else if (is_new || is_service_updated(row)) {
        if (before && strcmp(before->project, row->project)) {
            emit_gone(api->events, row, before->project, row->project);
        }
        api_parents_learn_changes(parents, row);
        api_put_service(api, &j, NULL, row, false);
        emit(api->events, row->project, NULL,
             is_new ? "service.created" : "service.updated", &data);
        if (!is_new && row->active_chassis
            && vpnnbrec_vpn_service_is_updated(
                row, VPNNBREC_VPN_SERVICE_COL_ACTIVE_CHASSIS)) {
            emit(api->events, row->project, NULL, "service.takeover", &data);
        }
    }
    ds_destroy(&data);
}

/* Begins the data of an event about something with 'uuid' and 'name' that
 * belongs to a service.  If it 'is_deleted', this is all. */
static void
open_member(struct api_json *j, const struct api_parent *parent,
            const struct uuid *uuid, const char *name, bool is_deleted)
{
    api_json_open(j, NULL, '{');
    api_json_string_and_free(j, "vpn_service_id",
                             xasprintf(UUID_FMT,
                                       UUID_ARGS(&parent->service)));
    api_json_string(j, "vpn_service", parent->service_name);
    if (is_deleted) {
        api_json_string_and_free(j, "id",
                                 xasprintf(UUID_FMT, UUID_ARGS(uuid)));
        api_json_string(j, "name", name);
    }
}

static void
note_connection(struct api *api, const struct vpnnbrec_vpn_connection *row)
{
    const struct uuid *uuid = &row->header_.uuid;
    struct api_parents *parents = &api->events->parents;
    struct api_parent *parent = api_parents_find(parents, uuid);
    bool is_deleted = vpnnbrec_vpn_connection_is_deleted(row);
    struct ds data = DS_EMPTY_INITIALIZER;
    struct api_json j = API_JSON_INITIALIZER(&data);

    if (!parent) {
        return;
    }
    open_member(&j, parent, uuid, row->name, is_deleted);
    if (!is_deleted) {
        api_put_connection_members(&j, row);
    }
    api_json_close(&j, '}');
    emit(api->events, parent->project, NULL,
         is_deleted ? "connection.deleted"
         : vpnnbrec_vpn_connection_is_new(row) ? "connection.created"
         : "connection.updated", &data);
    if (is_deleted) {
        api_parents_forget(parents, parent);
    }
    ds_destroy(&data);
}

/* Returns true if 'row' has come or gone, or one of its columns has changed,
 * and not just a connection that it names. */
static bool
is_rule_changed(const struct vpnnbrec_access_rule *row)
{
    for (size_t i = 0; i < VPNNBREC_ACCESS_RULE_N_COLUMNS; i++) {
        if (vpnnbrec_access_rule_is_updated(row, i)) {
            return true;
        }
    }
    return (vpnnbrec_access_rule_is_new(row)
            || vpnnbrec_access_rule_is_deleted(row));
}

static void
note_rule(struct api *api, const struct vpnnbrec_access_rule *row)
{
    const struct uuid *uuid = &row->header_.uuid;
    struct api_parents *parents = &api->events->parents;
    struct api_parent *parent = api_parents_find(parents, uuid);
    bool is_deleted = vpnnbrec_access_rule_is_deleted(row);
    struct ds data = DS_EMPTY_INITIALIZER;
    struct api_json j = API_JSON_INITIALIZER(&data);

    if (!parent || !is_rule_changed(row)) {
        return;
    }
    open_member(&j, parent, uuid, row->name, is_deleted);
    if (!is_deleted) {
        api_put_rule_members(&j, row);
    }
    api_json_close(&j, '}');
    emit(api->events, parent->project, NULL,
         is_deleted ? "access-rule.deleted"
         : vpnnbrec_access_rule_is_new(row) ? "access-rule.created"
         : "access-rule.updated", &data);
    if (is_deleted) {
        api_parents_forget(parents, parent);
    }
    ds_destroy(&data);
}

static void
note_chassis(struct api *api, const struct vpnnbrec_chassis *row)
{
    bool is_deleted = vpnnbrec_chassis_is_deleted(row);
    struct ds data = DS_EMPTY_INITIALIZER;
    struct api_json j = API_JSON_INITIALIZER(&data);

    if (is_deleted) {
        api_json_open(&j, NULL, '{');
        api_json_string(&j, "name", row->name);
        api_json_close(&j, '}');
    } else {
        api_put_chassis(api, &j, row);
    }
    emit(api->events, NULL, NULL,
         is_deleted ? "gateway.deleted" : "gateway.updated", &data);
    ds_destroy(&data);
}

/* Tells everybody to look anew at all that there is.  An event for each row
 * would be more than clients that are slow could take, and say nothing of what
 * has gone. */
static void
reset(struct api *api)
{
    struct ds data = DS_EMPTY_INITIALIZER;

    ds_put_cstr(&data, "{}");
    emit(api->events, NULL, NULL, "reset", &data);
    ds_destroy(&data);
    learn_parents(api);
}

/* Ends the streams of clients whose rights are not what they were: they may
 * come back with those that they have now. */
static void
drop_strangers(struct api *api)
{
    struct api_stream *stream;

    LIST_FOR_EACH (stream, node, &api->events->streams) {
        if (!api_auth_is_current(api, stream->req)) {
            api_stream_close(stream);
        }
    }
}

/* Tells of what the database has changed.  Must be called for each change,
 * before it is forgotten. */
void
api_events_run(struct api *api)
{
    const struct vpnnbrec_vpn_connection *connection;
    const struct vpnnbrec_vpn_service *service;
    const struct vpnnbrec_access_rule *rule;
    const struct vpnnbrec_chassis *chassis;

    if (!api->events->started) {
        return;
    }
    drop_strangers(api);
    if (api->is_read_anew) {
        reset(api);
        return;
    }
    VPNNBREC_VPN_SERVICE_FOR_EACH_TRACKED (service, api->idl) {
        note_service(api, service);
    }
    VPNNBREC_VPN_CONNECTION_FOR_EACH_TRACKED (connection, api->idl) {
        note_connection(api, connection);
    }
    VPNNBREC_ACCESS_RULE_FOR_EACH_TRACKED (rule, api->idl) {
        note_rule(api, rule);
    }
    VPNNBREC_CHASSIS_FOR_EACH_TRACKED (chassis, api->idl) {
        note_chassis(api, chassis);
    }
}

/* Sends signs of life, when it is time for them, and looks for tokens that
 * have expired, of which no change tells. */
void
api_events_keep_alive(struct api *api)
{
    static const char comment[] = ":\n\n";
    struct api_events *events = api->events;
    struct api_stream *stream;

    if (time_msec() >= events->next_keep_alive) {
        events->next_keep_alive = time_msec() + KEEP_ALIVE_MS;
        drop_strangers(api);
        LIST_FOR_EACH (stream, node, &events->streams) {
            api_stream_put(stream, comment, sizeof comment - 1);
        }
    }
}

void
api_events_wait(struct api_events *events)
{
    if (!ovs_list_is_empty(&events->streams)) {
        poll_timer_wait_until(events->next_keep_alive);
    }
}
