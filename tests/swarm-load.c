/* SPDX-License-Identifier: Apache-2.0 */

/* Adds simulated clients to a service; see tests/swarm-peers.h. */

#include <config.h>
#undef NDEBUG
#include "tests/swarm-peers.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "openvswitch/poll-loop.h"
#include "ovsdb-idl.h"
#include "packets.h"
#include "timeval.h"
#include "util.h"

#define CONNECT_MS 10000

/* Waits for the contents of the database. */
static char *
await_database(struct ovsdb_idl *idl, const char *remote)
{
    long long int deadline = time_msec() + CONNECT_MS;

    for (;;) {
        ovsdb_idl_run(idl);
        if (ovsdb_idl_has_ever_connected(idl)) {
            return NULL;
        } else if (time_msec() >= deadline) {
            return xasprintf("%s: no connection within %d seconds; is this "
                             "the OVN_VPN Northbound database?", remote,
                             CONNECT_MS / 1000);
        }
        ovsdb_idl_wait(idl);
        poll_timer_wait_until(deadline);
        poll_block();
    }
}

static const struct vpnnbrec_vpn_service *
find_service(struct ovsdb_idl *idl, const char *name)
{
    const struct vpnnbrec_vpn_service *service;

    VPNNBREC_VPN_SERVICE_FOR_EACH (service, idl) {
        if (!strcmp(service->name, name)) {
            return service;
        }
    }
    return NULL;
}

static struct vpnnbrec_vpn_connection *
insert_connection(struct ovsdb_idl_txn *txn, const struct swarm_peers *peers,
                  unsigned int number, const struct vpn_key *sealing_key,
                  const char *service)
{
    struct vpnnbrec_vpn_connection *row = vpnnbrec_vpn_connection_insert(txn);
    char *name = xasprintf("swarm-%u", number);
    char *address = xasprintf(IP_FMT,
                              IP_ARGS(swarm_peer_address(peers, number)));
    struct vpn_key private, public, psk;
    char public_key[VPN_KEY_TEXT_LEN + 1];

    swarm_peer_keys(peers, number, &private, &psk);
    vpn_secret_public(&private, &public);
    vpn_key_format(&public, public_key);
    vpnnbrec_vpn_connection_set_name(row, name);
    vpnnbrec_vpn_connection_set_type(row, "client");
    vpnnbrec_vpn_connection_set_public_key(row, public_key);
    vpnnbrec_vpn_connection_set_addresses(row, (const char **) &address, 1);
    if (peers->has_psk) {
        char *owner = vpn_box_owner_peer(service, public_key);
        char *box = vpn_box_seal(sealing_key, VPN_BOX_PSK, owner, &psk);

        vpnnbrec_vpn_connection_set_sealed_psk(row, box);
        free(box);
        free(owner);
    }
    free(address);
    free(name);
    return row;
}

static void
insert_connections(struct ovsdb_idl_txn *txn, const struct swarm_peers *peers,
                   const struct vpnnbrec_vpn_service *service,
                   const struct vpn_key *sealing_key)
{
    size_t n = service->n_connections;
    struct uuid *all = xmalloc((n + peers->n) * sizeof *all);

    memcpy(all, service->connections, n * sizeof *all);
    for (unsigned int i = 0; i < peers->n; i++) {
        all[n++] = insert_connection(txn, peers, i, sealing_key,
                                     service->name)->header_.uuid;
    }
    vpnnbrec_vpn_service_set_connections(service, all, n);
    free(all);
}

static char *
load(struct ovsdb_idl *idl, const struct swarm_peers *peers, const char *name)
{
    const struct vpnnbrec_nb_global *global = vpnnbrec_nb_global_first(idl);
    const struct vpnnbrec_vpn_service *service = find_service(idl, name);
    struct vpn_key sealing_key;

    if (!service) {
        return xasprintf("there is no service %s", name);
    } else if (!global || !global->sealing_public_key
               || !vpn_key_parse(global->sealing_public_key, &sealing_key)) {
        return xstrdup("NB_Global has no sealing_public_key; is ovn-vpn "
                       "running?");
    }

    struct ovsdb_idl_txn *txn = ovsdb_idl_txn_create(idl);
    insert_connections(txn, peers, service, &sealing_key);
    enum ovsdb_idl_txn_status status = ovsdb_idl_txn_commit_block(txn);
    char *error = (status == TXN_SUCCESS ? NULL
                   : xasprintf("adding connections to %s: %s (%s)", name,
                               ovsdb_idl_txn_status_to_string(status),
                               ovsdb_idl_txn_get_error(txn)));
    ovsdb_idl_txn_destroy(txn);
    return error;
}

/* Adds the clients in one transaction.  Returns NULL, or a message that the
 * caller must free. */
char *
swarm_peers_load(const struct swarm_peers *peers, const char *remote,
                 const char *service)
{
    struct ovsdb_idl *idl = ovsdb_idl_create(remote, &vpnnbrec_idl_class,
                                             false, true);

    ovsdb_idl_add_column(idl, &vpnnbrec_nb_global_col_sealing_public_key);
    ovsdb_idl_add_column(idl, &vpnnbrec_vpn_service_col_name);
    ovsdb_idl_add_column(idl, &vpnnbrec_vpn_service_col_connections);
    ovsdb_idl_add_table(idl, &vpnnbrec_table_vpn_connection);

    char *error = await_database(idl, remote);
    error = error ? error : load(idl, peers, service);
    ovsdb_idl_destroy(idl);
    return error;
}
