/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/sb-sync.h"

#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-model.h"
#include "ovn-vpn/chassis.h"
#include "ovn-vpn/keyring.h"
#include "ovn-vpn/locksmith.h"
#include "ovn-vpn/model.h"
#include "ovn-vpn/plan.h"
#include "ovn-vpn/row-set.h"
#include "ovn-vpn/sb-private.h"
#include "util.h"
#include "uuid.h"
#include "uuidset.h"

COVERAGE_DEFINE(sb_tunnel_inserted);
COVERAGE_DEFINE(sb_tunnel_deleted);

/* Makes 'idl' replicate what this module reads and writes. */
void
sb_sync_add_columns(struct ovsdb_idl *idl)
{
    static const struct ovsdb_idl_column *columns[] = {
        &vpnsbrec_sb_global_col_nb_cfg,
        &vpnsbrec_sb_global_col_options,
        &vpnsbrec_tunnel_col_name,
        &vpnsbrec_tunnel_col_service,
        &vpnsbrec_tunnel_col_chassis,
        &vpnsbrec_tunnel_col_gateway_port,
        &vpnsbrec_tunnel_col_external_port,
        &vpnsbrec_tunnel_col_tag,
        &vpnsbrec_tunnel_col_mac,
        &vpnsbrec_tunnel_col_router_mac,
        &vpnsbrec_tunnel_col_transit_addresses,
        &vpnsbrec_tunnel_col_router_addresses,
        &vpnsbrec_tunnel_col_addresses,
        &vpnsbrec_tunnel_col_public_key,
        &vpnsbrec_tunnel_col_listen_port,
        &vpnsbrec_tunnel_col_mtu,
        &vpnsbrec_tunnel_col_options,
        &vpnsbrec_sealed_key_col_tunnel,
        &vpnsbrec_sealed_key_col_chassis,
        &vpnsbrec_sealed_key_col_fingerprint,
        &vpnsbrec_sealed_key_col_box,
        &vpnsbrec_peer_col_tunnel,
        &vpnsbrec_peer_col_connection,
        &vpnsbrec_peer_col_public_key,
        &vpnsbrec_peer_col_sealed_psk,
        &vpnsbrec_peer_col_allowed_ips,
        &vpnsbrec_peer_col_endpoint,
        &vpnsbrec_peer_col_keepalive,
        &vpnsbrec_tunnel_state_col_tunnel,
        &vpnsbrec_peer_state_col_tunnel,
        &vpnsbrec_peer_state_col_peer,
    };

    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        ovsdb_idl_add_column(idl, columns[i]);
    }
}

/* Must be called before 'idl' first runs. */
struct sb_sync *
sb_sync_create(struct ovsdb_idl *idl)
{
    struct sb_sync *sync = xmalloc(sizeof *sync);

    *sync = (struct sb_sync) {
        .idl = idl,
        .tunnels = ovsdb_idl_index_create1(idl, &vpnsbrec_tunnel_col_service),
        .sealed_keys
            = ovsdb_idl_index_create1(idl, &vpnsbrec_sealed_key_col_tunnel),
        .tunnel_states
            = ovsdb_idl_index_create1(idl, &vpnsbrec_tunnel_state_col_tunnel),
        .peer_states
            = ovsdb_idl_index_create1(idl, &vpnsbrec_peer_state_col_peer),
        .locksmith = locksmith_create(),
    };
    return sync;
}

/* The indexes belong to the IDL.  No model for which sb_sync_prepare() was
 * called may be left. */
void
sb_sync_destroy(struct sb_sync *sync)
{
    locksmith_destroy(sync->locksmith);
    free(sync);
}

/* Writes what concerns all chassis.  'nb_cfg' is the number up to which the
 * same transaction brings everything. */
void
sb_sync_global(struct sb_sync *sync, struct ovsdb_idl_txn *txn,
               const struct vpn_options *options, int64_t nb_cfg)
{
    const struct vpnsbrec_sb_global *global
        = vpnsbrec_sb_global_first(sync->idl);
    struct smap map = SMAP_INITIALIZER(&map);

    if (!global) {
        global = vpnsbrec_sb_global_insert(txn);
    }
    if (global->nb_cfg != nb_cfg) {
        vpnsbrec_sb_global_set_nb_cfg(global, nb_cfg);
    }
    smap_add_format(&map, "stats_interval_ms", "%d",
                    options->stats_interval_ms);
    if (!smap_equal(&map, &global->options)) {
        vpnsbrec_sb_global_set_options(global, &map);
    }
    smap_destroy(&map);
}

