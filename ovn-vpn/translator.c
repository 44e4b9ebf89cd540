/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/translator-private.h"

#include <limits.h>
#if HAVE_DECL_MALLOC_TRIM
#include <malloc.h>
#endif
#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "lib/vpn-nb-snapshot.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn/loop-commit.h"
#include "ovn-vpn/nb-sync.h"
#include "ovn-vpn/nb-table.h"
#include "ovn-vpn/sb-sync.h"
#include "ovsdb-idl.h"
#include "stopwatch.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(translator);

COVERAGE_DEFINE(translator_pass);
COVERAGE_DEFINE(translator_overlap);

#define PASS_STOPWATCH_NAME "ovn-vpn-pass"

/* Pause after one of our own databases has refused a transaction. */
#define RETRY_MS 1000

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
    sb_rbac_add_columns(dbs->vpn_sb->idl);
    changes_track(dbs->vpn_nb->idl, dbs->vpn_sb->idl, dbs->ovn_nb->idl,
                  dbs->ovn_sb);

    t->nb_sync = nb_sync_create(dbs->ovn_nb->idl);
    t->sb_sync = sb_sync_create(dbs->vpn_sb->idl);
    status_init(&t->status, dbs->vpn_sb->idl);
    chassis_pulse_init(&t->pulse);
    health_init(&t->health);
    failures_init(&t->failures);
    changes_init(&t->changes);
    model_init(&t->model);
    t->model.health = &t->health;
    snapshot_init(&t->snapshot);
    stopwatch_create(PASS_STOPWATCH_NAME, SW_MS);
    translator_reset(t);
    return keyring_init(&t->keyring, key_file);
}

void
translator_destroy(struct translator *t)
{
    if (t->in_flight) {
        ovsdb_idl_txn_destroy(t->in_flight);
    }
    model_destroy(&t->model);
    nb_sync_destroy(t->nb_sync);
    sb_sync_destroy(t->sb_sync);
    status_destroy(&t->status);
    chassis_pulse_destroy(&t->pulse);
    health_destroy(&t->health);
    failures_destroy(&t->failures);
    changes_destroy(&t->changes);
    snapshot_destroy(&t->snapshot);
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
    t->next_pulse = t->next_health = t->next_key = LLONG_MAX;
    t->seen_nb_cfg = -1;
    t->changes.all = true;
}

/* Gives back what is needed only by the active translator. */
void
translator_suspend(struct translator *t)
{
    model_clear(&t->model);
    snapshot_destroy(&t->snapshot);
    snapshot_init(&t->snapshot);
}

/* Makes the next call to translator_run() make a pass that begins anew. */
void
translator_recompute(struct translator *t)
{
    t->changes.all = true;
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

/* Passes. */

/* Takes note of what has changed in the databases.  To be called whenever they
 * have run. */
void
translator_note_changes(struct translator *t, bool active)
{
    struct ovsdb_idl *vpn_nb = t->dbs.vpn_nb->idl;
    struct ovsdb_idl *vpn_sb = t->dbs.vpn_sb->idl;
    struct ovsdb_idl *ovn_nb = t->dbs.ovn_nb->idl;
    struct ovsdb_idl *ovn_sb = t->dbs.ovn_sb;
    bool connected = (ovsdb_idl_is_connected(vpn_nb)
                      && ovsdb_idl_is_connected(vpn_sb)
                      && ovsdb_idl_is_connected(ovn_nb)
                      && ovsdb_idl_is_connected(ovn_sb));

    if (connected && !t->was_connected) {
        t->changes.all = true;
    }
    t->was_connected = connected;
    if (active && !t->changes.all) {
        changes_collect(&t->changes, &t->model, vpn_nb, vpn_sb, ovn_nb,
                        ovn_sb);
    }
    ovsdb_idl_track_clear(vpn_nb);
    ovsdb_idl_track_clear(vpn_sb);
    ovsdb_idl_track_clear(ovn_nb);
    ovsdb_idl_track_clear(ovn_sb);
}

/* Makes another pass as soon as the failed transaction has been cleared away,
 * with all that the last one was about. */
static void
retry(struct translator *t)
{
    model_mark_undone(&t->model);
    t->forced = true;
    poll_immediate_wake();
}

static void
check_own_commit(struct translator *t, const struct ovsdb_idl_txn *txn)
{
    const char *error;

    if (txn && txn_failed(txn, &error)) {
        if (error) {
            t->retry_at = time_msec() + RETRY_MS;
        }
        retry(t);
    }
}

/* Sees to it that 'loop' does not count as having reached what the last pass
 * meant to reach, unless that came to pass: the next transaction is for
 * something else, if for anything.  When all begins anew, nothing is known to
 * be reached: the numbers may begin anew, too. */
static void
limit_cfg(const struct translator *t, struct ovsdb_idl_loop *loop)
{
    if (t->changes.all) {
        loop->cur_cfg = 0;
    }
    if (t->changes.all || loop->open_txn) {
        loop->next_cfg = loop->cur_cfg;
    }
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
        }
        retry(t);
    } else if (!t->dbs.ovn_nb->committing_txn) {
        failures_clear_suspect(&t->failures);
    }
    check_own_commit(t, t->in_flight);
    check_own_commit(t, t->dbs.vpn_sb->committing_txn);
    check_own_commit(t, t->dbs.vpn_nb->committing_txn);
    limit_cfg(t, t->dbs.vpn_sb);
    limit_cfg(t, t->dbs.ovn_nb);
}

