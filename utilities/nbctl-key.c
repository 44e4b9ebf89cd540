/* SPDX-License-Identifier: Apache-2.0 */

/* svc-rekey and sealing-key-rotate. */

#include <config.h>

#include "utilities/nbctl.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-parse.h"
#include "lib/vpn-time.h"
#include "openvswitch/dynamic-string.h"
#include "timeval.h"
#include "util.h"

/* svc-rekey. */

static void
rekey_service(const struct vpnnbrec_vpn_service *row, int64_t cutover)
{
    vpn_nb_rekey_service(row, cutover);
    nbctl_expect("changed", row->name, NULL);
}

/* Stores the time that the options name in '*cutover', 0 for never. */
static char *
parse_cutover(struct ctl_context *ctx, int64_t *cutover)
{
    const char *s = shash_find_data(&ctx->options, "--cutover");
    bool cancel = shash_find(&ctx->options, "--cancel");

    *cutover = 0;
    if (cancel == (s != NULL)) {
        return xstrdup("give either --cutover=TIME, when the key shall "
                       "change, or --cancel");
    }
    return (cancel ? NULL
            : vpn_label("--cutover", vpn_parse_time(s, time_wall_msec(),
                                                        cutover)));
}

/* Changes all services of 'project'. */
static char *
rekey_project(struct ctl_context *ctx, const char *project, int64_t cutover)
{
    size_t n, n_found = 0;
    const struct vpnnbrec_vpn_service **rows = nbctl_sort_services(ctx->idl,
                                                                   &n);

    for (size_t i = 0; i < n; i++) {
        if (!strcmp(rows[i]->project, project)) {
            rekey_service(rows[i], cutover);
            ds_put_format(&ctx->output, "%s\n", rows[i]->name);
            n_found++;
        }
    }
    free(rows);
    return (n_found ? NULL
            : xasprintf("--project: no service belongs to project \"%s\"",
                        project));
}

static void
cmd_svc_rekey(struct ctl_context *ctx)
{
    const char *project = shash_find_data(&ctx->options, "--project");
    const struct vpnnbrec_vpn_service *row;
    int64_t cutover;

    ctx->error = parse_cutover(ctx, &cutover);
    if (ctx->error) {
        return;
    } else if ((project != NULL) == (ctx->argc > 1)) {
        ctl_error(ctx, "give either the name of a service or "
                  "--project=PROJECT");
    } else if (project) {
        ctx->error = rekey_project(ctx, project, cutover);
    } else {
        ctx->error = nbctl_get_service(ctx, ctx->argv[1], &row);
        if (!ctx->error) {
            rekey_service(row, cutover);
        }
    }
}

/* sealing-key-rotate. */

static void
pre_sealing(struct ctl_context *ctx)
{
    ovsdb_idl_add_column(ctx->idl, &vpnnbrec_nb_global_col_sealing_cfg);
    ovsdb_idl_add_column(ctx->idl, &vpnnbrec_nb_global_col_sealing_cfg_done);
    ovsdb_idl_add_column(ctx->idl, &vpnnbrec_nb_global_col_sealing_public_key);
}

static void
cmd_sealing_key_rotate(struct ctl_context *ctx)
{
    const struct vpnnbrec_nb_global *global
        = vpnnbrec_nb_global_first(ctx->idl);

    if (!global || !global->sealing_public_key) {
        ctl_error(ctx, "there is no sealing key yet; ovn-vpn makes one when "
                  "it first runs");
        return;
    }
    int64_t cfg = global->sealing_cfg + 1;
    vpnnbrec_nb_global_verify_sealing_cfg(global);
    vpnnbrec_nb_global_set_sealing_cfg(global, cfg);
    nbctl_await_sealing(cfg);
}

const struct ctl_command_syntax nbctl_key_commands[] = {
    {"svc-rekey", 0, 1, "[SERVICE]", nbctl_prerequisites, cmd_svc_rekey, NULL,
     "--cutover=,--cancel,--project=", RW},
    {"sealing-key-rotate", 0, 0, "", pre_sealing, cmd_sealing_key_rotate,
     NULL, "", RW},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};