/* Tunnels. */

static const struct vpnsbrec_tunnel *
find_tunnel(const struct sb_sync *sync, const struct uuid *service)
{
    struct vpnsbrec_tunnel *target
        = vpnsbrec_tunnel_index_init_row(sync->tunnels);

    vpnsbrec_tunnel_index_set_service(target, *service);
    const struct vpnsbrec_tunnel *tunnel
        = vpnsbrec_tunnel_index_find(sync->tunnels, target);
    vpnsbrec_tunnel_index_destroy_row(target);
    return tunnel;
}

/* Sets column COLUMN of the Tunnel row ROW, a set of strings, if it differs
 * from the svec WANT, which is sorted. */
#define SYNC_TUNNEL_STRINGS(ROW, COLUMN, WANT)                          \
    if (!row_set_equals((ROW)->COLUMN, (ROW)->n_##COLUMN, WANT)) {      \
        vpnsbrec_tunnel_set_##COLUMN(                                   \
            ROW, (const char **) (WANT)->names, (WANT)->n);  \
    }
#define SYNC_TUNNEL_STRING(ROW, COLUMN, WANT)                           \
    if (strcmp((ROW)->COLUMN, WANT)) {                                  \
        vpnsbrec_tunnel_set_##COLUMN(ROW, WANT);                        \
    }
#define SYNC_TUNNEL_INT(ROW, COLUMN, WANT)                              \
    if ((ROW)->COLUMN != (WANT)) {                                      \
        vpnsbrec_tunnel_set_##COLUMN(ROW, WANT);                        \
    }

/* Appends the members of 'prefixes' to 'strings', sorted as the database
 * sorts them.  Those of full length are written without it if 'hosts'. */
static void
prefixes_to_svec(const struct vpn_prefixes *prefixes, bool hosts,
                 struct svec *strings)
{
    for (size_t i = 0; i < prefixes->n; i++) {
        const struct vpn_prefix *p = &prefixes->list[i];

        svec_add_nocopy(strings, hosts ? vpn_addr_to_string(&p->addr)
                        : vpn_prefix_to_string(p));
    }
    svec_sort_unique(strings);
}

static void
sync_tunnel_prefixes(const struct vpnsbrec_tunnel *row,
                     const struct plan_tunnel *tunnel)
{
    struct svec transit = SVEC_EMPTY_INITIALIZER;
    struct svec routers = SVEC_EMPTY_INITIALIZER;
    struct svec addresses = SVEC_EMPTY_INITIALIZER;

    prefixes_to_svec(&tunnel->transit_addresses, false, &transit);
    prefixes_to_svec(&tunnel->router_addresses, true, &routers);
    prefixes_to_svec(&tunnel->addresses, false, &addresses);
    SYNC_TUNNEL_STRINGS(row, transit_addresses, &transit);
    SYNC_TUNNEL_STRINGS(row, router_addresses, &routers);
    SYNC_TUNNEL_STRINGS(row, addresses, &addresses);
    svec_destroy(&transit);
    svec_destroy(&routers);
    svec_destroy(&addresses);
}

static void
sync_tunnel_options(const struct vpnsbrec_tunnel *row,
                    const struct plan_tunnel *tunnel)
{
    struct smap options;

    smap_clone(&options, &row->options);
    if (tunnel->outer_is_v4) {
        smap_remove(&options, "outer_family");
    } else {
        smap_replace(&options, "outer_family", "ipv6");
    }
    if (!smap_equal(&options, &row->options)) {
        vpnsbrec_tunnel_set_options(row, &options);
    }
    smap_destroy(&options);
}

