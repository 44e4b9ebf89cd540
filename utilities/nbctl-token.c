/* SPDX-License-Identifier: Apache-2.0 */

/* token-add, token-list and token-del: who may use ovn-vpn-api. */

#include <config.h>

#include "utilities/nbctl.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-keys.h"
#include "lib/vpn-model.h"
#include "lib/vpn-parse.h"
#include "lib/vpn-time.h"
#include "lib/vpn-token.h"
#include "openvswitch/dynamic-string.h"
#include "svec.h"
#include "table.h"
#include "timeval.h"
#include "util.h"
#include "utilities/vpn-dbctl.h"

static void
pre_token(struct ctl_context *ctx)
{
    ovsdb_idl_add_column(ctx->idl, &vpnnbrec_api_token_col_name);
    ovsdb_idl_add_column(ctx->idl, &vpnnbrec_api_token_col_role);
    ovsdb_idl_add_column(ctx->idl, &vpnnbrec_api_token_col_projects);
    ovsdb_idl_add_column(ctx->idl, &vpnnbrec_api_token_col_enabled);
    ovsdb_idl_add_column(ctx->idl, &vpnnbrec_api_token_col_created_at);
    ovsdb_idl_add_column(ctx->idl, &vpnnbrec_api_token_col_expires_at);
    ovsdb_idl_add_column(ctx->idl, &vpnnbrec_api_token_col_last_used_at);
}

static const struct vpnnbrec_api_token *
find_token(struct ctl_context *ctx, const char *name)
{
    const struct vpnnbrec_api_token *row;

    VPNNBREC_API_TOKEN_FOR_EACH (row, ctx->idl) {
        if (!strcmp(row->name, name)) {
            return row;
        }
    }
    return NULL;
}

/* token-add. */

static char *
check_arguments(struct ctl_context *ctx, int64_t *expires_at)
{
    const char *name = ctx->argv[1], *role = ctx->argv[2];
    const char *expires = shash_find_data(&ctx->options, "--expires");
    char *error = vpn_label("NAME", vpn_name_check("token", name));

    *expires_at = 0;
    if (!error && find_token(ctx, name)) {
        error = xasprintf("there is a token named %s already; delete it "
                          "first, or use another name", name);
    }
    if (!error && strcmp(role, "viewer") && strcmp(role, "operator")
        && strcmp(role, "admin")) {
        error = xasprintf("ROLE: \"%s\" is none of \"viewer\", \"operator\" "
                          "and \"admin\"", role);
    }
    if (!error && expires) {
        error = vpn_label("--expires", vpn_parse_time(expires,
                                                      time_wall_msec(),
                                                      expires_at));
    }
    for (int i = 3; !error && i < ctx->argc; i++) {
        error = vpn_label("PROJECT", vpn_name_check("project", ctx->argv[i]));
    }
    return error;
}

static void
cmd_token_add(struct ctl_context *ctx)
{
    struct svec projects = SVEC_EMPTY_INITIALIZER;
    char hash[VPN_TOKEN_HASH_LEN + 1];
    int64_t now = time_wall_msec();
    int64_t expires_at;

    ctx->error = check_arguments(ctx, &expires_at);
    if (ctx->error || vpn_dbctl_is_dry_run()) {
        return;
    }
    for (int i = 3; i < ctx->argc; i++) {
        svec_add(&projects, ctx->argv[i]);
    }
    svec_sort_unique(&projects);

    /* It is printed after the commit, and exists nowhere else. */
    char *token = vpn_token_new(VPN_TOKEN_PREFIX);
    vpn_token_hash(token, hash);
    ds_put_format(&ctx->output, "%s\n", token);
    vpn_wipe(token, strlen(token));
    free(token);

    const struct vpnnbrec_api_token *row
        = vpnnbrec_api_token_insert(ctx->txn);
    vpnnbrec_api_token_set_name(row, ctx->argv[1]);
    vpnnbrec_api_token_set_token_hash(row, hash);
    vpnnbrec_api_token_set_role(row, ctx->argv[2]);
    vpnnbrec_api_token_set_projects(row, (const char **) projects.names,
                                    projects.n);
    vpnnbrec_api_token_set_created_at(row, &now, 1);
    vpnnbrec_api_token_set_expires_at(row, &expires_at, expires_at != 0);
    svec_destroy(&projects);
}

/* token-list. */

static int
compare_tokens_cb(const void *a_, const void *b_)
{
    const struct vpnnbrec_api_token *const *a = a_, *const *b = b_;

    return strcmp((*a)->name, (*b)->name);
}

static void
put_time(struct table *table, const int64_t *ms, size_t n)
{
    nbctl_table_put_and_free(table, n ? vpn_format_time(*ms) : xstrdup("-"));
}

static void
put_token(struct table *table, const struct vpnnbrec_api_token *row)
{
    table_add_row(table);
    nbctl_table_put(table, row->name);
    nbctl_table_put(table, row->role);
    nbctl_table_put_and_free(table, (row->n_projects
                                     ? nbctl_join(row->projects,
                                                  row->n_projects)
                                     : xstrdup("(all)")));
    nbctl_table_put(table, (!row->n_enabled || row->enabled[0]
                            ? "true" : "false"));
    put_time(table, row->expires_at, row->n_expires_at);
    put_time(table, row->last_used_at, row->n_last_used_at);
}

static void
cmd_token_list(struct ctl_context *ctx)
{
    static const char *const columns[] = {
        "name", "role", "projects", "enabled", "expires_at", "last_used_at",
    };
    const struct vpnnbrec_api_token **rows = NULL, *row;
    size_t n = 0, allocated = 0;

    VPNNBREC_API_TOKEN_FOR_EACH (row, ctx->idl) {
        if (n >= allocated) {
            rows = x2nrealloc(rows, &allocated, sizeof *rows);
        }
        rows[n++] = row;
    }
    if (n) {
        qsort(rows, n, sizeof *rows, compare_tokens_cb);
    }
    ctx->table = nbctl_table_create(columns, ARRAY_SIZE(columns));
    for (size_t i = 0; i < n; i++) {
        put_token(ctx->table, rows[i]);
    }
    free(rows);
}

/* token-del. */

static void
cmd_token_del(struct ctl_context *ctx)
{
    const struct vpnnbrec_api_token *row = find_token(ctx, ctx->argv[1]);

    if (row) {
        vpnnbrec_api_token_delete(row);
    } else if (!shash_find(&ctx->options, "--if-exists")) {
        ctl_error(ctx, "there is no token named %s (\"%s token-list\" prints "
                  "those that there are)", ctx->argv[1], program_name);
    }
}

const struct ctl_command_syntax nbctl_token_commands[] = {
    {"token-add", 2, INT_MAX, "NAME ROLE [PROJECT]...", pre_token,
     cmd_token_add, NULL, "--expires=", RW},
    {"token-list", 0, 0, "", pre_token, cmd_token_list, NULL, "", RO},
    {"token-del", 1, 1, "NAME", pre_token, cmd_token_del, NULL,
     "--if-exists", RW},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};
