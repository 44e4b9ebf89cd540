/* SPDX-License-Identifier: Apache-2.0 */

/* The NB_Global row of the VPN Northbound database: keys, options and the
 * sequence numbers for which clients wait. */

#include <config.h>

#include "ovn-vpn/status-private.h"

#include <stdlib.h>

#include "lib/ovn-nb-idl.h"
#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-model.h"
#include "lib/vpn-nb-snapshot.h"
#include "ovn-vpn/chassis.h"
#include "ovn-vpn/keyring.h"
#include "ovn-vpn/model.h"
#include "ovn-vpn/plan.h"
#include "ovn-vpn/status.h"
#include "util.h"

/* Returns true if 'vpn_nb' has been initialized, and stores in '*public_key'
 * the public half of the sealing key in it, NULL if it has none. */
bool
status_get_sealing_key(struct ovsdb_idl *vpn_nb, const char **public_key)
{
    const struct vpnnbrec_nb_global *global = vpnnbrec_nb_global_first(vpn_nb);

    *public_key = global ? global->sealing_public_key : NULL;
    return global != NULL;
}

/* Stores in '*options' the options in 'vpn_nb'; see vpn_options_from_row(). */
void
status_get_options(struct ovsdb_idl *vpn_nb, struct vpn_options *options,
                   struct ds *problems)
{
    vpn_options_from_row(vpnnbrec_nb_global_first(vpn_nb), options, problems);
}

/* Returns the number that clients increment. */
int64_t
status_get_nb_cfg(struct ovsdb_idl *vpn_nb)
{
    return vpnnbrec_nb_global_first(vpn_nb)->nb_cfg;
}

/* Sequence numbers. */

/* Returns true if the chassis that carry traffic have reached 'in->sb_cfg'. */
static bool
hosts_are_done(const struct status *status, const struct status_input *in)
{
    const struct model_service *ms;

    HMAP_FOR_EACH (ms, node, &in->model->services) {
        const struct plan *plan = ms->plan;
        const struct chassis *host = status_find_host_chassis(in, plan);
        bool patient;
        bool waiting = status_is_waiting(status, ms->service->name, in->now,
                                         &patient);

        if (!plan->tunnel || (waiting && !patient)) {
            continue;
        }
        if (!host || !host->alive || waiting || host->nb_cfg < in->sb_cfg
            || host->ovn_nb_cfg < in->ovn_cfg
            || !plan_has_left(plan, host->name)) {
            return false;
        }
    }
    return true;
}

/* Returns the time in milliseconds after which OVN's chassis take another one
 * for dead, from the options in 'ovn_nb', where controller/bfd.c of OVN has
 * its defaults. */
static int
get_bfd_detection_ms(struct ovsdb_idl *ovn_nb)
{
    const struct nbrec_nb_global *global = nbrec_nb_global_first(ovn_nb);

    return (global ? smap_get_int(&global->options, "bfd-min-rx", 1000)
                     * smap_get_int(&global->options, "bfd-mult", 3)
            : 0);
}

/* Writes into NB_Global what is known of the whole. */
void
status_run_global(const struct status *status, const struct status_input *in)
{
    const struct vpnnbrec_nb_global *global
        = vpnnbrec_nb_global_first(in->vpn_nb);
    struct smap map = SMAP_INITIALIZER(&map);

    if (global->nb_cfg != in->seen_nb_cfg) {
        vpnnbrec_nb_global_set_nb_cfg_timestamp(global, in->wall);
    }
    if (in->sb_cfg > global->sb_cfg) {
        vpnnbrec_nb_global_set_sb_cfg(global, in->sb_cfg);
        vpnnbrec_nb_global_set_sb_cfg_timestamp(global, in->wall);
    }
    if (in->sb_cfg > global->hv_cfg && hosts_are_done(status, in)) {
        vpnnbrec_nb_global_set_hv_cfg(global, in->sb_cfg);
        vpnnbrec_nb_global_set_hv_cfg_timestamp(global, in->wall);
    }

    smap_add(&map, "version", OVN_VPN_VERSION);
    smap_add_format(&map, "bfd_detection_ms", "%d",
                    get_bfd_detection_ms(in->ovn_nb));
    if (in->sealing_key_created_at) {
        smap_add_format(&map, "sealing_key_created_at", "%"PRId64,
                        in->sealing_key_created_at);
    }
    if (!smap_equal(&map, &global->status)) {
        vpnnbrec_nb_global_set_status(global, &map);
    }
    smap_destroy(&map);
}
