/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/model.h"

#include <stdlib.h>
#include <string.h>

#include "lib/vpn-ip-pool.h"
#include "ovn-vpn/locksmith.h"
#include "ovn-vpn/plan.h"
#include "util.h"
#include "uuid.h"

void
model_init(struct model *model)
{
    *model = (struct model) { .sweep = false };
    hmap_init(&model->services);
    hmap_init(&model->connections);
    ovs_list_init(&model->todo);
    ovs_list_init(&model->lagging);
    ovs_list_init(&model->done);
    ovs_list_init(&model->awaited);
    ovs_list_init(&model->in_flight);
    uuidset_init(&model->gone_services);
    uuidset_init(&model->strays);
    timers_init(&model->timers);
    timers_init(&model->service_timers);
    vpn_options_init_defaults(&model->options);
    chassis_table_init(&model->chassis);
    shash_init(&model->hosts);
    shash_init(&model->pools);
}

/* Services. */

struct model_service *
model_find_service(const struct model *model, const struct uuid *uuid)
{
    struct model_service *ms;

    HMAP_FOR_EACH_WITH_HASH (ms, node, uuid_hash(uuid), &model->services) {
        if (uuid_equals(&ms->uuid, uuid)) {
            return ms;
        }
    }
    return NULL;
}

/* Returns the service with the given 'uuid', adding it if necessary. */
struct model_service *
model_get_service(struct model *model, const struct uuid *uuid)
{
    struct model_service *ms = model_find_service(model, uuid);

    if (!ms) {
        ms = xzalloc(sizeof *ms);
        ms->uuid = *uuid;
        ovs_list_init(&ms->in_todo);
        ovs_list_init(&ms->in_done);
        ovs_list_init(&ms->connections);
        ovs_list_init(&ms->todo);
        ovs_list_init(&ms->sites);
        ovs_list_init(&ms->old_keys);
        shash_init(&ms->groups);
        ms->timer = (struct timer) TIMER_INITIALIZER;
        vpn_claims_init(&ms->claims);
        hmap_insert(&model->services, &ms->node, uuid_hash(uuid));
    }
    return ms;
}

static void
connection_destroy(struct model *model, struct model_connection *mc)
{
    timers_set(&model->timers, &mc->timer, TIMER_NEVER);
    hmap_remove(&model->connections, &mc->node);
    ovs_list_remove(&mc->in_awaited);
    locksmith_cancel(mc->psk_job);
    vpn_connection_destroy(&mc->c);
    free(mc->site_error);
    free(mc->site_conflict);
    free(mc->key_error);
    free(mc);
}

/* Destroys 'mc', whose peer will be deleted. */
static void
connection_remove(struct model *model, struct model_connection *mc)
{
    const struct uuid uuid = mc->c.uuid;

    if (!uuid_is_zero(&mc->peer)) {
        uuidset_insert(&model->strays, &mc->peer);
    }
    connection_destroy(model, mc);
    model_mark_rows_of_connection(model, &uuid, MODEL_STATUS);
}

/* Destroys 'ms', which has no connections any more. */
static void
service_destroy(struct model *model, struct model_service *ms)
{
    timers_set(&model->service_timers, &ms->timer, TIMER_NEVER);
    vpn_claims_destroy(&ms->claims);
    shash_destroy(&ms->groups);
    hmap_remove(&model->services, &ms->node);
    ovs_list_remove(&ms->in_todo);
    ovs_list_remove(&ms->in_done);
    plan_destroy(ms->plan);
    vpn_service_destroy(ms->service);
    free(ms->pool_error);
    free(ms->members);
    free(ms);
}

/* Removes 'ms' and its connections.  Their rows will be deleted. */
void
model_remove_service(struct model *model, struct model_service *ms)
{
    struct model_connection *mc;

    uuidset_insert(&model->gone_services, &ms->uuid);
    model->has_freed = true;
    LIST_FOR_EACH_SAFE (mc, in_service, &ms->connections) {
        connection_remove(model, mc);
    }
    service_destroy(model, ms);
}

/* Removes all services and connections from 'model', and with them all
 * marks. */
void
model_clear(struct model *model)
{
    struct model_connection *mc;
    struct model_service *ms;

    HMAP_FOR_EACH_SAFE (mc, node, &model->connections) {
        connection_destroy(model, mc);
    }
    HMAP_FOR_EACH_SAFE (ms, node, &model->services) {
        service_destroy(model, ms);
    }
    uuidset_clear(&model->gone_services);
    uuidset_clear(&model->strays);
    model->has_freed = false;
}

