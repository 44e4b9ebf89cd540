/* SPDX-License-Identifier: Apache-2.0 */

/* conn-set, conn-rekey and conn-config. */

#include <config.h>

#include "utilities/nbctl-conn.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "util.h"
#include "utilities/nbctl-config.h"
#include "utilities/nbctl.h"
#include "utilities/vpn-dbctl.h"

/* Notes that 'row' and its service have been changed. */
static void
touch(const struct conn_change *change,
      const struct vpnnbrec_vpn_connection *row)
{
    int64_t now = vpn_nb_touch(change->row);

    vpnnbrec_vpn_connection_set_updated_at(row, &now, 1);
    nbctl_expect("changed", change->row->name, row->name);
}

/* Refuses options that say what to do with a configuration if there will be
 * none. */
static char *
check_no_config(struct ctl_context *ctx)
{
    static const char *const options[] = {
        "--output", "--force", "--format", "--full-tunnel", "--current-key",
        "--qr", "--png", "--svg",
    };

    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        if (shash_find(&ctx->options, options[i])) {
            return xasprintf("%s: %s hands no configuration over unless it is "
                             "given a new pre-shared key with --psk; "
                             "conn-config does", options[i], ctx->argv[0]);
        }
    }
    return NULL;
}

/* Prepares the configuration for the peer of 'row', which has the key pair of
 * 'row' or, if 'rekey', a new one.  'psk' is as for nbctl_config_keys(). */
static char *
prepare_config(struct conn_change *change,
               const struct vpnnbrec_vpn_connection *row, bool rekey,
               const char *psk)
{
    const char *public_key = (rekey ? conn_change_option(change,
                                                         "--public-key")
                              : row->public_key);

    char *error = nbctl_config_parse(change->config, change->ctx);
    if (!error && public_key && change->config->has_qr) {
        error = xstrdup("--qr: a QR code without the private key, which "
                        "stayed with its owner, is of no use");
    }
    error = error ? error : nbctl_config_keys(change->config, public_key, psk);
    if (!error) {
        change->connection.public_key = change->config->public_key;
    }
    return error;
}

/* Makes the configuration, once the service is ready for it. */
static char *
finish_config(struct conn_change *change)
{
    char *error = conn_change_wait(change);

    return (error || change->ctx->try_again ? error
            : conn_change_make_config(change));
}

/* conn-set. */

/* Returns true if the change may get into the way of other connections.  What
 * cannot may be made even if something is wrong, such as disabling. */
static bool
needs_check(const struct conn_change *set)
{
    return (conn_change_option(set, "--type")
            || conn_change_option(set, "--address")
            || conn_change_option(set, "--peer-cidrs")
            || set->config->has_keys);
}

static char *
set_connection(struct conn_change *set)
{
    const char *psk = conn_change_option(set, "--psk");
    const struct vpnnbrec_vpn_connection *row;

    char *error = conn_change_find_connection(set, &row);
    error = error ? error : conn_change_parse(set);
    if (!error) {
        error = (psk && strcmp(psk, "none")
                 ? prepare_config(set, row, false, psk)
                 : check_no_config(set->ctx));
    }
    if (!error && needs_check(set)) {
        error = conn_change_check(set, "changed so in");
    }
    if (!error && set->config->has_keys) {
        error = finish_config(set);
    }
    if (!error && !set->ctx->try_again) {
        conn_change_write(set, row);
        if (set->config->has_keys) {
            error = conn_change_write_psk(set, row);
        } else if (psk) {
            vpn_nb_set_sealed_psk(row, NULL);
        }
        touch(set, row);
    }
    return error;
}

static void
cmd_conn_set(struct ctl_context *ctx)
{
    struct conn_change set;

    conn_change_init(&set, ctx);
    set.config = nbctl_config_get(ctx);
    ctx->error = set_connection(&set);
    conn_change_destroy(&set);
}

/* conn-rekey. */

static char *
rekey_connection(struct conn_change *rekey)
{
    const char *psk = conn_change_option(rekey, "--psk");
    const struct vpnnbrec_vpn_connection *row;

    char *error = conn_change_find_connection(rekey, &row);
    if (!error) {
        /* The pre-shared key is sealed together with the public key, and only
         * ovn-vpn could open it: there has to be a new one as well. */
        error = prepare_config(rekey, row, true, psk ? psk
                               : row->sealed_psk ? "auto" : "none");
    }
    if (!error && rekey->connection.error) {
        free(rekey->connection.error);
        rekey->connection.error = NULL;
    }
    error = error ? error : conn_change_check(rekey, "changed so in");
    error = error ? error : finish_config(rekey);
    if (!error && !rekey->ctx->try_again) {
        error = conn_change_write_keys(rekey, row);
        touch(rekey, row);
    }
    return error;
}

static void
cmd_conn_rekey(struct ctl_context *ctx)
{
    struct conn_change rekey;

    conn_change_init(&rekey, ctx);
    rekey.config = nbctl_config_get(ctx);
    ctx->error = rekey_connection(&rekey);
    conn_change_destroy(&rekey);
}

/* conn-config. */

static char *
print_config(struct conn_change *print)
{
    const struct vpnnbrec_vpn_connection *row;

    char *error = conn_change_find_connection(print, &row);
    if (!error && print->connection.error) {
        error = xasprintf("connection %s of service %s cannot be used: %s",
                          row->name, print->row->name,
                          print->connection.error);
    }
    error = error ? error : prepare_config(print, row, false, "none");
    print->config->psk_unknown = !error && row->sealed_psk;
    return error ? error : finish_config(print);
}

static void
cmd_conn_config(struct ctl_context *ctx)
{
    struct conn_change print;

    conn_change_init(&print, ctx);
    print.config = nbctl_config_get(ctx);
    ctx->error = print_config(&print);
    conn_change_destroy(&print);
}

/* Hands over what the command prepared, if it did. */
static void
post_config(struct ctl_context *ctx)
{
    const struct nbctl_config *config = nbctl_config_get(ctx);

    if (config->has_keys && !vpn_dbctl_is_dry_run()) {
        nbctl_config_deliver(ctx);
    } else {
        nbctl_config_discard(ctx);
    }
}

const struct ctl_command_syntax nbctl_conn_set_commands[] = {
    {"conn-set", 2, 2, "SERVICE NAME", nbctl_prerequisites, cmd_conn_set,
     post_config, CONN_CHANGE_OPTIONS ",--psk=," NBCTL_CONFIG_OPTIONS, RW},
    {"conn-rekey", 2, 2, "SERVICE NAME", nbctl_prerequisites, cmd_conn_rekey,
     post_config, "--public-key=,--psk=," NBCTL_CONFIG_OPTIONS, RW},
    {"conn-config", 2, 2, "SERVICE NAME", nbctl_prerequisites,
     cmd_conn_config, post_config, NBCTL_CONFIG_OPTIONS, RO},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};
