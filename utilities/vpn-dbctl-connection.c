/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/vpn-dbctl-connection.h"

#include <limits.h>
#include <string.h>

#include "db-ctl-base.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/shash.h"
#include "ovsdb-data.h"
#include "ovsdb-idl.h"
#include "ovsdb-idl-provider.h"
#include "sset.h"
#include "stream.h"
#include "svec.h"
#include "util.h"

/* Of the program's database. */
static const struct vpn_dbctl_connections *db;

/* Rows. */

static const struct ovsdb_datum *
read_value(const struct ovsdb_idl_row *row,
           const struct ovsdb_idl_column *column)
{
    const struct ovsdb_datum *datum = ovsdb_idl_read(row, column);

    return datum->n ? datum : ovsdb_datum_default(&column->type);
}

/* Adds the value that 'atom' has to 'datum', for 'column'. */
static void
add_atom(struct ovsdb_datum *datum, const struct ovsdb_idl_column *column,
         union ovsdb_atom atom)
{
    ovsdb_datum_add_unsafe(datum, &atom, NULL, &column->type, NULL);
    ovsdb_atom_destroy(&atom, column->type.key.type);
}

static void
write_atom(const struct ovsdb_idl_row *row,
           const struct ovsdb_idl_column *column, union ovsdb_atom atom)
{
    struct ovsdb_datum datum;

    ovsdb_datum_init_empty(&datum);
    add_atom(&datum, column, atom);
    ovsdb_idl_txn_write(row, column, &datum);
}

static const char *
read_string(const struct ovsdb_idl_row *row,
            const struct ovsdb_idl_column *column)
{
    return json_string(read_value(row, column)->keys[0].s);
}

static void
write_string(const struct ovsdb_idl_row *row,
             const struct ovsdb_idl_column *column, const char *s)
{
    write_atom(row, column,
               (union ovsdb_atom) { .s = ovsdb_atom_string_create(s) });
}

/* Returns the row that refers to all others, or NULL after an error. */
static const struct ovsdb_idl_row *
find_global(struct ctl_context *ctx)
{
    const struct ovsdb_idl_row *row = ovsdb_idl_first_row(ctx->idl,
                                                          db->global);

    if (!row) {
        ctx->error = xasprintf("the database has no row in %s; start ovn-vpn, "
                               "which makes it, and try again",
                               db->global->name);
    }
    return row;
}

/* Returns what the row that refers to all others has in 'column': the rows
 * that there will be, while those that lose their references are still there
 * until the transaction is committed. */
static const struct ovsdb_datum *
get_refs(const struct ctl_context *ctx, const struct ovsdb_idl_column *column)
{
    const struct ovsdb_idl_row *row = ovsdb_idl_first_row(ctx->idl,
                                                          db->global);

    return row ? ovsdb_idl_read(row, column)
           : ovsdb_datum_default(&column->type);
}

static void
pre_connection(struct ctl_context *ctx)
{
    ovsdb_idl_add_column(ctx->idl, db->connections);
    ovsdb_idl_add_column(ctx->idl, db->target);
    ovsdb_idl_add_column(ctx->idl, db->inactivity_probe);
    ovsdb_idl_add_column(ctx->idl, db->read_only);
    ovsdb_idl_add_column(ctx->idl, db->role);
}

/* get-connection. */

static void
cmd_get_connection(struct ctl_context *ctx)
{
    const struct ovsdb_datum *refs = get_refs(ctx, db->connections);
    struct svec lines = SVEC_EMPTY_INITIALIZER;
    const char *line;
    size_t i;

    for (i = 0; i < refs->n; i++) {
        const struct ovsdb_idl_row *row = ovsdb_idl_get_row_for_uuid(
            ctx->idl, db->connection, &refs->keys[i].uuid);
        bool read_only = read_value(row, db->read_only)->keys[0].boolean;

        svec_add_nocopy(&lines, xasprintf(
            "%s role=\"%s\" %s", read_only ? "read-only" : "read-write",
            read_string(row, db->role), read_string(row, db->target)));
    }
    svec_sort(&lines);
    SVEC_FOR_EACH (i, line, &lines) {
        ds_put_format(&ctx->output, "%s\n", line);
    }
    svec_destroy(&lines);
}

/* set-connection and del-connection. */

static char *
check_target(const char *target)
{
    if (!stream_verify_name(target) || !pstream_verify_name(target)) {
        return NULL;
    }
    return xasprintf("TARGET: \"%s\" is no connection method; it should be "
                     "like pssl:6672, ptcp:6672:192.0.2.1, "
                     "punix:/run/ovn/vpn.sock or ssl:192.0.2.9:6672", target);
}

