/* SPDX-License-Identifier: Apache-2.0 */

/* Marks in the model: what has to be done, and what has been. */

#include <config.h>

#include "ovn-vpn/model.h"

#include "util.h"
#include "uuid.h"

/* Connections for which one transaction has rows.  Small transactions cost
 * less: what servers and we allocate for them is used again while it is in the
 * processor's cache, and servers answer others in between.  But a pass goes
 * through all marked connections of the service at hand, so a large service
 * gets larger ones, lest it take too many passes. */
#define BATCH_MIN 500
#define BATCHES_MAX 20

void
model_mark_service(struct model *model, struct model_service *ms,
                   unsigned int marks)
{
    ms->marks |= marks;
    if (ms->lags || ovs_list_is_empty(&ms->in_todo)) {
        ovs_list_remove(&ms->in_todo);
        ovs_list_push_back(&model->todo, &ms->in_todo);
        ms->lags = false;
    }
}

void
model_mark_services(struct model *model, unsigned int marks)
{
    struct model_service *ms;

    HMAP_FOR_EACH (ms, node, &model->services) {
        model_mark_service(model, ms, marks);
    }
}

void
model_mark_connection(struct model *model, struct model_connection *mc,
                      unsigned int marks)
{
    mc->marks |= marks;
    mc->service->fresh = true;
    if (ovs_list_is_empty(&mc->in_todo)) {
        ovs_list_push_back(&mc->service->todo, &mc->in_todo);
    }
    model_mark_service(model, mc->service, 0);
}

/* Marks all connections of 'ms'. */
void
model_mark_connections(struct model *model, struct model_service *ms,
                       unsigned int marks)
{
    struct model_connection *mc;

    LIST_FOR_EACH (mc, in_service, &ms->connections) {
        model_mark_connection(model, mc, marks);
    }
}

/* Marks the connections of 'ms' that it calls, for which the IP version of its
 * external address matters, to be read again.  Returns true if there are
 * any. */
bool
model_mark_callees(struct model *model, struct model_service *ms)
{
    struct model_connection *mc;
    bool any = false;

    LIST_FOR_EACH (mc, in_service, &ms->connections) {
        if (mc->c.peer_address) {
            model_mark_connection(model, mc, MODEL_READ);
            any = true;
        }
    }
    return any;
}

/* Marks the connections that the row with the given 'uuid' describes.  More
 * than one service may have put the same row among its connections. */
void
model_mark_rows_of_connection(struct model *model, const struct uuid *uuid,
                              unsigned int marks)
{
    struct model_connection *mc;

    HMAP_FOR_EACH_WITH_HASH (mc, node, uuid_hash(uuid), &model->connections) {
        if (uuid_equals(&mc->c.uuid, uuid)) {
            model_mark_connection(model, mc, marks);
        }
    }
}

/* Marks services and connections whose time has come: keys grow old,
 * connections expire or count no longer as active.  'now' is in milliseconds
 * since the epoch. */
void
model_mark_due(struct model *model, long long int now)
{
    struct timer *timer;

    while ((timer = timers_pop(&model->timers, now))) {
        struct model_connection *mc
            = CONTAINER_OF(timer, struct model_connection, timer);

        model_mark_connection(model, mc, MODEL_SYNC | MODEL_STATUS);
        if (mc->is_site) {
            model_mark_service(model, mc->service, MODEL_PLAN);
        }
    }
    while ((timer = timers_pop(&model->service_timers, now))) {
        struct model_service *ms
            = CONTAINER_OF(timer, struct model_service, timer);

        model_mark_service(model, ms, MODEL_PLAN);
    }
}

/* Returns the time at which model_mark_due() will have something to do. */
long long int
model_next_due(const struct model *model)
{
    return MIN(timers_next(&model->timers),
               timers_next(&model->service_timers));
}

/* Progress of a pass. */

static void
forget(struct ovs_list *services)
{
    struct model_service *ms;

    LIST_FOR_EACH_SAFE (ms, in_done, services) {
        ovs_list_remove(&ms->in_done);
        ovs_list_init(&ms->in_done);
        ms->in_flight = false;
    }
}

/* Begins a pass.  All that the one before it did has come to pass, or is in
 * flight.  A peer that has not shown up although it is not in flight was
 * deleted by somebody else before we heard of it. */
