/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>

#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-keys.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/agent.h"
#include "ovn-vpn-controller/want.h"
#include "ovsdb-idl.h"
#include "smap.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(report);

/* See ovn-vpn-sb(5). */
#define HEARTBEAT_MS 5000

/* Registers the columns to write with 'idl'. */
void
report_init(struct report *r, struct ovsdb_idl *idl)
{
    static const struct ovsdb_idl_column *const columns[] = {
        &vpnsbrec_chassis_col_name,
        &vpnsbrec_chassis_col_hostname,
        &vpnsbrec_chassis_col_version,
        &vpnsbrec_chassis_col_backend,
        &vpnsbrec_chassis_col_sealing_public_key,
        &vpnsbrec_chassis_col_nb_cfg,
        &vpnsbrec_chassis_col_nb_cfg_timestamp,
        &vpnsbrec_chassis_col_heartbeat,
        &vpnsbrec_chassis_col_problems,
        &vpnsbrec_chassis_col_other_config,
        &vpnsbrec_tunnel_state_col_tunnel,
        &vpnsbrec_tunnel_state_col_chassis,
        &vpnsbrec_tunnel_state_col_active,
        &vpnsbrec_tunnel_state_col_active_since,
        &vpnsbrec_tunnel_state_col_problems,
        &vpnsbrec_tunnel_state_col_takeover,
    };

    memset(r, 0, sizeof *r);
    r->idl = idl;
    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        ovsdb_idl_add_column(idl, columns[i]);
        ovsdb_idl_omit_alert(idl, columns[i]);
    }
    r->states_by_tunnel = ovsdb_idl_index_create1(
        idl, &vpnsbrec_tunnel_state_col_tunnel);
    report_peers_init(r);
    ovsdb_idl_set_write_changed_only_all(idl, true);
}

/* Asks for the rows of 'chassis' and no others. */
void
report_set_chassis(struct report *r, const char *chassis)
{
    struct ovsdb_idl_condition self = OVSDB_IDL_CONDITION_INIT(&self);
    struct ovsdb_idl_condition states = OVSDB_IDL_CONDITION_INIT(&states);

    vpnsbrec_chassis_add_clause_name(&self, OVSDB_F_EQ, chassis);
    vpnsbrec_chassis_set_condition(r->idl, &self);
    vpnsbrec_tunnel_state_add_clause_chassis(&states, OVSDB_F_EQ, chassis);
    vpnsbrec_tunnel_state_set_condition(r->idl, &states);
    ovsdb_idl_condition_destroy(&states);
    ovsdb_idl_condition_destroy(&self);
}

void
report_destroy(struct report *r)
{
    report_peers_destroy(r);
}

/* Chassis. */

static const struct vpnsbrec_chassis *
find_chassis(struct ovsdb_idl *idl, const char *name)
{
    const struct vpnsbrec_chassis *row;

    VPNSBREC_CHASSIS_FOR_EACH (row, idl) {
        if (!strcmp(row->name, name)) {
            return row;
        }
    }
    return NULL;
}

/* Takes note of whether this host's clock is synchronized: a peer accepts only
 * a handshake initiation that is newer than the last one, and that came from
 * another gateway. */
static void
check_clock(struct report *r)
{
    struct timex timex = { .modes = 0 };
    bool good = adjtimex(&timex) != TIME_ERROR;

    if (!r->clock_known || good != r->clock_good) {
        if (!good) {
            VLOG_WARN("this host's clock is not synchronized; should it be "
                      "behind another gateway's, peers do not answer after a "
                      "failover");
        } else if (r->clock_known) {
            VLOG_INFO("this host's clock is synchronized");
        }
        r->clock_known = true;
        r->clock_good = good;
    }
}

/* Returns true if there was a heartbeat. */
static bool
set_heartbeat(struct report *r, const struct vpnsbrec_chassis *row)
{
    long long int now = time_msec();

    if (now < r->heartbeat_at) {
        return false;
    }
    r->heartbeat_at = now + HEARTBEAT_MS;
    check_clock(r);
    vpnsbrec_chassis_set_heartbeat(row, row->heartbeat + 1);
    return true;
}

