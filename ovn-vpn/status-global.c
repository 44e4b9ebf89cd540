/* SPDX-License-Identifier: Apache-2.0 */

/* The NB_Global row of the VPN Northbound database: keys, options and the
 * sequence numbers for which clients wait. */

#include <config.h>

#include "ovn-vpn/status-private.h"

#include <limits.h>
#include <stdlib.h>

#include "lib/ovn-nb-idl.h"
#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-model.h"
#include "lib/vpn-nb-snapshot.h"
#include "ovn-vpn/chassis.h"
#include "ovn-vpn/keyring.h"
#include "ovn-vpn/model.h"
#include "ovn-vpn/plan.h"
#include "ovn-vpn/row-set.h"
#include "ovn-vpn/status.h"
#include "svec.h"
#include "util.h"

#define DAY_MS 86400000LL

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
 * for dead, from the options in 'ovn_nb', with the defaults of Open vSwitch:
 * the longer one of the intervals at which one chassis sends and the other
 * receives, several times (RFC 5880, section 6.8.4). */
static int
get_bfd_detection_ms(struct ovsdb_idl *ovn_nb)
{
    const struct nbrec_nb_global *global = nbrec_nb_global_first(ovn_nb);

    return (global ? MAX(smap_get_int(&global->options, "bfd-min-rx", 1000),
                         smap_get_int(&global->options, "bfd-min-tx", 100))
                     * smap_get_int(&global->options, "bfd-mult", 3)
            : 0);
}

/* Warnings. */

/* Returns true if a key that was made at 'created_at', 0 if that is not known,
 * is too old.  If it is not yet, makes 'status' look again in time. */
static bool
is_too_old(struct status *status, const struct status_input *in,
           long long int created_at)
{
    const int max_days = in->model->options.key_max_age_days;
    long long int old_at = created_at + max_days * DAY_MS;

    if (!created_at || !max_days) {
        return false;
    } else if (old_at > in->wall) {
        status->next_warning = MIN(status->next_warning, old_at);
        return false;
    }
    return true;
}

static void
warn_of_sealing_keys(struct status *status, const struct status_input *in,
                     struct svec *warnings)
{
    const int max_days = in->model->options.key_max_age_days;
    const struct shash_node *node;

    if (is_too_old(status, in, in->sealing_key_created_at)) {
        svec_add_nocopy(warnings,
                        xasprintf("the key to which secrets are sealed is "
                                  "more than %d days old; replace it "
                                  "(\"ovn-vpn-nbctl sealing-key-rotate\")",
                                  max_days));
    }
    SHASH_FOR_EACH (node, &in->model->chassis.by_name) {
        const struct chassis *c = node->data;

        if (c->has_agent
            && is_too_old(status, in, c->sealing_key_created_at)) {
            svec_add_nocopy(warnings,
                            xasprintf("the sealing key of chassis %s is more "
                                      "than %d days old; replace it "
                                      "(\"ovn-appctl -t ovn-vpn-controller "
                                      "sealing-key-rotate\" there)",
                                      c->name, max_days));
        }
    }
}

static void
write_warnings(struct status *status, const struct status_input *in,
               const struct vpnnbrec_nb_global *global)
{
    struct svec warnings = SVEC_EMPTY_INITIALIZER;

    status->next_warning = LLONG_MAX;
    warn_of_sealing_keys(status, in, &warnings);
    svec_sort(&warnings);
    if (!row_set_equals(global->warnings, global->n_warnings, &warnings)) {
        vpnnbrec_nb_global_set_warnings(
            global, (const char **) warnings.names, warnings.n);
    }
    svec_destroy(&warnings);
}

/* Writes into NB_Global what is known of the whole. */
void
status_run_global(struct status *status, const struct status_input *in)
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
    write_warnings(status, in, global);
}
