/* SPDX-License-Identifier: Apache-2.0 */

/* One pass: what has changed goes through the model and its plans into the
 * open transactions.  ovn-vpn/model.h says how. */

#include <config.h>

#include "ovn-vpn/translator-private.h"

#include <stdlib.h>

#include "coverage.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn/nb-sync.h"
#include "ovn-vpn/plan-set.h"
#include "ovn-vpn/plan.h"
#include "ovn-vpn/sb-sync.h"
#include "ovsdb-idl.h"
#include "timeval.h"
#include "util.h"
#include "uuid.h"

VLOG_DEFINE_THIS_MODULE(translator_pass);

COVERAGE_DEFINE(translator_recompute);

/* From databases to plans. */

static void
read_options(struct translator *t, struct model *model)
{
    struct ds problems = DS_EMPTY_INITIALIZER;

    status_get_options(t->dbs.vpn_nb->idl, &model->options, &problems);
    if (problems.length
        && !nullable_string_is_equal(t->option_problems, ds_cstr(&problems))) {
        ds_chomp(&problems, '\n');
        VLOG_WARN("%s", ds_cstr(&problems));
        ds_put_char(&problems, '\n');
    }
    free(t->option_problems);
    t->option_problems = ds_steal_cstr(&problems);
}

/* Reads what is known of chassis, which makes all services be planned again if
 * more than a heartbeat is new. */
static void
read_chassis(struct translator *t, struct model *model)
{
    bool grace = time_msec() < t->grace_until;
    struct chassis_table table;

    chassis_table_init(&table);
    snapshot_chassis(t->dbs.ovn_sb, t->dbs.vpn_nb->idl, t->dbs.vpn_sb->idl,
                     &table);
    t->next_pulse = chassis_pulse_run(&t->pulse, &table, time_msec());
    if (grace != model->grace
        || !chassis_table_plans_equal(&table, &model->chassis)) {
        model_mark_services(model, MODEL_PLAN);
    }
    model->grace = grace;
    chassis_table_swap(&table, &model->chassis);
    chassis_table_destroy(&table);
}

/* Draws conclusions from what agents report, which make services that they
 * concern be planned again. */
static void
read_health(struct translator *t)
{
    struct uuidset changed = UUIDSET_INITIALIZER(&changed);
    struct model *model = &t->model;
    const struct uuidset_node *node;

    snapshot_health(t->dbs.vpn_sb->idl, &model->chassis, &t->health,
                    time_msec());
    t->next_health = health_run(&t->health, time_msec(), &changed);
    UUIDSET_FOR_EACH (node, &changed) {
        struct model_service *ms = model_find_service(model, &node->uuid);

        if (uuid_is_zero(&node->uuid)) {
            model_mark_services(model, MODEL_PLAN);
        } else if (ms) {
            model_mark_service(model, ms, MODEL_PLAN);
        }
    }
    uuidset_destroy(&changed);
}

static const char *
find_host(const struct shash *hosts, const struct model_service *ms)
{
    return (ms->plan && ms->plan->tunnel
            ? shash_find_data(hosts, ms->plan->tunnel->gateway_port) : NULL);
}

/* Reads where ports reside.  Services whose ports have moved may have other
 * gateways then, and their connections other problems. */
static void
read_hosts(struct translator *t)
{
    struct shash hosts = SHASH_INITIALIZER(&hosts);
    struct model_service *ms;

    snapshot_hosts(t->dbs.ovn_sb, &hosts);
    HMAP_FOR_EACH (ms, node, &t->model.services) {
        if (!nullable_string_is_equal(find_host(&hosts, ms),
                                      find_host(&t->model.hosts, ms))) {
            model_mark_service(&t->model, ms, MODEL_PLAN | MODEL_STATUS);
            model_mark_connections(&t->model, ms, MODEL_STATUS);
        }
    }
    shash_swap(&hosts, &t->model.hosts);
    shash_destroy_free_data(&hosts);
}

/* Marks services whose rows could not be written because of what was in OVN's
 * database, which may have changed. */
static void
mark_refused(struct model *model)
{
    struct model_service *ms;

    HMAP_FOR_EACH (ms, node, &model->services) {
        if (ms->refused) {
            model_mark_service(model, ms, MODEL_PLAN);
        }
    }
}

static bool
needs_plans(const struct model *model)
{
    const struct model_service *ms;

    if (model->has_freed) {
        return true;
    }
    LIST_FOR_EACH (ms, in_todo, &model->todo) {
        if (ms->marks & MODEL_PLAN) {
            return true;
        }
    }
    return false;
}

/* Reads what has changed in OVN's database.  Returns true if anything has. */
static bool
update_snapshot(struct translator *t)
{
    if (t->changes.all || t->changes.ovn) {
        snapshot_refresh(&t->snapshot, t->dbs.ovn_nb->idl);
        if (t->changes.all) {
            snapshot_read_held(&t->snapshot, t->dbs.vpn_sb->idl);
        }
        return true;
    }
    snapshot_update(&t->snapshot, &t->changes.routers);
    return !uuidset_is_empty(&t->changes.routers);
}

