/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/translator.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "lib/vpn-model.h"
#include "lib/vpn-nb-snapshot.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn/chassis.h"
#include "ovn-vpn/failures.h"
#include "ovn-vpn/health.h"
#include "ovn-vpn/keyring.h"
#include "ovn-vpn/loop-commit.h"
#include "ovn-vpn/nb-global.h"
#include "ovn-vpn/nb-sync.h"
#include "ovn-vpn/nb-table.h"
#include "ovn-vpn/plan.h"
#include "ovn-vpn/plan-set.h"
#include "ovn-vpn/sb-sync.h"
#include "ovn-vpn/snapshot.h"
#include "ovn-vpn/status.h"
#include "ovsdb-idl.h"
#include "stopwatch.h"
#include "timeval.h"
#include "util.h"
#include "uuidset.h"

VLOG_DEFINE_THIS_MODULE(translator);

COVERAGE_DEFINE(translator_pass);

#define PASS_STOPWATCH_NAME "ovn-vpn-pass"

/* Pause after one of our own databases has refused a transaction. */
#define RETRY_MS 1000

struct translator {
    struct translator_dbs dbs;
    struct keyring keyring;
    struct nb_sync *nb_sync;
    struct sb_sync *sb_sync;
    struct nb_global nb_global;
    struct status status;
    struct chassis_pulse pulse;
    struct health health;
    struct failures failures;       /* What OVN's database refused. */
    unsigned int seqno;             /* Of the databases in the last pass. */
    int64_t sb_cfg;                 /* As written in the last pass. */
    bool forced;                    /* A pass is due in any case. */
    long long int grace_until;      /* Until then, wait for chassis. */
    long long int retry_at;         /* No pass before. */
    long long int next_run;         /* A pass then, even if nothing changes. */
    int64_t seen_nb_cfg;            /* nb_cfg in the last pass. */
    char *option_problems;          /* As last logged. */
};

/* Makes a translator that works on 'dbs', which must not have run yet, with
 * the sealing key in 'key_file'.  Returns NULL if successful, otherwise a
 * message for the operator, which the caller must free. */
char *
translator_create(const struct translator_dbs *dbs, const char *key_file,
                  struct translator **translatorp)
{
    struct translator *t = xzalloc(sizeof *t);

    *translatorp = t;
    t->dbs = *dbs;
    vpn_nb_snapshot_add_columns(dbs->vpn_nb->idl);
    status_add_columns(dbs->vpn_nb->idl, dbs->vpn_sb->idl, dbs->ovn_nb->idl);
    snapshot_add_columns(dbs->ovn_nb->idl);
    snapshot_chassis_add_columns(dbs->ovn_sb, dbs->vpn_nb->idl,
                                 dbs->vpn_sb->idl);
    nb_table_add_columns(dbs->ovn_nb->idl);
    sb_sync_add_columns(dbs->vpn_sb->idl);

    t->nb_sync = nb_sync_create(dbs->ovn_nb->idl);
    t->sb_sync = sb_sync_create(dbs->vpn_sb->idl);
    status_init(&t->status);
    chassis_pulse_init(&t->pulse);
    health_init(&t->health);
    failures_init(&t->failures);
    stopwatch_create(PASS_STOPWATCH_NAME, SW_MS);
    translator_reset(t);
    return keyring_init(&t->keyring, key_file);
}

void
translator_destroy(struct translator *t)
{
    nb_sync_destroy(t->nb_sync);
    sb_sync_destroy(t->sb_sync);
    status_destroy(&t->status);
    chassis_pulse_destroy(&t->pulse);
    health_destroy(&t->health);
    failures_destroy(&t->failures);
    keyring_destroy(&t->keyring);
    free(t->option_problems);
    free(t);
}

/* Forgets what was true while we were the active translator.  To be called
 * when we become active. */