void
model_destroy(struct model *model)
{
    model_clear(model);
    hmap_destroy(&model->services);
    hmap_destroy(&model->connections);
    uuidset_destroy(&model->gone_services);
    uuidset_destroy(&model->strays);
    timers_destroy(&model->timers);
    timers_destroy(&model->service_timers);
    chassis_table_destroy(&model->chassis);
    shash_destroy_free_data(&model->hosts);
    vpn_ip_pools_clear(&model->pools);
    shash_destroy(&model->pools);
}

/* Connections. */

/* Returns the connection of 'ms' with the given 'uuid', or NULL. */
struct model_connection *
model_find_connection(const struct model *model,
                      const struct model_service *ms, const struct uuid *uuid)
{
    struct model_connection *mc;

    HMAP_FOR_EACH_WITH_HASH (mc, node, uuid_hash(uuid), &model->connections) {
        if (mc->service == ms && uuid_equals(&mc->c.uuid, uuid)) {
            return mc;
        }
    }
    return NULL;
}

/* Adds a connection to 'ms', which has yet to be read. */
struct model_connection *
model_add_connection(struct model *model, struct model_service *ms,
                     const struct uuid *uuid)
{
    struct model_connection *mc = xzalloc(sizeof *mc);

    mc->service = ms;
    mc->c.uuid = *uuid;
    mc->timer = (struct timer) TIMER_INITIALIZER;
    ovs_list_init(&mc->in_todo);
    ovs_list_init(&mc->in_sites);
    ovs_list_init(&mc->in_old_keys);
    ovs_list_init(&mc->in_awaited);
    ovs_list_push_back(&ms->connections, &mc->in_service);
    hmap_insert(&model->connections, &mc->node, uuid_hash(uuid));
    return mc;
}

/* A connection that claims the same as one that has changed. */
static void
mark_rival(const struct vpn_connection *c, void *model)
{
    struct model_connection *mc
        = CONTAINER_OF(c, struct model_connection, c);

    model_mark_connection(model, mc, MODEL_CHECK);
}

/* Notes whether the keys of 'mc' are old, of which its service warns. */
static void
set_old_key(struct model *model, struct model_connection *mc, bool has_old_key)
{
    if (has_old_key != mc->has_old_key) {
        mc->has_old_key = has_old_key;
        ovs_list_remove(&mc->in_old_keys);
        ovs_list_init(&mc->in_old_keys);
        if (has_old_key) {
            ovs_list_push_back(&mc->service->old_keys, &mc->in_old_keys);
        }
        model_mark_service(model, mc->service, MODEL_PLAN);
    }
}

/* Takes away what follows from what 'mc' says. */
static void
retract(struct model *model, struct model_connection *mc)
{
    set_old_key(model, mc, false);
    model_remove_from_groups(model, mc);
    if (mc->has_claims) {
        vpn_claims_remove(&mc->service->claims, &mc->c, mark_rival, model);
        mc->has_claims = false;
    }
    if (mc->is_site) {
        ovs_list_remove(&mc->in_sites);
        ovs_list_init(&mc->in_sites);
        model_mark_service(model, mc->service, MODEL_PLAN);
        mc->is_site = false;
        free(mc->site_error);
        free(mc->site_conflict);
        mc->site_error = mc->site_conflict = NULL;
    }
}

/* Removes 'mc'.  Its peer will be deleted. */
void
model_remove_connection(struct model *model, struct model_connection *mc)
{
    retract(model, mc);
    mc->service->sets_stale |= mc->in_sets != 0;
    ovs_list_remove(&mc->in_service);
    ovs_list_remove(&mc->in_todo);
    connection_remove(model, mc);
}

/* Makes 'mc' what 'c' says, and takes ownership of what 'c' holds.  Its
 * service must have been read. */
void
model_read_connection(struct model *model, struct model_connection *mc,
                      struct vpn_connection *c)
{
    struct model_service *ms = mc->service;

    retract(model, mc);
    locksmith_cancel(mc->psk_job);
    mc->psk_job = NULL;
    vpn_connection_destroy(&mc->c);
    mc->c = *c;
    model_add_to_groups(model, mc);
    if (!ms->service->error && !mc->c.error) {
        mc->c.error = vpn_connection_check(ms->service, &mc->c, NULL);
        mc->has_claims = !mc->c.error;
    }
    if (mc->has_claims) {
        vpn_claims_add(&ms->claims, &mc->c, mark_rival, model);
        mc->is_site = vpn_connection_needs_routes(ms->service, &mc->c);
    }
    if (mc->is_site) {
        ovs_list_push_back(&ms->sites, &mc->in_sites);
        model_mark_service(model, ms, MODEL_PLAN);
    }
    model_mark_connection(model, mc, MODEL_SYNC | MODEL_STATUS);
}

