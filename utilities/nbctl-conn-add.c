/* SPDX-License-Identifier: Apache-2.0 */

/* conn-add. */

#include <config.h>

#include "utilities/nbctl.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-model.h"
#include "lib/vpn-nb-snapshot.h"
#include "openvswitch/dynamic-string.h"
#include "timeval.h"
#include "util.h"
#include "utilities/nbctl-config.h"
#include "utilities/vpn-dbctl.h"

/* How long to wait until ovn-vpn has given a service what a configuration
 * needs. */
#define SERVICE_WAIT_MS 10000

/* Everything about the connection that one attempt to add it knows. */
struct addition {
    struct ctl_context *ctx;
    const struct vpnnbrec_nb_global *global;
    const struct vpnnbrec_vpn_service *row;
    struct vpn_service *service;        /* Snapshot of 'row'. */
    struct vpn_connection connection;   /* Strings belong to 'ctx'. */
    bool allocate;                      /* Does it need addresses? */
    struct nbctl_config *config;
};

static const char *
get_option(const struct addition *a, const char *name)
{
    return shash_find_data(&a->ctx->options, name);
}

/* Arguments. */

static char *
parse_type(const char *type, bool *is_site)
{
    *is_site = type && !strcmp(type, "site");
    return (!type || *is_site || !strcmp(type, "client") ? NULL
            : xasprintf("--type: \"%s\" is neither \"client\" nor \"site\"",
                        type));
}

static char *
parse_qr(struct addition *a)
{
    const char *style = get_option(a, "--qr");

    if (shash_find(&a->ctx->options, "--qr")
        && get_option(a, "--public-key")) {
        return xstrdup("--qr: a QR code without the private key, which "
                       "--public-key leaves with its owner, is of no use; "
                       "give only one of the two options");
    }
    a->config->qr_style = style && !strcmp(style, "ascii") ? QR_ASCII
                                                           : QR_UTF8;
    return (!style || !strcmp(style, "utf8") || !strcmp(style, "ascii") ? NULL
            : xasprintf("--qr: \"%s\" is neither \"utf8\" nor \"ascii\"",
                        style));
}

/* Fills the connection from the command's arguments. */
static char *
parse_arguments(struct addition *a)
{
    struct vpn_connection *c = &a->connection;
    const char *addresses = get_option(a, "--address");
    const char *peer_cidrs = get_option(a, "--peer-cidrs");
    const char *peer_address = get_option(a, "--peer-address");
    const char *keepalive = get_option(a, "--keepalive");

    *c = (struct vpn_connection) {
        .name = a->ctx->argv[2],
        .enabled = true,
        .keepalive = -1,
        .peer_address = CONST_CAST(char *, peer_address),
    };
    a->allocate = !addresses;

    char *error = nbctl_label("NAME", vpn_name_check("connection", c->name));
    error = error ? error : parse_type(get_option(a, "--type"), &c->is_site);
    error = error ? error : parse_qr(a);
    if (!error && addresses) {
        error = nbctl_label("--address", nbctl_parse_addresses(addresses,
                                                               &c->addresses));
    }
    if (!error && peer_cidrs) {
        error = nbctl_label("--peer-cidrs",
                            nbctl_parse_prefixes(peer_cidrs, &c->peer_cidrs));
    }
    if (!error && peer_address) {
        error = nbctl_label("--peer-address",
                            vpn_peer_address_check(peer_address));
    }
    if (!error && keepalive) {
        error = nbctl_label("--keepalive", nbctl_parse_int(keepalive, 0,
                                                           UINT16_MAX,
                                                           &c->keepalive));
    }
    return error;
}

/* The service. */

/* Finds the service and checks that it can get a connection at all. */
static char *
find_service(struct addition *a)
{
    char *error = nbctl_get_service(a->ctx, a->ctx->argv[1], &a->row);

    if (error) {
        return error;
    } else if (!a->row->header_.old_datum) {
        /* A row that this transaction makes has no committed data. */
        return xasprintf("service %s is added in the same transaction and has "
                         "no key yet; add the connection with a command of "
                         "its own, after this one", a->row->name);
    }
    a->service = vpn_service_from_row(a->row);
    return (a->service->error
            ? xasprintf("service %s cannot be served: %s", a->row->name,
                        a->service->error)
            : NULL);
}

