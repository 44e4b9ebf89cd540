/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/status-private.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ovn-nb-idl.h"
#include "lib/ovn-vpn-nb-idl.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-model.h"
#include "openvswitch/shash.h"
#include "ovn-vpn/chassis.h"
#include "ovn-vpn/model.h"
#include "ovn-vpn/phase.h"
#include "ovn-vpn/plan.h"
#include "ovn-vpn/row-set.h"
#include "ovn-vpn/status.h"
#include "svec.h"
#include "util.h"

/* Makes 'vpn_nb', 'vpn_sb' and 'ovn_nb' replicate what the status reads and
 * writes. */
void
status_add_columns(struct ovsdb_idl *vpn_nb, struct ovsdb_idl *vpn_sb,
                   struct ovsdb_idl *ovn_nb)
{
    static const struct ovsdb_idl_column *nb_columns[] = {
        &vpnnbrec_nb_global_col_nb_cfg,
        &vpnnbrec_nb_global_col_nb_cfg_timestamp,
        &vpnnbrec_nb_global_col_sb_cfg,
        &vpnnbrec_nb_global_col_sb_cfg_timestamp,
        &vpnnbrec_nb_global_col_hv_cfg,
        &vpnnbrec_nb_global_col_hv_cfg_timestamp,
        &vpnnbrec_nb_global_col_sealing_public_key,
        &vpnnbrec_nb_global_col_status,
        &vpnnbrec_nb_global_col_warnings,
        &vpnnbrec_nb_global_col_sealing_cfg,
        &vpnnbrec_nb_global_col_sealing_cfg_done,
        &vpnnbrec_vpn_service_col_cutover_at,
        &vpnnbrec_vpn_service_col_phase,
        &vpnnbrec_vpn_service_col_public_ip,
        &vpnnbrec_vpn_service_col_active_chassis,
        &vpnnbrec_vpn_service_col_active_since,
        &vpnnbrec_vpn_service_col_error_message,
        &vpnnbrec_vpn_service_col_offered_subnets,
        &vpnnbrec_vpn_service_col_warnings,
        &vpnnbrec_vpn_service_col_status,
        &vpnnbrec_vpn_connection_col_status,
        &vpnnbrec_vpn_connection_col_error_message,
        &vpnnbrec_chassis_col_hostname,
        &vpnnbrec_chassis_col_backend,
        &vpnnbrec_chassis_col_sealing_key_created_at,
        &vpnnbrec_chassis_col_version,
        &vpnnbrec_chassis_col_alive,
        &vpnnbrec_chassis_col_problems,
    };
    static const struct ovsdb_idl_column *sb_columns[] = {
        &vpnsbrec_tunnel_state_col_tunnel,
        &vpnsbrec_tunnel_state_col_chassis,
        &vpnsbrec_tunnel_state_col_active,
        &vpnsbrec_tunnel_state_col_active_since,
        &vpnsbrec_tunnel_state_col_problems,
        &vpnsbrec_tunnel_state_col_takeover,
        &vpnsbrec_peer_state_col_peer,
        &vpnsbrec_peer_state_col_chassis,
        &vpnsbrec_peer_state_col_last_handshake,
        &vpnsbrec_peer_state_col_problem,
    };