static void
set_other_config(const struct report *r, const struct vpnsbrec_chassis *row,
                 const struct report_chassis *chassis)
{
    struct smap config = SMAP_INITIALIZER(&config);

    smap_add(&config, "clock-synchronized", r->clock_good ? "true" : "false");
    if (chassis->sealing_key_created_at) {
        smap_add_format(&config, "sealing-key-created-at", "%"PRId64,
                        chassis->sealing_key_created_at);
    }
    vpnsbrec_chassis_set_other_config(row, &config);
    smap_destroy(&config);
}

static void
set_nb_cfg(const struct vpnsbrec_chassis *row, const struct agent *agent)
{
    if (agent->has_nb_cfg && row->nb_cfg != agent->nb_cfg) {
        vpnsbrec_chassis_set_nb_cfg(row, agent->nb_cfg);
        vpnsbrec_chassis_set_nb_cfg_timestamp(row, time_wall_msec());
    }
}

/* Returns true if there was a heartbeat. */
static bool
run_chassis(struct report *r, struct ovsdb_idl_txn *txn,
            const struct report_chassis *chassis, const struct agent *agent)
{
    const struct vpnsbrec_chassis *row = find_chassis(r->idl, chassis->name);
    char key[VPN_KEY_TEXT_LEN + 1], hostname[256];

    if (!row) {
        row = vpnsbrec_chassis_insert(txn);
        vpnsbrec_chassis_set_name(row, chassis->name);
    }
    if (gethostname(hostname, sizeof hostname)) {
        hostname[0] = '\0';
    }
    hostname[sizeof hostname - 1] = '\0';
    vpn_key_format(chassis->sealing_public_key, key);
    vpnsbrec_chassis_set_hostname(row, hostname);
    vpnsbrec_chassis_set_version(row, OVN_VPN_VERSION);
    vpnsbrec_chassis_set_backend(row, chassis->backend);
    vpnsbrec_chassis_set_sealing_public_key(row, key);
    const char **problems = sset_sort(&chassis->problems);
    vpnsbrec_chassis_set_problems(row, problems,
                                  sset_count(&chassis->problems));
    free(problems);
    bool heartbeat = set_heartbeat(r, row);
    set_nb_cfg(row, agent);
    set_other_config(r, row, chassis);
    return heartbeat;
}

/* Tunnels. */

static const struct vpnsbrec_tunnel_state *
find_tunnel_state(const struct report *r, const char *chassis,
                  const struct vpnsbrec_tunnel *tunnel)
{
    struct vpnsbrec_tunnel_state *target
        = vpnsbrec_tunnel_state_index_init_row(r->states_by_tunnel);
    const struct vpnsbrec_tunnel_state *row, *found = NULL;

    vpnsbrec_tunnel_state_index_set_tunnel(target, tunnel);
    VPNSBREC_TUNNEL_STATE_FOR_EACH_EQUAL (row, target, r->states_by_tunnel) {
        if (!strcmp(row->chassis, chassis)) {
            found = row;
        }
    }
    vpnsbrec_tunnel_state_index_destroy_row(target);
    return found;
}

static void
set_takeover(const struct vpnsbrec_tunnel_state *row,
             const struct tunnel_takeover *tt)
{
    const char *keys[] = { "at", "called", "back", "milliseconds" };
    int64_t values[] = {
        tt->at, tt->t.n_called, tt->t.n_back, tunnel_takeover_ms(tt),
    };

    /* Not each step of it, only its end. */
    if (tt->begun && tt->over && tt->t.n_called) {
        vpnsbrec_tunnel_state_set_takeover(row, keys, values,
                                           ARRAY_SIZE(keys));
    }
}