void
model_begin(struct model *model)
{
    struct model_connection *mc;

    forget(&model->done);
    LIST_FOR_EACH_SAFE (mc, in_awaited, &model->awaited) {
        if (!mc->service->in_flight) {
            ovs_list_remove(&mc->in_awaited);
            ovs_list_init(&mc->in_awaited);
            model_mark_connection(model, mc, MODEL_SYNC);
        }
    }
}

/* Notes that the next pass will begin before all that the last one did has
 * come to pass. */
void
model_take_off(struct model *model)
{
    struct model_service *ms;

    ovs_assert(ovs_list_is_empty(&model->in_flight));
    LIST_FOR_EACH (ms, in_done, &model->done) {
        ms->in_flight = true;
    }
    ovs_list_push_back_all(&model->in_flight, &model->done);
}

/* Notes that what was in flight has come to pass, or failed. */
void
model_land(struct model *model)
{
    forget(&model->in_flight);
}

/* Returns true if something is marked, or will be by model_begin(). */
bool
model_has_work(const struct model *model)
{
    return (!ovs_list_is_empty(&model->todo)
            || !ovs_list_is_empty(&model->lagging)
            || !ovs_list_is_empty(&model->awaited));
}

/* Returns true if there is something to do that need not wait for what is in
 * flight: others than these services are marked, these do not have to be
 * planned again, and nothing has to be deleted. */
bool
model_may_overlap(const struct model *model)
{
    const struct model_service *ms;

    if (model->sweep || !uuidset_is_empty(&model->gone_services)
        || !uuidset_is_empty(&model->strays)) {
        return false;
    }
    LIST_FOR_EACH (ms, in_done, &model->in_flight) {
        if (ms->marks & (MODEL_READ | MODEL_MEMBERS | MODEL_PLAN)) {
            return false;
        }
    }
    LIST_FOR_EACH (ms, in_todo, &model->todo) {
        if (!ms->in_flight) {
            return true;
        }
    }
    return false;
}

/* Returns the number of connections to bring into the next transaction, which
 * will begin with the first of 'services', 'todo' or 'lagging'. */
int
model_batch_size(const struct ovs_list *services)
{
    size_t n = 0;

    if (!ovs_list_is_empty(services)) {
        n = CONTAINER_OF(ovs_list_front(services), struct model_service,
                         in_todo)->n_members;
    }
    return MAX(BATCH_MIN, n / BATCHES_MAX);
}

static bool
has_unsynced(const struct model_service *ms)
{
    const struct model_connection *mc;

    LIST_FOR_EACH (mc, in_todo, &ms->todo) {
        if (mc->marks & MODEL_SYNC) {
            return true;
        }
    }
    return false;
}

/* Takes the marks from 'ms': this pass has done what they ask for.
 * Connections that still have some are left for later, and so is 'ms' then,
 * for their sake: among those that lag if they have MODEL_STATUS alone. */
void
model_finish_service(struct model *model, struct model_service *ms)
{
    struct model_connection *mc;

    LIST_FOR_EACH_SAFE (mc, in_todo, &ms->todo) {
        if (!(mc->marks & (MODEL_SYNC | MODEL_STATUS))) {
            ovs_list_remove(&mc->in_todo);
            ovs_list_init(&mc->in_todo);
            mc->marks = 0;
        }
    }
    ms->marks = 0;
    if (!has_unsynced(ms)) {
        ovs_list_remove(&ms->in_todo);
        ovs_list_init(&ms->in_todo);
        ms->lags = !ovs_list_is_empty(&ms->todo);
        if (ms->lags) {
            ovs_list_push_back(&model->lagging, &ms->in_todo);
        }
    }
    if (ovs_list_is_empty(&ms->in_done)) {
        ovs_list_push_back(&model->done, &ms->in_done);
    }
}

static void
mark_undone(struct model *model, const struct ovs_list *services)
{
    struct model_service *ms;

    LIST_FOR_EACH (ms, in_done, services) {
        model_mark_service(model, ms,
                           MODEL_PLAN | MODEL_SYNC | MODEL_STATUS);
        model_mark_connections(model, ms, MODEL_SYNC | MODEL_STATUS);
    }
}

/* Marks again all that the last pass has worked on, and what is in flight,
 * because not all of the transactions came to pass. */
void
model_mark_undone(struct model *model)
{
    mark_undone(model, &model->done);
    mark_undone(model, &model->in_flight);
    model->sweep = true;
}
