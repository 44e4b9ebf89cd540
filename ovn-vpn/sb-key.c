/* SPDX-License-Identifier: Apache-2.0 */

/* The private key of a tunnel in the VPN Southbound database, sealed for each
 * gateway chassis. */

#include <config.h>

#include "ovn-vpn/sb-private.h"

#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-model.h"
#include "ovn-vpn/chassis.h"
#include "ovn-vpn/keyring.h"
#include "ovn-vpn/locksmith.h"
#include "ovn-vpn/plan.h"
#include "util.h"

COVERAGE_DEFINE(sb_key_sealed);

/* Returns NULL if 'service' has a pair of keys, otherwise a message for the
 * user, which the caller must free.  Whether they are a pair is seen when the
 * private one is opened. */
char *
service_keys_check(const struct vpn_service *service)
{
    return (!service->sealed_private_key
            ? xstrdup("the service has no sealed_private_key; restore it, or "
                      "clear public_key too to have a new pair made")
            : !service->public_key
            ? xstrdup("the service has no public_key; restore it, or clear "
                      "sealed_private_key too to have a new pair made")
            : NULL);
}

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
            keys->lock = locksmith_keys_create(
                keys->keyring->pair, keys->private, keys->service->name,
                keys->service->public_key);
        }
    }
    return error;
}

void
service_keys_destroy(struct service_keys *keys)
{
    vpn_secret_free(keys->private);
    locksmith_keys_unref(keys->lock);
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

/* Makes the sealed keys of 'tunnel' those of the gateway chassis in 'plan'.
 * Returns NULL if successful, otherwise a message for the user, which the
 * caller must free. */
char *
sb_keys_sync(const struct sb_sync *sync, struct ovsdb_idl_txn *txn,
             const struct vpnsbrec_tunnel *tunnel, struct service_keys *keys,
             const struct plan *plan, const struct chassis_table *table)
{
    const struct vpnsbrec_sealed_key *row, *next;
    char *error = NULL;

    for (size_t i = 0; i < plan->gateways.n && !error; i++) {
        const struct chassis *chassis = chassis_table_find(
            table, plan->gateways.list[i].chassis);

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

/* Makes 'plan' warn if the key to which the service shall change cannot be
 * used. */
void
sb_check_next_key(const struct keyring *keyring, struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    struct vpn_key *private;

    if (service->next_public_key && service->sealed_next_private_key) {
        char *error = keyring_open_key(keyring, service->name,
                                       service->next_public_key,
                                       service->sealed_next_private_key,
                                       &private);
        if (error) {
            plan_warn(plan, "the key will not change: "
                      "sealed_next_private_key: %s; clear it and "
                      "next_public_key to have another pair made", error);
            free(error);
        } else {
            vpn_secret_free(private);
        }
    }
}