/* Reads what has changed into the model, and plans what this concerns. */
void
translator_update_model(struct translator *t)
{
    struct model *model = &t->model;
    struct changes *changes = &t->changes;
    long long int now = time_msec();

    if (changes->all) {
        COVERAGE_INC(translator_recompute);
        t->trim = true;
        model_clear(model);
        read_options(t, model);
        snapshot_pools(t->dbs.vpn_nb->idl, model);
        snapshot_mark_all(t->dbs.vpn_nb->idl, model);
    }
    if (changes->all || changes->chassis || now >= t->next_pulse
        || (model->grace && now >= t->grace_until)) {
        changes->chassis = true;
        read_chassis(t, model);
    }
    if (changes->chassis || changes->health || now >= t->next_health) {
        read_health(t);
    }
    if (changes->all || changes->hosts) {
        read_hosts(t);
    }
    bool ovn_changed = update_snapshot(t);
    if (ovn_changed || changes->sets
        || now >= failures_next_retry(&t->failures)) {
        mark_refused(model);
    }
    model_mark_due(model, time_wall_msec());
    status_mark_due(&t->status, model, now);

    snapshot_services(t->dbs.vpn_nb->idl, model, time_wall_msec());
    if (ovn_changed || needs_plans(model)) {
        while (!plan_set_run(model, &t->snapshot, time_wall_msec())) {
            snapshot_services(t->dbs.vpn_nb->idl, model, time_wall_msec());
        }
    }
}

/* Appends the plans to 'ds', or that of 'service' if it is nonnull. */
void
translator_format_plans(struct translator *t, const char *service,
                        struct ds *ds)
{
    struct snapshot snapshot;
    struct model model;

    if (!hmap_is_empty(&t->model.services)) {
        model_format(&t->model, service, time_wall_msec(), ds);
        return;
    }

    /* We are on standby. */
    model_init(&model);
    snapshot_init(&snapshot);
    read_options(t, &model);
    read_chassis(t, &model);
    snapshot_hosts(t->dbs.ovn_sb, &model.hosts);
    model.health = &t->health;
    snapshot_pools(t->dbs.vpn_nb->idl, &model);
    snapshot_mark_all(t->dbs.vpn_nb->idl, &model);
    snapshot_refresh(&snapshot, t->dbs.ovn_nb->idl);
    snapshot_read_held(&snapshot, t->dbs.vpn_sb->idl);
    do {
        snapshot_services(t->dbs.vpn_nb->idl, &model, time_wall_msec());
    } while (!plan_set_run(&model, &snapshot, time_wall_msec()));
    model_format(&model, service, time_wall_msec(), ds);
    snapshot_destroy(&snapshot);
    model_destroy(&model);
}

/* From plans to databases. */

/* Brings the rows of 'ms' into OVN's database.  Returns the number of rows
 * that change. */
static unsigned int
sync_ovn(struct translator *t, struct model_service *ms)
{
    const char *refusal = failures_find(&t->failures, &ms->uuid, time_msec());
    unsigned int n_changes = 0;
    char *error;

    if (refusal) {
        error = xasprintf("the OVN Northbound database refused the service's "
                          "rows: %s", refusal);
    } else {
        error = nb_sync_service(t->nb_sync, t->dbs.ovn_nb->open_txn,
                                &ms->uuid, &ms->plan->rows, false,
                                &n_changes);
    }
    ms->refused = error != NULL;
    if (error) {
        plan_fail(ms->plan, error);
        ms->marks |= MODEL_STATUS;
        if (!refusal) {
            /* What it has in OVN is of no use any more, and may be in the way
             * of other services. */
            free(nb_sync_service(t->nb_sync, t->dbs.ovn_nb->open_txn,
                                 &ms->uuid, &ms->plan->rows, true,
                                 &n_changes));
        }
    }
    if (n_changes) {
        VLOG_DBG("service %s: %u rows of OVN change", ms->service->name,
                 n_changes);
    }
    return n_changes;
}

/* Does all that the marks of 'ms' ask for, but for the status of connections.
 * Adds to '*n_changes' the number of rows of OVN that change.  Returns false
 * if 'limits' left some peers for later. */
static bool
write_service(struct translator *t, struct model_service *ms,
              const struct status_input *status, struct sb_limits *limits,
              unsigned int *n_changes)
{
    struct ovsdb_idl_txn *sb_txn = t->dbs.vpn_sb->open_txn;

    /* The tunnel first: then it is known whether the service's key opens. */
    const struct vpnsbrec_tunnel *tunnel
        = sb_sync_tunnel(t->sb_sync, sb_txn, &t->keyring, &t->model, ms);
    bool sets = model_update_sets(ms, status->wall);
    if (sets) {
        model_fill_sets(ms, status->wall);
    }
    if (sets || ms->marks & MODEL_SYNC) {
        *n_changes += sync_ovn(t, ms);
    }
    bool done = sb_sync_peers(t->sb_sync, sb_txn, &t->keyring, &t->model, ms,
                              tunnel, limits);
    status_run_service(&t->status, status, ms);
    model_finish_service(&t->model, ms);
    return done;
}