void
translator_reset(struct translator *t)
{
    nb_global_init(&t->nb_global);
    failures_clear(&t->failures);
    t->grace_until = time_msec() + CHASSIS_DEAD_MS;
    t->retry_at = LLONG_MIN;
    t->next_run = LLONG_MAX;
    t->seen_nb_cfg = -1;
    t->forced = true;
}

/* Makes the next call to translator_run() make a pass. */
void
translator_force(struct translator *t)
{
    t->forced = true;
}

/* Returns NULL if passes can be made, otherwise what is missing, which the
 * caller must free, and stores in '*level' how serious that is.  To work
 * before every database has been seen would mean to delete what only seems to
 * be superfluous. */
char *
translator_check(struct translator *t, enum vlog_level *level)
{
    const struct {
        struct ovsdb_idl *idl;
        const char *name;
    } dbs[] = {
        { t->dbs.vpn_nb->idl, "OVN_VPN_Northbound" },
        { t->dbs.vpn_sb->idl, "OVN_VPN_Southbound" },
        { t->dbs.ovn_nb->idl, "OVN_Northbound" },
        { t->dbs.ovn_sb, "OVN_Southbound" },
    };

    *level = VLL_INFO;
    for (size_t i = 0; i < ARRAY_SIZE(dbs); i++) {
        if (!ovsdb_idl_has_ever_connected(dbs[i].idl)) {
            return xasprintf("database %s has not been reached yet",
                             dbs[i].name);
        }
    }

    const char *public_key;
    *level = VLL_WARN;
    char *error = snapshot_check_schemas(t->dbs.vpn_nb->idl,
                                         t->dbs.vpn_sb->idl);
    if (error) {
        return error;
    }
    if (!status_get_sealing_key(t->dbs.vpn_nb->idl, &public_key)) {
        return xstrdup("database OVN_VPN_Northbound is empty; run "
                       "\"ovn-vpn-nbctl init\"");
    }
    return keyring_check(&t->keyring, public_key);
}

/* Planning. */

static void
read_options(struct translator *t, struct vpn_options *options)
{
    struct ds problems = DS_EMPTY_INITIALIZER;

    status_get_options(t->dbs.vpn_nb->idl, options, &problems);
    if (problems.length
        && !nullable_string_is_equal(t->option_problems, ds_cstr(&problems))) {
        ds_chomp(&problems, '\n');
        VLOG_WARN("%s", ds_cstr(&problems));
        ds_put_char(&problems, '\n');
    }
    free(t->option_problems);
    t->option_problems = ds_steal_cstr(&problems);
}

/* Plans all services into 'set', which the caller must destroy. */
static void
make_plans(struct translator *t, struct plan_set *set)
{
    plan_set_init(set);
    read_options(t, &set->options);
    snapshot_chassis(t->dbs.ovn_sb, t->dbs.vpn_nb->idl, t->dbs.vpn_sb->idl,
                     &set->chassis);
    long long int next = chassis_pulse_run(&t->pulse, &set->chassis,
                                           time_msec());
    t->next_run = MIN(t->next_run, next);
    snapshot_health(t->dbs.vpn_sb->idl, &set->chassis, &t->health,
                    time_msec());
    next = health_run(&t->health, time_msec());
    t->next_run = MIN(t->next_run, next);
    set->health = &t->health;
    snapshot_hosts(t->dbs.ovn_sb, &set->hosts);
    set->grace = time_msec() < t->grace_until;
    if (set->grace) {
        t->next_run = MIN(t->next_run, t->grace_until);
    }
    plan_set_run(set, t->dbs.vpn_nb->idl, t->dbs.vpn_sb->idl,
                 t->dbs.ovn_nb->idl, time_wall_msec());
    if (set->next_expiry) {
        t->next_run = MIN(t->next_run, time_msec() + set->next_expiry
                                       - time_wall_msec());
    }
}

/* Appends the plans to 'ds', or that of 'service' if it is nonnull. */
void
translator_format_plans(struct translator *t, const char *service,
                        struct ds *ds)
{
    struct plan_set set;

