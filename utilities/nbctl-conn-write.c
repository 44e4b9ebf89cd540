/* SPDX-License-Identifier: Apache-2.0 */

/* From a connection as it shall be to its row and its configuration. */

#include <config.h>

#include "utilities/nbctl-conn.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-nb-snapshot.h"
#include "lib/vpn-parse.h"
#include "openvswitch/dynamic-string.h"
#include "timeval.h"
#include "util.h"
#include "utilities/nbctl-config.h"
#include "utilities/nbctl.h"
#include "utilities/vpn-dbctl.h"

/* How long to wait until ovn-vpn has given a service what a configuration
 * needs. */
#define SERVICE_WAIT_MS 10000

/* The service. */

/* Returns what ovn-vpn must still write before 'change' can be completed, or
 * NULL if there is nothing. */
static const char *
missing_part(const struct conn_change *change)
{
    const struct vpnnbrec_vpn_service *row = change->row;
    const struct vpnnbrec_nb_global *global = change->global;
    const struct nbctl_config *config = change->config;

    return (!row->public_key ? "public key"
            : !row->public_ip ? "public IP"
            : row->n_cutover_at && !row->next_public_key
              && !config->current_key ? "next public key"
            : config->psk && !(global && global->sealing_public_key)
            ? "key to seal secrets with"
            : NULL);
}

/* Makes the command run again later if the service is not ready, or returns an
 * error if that makes no sense any more. */
char *
conn_change_wait(struct conn_change *change)
{
    const char *missing = missing_part(change);
    const char *name = change->row->name;
    struct nbctl_config *config = change->config;
    long long int now = time_msec();

    if (!missing || vpn_dbctl_is_dry_run()) {
        return NULL;
    } else if (!change->service->enabled) {
        return xasprintf("service %s has no %s while it is disabled; enable "
                         "it with \"%s svc-set %s enabled=true\"", name,
                         missing, program_name, name);
    } else if (change->row->phase && !strcmp(change->row->phase, "error")) {
        return xasprintf("service %s has no %s and cannot be served: %s",
                         name, missing,
                         change->row->error_message
                         ? change->row->error_message
                         : "ovn-vpn does not say why");
    }

    if (!config->deadline) {
        config->deadline = now + SERVICE_WAIT_MS;
    }
    if (now >= config->deadline) {
        return xasprintf("service %s has no %s after %d seconds; look whether "
                         "ovn-vpn is running (\"ovn-appctl -t ovn-vpn "
                         "status\") and what it says about the service (\"%s "
                         "status %s\")", name, missing, SERVICE_WAIT_MS / 1000,
                         program_name, name);
    }
    change->ctx->try_again = true;
    vpn_dbctl_run_again_at(config->deadline);
    return NULL;
}

/* The configuration. */

/* Makes the configuration, unless nothing will be committed. */
char *
conn_change_make_config(struct conn_change *change)
{
    struct nbctl_config *config = change->config;
    struct ds problems = DS_EMPTY_INITIALIZER;
    struct vpn_options options;

    if (vpn_dbctl_is_dry_run()) {
        return NULL;
    }
    vpn_options_init_defaults(&options);
    if (change->global) {
        vpn_options_from_row(change->global, &options, &problems);
    }
    ds_destroy(&problems);

    char *error = nbctl_config_compose(config, &options, change->row,
                                       change->service, &change->connection);
    if (error && error[0] != '-') {
        char *label = xasprintf("service %s", change->row->name);

        error = vpn_label(label, error);
        free(label);
    }
    return error ? error : nbctl_config_open(config);
}

/* The row. */

/* Writes everything but keys to 'row'. */
void
conn_change_write(const struct conn_change *change,
                  const struct vpnnbrec_vpn_connection *row)
{
    bool enabled = change->connection.enabled;

    vpn_nb_write_connection(row, &change->connection,
                            conn_change_option(change, "--address"),
                            conn_change_option(change, "--peer-cidrs"));
    if (conn_change_option(change, "--groups")) {
        const struct svec *groups = &change->connection.groups;

        vpnnbrec_vpn_connection_set_groups(row, (const char **) groups->names,
                                           groups->n);
    }
    if (change->description) {
        vpnnbrec_vpn_connection_set_description(row, change->description);
    }
    if (!enabled || conn_change_option(change, "--enabled")) {
        vpnnbrec_vpn_connection_set_enabled(row, &enabled, 1);
    }
}

/* Writes the pre-shared key to 'row', in a box for ovn-vpn. */
char *
conn_change_write_psk(const struct conn_change *change,
                      const struct vpnnbrec_vpn_connection *row)
{
    const struct nbctl_config *config = change->config;

    /* A box may not be needed by --dry-run, and then it may not be possible
     * either. */
    return vpn_nb_write_psk(row, change->global, change->service->name,
                            &config->public_key,
                            missing_part(change) ? NULL : config->psk);
}

/* Writes the public key and the pre-shared key to 'row'. */
char *
conn_change_write_keys(const struct conn_change *change,
                       const struct vpnnbrec_vpn_connection *row)
{
    vpn_nb_write_public_key(row, &change->config->public_key);
    return conn_change_write_psk(change, row);
}