/* Stores in '*probe' what --inactivity-probe says in milliseconds, -1 if it is
 * not there. */
static char *
parse_probe(const struct ctl_context *ctx, long long int *probe)
{
    const char *s = shash_find_data(&ctx->options, "--inactivity-probe");

    *probe = -1;
    if (s && (!str_to_llong(s, 10, probe) || *probe < 0)) {
        return xasprintf("--inactivity-probe: \"%s\" is not a number of "
                         "milliseconds, 0 or more", s);
    }
    return NULL;
}

struct connection_attributes {
    bool read_only;
    const char *role;
    long long int probe;
};

static void
add_connection(struct ctl_context *ctx, struct ovsdb_datum *connections,
               const struct connection_attributes *a, const char *target)
{
    const struct ovsdb_idl_row *row = ovsdb_idl_txn_insert(
        ctx->txn, db->connection, NULL);

    write_string(row, db->target, target);
    write_string(row, db->role, a->role);
    write_atom(row, db->read_only,
               (union ovsdb_atom) { .boolean = a->read_only });
    if (a->probe >= 0) {
        write_atom(row, db->inactivity_probe,
                   (union ovsdb_atom) { .integer = a->probe });
    }
    add_atom(connections, db->connections,
             (union ovsdb_atom) { .uuid = row->uuid });
}

/* Makes those in 'connections' all that there are.  Others are deleted with
 * the references to them. */
static void
replace_connections(const struct ovsdb_idl_row *global,
                    struct ovsdb_datum *connections)
{
    ovsdb_datum_sort_unique(connections, &db->connections->type);
    ovsdb_idl_txn_write(global, db->connections, connections);
}

static void
cmd_set_connection(struct ctl_context *ctx)
{
    struct connection_attributes a = { .role = "" };
    const struct ovsdb_idl_row *global = find_global(ctx);
    struct sset seen = SSET_INITIALIZER(&seen);
    struct ovsdb_datum connections;

    ovsdb_datum_init_empty(&connections);
    if (!ctx->error) {
        ctx->error = parse_probe(ctx, &a.probe);
    }
    for (int i = 1; !ctx->error && i < ctx->argc; i++) {
        const char *arg = ctx->argv[i];

        if (!strcmp(arg, "read-only") || !strcmp(arg, "read-write")) {
            a.read_only = !strcmp(arg, "read-only");
        } else if (!strncmp(arg, "role=", 5)) {
            a.role = arg + 5;
        } else {
            ctx->error = check_target(arg);
            if (!ctx->error && sset_add(&seen, arg)) {
                add_connection(ctx, &connections, &a, arg);
            }
        }
    }
    if (!ctx->error && sset_is_empty(&seen)) {
        ctx->error = xasprintf("there is no TARGET; del-connection deletes "
                               "all connections");
    }
    if (!ctx->error) {
        replace_connections(global, &connections);
    } else {
        ovsdb_datum_destroy(&connections, &db->connections->type);
    }
    sset_destroy(&seen);
}

static void
cmd_del_connection(struct ctl_context *ctx)
{
    const struct ovsdb_idl_row *global = ovsdb_idl_first_row(ctx->idl,
                                                             db->global);
    struct ovsdb_datum none;

    if (global) {
        ovsdb_datum_init_empty(&none);
        replace_connections(global, &none);
    }
}

/* get-ssl, set-ssl and del-ssl. */

static void
pre_ssl(struct ctl_context *ctx)
{
    ovsdb_idl_add_column(ctx->idl, db->global_ssl);
    ovsdb_idl_add_column(ctx->idl, db->private_key);
    ovsdb_idl_add_column(ctx->idl, db->certificate);
    ovsdb_idl_add_column(ctx->idl, db->ca_cert);
    ovsdb_idl_add_column(ctx->idl, db->bootstrap_ca_cert);
    ovsdb_idl_add_column(ctx->idl, db->ssl_protocols);
    ovsdb_idl_add_column(ctx->idl, db->ssl_ciphers);
}