static void
run_tunnel_state(struct report *r, struct ovsdb_idl_txn *txn,
                 const char *chassis, struct tunnel *t,
                 const struct want_tunnel *wt)
{
    const struct vpnsbrec_tunnel *tunnel = vpnsbrec_tunnel_get_for_uuid(
        r->idl, &wt->uuid);
    bool active = t->role.role == ROLE_ACTIVE;

    if (!tunnel) {
        return;
    }
    const struct vpnsbrec_tunnel_state *row = find_tunnel_state(r, chassis,
                                                                tunnel);
    if (!row) {
        row = vpnsbrec_tunnel_state_insert(txn);
        vpnsbrec_tunnel_state_set_tunnel(row, tunnel);
        vpnsbrec_tunnel_state_set_chassis(row, chassis);
    }
    if (t->role.role != ROLE_UNKNOWN) {
        int64_t since = t->active_since;

        if (t->found_active && row->active && row->n_active_since) {
            /* It was active before this program started. */
            since = t->active_since = row->active_since[0];
        }
        t->found_active = false;
        vpnsbrec_tunnel_state_set_active(row, active);
        vpnsbrec_tunnel_state_set_active_since(row, &since, active);
    }
    const char **problems = sset_sort(&t->problems);
    vpnsbrec_tunnel_state_set_problems(row, problems,
                                       sset_count(&t->problems));
    free(problems);
    set_takeover(row, &t->takeover);
}

static bool
is_wanted(const struct want *want, const struct vpnsbrec_tunnel *tunnel)
{
    const struct want_tunnel *wt = shash_find_data(&want->tunnels,
                                                   tunnel->name);

    return wt && uuid_equals(&wt->uuid, &tunnel->header_.uuid);
}

static void
run_tunnels(struct report *r, struct ovsdb_idl_txn *txn, const char *chassis,
            struct agent *agent, const struct want *want)
{
    const struct vpnsbrec_tunnel_state *row;
    struct shash_node *node;

    VPNSBREC_TUNNEL_STATE_FOR_EACH_SAFE (row, r->idl) {
        if (!strcmp(row->chassis, chassis)
            && (!row->tunnel || !is_wanted(want, row->tunnel))) {
            vpnsbrec_tunnel_state_delete(row);
        }
    }
    SHASH_FOR_EACH (node, &agent->tunnels) {
        const struct want_tunnel *wt = shash_find_data(&want->tunnels,
                                                       node->name);

        if (wt) {
            run_tunnel_state(r, txn, chassis, node->data, wt);
        }
    }
}

/* Returns true if Tunnel_State may be out of date. */
static bool
tunnels_changed(struct report *r, const struct agent *agent)
{
    unsigned int idl_seqno = ovsdb_idl_get_seqno(r->idl);
    unsigned int news = shash_count(&agent->tunnels);
    const struct shash_node *node;

    SHASH_FOR_EACH (node, &agent->tunnels) {
        const struct tunnel *t = node->data;

        news += t->news;
    }
    bool changed = news != r->news || idl_seqno != r->idl_seqno;
    r->news = news;
    r->idl_seqno = idl_seqno;
    return changed;
}

/* Writes to 'txn' what is new.  Does nothing if 'txn' is NULL. */
void
report_run(struct report *r, struct ovsdb_idl_txn *txn,
           const struct report_chassis *chassis, struct agent *agent,
           const struct want *want)
{
    r->ran = txn != NULL;
    r->ran_peers = r->ran && want->valid;
    if (!txn) {
        return;
    }
    /* A heartbeat also repeats what could not be written. */
    bool heartbeat = run_chassis(r, txn, chassis, agent);
    if (r->ran_peers) {
        if (tunnels_changed(r, agent) || heartbeat) {
            run_tunnels(r, txn, chassis->name, agent, want);
            report_problems_run(r, txn, chassis->name, agent);
        }
        report_peers_run(r, txn, chassis->name, agent, want);
    }
}

void
report_wait(const struct report *r)
{
    /* Otherwise the database's client wakes us. */
    if (r->ran) {
        poll_timer_wait_until(r->heartbeat_at);
    }
    if (r->ran_peers) {
        poll_timer_wait_until(r->stats_at);
    }
}