/* Makes '*errorp', a member of 'mc', 'error', and takes ownership of that. */
void
model_set_error(struct model *model, struct model_connection *mc,
                char **errorp, char *error)
{
    if (!nullable_string_is_equal(*errorp, error)) {
        model_mark_connection(model, mc, MODEL_SYNC | MODEL_STATUS);
    }
    free(*errorp);
    *errorp = error;
}

/* Finds out whether another connection has what 'mc' claims. */
void
model_check_connection(struct model *model, struct model_connection *mc)
{
    if (!mc->has_claims) {
        return;
    }

    char *error = vpn_claims_check(&mc->service->claims, &mc->c, NULL);
    if (mc->is_site && !mc->c.error != !error) {
        model_mark_service(model, mc->service, MODEL_PLAN);
    }
    model_set_error(model, mc, &mc->c.error, error);
}

/* Notes that a row for 'mc' is being inserted into the VPN Southbound
 * database. */
void
model_await_peer(struct model *model, struct model_connection *mc)
{
    ovs_list_remove(&mc->in_awaited);
    ovs_list_push_back(&model->awaited, &mc->in_awaited);
}

/* Notes that the row 'peer' in the VPN Southbound database belongs to
 * 'connection' of 'service'.  If there is no such thing, or if it has another
 * row, 'peer' is a stray. */
void
model_assign_peer(struct model *model, const struct uuid *service,
                  const struct uuid *connection, const struct uuid *peer)
{
    struct model_service *ms = model_find_service(model, service);
    struct model_connection *mc
        = ms ? model_find_connection(model, ms, connection) : NULL;

    if (mc && uuid_is_zero(&mc->peer)) {
        mc->peer = *peer;
        ovs_list_remove(&mc->in_awaited);
        ovs_list_init(&mc->in_awaited);
        model_mark_connection(model, mc, MODEL_SYNC | MODEL_STATUS);
    }
    if (mc && uuid_equals(&mc->peer, peer)) {
        uuidset_find_and_delete(&model->strays, peer);
    } else {
        uuidset_insert(&model->strays, peer);
    }
}

/* Notes that the row 'peer' belongs to another connection than before, which
 * cannot be told from it any more. */
void
model_disown_peer(struct model *model, const struct uuid *peer)
{
    struct model_connection *mc;

    HMAP_FOR_EACH (mc, node, &model->connections) {
        if (uuid_equals(&mc->peer, peer)) {
            mc->peer = UUID_ZERO;
            model_mark_connection(model, mc, MODEL_SYNC | MODEL_STATUS);
        }
    }
}

/* Notes that the row 'peer', which belonged to 'connection', is gone. */
void
model_forget_peer(struct model *model, const struct uuid *connection,
                  const struct uuid *peer)
{
    struct model_connection *mc;

    HMAP_FOR_EACH_WITH_HASH (mc, node, uuid_hash(connection),
                             &model->connections) {
        if (uuid_equals(&mc->peer, peer)) {
            mc->peer = UUID_ZERO;
            model_mark_connection(model, mc, MODEL_SYNC | MODEL_STATUS);
        }
    }
    uuidset_find_and_delete(&model->strays, peer);
}

/* Finds out whether the keys of 'mc' are old at 'now', in milliseconds since
 * the epoch. */
void
model_check_key_age(struct model *model, struct model_connection *mc,
                    long long int now)
{
    long long int old_at = plan_keys_old_at(&mc->c, &model->options);

    set_old_key(model, mc, (old_at && old_at <= now
                            && vpn_connection_is_usable(&mc->c, now)));
}

/* Returns why 'mc' cannot be used, NULL if it can. */
const char *
model_connection_error(const struct model_connection *mc)
{
    return (mc->c.error ? mc->c.error
            : mc->site_error ? mc->site_error
            : mc->key_error);
}

/* Returns true if 'mc' is the one whose status its row shows: that in the
 * oldest service, if several have put the row among their connections. */
bool
model_connection_has_status(const struct model *model,
                            const struct model_connection *mc)
{
    const struct model_connection *other;

    HMAP_FOR_EACH_WITH_HASH (other, node, uuid_hash(&mc->c.uuid),
                             &model->connections) {
        if (other != mc && uuid_equals(&other->c.uuid, &mc->c.uuid)
            && vpn_service_compare_age(other->service->service,
                                       mc->service->service) < 0) {
            return false;
        }
    }
    return true;
}

/* Returns true if gateways should know 'mc' at 'now', in milliseconds since
 * the epoch, provided that its service is served. */
bool
model_connection_is_usable(const struct model_connection *mc,
                           long long int now)
{
    return (!model_connection_error(mc)
            && vpn_connection_is_usable(&mc->c, now));
}