/* Overlapping.
 *
 * While many peers are to be inserted, we and the VPN Southbound server would
 * work by turns: we compose a transaction, the server executes it, we read
 * what it tells of it.  Therefore the next one is composed and sent meanwhile.
 *
 * The IDL does not know what is in the former then, so this pass must not
 * touch the same services, and does nothing that concerns all of them.  It is
 * put off if it would have to.  If one of the two fails, everything about both
 * is marked again. */

/* Takes the transaction with peers from ovsdb_idl_loop, which would have us
 * wait for it, if the last pass has left others that need not, and destroys it
 * when the server has answered.  To be called after
 * ovsdb_idl_loop_commit_and_wait(), because the IDL forgets an open
 * transaction when another one is destroyed. */
void
translator_overlap(struct translator *t)
{
    struct ovsdb_idl_loop *loop = t->dbs.vpn_sb;

    if (t->in_flight && ovsdb_idl_txn_commit(t->in_flight) != TXN_INCOMPLETE) {
        ovsdb_idl_txn_destroy(t->in_flight);
        t->in_flight = NULL;
        model_land(&t->model);
        poll_immediate_wake();
    }
    if (t->bulk && !t->in_flight && loop->committing_txn) {
        t->in_flight = loop->committing_txn;
        loop->committing_txn = NULL;
        t->bulk = false;
        model_take_off(&t->model);
        poll_immediate_wake();
    }
}

/* Returns true if the next pass has to wait for what is in flight. */
static bool
must_land(const struct translator *t)
{
    return (t->in_flight
            && (t->forced || t->changes.all || t->failures.isolate
                || !model_may_overlap(&t->model)));
}

static int64_t
get_sb_cfg(const struct translator *t)
{
    return MIN(t->dbs.vpn_sb->cur_cfg, t->dbs.ovn_nb->cur_cfg);
}

/* Returns the time at which a pass is due even if nothing changes, LLONG_MAX
 * if none is. */
static long long int
next_run(const struct translator *t)
{
    long long int next = MIN(t->next_pulse, status_next_run(&t->status));
    long long int wall = MIN(model_next_due(&t->model), t->next_key);

    wall = MIN(wall, t->status.next_warning);
    next = MIN(next, t->next_health);
    next = MIN(next, failures_next_retry(&t->failures));
    if (t->model.grace) {
        next = MIN(next, t->grace_until);
    }
    if (wall != LLONG_MAX) {
        next = MIN(next, time_msec() + MAX(wall - time_wall_msec(), 0));
    }
    return next;
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
    bool due = (t->forced || t->changes.all || seqno != t->seqno
                || get_sb_cfg(t) != t->sb_cfg
                || model_has_work(&t->model)
                || next_run(t) <= now);

    if (due) {
        t->forced = false;
        t->seqno = seqno;
        t->sb_cfg = get_sb_cfg(t);
    }
    return due;
}

/* Returns true if all databases have a transaction open: none is still
 * committing the last one. */
static bool
has_transactions(const struct translator *t)
{
    return (t->dbs.vpn_nb->open_txn && t->dbs.vpn_sb->open_txn
            && t->dbs.ovn_nb->open_txn);
}

/* Gives memory back after passes over everything.  The messages with which a
 * large database begins, and our first answers, take several times the room of
 * what is kept of them. */
static void
trim_memory(struct translator *t)
{
    if (t->trim) {
#if HAVE_DECL_MALLOC_TRIM
        malloc_trim(0);
#endif
        t->trim = false;
    }
}

/* Makes one pass, if one is due and all databases have a transaction open. */
void
translator_run(struct translator *t)
{
    if (!has_transactions(t) || must_land(t)) {
        sb_sync_prepare(t->sb_sync, &t->keyring, &t->model,
                        time_wall_msec());
        return;
    } else if (time_msec() < t->retry_at) {
        return;
    } else if (!pass_is_due(t)) {
        trim_memory(t);
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
    if (status_run_keys(t->dbs.vpn_nb->idl, &t->keyring, time_wall_msec(),
                        &t->next_key)) {
        /* Nobody may see these keys before they are committed. */
        return;
    }

    COVERAGE_INC(translator_pass);
    stopwatch_start(PASS_STOPWATCH_NAME, time_msec());
    translator_update_model(t);
    if (!must_land(t)) {
        if (t->in_flight) {
            COVERAGE_INC(translator_overlap);
        }
        translator_write(t);
    } else {
        t->forced = true;
    }
    stopwatch_stop(PASS_STOPWATCH_NAME, time_msec());
}

void
translator_wait(struct translator *t)
{
    long long int next = next_run(t);

    if (!has_transactions(t) || must_land(t)) {
        return;                 /* The end of the commit wakes us up. */
    }
    if (t->retry_at > time_msec()) {
        next = MIN(next, t->retry_at);
    }
    if (next != LLONG_MAX) {
        poll_timer_wait_until(next);
    }
}
