/* SPDX-License-Identifier: Apache-2.0 */

/* test-api target TARGET...: takes targets of requests apart.
 *
 * test-api route METHOD TARGET: finds a route of the API.
 *
 * test-api routes: prints all methods and paths of the API proper, and the
 * parameters that their queries may have, with the values that these may have.
 *
 * test-api json TEXT...: what the parser says of a body.
 *
 * test-api json-deep N: the same of N arrays in an object.
 *
 * test-api source ADDRESS...: what wrong tokens from there count for.
 *
 * test-api vault N: keeps keys of N connections, and prints which of the first
 * two and the last are kept. */

#include <config.h>
#undef NDEBUG
#include "utilities/api/api-json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command-line.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "svec.h"
#include "tests/ovstest.h"
#include "util.h"
#include "utilities/api/api-auth.h"
#include "utilities/api/api-route.h"
#include "utilities/api/api-target.h"
#include "utilities/api/api-vault.h"

static void
test_target(struct ovs_cmdl_context *ctx)
{
    for (int i = 1; i < ctx->argc; i++) {
        struct api_target target;
        char *authority;
        char *s = api_target_relative(ctx->argv[i], &authority);
        char *error = api_target_parse(s, &target);

        if (authority) {
            printf("%s ", authority);
        }
        if (error) {
            puts(error);
        } else {
            const struct smap_node **nodes = smap_sort(&target.query);

            for (size_t k = 0; k < target.n_segments; k++) {
                printf("[%s]", target.segments[k]);
            }
            for (size_t k = 0; k < smap_count(&target.query); k++) {
                printf(" %s=%s", nodes[k]->key, nodes[k]->value);
            }
            putchar('\n');
            free(nodes);
        }
        free(error);
        free(authority);
        free(s);
        api_target_destroy(&target);
    }
}

static void
test_route(struct ovs_cmdl_context *ctx)
{
    const char *params[API_ROUTE_PARAMS] = { NULL };
    const struct api_route *route;
    struct api_target target;
    char *error = api_target_parse(ctx->argv[2], &target);

    ovs_assert(!error);
    switch (api_route_find(api_routes, api_n_routes, ctx->argv[1], &target,
                           &route, params)) {
    case API_ROUTE_FOUND:
        printf("%s\n", route->path);
        break;
    case API_ROUTE_NO_METHOD: {
        char *methods = api_route_methods(api_routes, api_n_routes, &target);

        printf("allow %s\n", methods);
        free(methods);
        break;
    }
    case API_ROUTE_NO_PATH:
        puts("no such path");
        break;
    }
    api_target_destroy(&target);
}

/* Prints ' name', or ' name=value,value'. */
static void
print_parameter(const char *name)
{
    const char *values = api_route_values(name);

    printf(" %s", name);
    if (values) {
        putchar('=');
        for (const char *p = values; *p; p++) {
            putchar(*p == ' ' ? ',' : *p);
        }
    }
}

static void
test_routes(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    for (size_t i = 0; i < api_n_routes; i++) {
        if (!(api_routes[i].flags & API_PAGE)) {
            struct svec names = SVEC_EMPTY_INITIALIZER;
            const char *name;
            size_t k;

            printf("%s /%s", api_routes[i].method, api_routes[i].path);
            svec_parse_words(&names, api_routes[i].query);
            SVEC_FOR_EACH (k, name, &names) {
                print_parameter(name);
            }
            putchar('\n');
            svec_destroy(&names);
        }
    }
}

static void
parse_json(const char *s)
{
    struct json *json;
    char *error = api_json_parse(s, strlen(s), &json);
    char *out = error ? error : json_to_string(json, JSSF_SORT);

    puts(out);
    free(out);
    json_destroy(json);
}

static void
test_json(struct ovs_cmdl_context *ctx)
{
    for (int i = 1; i < ctx->argc; i++) {
        parse_json(ctx->argv[i]);
    }
}

static void
test_json_deep(struct ovs_cmdl_context *ctx)
{
    struct ds ds = DS_EMPTY_INITIALIZER;
    int n = atoi(ctx->argv[1]);

    ds_put_cstr(&ds, "{\"a\":");
    ds_put_char_multiple(&ds, '[', n);
    ds_put_char_multiple(&ds, ']', n);
    ds_put_char(&ds, '}');
    parse_json(ds_cstr(&ds));
    ds_destroy(&ds);
}

static void
test_vault(struct ovs_cmdl_context *ctx)
{
    struct api_vault *vault = api_vault_create();
    int n = atoi(ctx->argv[1]);
    char **tokens = xcalloc(n, sizeof *tokens);

    for (int i = 0; i < n; i++) {
        struct uuid uuid = { .parts = { i + 1 } };

        tokens[i] = xstrdup(api_vault_put(vault, &uuid, &uuid,
                                          vpn_secret_new_private(),
                                          i ? vpn_secret_new_psk()
                                          : NULL)->token);
    }
    for (int i = 0; i < n; i++) {
        const struct api_vault_entry *entry = api_vault_find(vault, tokens[i]);

        ovs_assert(!entry || entry->connection.parts[0] == i + 1);
        if (i < 2 || i == n - 1) {
            puts(entry ? "kept" : "gone");
        }
        free(tokens[i]);
    }
    ovs_assert(!api_vault_find(vault, ""));
    free(tokens);
    api_vault_destroy(vault);
}

static void
test_source(struct ovs_cmdl_context *ctx)
{
    for (int i = 1; i < ctx->argc; i++) {
        char *source = api_auth_source(ctx->argv[i]);

        puts(source);
        free(source);
    }
}

static void
test_api_main(int argc, char *argv[])
{
    static const struct ovs_cmdl_command commands[] = {
        {"target", NULL, 1, INT_MAX, test_target, OVS_RO},
        {"route", NULL, 2, 2, test_route, OVS_RO},
        {"routes", NULL, 0, 0, test_routes, OVS_RO},
        {"json", NULL, 1, INT_MAX, test_json, OVS_RO},
        {"json-deep", NULL, 1, 1, test_json_deep, OVS_RO},
        {"source", NULL, 1, INT_MAX, test_source, OVS_RO},
        {"vault", NULL, 1, 1, test_vault, OVS_RO},
        {NULL, NULL, 0, 0, NULL, OVS_RO},
    };
    struct ovs_cmdl_context ctx = { .argc = argc - 1, .argv = argv + 1 };

    set_program_name(argv[0]);
    vpn_keys_init();
    ovs_cmdl_run_command(&ctx, commands);
}

OVSTEST_REGISTER("test-api", test_api_main);