/* Deletes what belongs to services and connections that are gone.  Returns the
 * number of rows of OVN that change. */
static unsigned int
sweep(struct translator *t)
{
    const struct plan_rows none = PLAN_ROWS_INITIALIZER;
    struct model *model = &t->model;
    const struct uuidset_node *node;
    unsigned int n_changes = 0;

    sb_sync_sweep(t->sb_sync, model);
    sb_sync_delete_orphans(t->sb_sync, &t->changes.orphans);
    if (model->sweep) {
        nb_sync_find_services(t->nb_sync, &model->gone_services);
    }
    UUIDSET_FOR_EACH (node, &model->gone_services) {
        if (!model_find_service(model, &node->uuid)) {
            char *error = nb_sync_service(
                t->nb_sync, t->dbs.ovn_nb->open_txn, &node->uuid, &none,
                false, &n_changes);
            ovs_assert(!error);
        }
    }
    if (model->sweep || !uuidset_is_empty(&model->gone_services)) {
        status_sweep(&t->status, model);
        failures_sweep(&t->failures, model);
    }
    model->sweep = false;
    uuidset_clear(&model->gone_services);
    return n_changes;
}

/* Writes services until all is done, or, while one of them makes OVN's
 * database refuse the others, until one has changed it. */
static void
write_services(struct translator *t, const struct status_input *status)
{
    struct sb_limits limits = {
        .max_peers = model_batch_size(&t->model.todo),
        .now = status->wall,
    };
    unsigned int n_changes = sweep(t);
    struct model_service *ms;

    t->bulk = false;
    LIST_FOR_EACH_SAFE (ms, in_todo, &t->model.todo) {
        unsigned int n = 0;

        if (ms->in_flight) {
            continue;
        }

        bool done = write_service(t, ms, status, &limits, &n);

        n_changes += n;
        if (n && t->failures.isolate) {
            failures_suspect(&t->failures, &ms->uuid);
            break;
        } else if (!done) {
            t->bulk = !t->failures.isolate;
            break;
        }
    }
    if (ovs_list_is_empty(&t->model.todo)) {
        t->failures.isolate = false;
    }
    nb_global_note_changes(&t->nb_global, n_changes);
}

/* Writes the status of connections, when nothing else is left to do. */
static void
write_connections(struct translator *t, const struct status_input *status)
{
    int max_rows = model_batch_size(&t->model.lagging);
    struct model_service *ms;

    if (!ovs_list_is_empty(&t->model.todo) || t->in_flight) {
        return;
    }
    LIST_FOR_EACH_SAFE (ms, in_todo, &t->model.lagging) {
        if (max_rows <= 0) {
            break;
        }
        status_run_connections(&t->status, status, ms, &max_rows);
        model_finish_service(&t->model, ms);
    }
}

/* Writes what tells others how far we are. */
static void
write_globals(struct translator *t, const struct status_input *status)
{
    int64_t nb_cfg = status_get_nb_cfg(t->dbs.vpn_nb->idl);

    if (!t->in_flight) {
        sb_rbac_sync(t->dbs.vpn_sb->idl, t->dbs.vpn_sb->open_txn);
    }
    if (ovs_list_is_empty(&t->model.todo) && !t->in_flight) {
        sb_sync_global(t->sb_sync, t->dbs.vpn_sb->open_txn, &t->model.options,
                       nb_cfg);
        nb_global_run(&t->nb_global, t->dbs.ovn_nb->idl, &t->model.options,
                      nb_cfg);
        t->dbs.vpn_sb->next_cfg = nb_cfg;
        t->dbs.ovn_nb->next_cfg = nb_cfg;
    }
    if (t->changes.chassis) {
        status_run_chassis(status, t->dbs.vpn_nb->open_txn);
    }
    status_run_global(&t->status, status);
    t->seen_nb_cfg = nb_cfg;
}

/* Writes what is marked in the model. */
void
translator_write(struct translator *t)
{
    struct status_input status = {
        .vpn_nb = t->dbs.vpn_nb->idl,
        .ovn_nb = t->dbs.ovn_nb->idl,
        .model = &t->model,
        .seen_nb_cfg = t->seen_nb_cfg,
        .sb_cfg = t->sb_cfg,
        .sealing_key_created_at = keyring_created_at(&t->keyring),
        .now = time_msec(),
        .wall = time_wall_msec(),
    };

    model_begin(&t->model);
    write_services(t, &status);
    write_connections(t, &status);
    status.ovn_cfg = t->nb_global.target;
    write_globals(t, &status);
    changes_clear(&t->changes);
}
