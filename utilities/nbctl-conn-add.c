/* SPDX-License-Identifier: Apache-2.0 */

/* conn-add. */

#include <config.h>

#include "utilities/nbctl-conn.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-parse.h"
#include "util.h"
#include "utilities/nbctl-config.h"
#include "utilities/nbctl.h"
#include "utilities/vpn-dbctl.h"

static char *
parse_arguments(struct conn_change *add)
{
    struct nbctl_config *config = add->config;

    char *error = vpn_label("NAME", vpn_name_check("connection",
                                                     add->connection.name));
    error = error ? error : nbctl_config_parse(config, add->ctx);
    if (!error && conn_change_option(add, "--public-key")
        && (config->has_qr || config->names[NBCTL_CONFIG_PNG]
            || config->names[NBCTL_CONFIG_SVG])) {
        error = xstrdup("--qr: a QR code without the private key, which "
                        "--public-key leaves with its owner, is of no use; "
                        "give only one of the two options");
    }
    return error ? error : conn_change_parse(add);
}

/* Finds the service and checks that a connection would be of use. */
static char *
find_service(struct conn_change *add)
{
    char *error = conn_change_find_service(add);

    if (error) {
        return error;
    } else if (!add->row->header_.old_datum) {
        /* A row that this transaction makes has no committed data. */
        error = xasprintf("service %s is added in the same transaction and "
                          "has no key yet; add the connection with a command "
                          "of its own, after this one", add->row->name);
    }
    return error;
}

/* Gives the connection the lowest free address of 'subnet'. */
static char *
allocate_address(struct conn_change *add, const struct vpn_prefix *subnet)
{
    struct in6_addr addr;

    if (!vpn_service_next_address(add->service, subnet, &addr)) {
        char *s = vpn_prefix_to_string(subnet);
        char *error = xasprintf("tunnel subnet %s of service %s has no free "
                                "address left; delete a connection that is "
                                "not needed, or give the service a larger "
                                "subnet with svc-set", s, add->service->name);

        free(s);
        return error;
    }
    struct vpn_prefix host = vpn_prefix_host(&addr);
    vpn_prefixes_add(&add->connection.addresses, &host);
    return NULL;
}

static char *
allocate_addresses(struct conn_change *add)
{
    const struct vpn_prefixes *subnets = &add->service->tunnel_subnets;
    bool allocate = !conn_change_option(add, "--address");
    char *error = NULL;

    for (size_t i = 0; allocate && !error && i < subnets->n; i++) {
        error = allocate_address(add, &subnets->list[i]);
    }
    return error;
}

static char *
insert_row(const struct conn_change *add)
{
    struct vpnnbrec_vpn_connection *row
        = vpnnbrec_vpn_connection_insert(add->ctx->txn);
    int64_t now = vpn_nb_touch(add->row);

    vpnnbrec_vpn_connection_set_name(row, add->connection.name);
    conn_change_write(add, row);
    vpnnbrec_vpn_connection_set_created_at(row, &now, 1);
    vpnnbrec_vpn_connection_set_updated_at(row, &now, 1);
    nbctl_link_connection(add->ctx, add->row, row);
    return conn_change_write_keys(add, row);
}

static char *
add_connection(struct conn_change *add)
{
    const char *psk = conn_change_option(add, "--psk");

    char *error = parse_arguments(add);
    error = error ? error : nbctl_config_keys(
        add->config, conn_change_option(add, "--public-key"),
        psk ? psk : "auto");
    error = error ? error : find_service(add);
    error = error ? error : allocate_addresses(add);
    if (!error) {
        add->connection.public_key = add->config->public_key;
        error = conn_change_check(add, "added to");
    }
    error = error ? error : conn_change_wait(add);
    if (error || add->ctx->try_again) {
        return error;
    }

    error = conn_change_make_config(add);
    if (!error) {
        error = insert_row(add);
        nbctl_expect("added", add->row->name, add->connection.name);
    }
    return error;
}

static void
cmd_conn_add(struct ctl_context *ctx)
{
    struct conn_change add;

    conn_change_init(&add, ctx);
    add.config = nbctl_config_get(ctx);
    ctx->error = add_connection(&add);
    conn_change_destroy(&add);
}

static void
post_conn_add(struct ctl_context *ctx)
{
    if (vpn_dbctl_is_dry_run()) {
        nbctl_config_discard(ctx);
    } else {
        nbctl_config_deliver(ctx);
    }
}

const struct ctl_command_syntax nbctl_conn_add_commands[] = {
    {"conn-add", 2, 2, "SERVICE NAME", nbctl_prerequisites, cmd_conn_add,
     post_conn_add,
     CONN_CHANGE_OPTIONS ",--public-key=,--psk=," NBCTL_CONFIG_OPTIONS, RW},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};