    make_plans(t, &set);
    for (size_t i = 0; i < set.n; i++) {
        if (!service
            || !strcmp(set.plans[i]->in.service->name, service)) {
            plan_format(set.plans[i], ds);
        }
    }
    plan_set_destroy(&set);
}

/* Writing. */

/* Brings the rows of 'plan' into OVN's database.  Returns the number of rows
 * that change. */
static unsigned int
sync_ovn(struct translator *t, struct plan *plan)
{
    const struct uuid *uuid = &plan->in.service->uuid;
    const char *refused = failures_find(&t->failures, uuid, time_msec());
    unsigned int n_changes = 0;

    if (refused) {
        plan_fail(plan, xasprintf("the OVN Northbound database refused the "
                                  "service's rows: %s", refused));
        return 0;
    }
    char *error = nb_sync_service(t->nb_sync, t->dbs.ovn_nb->open_txn, uuid,
                                  &plan->rows, &n_changes);
    if (error) {
        plan_fail(plan, error);
    }
    if (n_changes) {
        VLOG_DBG("service %s: %u rows of OVN change",
                 plan->in.service->name, n_changes);
    }
    return n_changes;
}

/* Brings all rows into OVN's database, or, while one of them makes it refuse
 * the others, those of one service at a time.  Returns true if all of them are
 * there once the transaction has been committed. */
static bool
sync_ovn_all(struct translator *t, struct plan_set *set,
             const struct uuidset *services)
{
    unsigned int n_changes = nb_sync_sweep(t->nb_sync,
                                           t->dbs.ovn_nb->open_txn, services);

    for (size_t i = 0; i < set->n; i++) {
        unsigned int n = sync_ovn(t, set->plans[i]);

        n_changes += n;
        if (n && t->failures.isolate) {
            failures_suspect(&t->failures, &set->plans[i]->in.service->uuid);
            nb_global_note_changes(&t->nb_global, n_changes);
            return false;
        }
    }
    t->failures.isolate = false;
    nb_global_note_changes(&t->nb_global, n_changes);
    return true;
}

static void
write_rows(struct translator *t, struct plan_set *set)
{
    struct uuidset services = UUIDSET_INITIALIZER(&services);
    int64_t nb_cfg = status_get_nb_cfg(t->dbs.vpn_nb->idl);

    for (size_t i = 0; i < set->n; i++) {
        uuidset_insert(&services, &set->plans[i]->in.service->uuid);
    }

    /* The Southbound database first: it finds out whether the keys open. */
    sb_sync_sweep(t->sb_sync, &services);
    for (size_t i = 0; i < set->n; i++) {
        sb_sync_service(t->sb_sync, t->dbs.vpn_sb->open_txn, &t->keyring,
                        set->plans[i]);
    }
    bool complete = sync_ovn_all(t, set, &services);
    if (complete) {
        sb_sync_global(t->sb_sync, t->dbs.vpn_sb->open_txn, &set->options,
                       nb_cfg);
        nb_global_run(&t->nb_global, t->dbs.ovn_nb->idl, &set->options,
                      nb_cfg);
        t->dbs.vpn_sb->next_cfg = nb_cfg;
        t->dbs.ovn_nb->next_cfg = nb_cfg;
    }
    uuidset_destroy(&services);
}

static void
write_status(struct translator *t, const struct plan_set *set)
{
    const struct status_input in = {
        .vpn_nb = t->dbs.vpn_nb->idl,
        .vpn_sb = t->dbs.vpn_sb->idl,
        .ovn_nb = t->dbs.ovn_nb->idl,
        .chassis = &set->chassis,
        .hosts = &set->hosts,
        .plans = set->plans,
        .n_plans = set->n,
        .seen_nb_cfg = t->seen_nb_cfg,
        .sb_cfg = t->sb_cfg,
        .ovn_cfg = t->nb_global.target,
        .now = time_msec(),
        .wall = time_wall_msec(),
    };

    long long int next = status_run(&t->status, &in,
                                    t->dbs.vpn_nb->open_txn);
    t->next_run = MIN(t->next_run, next);
    t->seen_nb_cfg = status_get_nb_cfg(t->dbs.vpn_nb->idl);
}

