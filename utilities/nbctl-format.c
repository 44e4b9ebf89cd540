/* SPDX-License-Identifier: Apache-2.0 */

/* Output of commands: tables, and lines with a label and a value. */

#include <config.h>

#include "utilities/nbctl.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-model.h"
#include "lib/vpn-time.h"
#include "openvswitch/dynamic-string.h"
#include "smap.h"
#include "svec.h"
#include "table.h"
#include "util.h"
#include "utilities/vpn-dbctl.h"

/* Returns a new table with the 'n' given columns, for 'ctx->table'. */
struct table *
nbctl_table_create(const char *const columns[], size_t n)
{
    struct table *table = xmalloc(sizeof *table);

    table_init(table);
    for (size_t i = 0; i < n; i++) {
        table_add_column(table, "%s", columns[i]);
    }
    return table;
}

/* Adds a cell with 's', or an empty one if 's' is NULL, to the current row of
 * 'table'. */
void
nbctl_table_put(struct table *table, const char *s)
{
    table_add_cell(table)->text = xstrdup(s ? s : "");
}

void
nbctl_table_put_and_free(struct table *table, char *s)
{
    table_add_cell(table)->text = s;
}

/* Returns the 'n' given strings, sorted and separated by commas, in a string
 * that the caller must free. */
char *
nbctl_join(char *const *strings, size_t n)
{
    struct svec svec = SVEC_EMPTY_INITIALIZER;

    for (size_t i = 0; i < n; i++) {
        svec_add(&svec, strings[i]);
    }
    svec_sort(&svec);
    char *s = svec_join(&svec, ", ", "");
    svec_destroy(&svec);
    return s;
}

/* Returns the address and port at which clients reach 'service', the ones in
 * use if they are known.  The caller must free the string. */
char *
nbctl_endpoint(const struct vpnnbrec_vpn_service *service)
{
    const char *ip = (service->public_ip ? service->public_ip
                      : service->external_ip);
    int port = (service->n_listen_port ? service->listen_port[0]
                : VPN_DEFAULT_LISTEN_PORT);

    return (!ip ? xstrdup("")
            : xasprintf(strchr(ip, ':') ? "[%s]:%d" : "%s:%d", ip, port));
}

/* Appends a line with 'label' and 'value', unless 'value' is NULL or empty. */
void
nbctl_put(struct ds *ds, int indent, const char *label, const char *value)
{
    if (value && value[0]) {
        vpn_dbctl_put_line(ds, indent, "%s: %s", label, value);
    }
}

void
nbctl_put_and_free(struct ds *ds, int indent, const char *label, char *value)
{
    nbctl_put(ds, indent, label, value);
    free(value);
}

void
nbctl_put_bool(struct ds *ds, int indent, const char *label, bool value)
{
    nbctl_put(ds, indent, label, value ? "true" : "false");
}

/* Appends a line with the number in an optional column, if it is there. */
void
nbctl_put_int(struct ds *ds, int indent, const char *label,
              const int64_t *value, size_t n)
{
    if (n) {
        nbctl_put_and_free(ds, indent, label,
                           xasprintf("%"PRId64, value[0]));
    }
}

/* Appends when the service in 'row' was last taken over, and how long that
 * took, if it ever was. */
void
nbctl_put_takeover(struct ds *ds, int indent, const char *label,
                   const struct vpnnbrec_vpn_service *row)
{
    const struct smap *status = &row->status;
    int64_t at = smap_get_ullong(status, "last_takeover_at", 0);

    if (at) {
        char *time = vpn_format_time(at);

        nbctl_put_and_free(ds, indent, label, xasprintf(
            "%s, %d of %d peers called were back after %d ms", time,
            smap_get_int(status, "last_takeover_back", 0),
            smap_get_int(status, "last_takeover_called", 0),
            smap_get_int(status, "last_takeover_ms", 0)));
        free(time);
    }
}

/* Like nbctl_put_int(), for a time in milliseconds since the epoch. */
void
nbctl_put_time(struct ds *ds, int indent, const char *label,
               const int64_t *value, size_t n)
{
    if (n) {
        nbctl_put_and_free(ds, indent, label, vpn_format_time(value[0]));
    }
}