    for (size_t i = 0; i < ARRAY_SIZE(nb_columns); i++) {
        ovsdb_idl_add_column(vpn_nb, nb_columns[i]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(sb_columns); i++) {
        ovsdb_idl_add_column(vpn_sb, sb_columns[i]);
    }
    ovsdb_idl_add_column(ovn_nb, &nbrec_nb_global_col_options);
    ovsdb_idl_add_column(ovn_nb, &nbrec_nb_global_col_nb_cfg);
}

/* Each function below writes a column only if it differs, so that a pass that
 * finds nothing new commits nothing. */

static bool
same_int(const int64_t *have, size_t n, int64_t want)
{
    return want ? n == 1 && have[0] == want : !n;
}

/* Services. */

static void
write_service_sets(const struct vpnnbrec_vpn_service *row,
                   const struct plan *plan)
{
    struct svec subnets = SVEC_EMPTY_INITIALIZER;
    struct svec warnings;

    svec_clone(&warnings, &plan->warnings);
    svec_sort_unique(&warnings);
    if (!row_set_equals(row->warnings, row->n_warnings, &warnings)) {
        vpnnbrec_vpn_service_set_warnings(
            row, (const char **) warnings.names, warnings.n);
    }
    svec_destroy(&warnings);

    for (size_t i = 0; i < plan->offered_subnets.n; i++) {
        svec_add_nocopy(&subnets,
                        vpn_prefix_to_string(&plan->offered_subnets.list[i]));
    }
    svec_sort_unique(&subnets);
    if (!row_set_equals(row->offered_subnets, row->n_offered_subnets,
                        &subnets)) {
        vpnnbrec_vpn_service_set_offered_subnets(
            row, (const char **) subnets.names, subnets.n);
    }
    svec_destroy(&subnets);
}

/* Stores in '*value' what 'state', which may be NULL, says under 'key' of a
 * takeover.  Returns false if it says nothing. */
static bool
get_takeover(const struct vpnsbrec_tunnel_state *state, const char *key,
             int64_t *value)
{
    for (size_t i = 0; state && i < state->n_takeover; i++) {
        if (!strcmp(state->key_takeover[i], key)) {
            *value = state->value_takeover[i];
            return true;
        }
    }
    return false;
}

/* Returns true if 'state' tells of a takeover since the service has been at
 * its chassis.  An earlier one was not the last: another chassis has had the
 * service since then. */
static bool
has_current_takeover(const struct vpnsbrec_tunnel_state *state)
{
    int64_t at;

    return (get_takeover(state, "at", &at) && state->active
            && state->n_active_since && at >= state->active_since[0]);
}

static void
write_service_details(const struct vpnnbrec_vpn_service *row,
                      const struct plan *plan,
                      const struct vpnsbrec_tunnel_state *state)
{
    static const struct {
        const char *from, *to;
    } takeover[] = {
        { "at", "last_takeover_at" },
        { "milliseconds", "last_takeover_ms" },
        { "called", "last_takeover_called" },
        { "back", "last_takeover_back" },
    };
    struct smap map = SMAP_INITIALIZER(&map);
    bool current = has_current_takeover(state);

    if (plan->tunnel) {
        smap_add_format(&map, "mtu", "%d", plan->mtu);
    }
    if (plan->in.service->key_created_at) {
        smap_add_format(&map, "key_age", "%d", plan->key_age_days);
    }
    for (size_t i = 0; i < ARRAY_SIZE(takeover); i++) {
        const char *old = smap_get(&row->status, takeover[i].to);
        int64_t value;

        if (current && get_takeover(state, takeover[i].from, &value)) {
            smap_add_format(&map, takeover[i].to, "%"PRId64, value);
        } else if (!current && old) {
            smap_add(&map, takeover[i].to, old);
        }
    }
    if (!smap_equal(&map, &row->status)) {
        vpnnbrec_vpn_service_set_status(row, &map);
    }
    smap_destroy(&map);
}

/* Writes into 'row' what is known of its service.  'host' is the chassis where
 * it resides and 'state' what the agent there says, either may be NULL. */
void
status_write_service(const struct vpnnbrec_vpn_service *row,
                     const struct plan *plan, const struct phase *phase,
                     const struct chassis *host,
                     const struct vpnsbrec_tunnel_state *state,
                     long long int wall)
{
    const struct vpn_service *service = plan->in.service;
    int64_t since = state && state->n_active_since ? state->active_since[0]
                                                   : 0;
    const char *chassis = host ? host->name : NULL;

    /* An address from a pool stays the service's while that is not served. */
    char *ip = (plan->tunnel || (service->pool && service->has_external_ip)
                ? vpn_addr_to_string(&service->external_ip) : NULL);

    if (!row->n_created_at) {
        int64_t created = wall;
        vpnnbrec_vpn_service_set_created_at(row, &created, 1);
    }
    if (!row->phase || strcmp(row->phase, phase->name)) {
        vpnnbrec_vpn_service_set_phase(row, phase->name);
    }
    if (!nullable_string_is_equal(row->error_message, phase->error)) {
        vpnnbrec_vpn_service_set_error_message(row, phase->error);
    }
    if (!nullable_string_is_equal(row->public_ip, ip)) {
        vpnnbrec_vpn_service_set_public_ip(row, ip);
    }
    if (!nullable_string_is_equal(row->active_chassis, chassis)) {
        vpnnbrec_vpn_service_set_active_chassis(row, chassis);
    }
    if (!same_int(row->active_since, row->n_active_since, since)) {
        vpnnbrec_vpn_service_set_active_since(row, &since, since != 0);
    }
    write_service_sets(row, plan);
    write_service_details(row, plan, state);
    free(ip);
}

/* Connections. */

/* Returns what is wrong with 'mc', which the caller must free, NULL if it is
 * well. */
static char *
explain_connection(const struct status *status, const struct status_input *in,
                   const struct model_connection *mc)
{
    const char *error = model_connection_error(mc);
    const char *host
        = (!error && !mc->site_conflict
           && model_connection_is_usable(mc, in->wall)
           ? status_find_host(in, mc->service->plan) : NULL);
    const char *problem
        = host ? status_find_peer_problem(status, &mc->peer, host) : NULL;

    return (problem ? xasprintf("chassis %s: %s", host, problem)
            : nullable_xstrdup(error ? error : mc->site_conflict));
}

/* Returns the time, in milliseconds since the epoch, at which something about
 * 'mc', which last shook hands at 'at', or never if that is 0, changes by
 * itself: it expires, its keys grow old, or it counts no longer as active. */
static long long int
next_change(const struct status_input *in, const struct model_connection *mc,
            long long int at)
{
    long long int old_at = plan_keys_old_at(&mc->c, &in->model->options);
    long long int next = TIMER_NEVER;

    if (at && in->wall - at <= VPN_SESSION_MAX_MS) {
        next = at + VPN_SESSION_MAX_MS + 1;
    }
    if (mc->c.expires_at > in->wall) {
        next = MIN(next, mc->c.expires_at);
    }
    if (old_at > in->wall
        || (old_at && !mc->has_old_key
            && vpn_connection_is_usable(&mc->c, in->wall))) {
        next = MIN(next, old_at);
    }
    return next;
}

/* Writes the status of 'mc', and sets the time at which that has to be done
 * again.  Returns true if it changes. */
bool
status_write_connection(const struct status *status,
                        const struct status_input *in,
                        struct model_connection *mc)
{
    const struct vpnnbrec_vpn_connection *row
        = vpnnbrec_vpn_connection_get_for_uuid(in->vpn_nb, &mc->c.uuid);
    bool usable = (mc->service->plan->tunnel
                   && model_connection_is_usable(mc, in->wall));
    long long int at = usable ? status_last_handshake(status, &mc->peer) : 0;
    bool active = at && in->wall - at <= VPN_SESSION_MAX_MS;
    const char *name = (active ? "active"
                        : usable && !at ? "pending"
                        : "inactive");

