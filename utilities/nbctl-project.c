/* SPDX-License-Identifier: Apache-2.0 */

/* project-rekey and project-config: all connections of a project at once. */

#include <config.h>

#include "utilities/nbctl-conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-nb-snapshot.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"
#include "utilities/nbctl-config.h"
#include "utilities/nbctl.h"
#include "utilities/vpn-dbctl.h"

/* What one of the commands does. */
struct work {
    struct ctl_context *ctx;
    const char *directory;
    bool psks, keys;            /* What to replace. */
};

/* Makes directory 'name' for its owner alone, unless it is there. */
static char *
make_directory(const char *name)
{
    struct stat s;

    if (!mkdir(name, 0700) || errno == EEXIST) {
        if (stat(name, &s)) {
            return xasprintf("--directory: %s: %s", name,
                             ovs_strerror(errno));
        } else if (!S_ISDIR(s.st_mode) || s.st_mode & 077) {
            return xasprintf("--directory: %s must be a directory that nobody "
                             "but its owner has access to (mode 0700)", name);
        }
        return NULL;
    }
    return xasprintf("--directory: %s: create failed (%s)", name,
                     ovs_strerror(errno));
}

/* Prepares the file for the peer of 'c', and its keys. */
static char *
prepare(const struct work *work, struct conn_change *change,
        const struct vpnnbrec_vpn_connection *row)
{
    struct nbctl_config *config = change->config;
    bool new_psk = row->sealed_psk && (work->psks || work->keys);
    char *error;

    error = nbctl_config_parse(config, work->ctx);
    error = error ? error : nbctl_config_keys(
        config, work->keys ? NULL : row->public_key,
        new_psk ? "auto" : "none");
    if (!error) {
        config->psk_unknown = row->sealed_psk && !new_psk;
        change->connection.public_key = config->public_key;
        error = conn_change_wait(change);
    }
    if (error || work->ctx->try_again || vpn_dbctl_is_dry_run()) {
        return error;
    }

    char *directory = xasprintf("%s/%s", work->directory, change->row->name);
    error = make_directory(directory);
    error = error ? error : nbctl_config_name(config, directory, row->name);
    free(directory);
    return error ? error : conn_change_make_config(change);
}

/* Does the work for the connection of 'row', which is the one that 'change'
 * has. */
static char *
do_connection(const struct work *work, struct conn_change *change,
              const struct vpnnbrec_vpn_connection *row)
{
    char *error = prepare(work, change, row);

    if (error || work->ctx->try_again) {
        return error;
    } else if (work->keys) {
        error = conn_change_write_keys(change, row);
    } else if (change->config->psk) {
        error = conn_change_write_psk(change, row);
    }
    if (work->keys || change->config->psk) {
        int64_t now = vpn_nb_touch(change->row);

        vpnnbrec_vpn_connection_set_updated_at(row, &now, 1);
        nbctl_expect("changed", change->row->name, row->name);
    }
    ds_put_format(&work->ctx->output, "%s/%s\n", change->row->name,
                  row->name);
    return error;
}

/* Does the work for all connections of 'row'.  Leaves those out that no peer
 * can use. */
static char *
do_service(const struct work *work, const struct vpnnbrec_vpn_service *row)
{
    size_t n;
    const struct vpnnbrec_vpn_connection **rows
        = nbctl_sort_connections(row, &n);
    struct vpn_service *service = vpn_service_from_row(row);
    char *error = NULL;

    for (size_t i = 0; !error && i < n; i++) {
        const struct vpn_connection *c
            = vpn_service_find_connection(service, &rows[i]->header_.uuid);
        struct conn_change change = {
            .ctx = work->ctx,
            .global = vpnnbrec_nb_global_first(work->ctx->idl),
            .row = row,
            .service = service,
        };
        const char *problem = (service->error ? service->error
                               : !c ? "it has no entry" : c->error);

        if (problem) {
            ds_put_format(&work->ctx->output, "%s/%s: left out: %s\n",
                          row->name, rows[i]->name, problem);
            continue;
        }
        vpn_connection_clone(&change.connection, c);
        change.config = nbctl_config_get_one(work->ctx,
                                             &rows[i]->header_.uuid);
        error = do_connection(work, &change, rows[i]);
        vpn_connection_destroy(&change.connection);
    }
    vpn_service_destroy(service);
    free(rows);
    return error;
}

static char *
do_project(const struct work *work, const char *project)
{
    size_t n, n_found = 0;
    const struct vpnnbrec_vpn_service **rows
        = nbctl_sort_services(work->ctx->idl, &n);
    char *error = NULL;

    for (size_t i = 0; !error && !work->ctx->try_again && i < n; i++) {
        if (!strcmp(rows[i]->project, project)) {
            error = do_service(work, rows[i]);
            n_found++;
        }
    }
    free(rows);
    return (n_found ? error
            : xasprintf("no service belongs to project \"%s\"", project));
}

static void
run(struct ctl_context *ctx, bool rekey)
{
    struct work work = {
        .ctx = ctx,
        .directory = shash_find_data(&ctx->options, "--directory"),
    };
    const char *keys = shash_find_data(&ctx->options, "--keys");

    work.keys = rekey && nullable_string_is_equal(keys, "all");
    work.psks = rekey && nullable_string_is_equal(keys, "psk");
    if (!work.directory) {
        ctl_error(ctx, "give --directory=DIRECTORY for the configurations");
    } else if (rekey && !work.psks && !work.keys) {
        ctl_error(ctx, "give --keys=psk to replace pre-shared keys, or "
                  "--keys=all to replace the peers' key pairs as well (\"%s "
                  "svc-rekey\" replaces those of services)", program_name);
    } else {
        ctx->error = (vpn_dbctl_is_dry_run() ? NULL
                      : make_directory(work.directory));
        if (!ctx->error) {
            ctx->error = do_project(&work, ctx->argv[1]);
        }
    }
}

static void
cmd_project_rekey(struct ctl_context *ctx)
{
    run(ctx, true);
}

static void
cmd_project_config(struct ctl_context *ctx)
{
    run(ctx, false);
}

static void
post_project(struct ctl_context *ctx)
{
    nbctl_config_finish_all(ctx, !vpn_dbctl_is_dry_run());
}

#define OPTIONS "--directory=,--force,--format=,--full-tunnel,--current-key"
const struct ctl_command_syntax nbctl_project_commands[] = {
    {"project-rekey", 1, 1, "PROJECT", nbctl_prerequisites,
     cmd_project_rekey, post_project, "--keys=," OPTIONS, RW},
    {"project-config", 1, 1, "PROJECT", nbctl_prerequisites,
     cmd_project_config, post_project, OPTIONS, RO},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};