/* Returns what ovn-vpn must still write before 'a' can be completed, or NULL
 * if there is nothing. */
static const char *
missing_part(const struct addition *a)
{
    return (!a->row->public_key ? "public key"
            : !a->row->public_ip ? "public IP"
            : a->config->psk && !(a->global && a->global->sealing_public_key)
            ? "key to seal secrets with"
            : NULL);
}

/* Makes the command run again later if the service is not ready, or returns an
 * error if that makes no sense any more. */
static char *
wait_for_service(struct addition *a)
{
    const char *missing = missing_part(a);
    struct nbctl_config *config = a->config;
    long long int now = time_msec();

    if (!missing || vpn_dbctl_is_dry_run()) {
        return NULL;
    } else if (!a->service->enabled) {
        return xasprintf("service %s has no %s while it is disabled; enable "
                         "it with \"%s svc-set %s enabled=true\"",
                         a->row->name, missing, program_name, a->row->name);
    } else if (a->row->phase && !strcmp(a->row->phase, "error")) {
        return xasprintf("service %s has no %s and cannot be served: %s",
                         a->row->name, missing,
                         a->row->error_message ? a->row->error_message
                         : "ovn-vpn does not say why");
    }

    if (!config->deadline) {
        config->deadline = now + SERVICE_WAIT_MS;
    }
    if (now >= config->deadline) {
        return xasprintf("service %s has no %s after %d seconds; look whether "
                         "ovn-vpn is running (\"ovn-appctl -t ovn-vpn "
                         "status\") and what it says about the service (\"%s "
                         "status %s\")", a->row->name, missing,
                         SERVICE_WAIT_MS / 1000, program_name, a->row->name);
    }
    a->ctx->try_again = true;
    vpn_dbctl_run_again_at(config->deadline);
    return NULL;
}

/* Addresses. */

/* Gives the connection the lowest free address of 'subnet'. */
static char *
allocate_address(struct addition *a, const struct vpn_prefix *subnet)
{
    struct in6_addr addr;

    if (!vpn_service_next_address(a->service, subnet, &addr)) {
        char *s = vpn_prefix_to_string(subnet);
        char *error = xasprintf("tunnel subnet %s of service %s has no free "
                                "address left; delete a connection that is "
                                "not needed, or give the service a larger "
                                "subnet with svc-set", s, a->service->name);

        free(s);
        return error;
    }
    struct vpn_prefix host = vpn_prefix_host(&addr);
    vpn_prefixes_add(&a->connection.addresses, &host);
    return NULL;
}

static char *
allocate_addresses(struct addition *a)
{
    const struct vpn_prefixes *subnets = &a->service->tunnel_subnets;
    char *error = NULL;

    for (size_t i = 0; a->allocate && !error && i < subnets->n; i++) {
        error = allocate_address(a, &subnets->list[i]);
    }
    return error;
}

/* Rows. */