/* Makes another pass as soon as the failed transaction has been cleared
 * away. */
static void
retry(struct translator *t)
{
    t->forced = true;
    poll_immediate_wake();
}

/* Notes what became of the transactions of the last pass.  To be called
 * between ovsdb_idl_loop_run() and ovsdb_idl_loop_commit_and_wait(). */
void
translator_check_commits(struct translator *t)
{
    const char *error;

    if (loop_commit_failed(t->dbs.ovn_nb, &error)) {
        nb_global_note_failure(&t->nb_global);
        if (error) {
            failures_note(&t->failures, error, time_msec());
            retry(t);
        }
    } else if (!t->dbs.ovn_nb->committing_txn) {
        failures_clear_suspect(&t->failures);
    }
    if ((loop_commit_failed(t->dbs.vpn_sb, &error) && error)
        || (loop_commit_failed(t->dbs.vpn_nb, &error) && error)) {
        t->retry_at = time_msec() + RETRY_MS;
        retry(t);
    }
}

static int64_t
get_sb_cfg(const struct translator *t)
{
    return MIN(t->dbs.vpn_sb->cur_cfg, t->dbs.ovn_nb->cur_cfg);
}

/* Returns true if something has changed since the last pass, and remembers
 * it. */
static bool
pass_is_due(struct translator *t)
{
    unsigned int seqno = (ovsdb_idl_get_seqno(t->dbs.vpn_nb->idl)
                          + ovsdb_idl_get_seqno(t->dbs.vpn_sb->idl)
                          + ovsdb_idl_get_seqno(t->dbs.ovn_nb->idl)
                          + ovsdb_idl_get_seqno(t->dbs.ovn_sb));
    long long int now = time_msec();
    bool due = (t->forced || seqno != t->seqno || get_sb_cfg(t) != t->sb_cfg
                || now >= t->next_run
                || now >= failures_next_retry(&t->failures));

    if (due) {
        t->forced = false;
        t->seqno = seqno;
        t->sb_cfg = get_sb_cfg(t);
    }
    return due;
}

/* Makes one pass, if one is due and all databases have a transaction open. */
void
translator_run(struct translator *t)
{
    struct plan_set set;

    if (!t->dbs.vpn_nb->open_txn || !t->dbs.vpn_sb->open_txn
        || !t->dbs.ovn_nb->open_txn || time_msec() < t->retry_at
        || !pass_is_due(t)) {
        return;
    }

    char *error = keyring_create(&t->keyring);
    if (error) {
        VLOG_ERR("%s", error);
        free(error);
        t->retry_at = time_msec() + RETRY_MS;
        t->forced = true;
        return;
    }
    long long int wall = time_wall_msec();
    long long int next_key;
    if (status_run_keys(t->dbs.vpn_nb->idl, &t->keyring, wall, &next_key)) {
        /* Nobody may see these keys before they are committed. */
        return;
    }

    COVERAGE_INC(translator_pass);
    stopwatch_start(PASS_STOPWATCH_NAME, time_msec());
    t->next_run = (next_key == LLONG_MAX ? LLONG_MAX
                   : time_msec() + MAX(0, next_key - wall));
    make_plans(t, &set);
    write_rows(t, &set);
    write_status(t, &set);
    plan_set_destroy(&set);
    stopwatch_stop(PASS_STOPWATCH_NAME, time_msec());
}

void
translator_wait(struct translator *t)
{
    long long int next = MIN(t->next_run,
                             failures_next_retry(&t->failures));

    if (t->retry_at > time_msec()) {
        next = MIN(next, t->retry_at);
    }
    if (next != LLONG_MAX) {
        poll_timer_wait_until(next);
    }
}
