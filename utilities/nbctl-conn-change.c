/* SPDX-License-Identifier: Apache-2.0 */

/* A connection as it shall be, from the arguments of a command. */

#include <config.h>

#include "utilities/nbctl-conn.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-access.h"
#include "lib/vpn-nb-snapshot.h"
#include "lib/vpn-parse.h"
#include "lib/vpn-time.h"
#include "sset.h"
#include "timeval.h"
#include "util.h"
#include "utilities/nbctl-config.h"
#include "utilities/nbctl.h"

void
conn_change_init(struct conn_change *change, struct ctl_context *ctx)
{
    *change = (struct conn_change) {
        .ctx = ctx,
        .global = vpnnbrec_nb_global_first(ctx->idl),
        .connection = {
            .name = xstrdup(ctx->argv[2]),
            .enabled = true,
            .keepalive = -1,
        },
    };
}

void
conn_change_destroy(struct conn_change *change)
{
    vpn_connection_destroy(&change->connection);
    vpn_service_destroy(change->service);
}

/* Returns the argument of option 'name', NULL if it is not given. */
const char *
conn_change_option(const struct conn_change *change, const char *name)
{
    return shash_find_data(&change->ctx->options, name);
}

/* Options. */

static char *
parse_type(struct conn_change *change, const char *type)
{
    change->connection.is_site = !strcmp(type, "site");
    return (change->connection.is_site || !strcmp(type, "client") ? NULL
            : xasprintf("\"%s\" is neither \"client\" nor \"site\"", type));
}

static char *
parse_addresses(struct conn_change *change, const char *s)
{
    vpn_prefixes_destroy(&change->connection.addresses);
    return vpn_parse_addresses(s, &change->connection.addresses);
}

static char *
parse_peer_cidrs(struct conn_change *change, const char *s)
{
    vpn_prefixes_destroy(&change->connection.peer_cidrs);
    return vpn_parse_prefixes(s, &change->connection.peer_cidrs);
}

static char *
parse_peer_address(struct conn_change *change, const char *s)
{
    free(change->connection.peer_address);
    change->connection.peer_address = s[0] ? xstrdup(s) : NULL;
    return s[0] ? vpn_peer_address_check(s) : NULL;
}

static char *
parse_keepalive(struct conn_change *change, const char *s)
{
    change->connection.keepalive = -1;
    return (!s[0] ? NULL
            : vpn_parse_int(s, 0, UINT16_MAX,
                              &change->connection.keepalive));
}

static char *
parse_groups(struct conn_change *change, const char *s)
{
    struct svec *groups = &change->connection.groups;
    char *error = NULL;
    struct sset names;
    const char *name;

    svec_clear(groups);
    sset_from_delimited_string(&names, s, ", ");
    SSET_FOR_EACH (name, &names) {
        svec_add(groups, name);
        error = error ? error : vpn_group_check(name);
    }
    sset_destroy(&names);
    svec_sort(groups);
    return error;
}

static char *
parse_description(struct conn_change *change, const char *s)
{
    change->description = s;
    return NULL;
}

static char *
parse_expires(struct conn_change *change, const char *s)
{
    long long int now = time_wall_msec();
    int64_t at = 0;

    char *error = (!s[0] || !strcmp(s, "never") ? NULL
                   : vpn_parse_time(s, now, &at));
    change->connection.expires_at = at;
    return (error || !at || at > now ? error
            : xasprintf("\"%s\" is not in the future (to turn a connection "
                        "off, use --enabled=false)", s));
}

static char *
parse_enabled(struct conn_change *change, const char *s)
{
    change->connection.enabled = strcmp(s, "false");
    return (!strcmp(s, "true") || !strcmp(s, "false") ? NULL
            : xasprintf("\"%s\" is neither \"true\" nor \"false\"", s));
}

/* Changes the connection as the command's options say. */
char *
conn_change_parse(struct conn_change *change)
{
    static const struct {
        const char *name;
        char *(*parse)(struct conn_change *, const char *);
    } options[] = {
        { "--type", parse_type },
        { "--address", parse_addresses },
        { "--peer-cidrs", parse_peer_cidrs },
        { "--peer-address", parse_peer_address },
        { "--keepalive", parse_keepalive },
        { "--groups", parse_groups },
        { "--description", parse_description },
        { "--expires", parse_expires },
        { "--enabled", parse_enabled },
    };
    char *error = NULL;

    for (size_t i = 0; !error && i < ARRAY_SIZE(options); i++) {
        const char *arg = conn_change_option(change, options[i].name);

        if (arg) {
            error = vpn_label(options[i].name, options[i].parse(change,
                                                                  arg));
        }
    }
    return error;
}

/* Rows. */

char *
conn_change_find_service(struct conn_change *change)
{
    char *error = nbctl_get_service(change->ctx, change->ctx->argv[1],
                                    &change->row);

    if (!error) {
        change->service = vpn_service_from_row(change->row);
    }
    return error;
}

/* Finds the connection, which is there already, in its service, and makes
 * 'change' one that changes nothing yet. */
char *
conn_change_find_connection(struct conn_change *change,
                            const struct vpnnbrec_vpn_connection **rowp)
{
    char *error = conn_change_find_service(change);

    if (!error) {
        error = nbctl_get_connection(change->row, change->ctx->argv[2], rowp);
    }
    if (error) {
        return error;
    }

    const struct vpnnbrec_vpn_connection *row = *rowp;
    for (size_t i = 0; i < change->service->n_connections; i++) {
        const struct vpn_connection *c = &change->service->connections[i];

        if (uuid_equals(&c->uuid, &row->header_.uuid)) {
            vpn_connection_destroy(&change->connection);
            vpn_connection_clone(&change->connection, c);
        }
    }
    return NULL;
}

/* Checks that the service can have connections at all, and the connection
 * together with those that it has.  'verb' says what would be done. */
char *
conn_change_check(const struct conn_change *change, const char *verb)
{
    const char *name = change->connection.name;

    if (change->service->error) {
        return xasprintf("service %s cannot be served: %s", change->row->name,
                         change->service->error);
    }
    char *label = xasprintf("connection %s cannot be %s service %s", name,
                            verb, change->service->name);
    char *error = vpn_label(label,
                              vpn_connection_check_new(change->service,
                                                       &change->connection));

    free(label);
    return error;
}