/* Writes the addresses and prefixes of 'c' to 'row'. */
static void
set_prefixes(const struct vpnnbrec_vpn_connection *row,
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

/* Writes the public key to 'row', and the pre-shared key in a box for
 * ovn-vpn. */
static char *
set_keys(const struct addition *a, const struct vpnnbrec_vpn_connection *row)
{
    const struct nbctl_config *config = a->config;
    char public_key[VPN_KEY_TEXT_LEN + 1];
    struct vpn_key recipient;

    vpn_key_format(&config->public_key, public_key);
    vpnnbrec_vpn_connection_set_public_key(row, public_key);
    if (!config->psk || missing_part(a)) {
        /* No box is wanted, or none is needed by --dry-run. */
        return NULL;
    }

    char *error = vpn_public_key_parse(a->global->sealing_public_key,
                                       &recipient);
    if (!error) {
        char *owner = vpn_box_owner_peer(a->service->name, public_key);
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

static char *
insert_row(const struct addition *a)
{
    const struct vpn_connection *c = &a->connection;
    struct vpnnbrec_vpn_connection *row
        = vpnnbrec_vpn_connection_insert(a->ctx->txn);
    const char *description = get_option(a, "--description");
    int64_t now = nbctl_touch(a->row);

    vpnnbrec_vpn_connection_set_name(row, c->name);
    vpnnbrec_vpn_connection_set_type(row, c->is_site ? "site" : "client");
    vpnnbrec_vpn_connection_set_description(row,
                                            description ? description : "");
    set_prefixes(row, c);
    vpnnbrec_vpn_connection_set_peer_address(row, c->peer_address);
    if (c->keepalive >= 0) {
        int64_t keepalive = c->keepalive;

        vpnnbrec_vpn_connection_set_keepalive(row, &keepalive, 1);
    }
    vpnnbrec_vpn_connection_set_key_created_at(row, &now, 1);
    vpnnbrec_vpn_connection_set_created_at(row, &now, 1);
    vpnnbrec_vpn_connection_set_updated_at(row, &now, 1);
    nbctl_link_connection(a->ctx, a->row, row);
    return set_keys(a, row);
}

/* Makes the configuration, unless nothing will be committed. */
static char *
make_config(struct addition *a)
{
    struct nbctl_config *config = a->config;
    const char *file_name = get_option(a, "--output");
    struct ds problems = DS_EMPTY_INITIALIZER;
    struct vpn_options options;
    char *error;

    if (vpn_dbctl_is_dry_run()) {
        return NULL;
    }
    vpn_options_init_defaults(&options);
    if (a->global) {
        vpn_options_from_row(a->global, &options, &problems);
    }
    ds_destroy(&problems);

    error = nbctl_config_compose(config, &options, a->row, a->service,
                                 &a->connection);
    if (error) {
        char *label = xasprintf("service %s", a->row->name);

        error = nbctl_label(label, error);
        free(label);
        return error;
    }
    if (shash_find(&a->ctx->options, "--qr")) {
        qr_destroy(config->qr);
        error = nbctl_label("--qr", qr_create(config->text.string,
                                              config->text.length,
                                              &config->qr));
    }
    return error || !file_name ? error : nbctl_config_open(config, file_name);
}

/* Checks the connection together with those that the service has. */
static char *
check_connection(const struct addition *a)
{
    char *label = xasprintf("connection %s cannot be added to service %s",
                            a->connection.name, a->service->name);
    char *error = nbctl_label(label, vpn_connection_check_new(a->service,
                                                              &a->connection));

    free(label);
    return error;
}

static char *
add_connection(struct addition *a)
{
    const char *psk = get_option(a, "--psk");

    char *error = parse_arguments(a);
    error = error ? error : nbctl_config_keys(a->config,
                                              get_option(a, "--public-key"),
                                              psk ? psk : "auto");
    error = error ? error : find_service(a);
    error = error ? error : allocate_addresses(a);
    if (!error) {
        a->connection.public_key = a->config->public_key;
        error = check_connection(a);
    }
    error = error ? error : wait_for_service(a);
    if (error || a->ctx->try_again) {
        return error;
    }

    error = make_config(a);
    if (!error) {
        error = insert_row(a);
        nbctl_expect("added", a->row->name, a->connection.name);
    }
    return error;
}

static void
cmd_conn_add(struct ctl_context *ctx)
{
    struct addition a = {
        .ctx = ctx,
        .global = vpnnbrec_nb_global_first(ctx->idl),
        .config = nbctl_config_get(ctx),
    };

    ctx->error = add_connection(&a);
    vpn_prefixes_destroy(&a.connection.addresses);
    vpn_prefixes_destroy(&a.connection.peer_cidrs);
    vpn_service_destroy(a.service);
}

static void
post_conn_add(struct ctl_context *ctx)
{
    if (!vpn_dbctl_is_dry_run()) {
        nbctl_config_deliver(ctx);
    }
}

const struct ctl_command_syntax nbctl_conn_add_commands[] = {
    {"conn-add", 2, 2, "SERVICE NAME", nbctl_prerequisites, cmd_conn_add,
     post_conn_add,
     "--type=,--address=,--peer-cidrs=,--peer-address=,--public-key=,--psk=,"
     "--keepalive=,--description=,--output=,--qr?", RW},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};
