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
#include "ovn-vpn/plan.h"
#include "ovn-vpn/row-set.h"
#include "ovn-vpn/sb-private.h"
#include "util.h"
#include "uuid.h"
#include "uuidset.h"

COVERAGE_DEFINE(sb_tunnel_inserted);
COVERAGE_DEFINE(sb_tunnel_deleted);
COVERAGE_DEFINE(sb_key_sealed);

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
        .peers = ovsdb_idl_index_create1(idl, &vpnsbrec_peer_col_tunnel),
        .tunnel_states
            = ovsdb_idl_index_create1(idl, &vpnsbrec_tunnel_state_col_tunnel),
        .peer_states
            = ovsdb_idl_index_create1(idl, &vpnsbrec_peer_state_col_tunnel),
    };
    return sync;
}

/* The indexes belong to the IDL. */
void
sb_sync_destroy(struct sb_sync *sync)
{
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
    if (!row_set_equals((ROW)->COLUMN, (ROW)->n_##COLUMN, WANT)) {        \
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
}

/* Secrets. */

/* Opens 'keys', if that has not been done.  Returns NULL if successful,
 * otherwise a message for the user, which the caller must free. */
char *
service_keys_open(struct service_keys *keys)
{
    char *error = NULL;

    if (!keys->private) {
        error = keyring_open_service_key(keys->keyring, keys->service,
                                         &keys->private);
        if (!error) {
            keys->lock_key = vpn_lock_key(keys->private);
        }
    }
    return error;
}

static const struct vpnsbrec_sealed_key *
find_sealed_key(const struct sb_sync *sync,
                const struct vpnsbrec_tunnel *tunnel, const char *chassis)
{
    const struct vpnsbrec_sealed_key *found = NULL, *row;
    struct vpnsbrec_sealed_key *target
        = vpnsbrec_sealed_key_index_init_row(sync->sealed_keys);

    vpnsbrec_sealed_key_index_set_tunnel(target, tunnel);
    VPNSBREC_SEALED_KEY_FOR_EACH_EQUAL (row, target, sync->sealed_keys) {
        if (!strcmp(row->chassis, chassis)) {
            found = row;
        }
    }
    vpnsbrec_sealed_key_index_destroy_row(target);
    return found;
}

/* Seals the service's private key for 'chassis', which is a gateway, unless
 * that has been done. */
static char *
sync_sealed_key(const struct sb_sync *sync, struct ovsdb_idl_txn *txn,
                const struct vpnsbrec_tunnel *tunnel,
                struct service_keys *keys, const struct chassis *chassis)
{
    char fingerprint[VPN_FINGERPRINT_LEN + 1];
    struct vpn_key recipient;
    const struct vpnsbrec_sealed_key *row
        = find_sealed_key(sync, tunnel, chassis->name);

    vpn_fingerprint(chassis->sealing_public_key,
                    keys->service->sealed_private_key, fingerprint);
    if ((row && !strcmp(row->fingerprint, fingerprint))
        || !vpn_key_parse(chassis->sealing_public_key, &recipient)) {
        return NULL;
    }

    char *error = service_keys_open(keys);
    if (!error) {
        char *owner = vpn_box_owner_service(keys->service->name);
        char *box = vpn_box_seal(&recipient, VPN_BOX_SERVICE_KEY, owner,
                                 keys->private);

        if (!row) {
            row = vpnsbrec_sealed_key_insert(txn);
            vpnsbrec_sealed_key_set_tunnel(row, tunnel);
            vpnsbrec_sealed_key_set_chassis(row, chassis->name);
        }
        vpnsbrec_sealed_key_set_fingerprint(row, fingerprint);
        vpnsbrec_sealed_key_set_box(row, box);
        COVERAGE_INC(sb_key_sealed);
        free(owner);
        free(box);
    }
    return error;
}

static char *
sync_sealed_keys(const struct sb_sync *sync, struct ovsdb_idl_txn *txn,
                 const struct vpnsbrec_tunnel *tunnel,
                 struct service_keys *keys, const struct plan *plan)
{
    const struct vpnsbrec_sealed_key *row, *next;
    char *error = NULL;

    for (size_t i = 0; i < plan->gateways.n && !error; i++) {
        const struct chassis *chassis = chassis_table_find(
            plan->in.chassis, plan->gateways.list[i].chassis);

        if (chassis && chassis->sealing_public_key) {
            error = sync_sealed_key(sync, txn, tunnel, keys, chassis);
        }
    }

    struct vpnsbrec_sealed_key *target
        = vpnsbrec_sealed_key_index_init_row(sync->sealed_keys);
    vpnsbrec_sealed_key_index_set_tunnel(target, tunnel);
    struct ovsdb_idl_cursor cursor
        = vpnsbrec_sealed_key_cursor_first_eq(sync->sealed_keys, target);
    for (row = vpnsbrec_sealed_key_cursor_data(&cursor); row; row = next) {
        ovsdb_idl_cursor_next_eq(&cursor);
        next = vpnsbrec_sealed_key_cursor_data(&cursor);
        if (!vpn_gateways_find(&plan->gateways, row->chassis)) {
            vpnsbrec_sealed_key_delete(row);
        }
    }
    vpnsbrec_sealed_key_index_destroy_row(target);
    return error;
}

/* Deletes 'tunnel' and all that belongs to it. */
static void
delete_tunnel(const struct sb_sync *sync, const struct vpnsbrec_tunnel *tunnel)
{
    const struct vpnsbrec_sealed_key *key, *next_key;
    const struct vpnsbrec_tunnel_state *state, *next_state;
    struct vpnsbrec_sealed_key *key_target
        = vpnsbrec_sealed_key_index_init_row(sync->sealed_keys);
    struct vpnsbrec_tunnel_state *state_target
        = vpnsbrec_tunnel_state_index_init_row(sync->tunnel_states);

    sb_peers_delete(sync, tunnel);

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

/* Makes the tunnel and peers of the plan's service those of 'plan', as part of
 * 'txn'.  A secret that cannot be opened makes 'plan', or a connection of it,
 * fail. */
void
sb_sync_service(struct sb_sync *sync, struct ovsdb_idl_txn *txn,
                const struct keyring *keyring, struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    const struct vpnsbrec_tunnel *tunnel = find_tunnel(sync, &service->uuid);
    struct service_keys keys = { .keyring = keyring, .service = service };
    bool inserted = false;

    if (plan->tunnel && !tunnel) {
        /* Nothing is there yet, so all secrets will have to be opened.  See
         * whether that works before anything is written. */
        char *error = service_keys_open(&keys);
        if (error) {
            plan_fail(plan, error);
        } else {
            tunnel = vpnsbrec_tunnel_insert(txn);
            vpnsbrec_tunnel_set_name(tunnel, service->name);
            vpnsbrec_tunnel_set_service(tunnel, service->uuid);
            COVERAGE_INC(sb_tunnel_inserted);
            inserted = true;
        }
    }
    if (plan->tunnel) {
        char *error = sync_sealed_keys(sync, txn, tunnel, &keys, plan);
        if (error) {
            plan_fail(plan, error);
        } else {
            sync_tunnel_row(tunnel, plan);
            sb_check_next_key(keyring, plan);
            sb_peers_sync(sync, txn, tunnel, &keys, plan);
        }
    }
    if (!plan->tunnel && tunnel && !inserted) {
        delete_tunnel(sync, tunnel);
    }
    vpn_secret_free(keys.private);
    vpn_secret_free(keys.lock_key);
}

/* Deletes all that belongs to services that are not in 'services'. */
void
sb_sync_sweep(struct sb_sync *sync, const struct uuidset *services)
{
    const struct vpnsbrec_tunnel *tunnel;
    const struct vpnsbrec_tunnel_state *state;
    const struct vpnsbrec_peer_state *peer_state;

    VPNSBREC_TUNNEL_FOR_EACH_SAFE (tunnel, sync->idl) {
        if (!uuidset_find(services, &tunnel->service)) {
            delete_tunnel(sync, tunnel);
        }
    }
    /* Reports that came in when their subject was just gone. */
    VPNSBREC_TUNNEL_STATE_FOR_EACH_SAFE (state, sync->idl) {
        if (!state->tunnel) {
            vpnsbrec_tunnel_state_delete(state);
        }
    }
    VPNSBREC_PEER_STATE_FOR_EACH_SAFE (peer_state, sync->idl) {
        if (!peer_state->tunnel) {
            vpnsbrec_peer_state_delete(peer_state);
        }
    }
}