static void
cmd_get_ssl(struct ctl_context *ctx)
{
    const struct ovsdb_datum *refs = get_refs(ctx, db->global_ssl);

    if (refs->n) {
        const struct ovsdb_idl_row *row = ovsdb_idl_get_row_for_uuid(
            ctx->idl, db->ssl, &refs->keys[0].uuid);
        bool bootstrap
            = read_value(row, db->bootstrap_ca_cert)->keys[0].boolean;

        ds_put_format(&ctx->output,
                      "Private key: %s\n"
                      "Certificate: %s\n"
                      "CA Certificate: %s\n"
                      "Bootstrap: %s\n",
                      read_string(row, db->private_key),
                      read_string(row, db->certificate),
                      read_string(row, db->ca_cert),
                      bootstrap ? "true" : "false");
    }
}

/* A server has a working directory of its own, and may be elsewhere. */
static char *
check_file(const char *what, const char *name)
{
    return name[0] == '/' ? NULL
           : xasprintf("%s: \"%s\" is not the name of a file from / on, as "
                       "the database's servers see it", what, name);
}

/* A server only logs that it does not know a protocol. */
static char *
check_protocols(const char *list)
{
    char *error = NULL;
    struct sset protocols;
    const char *protocol;

    sset_from_delimited_string(&protocols, list, " ,\t");
    if (sset_is_empty(&protocols)) {
        error = xasprintf("PROTOCOLS: there is none in \"%s\"", list);
    }
    SSET_FOR_EACH (protocol, &protocols) {
        if (!error && strncasecmp(protocol, "TLSv1", 5)) {
            error = xasprintf("PROTOCOLS: \"%s\" is no version of TLS, such "
                              "as TLSv1.2", protocol);
        }
    }
    sset_destroy(&protocols);
    return error;
}

static char *
check_ssl(const struct ctl_context *ctx)
{
    char *error = check_file("KEY", ctx->argv[1]);

    if (!error) {
        error = check_file("CERT", ctx->argv[2]);
    }
    if (!error) {
        error = check_file("CA-CERT", ctx->argv[3]);
    }
    return error || ctx->argc <= 4 ? error : check_protocols(ctx->argv[4]);
}

/* Makes 'row', or none if it is NULL, all that there is. */
static void
replace_ssl(const struct ovsdb_idl_row *global,
            const struct ovsdb_idl_row *row)
{
    struct ovsdb_datum datum;

    ovsdb_datum_init_empty(&datum);
    if (row) {
        add_atom(&datum, db->global_ssl,
                 (union ovsdb_atom) { .uuid = row->uuid });
    }
    ovsdb_idl_txn_write(global, db->global_ssl, &datum);
}

static void
cmd_set_ssl(struct ctl_context *ctx)
{
    const struct ovsdb_idl_row *global = find_global(ctx);

    if (!ctx->error) {
        ctx->error = check_ssl(ctx);
    }
    if (!ctx->error) {
        const struct ovsdb_idl_row *row = ovsdb_idl_txn_insert(
            ctx->txn, db->ssl, NULL);

        write_string(row, db->private_key, ctx->argv[1]);
        write_string(row, db->certificate, ctx->argv[2]);
        write_string(row, db->ca_cert, ctx->argv[3]);
        write_string(row, db->ssl_protocols,
                     ctx->argc > 4 ? ctx->argv[4] : "");
        write_string(row, db->ssl_ciphers, ctx->argc > 5 ? ctx->argv[5] : "");
        replace_ssl(global, row);
    }
}

static void
cmd_del_ssl(struct ctl_context *ctx)
{
    const struct ovsdb_idl_row *global = ovsdb_idl_first_row(ctx->idl,
                                                             db->global);

    if (global) {
        replace_ssl(global, NULL);
    }
}

static const struct ctl_command_syntax commands[] = {
    {"get-connection", 0, 0, "", pre_connection, cmd_get_connection, NULL, "",
     RO},
    {"set-connection", 1, INT_MAX,
     "[read-only|read-write] [role=ROLE] TARGET...", pre_connection,
     cmd_set_connection, NULL, "--inactivity-probe=", RW},
    {"del-connection", 0, 0, "", pre_connection, cmd_del_connection, NULL, "",
     RW},
    {"get-ssl", 0, 0, "", pre_ssl, cmd_get_ssl, NULL, "", RO},
    {"set-ssl", 3, 5, "KEY CERT CA-CERT [PROTOCOLS] [CIPHERS]", pre_ssl,
     cmd_set_ssl, NULL, "", RW},
    {"del-ssl", 0, 0, "", pre_ssl, cmd_del_ssl, NULL, "", RW},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};

void
vpn_dbctl_register_connections(const struct vpn_dbctl_connections *connections)
{
    db = connections;
    ctl_register_commands(commands);
}