    timers_set(&in->model->timers, &mc->timer, next_change(in, mc, at));
    if (!model_connection_has_status(in->model, mc)) {
        return false;
    }

    bool changed = false;
    if (!row->status || strcmp(row->status, name)) {
        vpnnbrec_vpn_connection_set_status(row, name);
        changed = true;
    }
    char *error = explain_connection(status, in, mc);
    if (!nullable_string_is_equal(row->error_message, error)) {
        vpnnbrec_vpn_connection_set_error_message(row, error);
        changed = true;
    }
    free(error);
    return changed;
}

/* Chassis. */

static void
write_chassis_row(const struct vpnnbrec_chassis *row, const struct chassis *c)
{
    struct svec problems = SVEC_EMPTY_INITIALIZER;
    const char *problem;

    SSET_FOR_EACH (problem, &c->problems) {
        svec_add(&problems, problem);
    }
    svec_sort_unique(&problems);
    if (!row_set_equals(row->problems, row->n_problems, &problems)) {
        vpnnbrec_chassis_set_problems(
            row, (const char **) problems.names, problems.n);
    }
    svec_destroy(&problems);

    if (strcmp(row->hostname, c->hostname)) {
        vpnnbrec_chassis_set_hostname(row, c->hostname);
    }
    if (strcmp(row->backend, c->backend)) {
        vpnnbrec_chassis_set_backend(row, c->backend);
    }
    if (strcmp(row->version, c->version)) {
        vpnnbrec_chassis_set_version(row, c->version);
    }
    if (row->alive != c->alive) {
        vpnnbrec_chassis_set_alive(row, c->alive);
    }
    if (c->sealing_key_created_at
        && (!row->n_sealing_key_created_at
            || row->sealing_key_created_at[0] != c->sealing_key_created_at)) {
        vpnnbrec_chassis_set_sealing_key_created_at(
            row, &c->sealing_key_created_at, 1);
    }
}

/* Writes a row for each chassis with an agent.  A row whose agent is gone says
 * so, and stays while the operator wants something of it. */
void
status_run_chassis(const struct status_input *in, struct ovsdb_idl_txn *txn)
{
    const struct vpnnbrec_chassis *row;
    struct shash rows = SHASH_INITIALIZER(&rows);
    struct shash_node *node;

    VPNNBREC_CHASSIS_FOR_EACH_SAFE (row, in->vpn_nb) {
        const struct chassis *c = chassis_table_find(&in->model->chassis,
                                                     row->name);

        shash_add_once(&rows, row->name, row);
        if (c && c->has_agent) {
            continue;
        } else if (row->drain) {
            if (row->alive) {
                vpnnbrec_chassis_set_alive(row, false);
            }
        } else {
            vpnnbrec_chassis_delete(row);
        }
    }
    SHASH_FOR_EACH (node, &in->model->chassis.by_name) {
        const struct chassis *c = node->data;

        if (!c->hostname) {
            continue;
        }
        row = shash_find_data(&rows, c->name);
        if (!row) {
            row = vpnnbrec_chassis_insert(txn);
            vpnnbrec_chassis_set_name(row, c->name);
        }
        write_chassis_row(row, c);
    }
    shash_destroy(&rows);
}