static void
sync_tunnel_row(const struct vpnsbrec_tunnel *row, const struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    const struct plan_tunnel *tunnel = plan->tunnel;
    struct svec chassis = SVEC_EMPTY_INITIALIZER;
    char mac[ETH_ADDR_STRLEN + 1], router_mac[ETH_ADDR_STRLEN + 1];

    for (size_t i = 0; i < plan->gateways.n; i++) {
        svec_add(&chassis, plan->gateways.list[i].chassis);
    }
    svec_sort_unique(&chassis);
    SYNC_TUNNEL_STRINGS(row, chassis, &chassis);
    svec_destroy(&chassis);

    SYNC_TUNNEL_STRING(row, gateway_port, tunnel->gateway_port);
    if (!nullable_string_is_equal(row->external_port,
                                  tunnel->external_port)) {
        vpnsbrec_tunnel_set_external_port(row, tunnel->external_port);
    }
    snprintf(mac, sizeof mac, ETH_ADDR_FMT, ETH_ADDR_ARGS(tunnel->mac));
    snprintf(router_mac, sizeof router_mac, ETH_ADDR_FMT,
             ETH_ADDR_ARGS(tunnel->router_mac));
    SYNC_TUNNEL_STRING(row, mac, mac);
    SYNC_TUNNEL_STRING(row, router_mac, router_mac);
    SYNC_TUNNEL_STRING(row, public_key, service->public_key);
    SYNC_TUNNEL_INT(row, tag, plan->alloc.tag);
    SYNC_TUNNEL_INT(row, listen_port, service->listen_port);
    SYNC_TUNNEL_INT(row, mtu, plan->mtu);
    sync_tunnel_prefixes(row, tunnel);
    sync_tunnel_options(row, tunnel);
}

/* All of it. */

/* Deletes 'tunnel', which has no peers any more, and all that belongs to
 * it. */
static void
delete_tunnel(const struct sb_sync *sync, const struct vpnsbrec_tunnel *tunnel)
{
    const struct vpnsbrec_sealed_key *key, *next_key;
    const struct vpnsbrec_tunnel_state *state, *next_state;
    struct vpnsbrec_sealed_key *key_target
        = vpnsbrec_sealed_key_index_init_row(sync->sealed_keys);
    struct vpnsbrec_tunnel_state *state_target
        = vpnsbrec_tunnel_state_index_init_row(sync->tunnel_states);

    vpnsbrec_sealed_key_index_set_tunnel(key_target, tunnel);
    struct ovsdb_idl_cursor cursor
        = vpnsbrec_sealed_key_cursor_first_eq(sync->sealed_keys, key_target);
    for (key = vpnsbrec_sealed_key_cursor_data(&cursor); key;
         key = next_key) {
        ovsdb_idl_cursor_next_eq(&cursor);
        next_key = vpnsbrec_sealed_key_cursor_data(&cursor);
        vpnsbrec_sealed_key_delete(key);
    }
    vpnsbrec_sealed_key_index_destroy_row(key_target);

    vpnsbrec_tunnel_state_index_set_tunnel(state_target, tunnel);
    cursor = vpnsbrec_tunnel_state_cursor_first_eq(sync->tunnel_states,
                                                   state_target);
    for (state = vpnsbrec_tunnel_state_cursor_data(&cursor); state;
         state = next_state) {
        ovsdb_idl_cursor_next_eq(&cursor);
        next_state = vpnsbrec_tunnel_state_cursor_data(&cursor);
        vpnsbrec_tunnel_state_delete(state);
    }
    vpnsbrec_tunnel_state_index_destroy_row(state_target);

    vpnsbrec_tunnel_delete(tunnel);
    COVERAGE_INC(sb_tunnel_deleted);
}

/* Returns the tunnel of 'plan', inserting it if necessary, with its sealed
 * keys.  A secret that cannot be opened makes 'plan' fail. */
static const struct vpnsbrec_tunnel *
sync_tunnel(const struct sb_sync *sync, struct ovsdb_idl_txn *txn,
            struct service_keys *keys, const struct vpnsbrec_tunnel *tunnel,
            struct plan *plan, const struct chassis_table *chassis)
{
    const struct vpn_service *service = plan->in.service;
    char *error = service_keys_check(service);

