/* SPDX-License-Identifier: Apache-2.0 */

/* Replacing the sealing key of the VPN Northbound database; keyring-rotate.c
 * says in which order. */

#include <config.h>

#include "ovn-vpn/status-private.h"

#include <stdlib.h>

#include "coverage.h"
#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn/keyring.h"
#include "sset.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(status_seal);

COVERAGE_DEFINE(status_box_resealed);

static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(5, 20);

/* Most boxes that are opened for one transaction.  Each takes up to 0.2 ms,
 * during which nothing else is done. */
#define BATCH 500

/* Boxes that were looked at and need not, or cannot, be sealed again. */
static struct sset done = SSET_INITIALIZER(&done);

/* Returns what to write in the place of 'box', NULL if that can stay; see
 * keyring_reseal().  Takes one off '*budget' if it had to look. */
static char *
reseal(const struct keyring *keyring, const char *box,
       enum vpn_box_purpose purpose, const char *owner, int *budget)
{
    if (!box || *budget <= 0 || sset_contains(&done, box)) {
        return NULL;
    }
    (*budget)--;

    char *new = keyring_reseal(keyring, box, purpose, owner);
    if (new) {
        COVERAGE_INC(status_box_resealed);
    } else {
        sset_add(&done, box);
    }
    return new;
}

static void
reseal_service(const struct vpnnbrec_vpn_service *row,
               const struct keyring *keyring, int *budget)
{
    char *owner = vpn_box_owner_service(row->name);
    char *box = reseal(keyring, row->sealed_private_key, VPN_BOX_SERVICE_KEY,
                       owner, budget);
    if (box) {
        vpnnbrec_vpn_service_verify_sealed_private_key(row);
        vpnnbrec_vpn_service_set_sealed_private_key(row, box);
        free(box);
    }

    box = reseal(keyring, row->sealed_next_private_key, VPN_BOX_SERVICE_KEY,
                 owner, budget);
    if (box) {
        vpnnbrec_vpn_service_verify_sealed_next_private_key(row);
        vpnnbrec_vpn_service_set_sealed_next_private_key(row, box);
        free(box);
    }
    free(owner);

    const struct vpnnbrec_vpn_connection *c;
    VPN_NB_CONNECTION_FOR_EACH (c, row) {
        if (*budget <= 0) {
            break;
        }
        owner = vpn_box_owner_peer(row->name, c->public_key);
        box = reseal(keyring, c->sealed_psk, VPN_BOX_PSK, owner, budget);
        if (box) {
            vpnnbrec_vpn_connection_verify_sealed_psk(c);
            vpnnbrec_vpn_connection_set_sealed_psk(c, box);
            free(box);
        }
        free(owner);
    }
}

/* Opens up to 'BATCH' boxes, and seals them again where that has to be.
 * Returns how many it opened. */
static int
reseal_batch(struct ovsdb_idl *vpn_nb, const struct keyring *keyring)
{
    const struct vpnnbrec_vpn_service *row;
    int budget = BATCH;

    VPNNBREC_VPN_SERVICE_FOR_EACH (row, vpn_nb) {
        reseal_service(row, keyring, &budget);
    }
    return BATCH - budget;
}

/* Does one step, if clients have asked for a new sealing key.  '*more' becomes
 * true if another step is due although this one wrote nothing.  Returns true
 * if it wrote the key, which nobody may use before it is committed. */
bool
status_run_sealing(struct ovsdb_idl *vpn_nb, struct keyring *keyring,
                   bool *more)
{
    const struct vpnnbrec_nb_global *global = vpnnbrec_nb_global_first(vpn_nb);

    *more = false;
    if (global->sealing_cfg <= global->sealing_cfg_done) {
        if (keyring_has_old(keyring)) {
            keyring_retire(keyring);
            sset_clear(&done);
            VLOG_INFO("everything is sealed to %s", keyring->public_text);
        }
    } else if (keyring_has_old(keyring)) {
        size_t n_done = sset_count(&done);
        size_t n_opened = reseal_batch(vpn_nb, keyring);

        if (!n_opened) {
            vpnnbrec_nb_global_set_sealing_cfg_done(global,
                                                    global->sealing_cfg);
        } else {
            *more = sset_count(&done) - n_done == n_opened;
        }
    } else {
        char *error = keyring_prepare(keyring);

        if (!error) {
            char text[VPN_KEY_TEXT_LEN + 1];

            vpn_key_format(&keyring->next->public, text);
            vpnnbrec_nb_global_verify_sealing_public_key(global);
            vpnnbrec_nb_global_set_sealing_public_key(global, text);
            return true;
        }
        VLOG_WARN_RL(&rl, "the sealing key cannot be replaced: %s", error);
        free(error);
    }
    return false;
}
