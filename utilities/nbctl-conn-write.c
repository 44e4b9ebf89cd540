/* SPDX-License-Identifier: Apache-2.0 */

/* From a connection as it shall be to its row and its configuration. */

#include <config.h>

#include "utilities/nbctl-conn.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-snapshot.h"
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

        error = nbctl_label(label, error);
        free(label);
    }
    return error ? error : nbctl_config_open(config);
}

/* The row. */

static void
write_prefixes(const struct vpnnbrec_vpn_connection *row,
               const struct vpn_connection *c)
{
    char **addresses = nbctl_address_strings(&c->addresses);
    char **peer_cidrs = nbctl_prefix_strings(&c->peer_cidrs);

    vpnnbrec_vpn_connection_set_addresses(row, (const char **) addresses,
                                          c->addresses.n);
    vpnnbrec_vpn_connection_set_peer_cidrs(row, (const char **) peer_cidrs,
                                           c->peer_cidrs.n);
    nbctl_free_strings(addresses, c->addresses.n);
    nbctl_free_strings(peer_cidrs, c->peer_cidrs.n);
}

/* Writes everything but keys to 'row'. */
void
conn_change_write(const struct conn_change *change,
                  const struct vpnnbrec_vpn_connection *row)
{
    const struct vpn_connection *c = &change->connection;
    int64_t keepalive = c->keepalive;
    int64_t expires_at = c->expires_at;
    bool enabled = c->enabled;

    vpnnbrec_vpn_connection_set_type(row, c->is_site ? "site" : "client");
    if (change->description) {
        vpnnbrec_vpn_connection_set_description(row, change->description);
    }
    if (!enabled || conn_change_option(change, "--enabled")) {
        vpnnbrec_vpn_connection_set_enabled(row, &enabled, 1);
    }
    write_prefixes(row, c);
    vpnnbrec_vpn_connection_set_peer_address(row, c->peer_address);
    vpnnbrec_vpn_connection_set_keepalive(row, &keepalive, keepalive >= 0);
    vpnnbrec_vpn_connection_set_expires_at(row, &expires_at, expires_at != 0);
}

/* Writes the pre-shared key to 'row', in a box for ovn-vpn. */
char *
conn_change_write_psk(const struct conn_change *change,
                      const struct vpnnbrec_vpn_connection *row)
{
    const struct vpnnbrec_nb_global *global = change->global;
    const struct nbctl_config *config = change->config;
    char public_key[VPN_KEY_TEXT_LEN + 1];
    struct vpn_key recipient;

    if (!config->psk || missing_part(change)) {
        /* No box is wanted, or none is needed by --dry-run. */
        vpnnbrec_vpn_connection_set_sealed_psk(row, NULL);
        return NULL;
    }

    /* A box that is sealed to a key just when that is replaced would be lost:
     * then this transaction is tried again. */
    vpnnbrec_nb_global_verify_sealing_public_key(global);
    char *error = vpn_public_key_parse(global->sealing_public_key, &recipient);
    if (!error) {
        vpn_key_format(&config->public_key, public_key);
        char *owner = vpn_box_owner_peer(change->service->name, public_key);
        char *box = vpn_box_seal(&recipient, VPN_BOX_PSK, owner, config->psk);

        vpnnbrec_vpn_connection_set_sealed_psk(row, box);
        if (!box[0]) {
            error = xstrdup("nothing can be sealed to the public key");
        }
        free(box);
        free(owner);
    }
    return nbctl_label("sealing_public_key in NB_Global", error);
}

/* Writes the public key and the pre-shared key to 'row'. */
char *
conn_change_write_keys(const struct conn_change *change,
                       const struct vpnnbrec_vpn_connection *row)
{
    char public_key[VPN_KEY_TEXT_LEN + 1];
    int64_t now = time_wall_msec();

    vpn_key_format(&change->config->public_key, public_key);
    vpnnbrec_vpn_connection_set_public_key(row, public_key);
    vpnnbrec_vpn_connection_set_key_created_at(row, &now, 1);
    return conn_change_write_psk(change, row);
}