    if (!error && !tunnel) {
        /* Nothing is there yet, so all secrets will have to be opened.  See
         * whether that works before anything is written. */
        error = service_keys_open(keys);
        if (!error) {
            tunnel = vpnsbrec_tunnel_insert(txn);
            vpnsbrec_tunnel_set_name(tunnel, service->name);
            vpnsbrec_tunnel_set_service(tunnel, service->uuid);
            COVERAGE_INC(sb_tunnel_inserted);
        }
    }
    if (!error) {
        error = sb_keys_sync(sync, txn, tunnel, keys, plan, chassis);
    }
    if (error) {
        plan_fail(plan, error);
    } else {
        sync_tunnel_row(tunnel, plan);
        sb_check_next_key(keys->keyring, plan);
    }
    return tunnel;
}

/* Makes the tunnel of 'ms', if that is marked and to be served, what is
 * planned, as part of 'txn'.  A secret that cannot be opened makes the plan
 * fail.  Returns the tunnel, NULL if there is none. */
const struct vpnsbrec_tunnel *
sb_sync_tunnel(struct sb_sync *sync, struct ovsdb_idl_txn *txn,
               const struct keyring *keyring, const struct model *model,
               struct model_service *ms)
{
    const struct vpnsbrec_tunnel *tunnel = find_tunnel(sync, &ms->uuid);
    struct service_keys keys = { .keyring = keyring, .service = ms->service };

    if (ms->plan->tunnel && ms->marks & MODEL_SYNC) {
        tunnel = sync_tunnel(sync, txn, &keys, tunnel, ms->plan,
                             &model->chassis);
        service_keys_destroy(&keys);
    }
    return tunnel;
}

/* Makes the peers of the marked connections of 'ms' what is planned, as part
 * of 'txn', as far as 'limits' allow.  'tunnel' is from sb_sync_tunnel(); it
 * goes if 'ms' is not to be served.  A pre-shared key that cannot be opened
 * makes its connection fail.  Returns false if 'limits' left some for
 * later. */
bool
sb_sync_peers(struct sb_sync *sync, struct ovsdb_idl_txn *txn,
              const struct keyring *keyring, struct model *model,
              struct model_service *ms, const struct vpnsbrec_tunnel *tunnel,
              struct sb_limits *limits)
{
    struct service_keys keys = { .keyring = keyring, .service = ms->service };

    if (ms->was_served != (ms->plan->tunnel != NULL)) {
        ms->was_served = ms->plan->tunnel != NULL;
        model_mark_connections(model, ms, MODEL_SYNC | MODEL_STATUS);
    }
    bool done = sb_peers_sync(sync, txn, tunnel, &keys, model, ms, limits);
    if (done && !ms->plan->tunnel && tunnel) {
        delete_tunnel(sync, tunnel);
    }
    service_keys_destroy(&keys);
    return done;
}

/* Deletes all that belongs to services and connections that are gone from
 * 'model'. */
void
sb_sync_sweep(struct sb_sync *sync, struct model *model)
{
    const struct vpnsbrec_tunnel *tunnel;
    const struct uuidset_node *node;

    sb_peers_sweep(sync, model);
    UUIDSET_FOR_EACH (node, &model->gone_services) {
        tunnel = find_tunnel(sync, &node->uuid);
        if (tunnel && !model_find_service(model, &node->uuid)) {
            delete_tunnel(sync, tunnel);
        }
    }
    if (model->sweep) {
        VPNSBREC_TUNNEL_FOR_EACH_SAFE (tunnel, sync->idl) {
            if (!model_find_service(model, &tunnel->service)) {
                delete_tunnel(sync, tunnel);
            }
        }
    }
}

/* Deletes reports that came in when their subject was just gone.  All of them
 * are among the tracked changes. */
void
sb_sync_delete_orphans(struct sb_sync *sync, const struct uuidset *orphans)
{
    const struct uuidset_node *node;

    UUIDSET_FOR_EACH (node, orphans) {
        const struct vpnsbrec_tunnel_state *tunnel_state
            = vpnsbrec_tunnel_state_get_for_uuid(sync->idl, &node->uuid);
        const struct vpnsbrec_peer_state *peer_state
            = vpnsbrec_peer_state_get_for_uuid(sync->idl, &node->uuid);

        if (tunnel_state && !tunnel_state->tunnel) {
            vpnsbrec_tunnel_state_delete(tunnel_state);
        }
        if (peer_state && (!peer_state->tunnel || !peer_state->peer)) {
            vpnsbrec_peer_state_delete(peer_state);
        }
    }
}
