/* SPDX-License-Identifier: Apache-2.0 */

/* The keys in the VPN Northbound database that ovn-vpn makes and replaces. */

#include <config.h>

#include "ovn-vpn/status-private.h"

#include <limits.h>
#include <stdlib.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn/keyring.h"
#include "ovn-vpn/status.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(status_keys);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(5, 20);

/* Makes the first key pair of the service in 'row'. */
static void
make_key(const struct vpnnbrec_vpn_service *row,
         const struct keyring *keyring, int64_t wall)
{
    char public_text[VPN_KEY_TEXT_LEN + 1];
    char *sealed;

    keyring_new_service_key(keyring, row->name, public_text, &sealed);
    vpnnbrec_vpn_service_set_public_key(row, public_text);
    vpnnbrec_vpn_service_set_sealed_private_key(row, sealed);
    vpnnbrec_vpn_service_set_key_created_at(row, &wall, 1);
    free(sealed);
}

/* Makes the key pair that follows the one that the service in 'row' has. */
static void
make_next_key(const struct vpnnbrec_vpn_service *row,
              const struct keyring *keyring)
{
    char public_text[VPN_KEY_TEXT_LEN + 1];
    char *sealed;

    keyring_new_service_key(keyring, row->name, public_text, &sealed);
    vpnnbrec_vpn_service_verify_cutover_at(row);
    vpnnbrec_vpn_service_set_next_public_key(row, public_text);
    vpnnbrec_vpn_service_set_sealed_next_private_key(row, sealed);
    free(sealed);
}

static void
clear_next_key(const struct vpnnbrec_vpn_service *row)
{
    vpnnbrec_vpn_service_set_next_public_key(row, NULL);
    vpnnbrec_vpn_service_set_sealed_next_private_key(row, NULL);
}

/* Makes the next key pair of the service in 'row' the current one, unless it
 * cannot be opened: then the current one stays, and the service's warnings say
 * why.  Returns true if it did. */
static bool
cut_over(const struct vpnnbrec_vpn_service *row,
         const struct keyring *keyring, int64_t wall)
{
    struct vpn_key *private;
    char *error = keyring_open_key(keyring, row->name, row->next_public_key,
                                   row->sealed_next_private_key, &private);

    if (error) {
        VLOG_WARN_RL(&rl, "service %s: the next key cannot be used: %s",
                     row->name, error);
        free(error);
        return false;
    }
    vpn_secret_free(private);
    VLOG_INFO("service %s: the key changes from %s to %s", row->name,
              row->public_key ? row->public_key : "none",
              row->next_public_key);
    /* If somebody changes his mind at this moment, look again. */
    vpnnbrec_vpn_service_verify_cutover_at(row);
    vpnnbrec_vpn_service_verify_next_public_key(row);
    vpnnbrec_vpn_service_set_public_key(row, row->next_public_key);
    vpnnbrec_vpn_service_set_sealed_private_key(row,
                                                row->sealed_next_private_key);
    vpnnbrec_vpn_service_set_key_created_at(row, &wall, 1);
    vpnnbrec_vpn_service_set_cutover_at(row, NULL, 0);
    clear_next_key(row);
    return true;
}

/* Does what is due for the keys of the service in 'row'.  Returns true if
 * anything was written.  Stores in '*next', unless that is sooner already, the
 * time at which something will be due. */
static bool
run_service(const struct vpnnbrec_vpn_service *row,
            const struct keyring *keyring, int64_t wall, long long int *next)
{
    bool has_next = row->next_public_key && row->sealed_next_private_key;

    if (!row->public_key && !row->sealed_private_key) {
        make_key(row, keyring, wall);
        return true;
    } else if (!row->n_cutover_at) {
        if (row->next_public_key || row->sealed_next_private_key) {
            clear_next_key(row);
            return true;
        }
    } else if (!has_next) {
        make_next_key(row, keyring);
        return true;
    } else if (row->cutover_at[0] <= wall) {
        return cut_over(row, keyring, wall);
    } else {
        *next = MIN(*next, row->cutover_at[0]);
    }
    return false;
}

/* Writes the public half of the sealing key, and the keys of services that are
 * due at 'wall', in milliseconds since the epoch, into 'vpn_nb', in its open
 * transaction.  Returns true if anything was written that nobody may use
 * before it is committed.  Stores in '*next' the time, in milliseconds since
 * the epoch, at which something will be due, LLONG_MAX if nothing will. */
bool
status_run_keys(struct ovsdb_idl *vpn_nb, struct keyring *keyring,
                int64_t wall, long long int *next)
{
    const struct vpnnbrec_nb_global *global = vpnnbrec_nb_global_first(vpn_nb);
    const struct vpnnbrec_vpn_service *row;
    bool changed = false;

    /* Later than anything that the schema can hold. */
    *next = LLONG_MAX;
    if (!global->sealing_public_key) {
        vpnnbrec_nb_global_set_sealing_public_key(global,
                                                  keyring->public_text);
        changed = true;
    }
    VPNNBREC_VPN_SERVICE_FOR_EACH (row, vpn_nb) {
        changed |= run_service(row, keyring, wall, next);
    }
    if (!changed) {
        bool more;

        changed = status_run_sealing(vpn_nb, keyring, &more);
        if (more) {
            *next = wall;
        }
    }
    return changed;
}
