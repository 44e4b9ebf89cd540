/* SPDX-License-Identifier: Apache-2.0 */

/* Whether the VPN databases have all that this version reads and writes. */

#include <config.h>

#include "ovn-vpn/snapshot.h"

#include <stdlib.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

/* Tables that ovn-vpn uses. */
static const struct ovsdb_idl_table_class *const vpn_nb_tables[] = {
    &vpnnbrec_table_nb_global,
    &vpnnbrec_table_vpn_service,
    &vpnnbrec_table_vpn_connection,
    &vpnnbrec_table_gateway_chassis,
    &vpnnbrec_table_chassis,
};
static const struct ovsdb_idl_table_class *const vpn_sb_tables[] = {
    &vpnsbrec_table_sb_global,
    &vpnsbrec_table_chassis,
    &vpnsbrec_table_tunnel,
    &vpnsbrec_table_sealed_key,
    &vpnsbrec_table_peer,
    &vpnsbrec_table_tunnel_state,
    &vpnsbrec_table_peer_state,
    &vpnsbrec_table_rbac_role,
    &vpnsbrec_table_rbac_permission,
};

/* Appends to 'missing' the tables and columns that the server of 'idl' does
 * not have. */
static void
list_missing(const struct ovsdb_idl *idl,
             const struct ovsdb_idl_table_class *const *tables, size_t n,
             struct ds *missing)
{
    for (size_t i = 0; i < n; i++) {
        const struct ovsdb_idl_table_class *table = tables[i];

        if (!ovsdb_idl_server_has_table(idl, table)) {
            ds_put_format(missing, "%s%s", missing->length ? ", " : "",
                          table->name);
            continue;
        }
        for (size_t j = 0; j < table->n_columns; j++) {
            if (!ovsdb_idl_server_has_column(idl, &table->columns[j])) {
                ds_put_format(missing, "%s%s.%s", missing->length ? ", " : "",
                              table->name, table->columns[j].name);
            }
        }
    }
}

static char *
check_schema(const struct ovsdb_idl *idl, const char *schema_file,
             const struct ovsdb_idl_table_class *const *tables, size_t n)
{
    struct ds missing = DS_EMPTY_INITIALIZER;
    char *error = NULL;

    list_missing(idl, tables, n, &missing);
    if (missing.length) {
        /* The server of a database that is not clustered, at least that of
         * Open vSwitch 3.1, tells its clients about a new schema only when it
         * has been restarted. */
        error = xasprintf("database %s has an older schema, without %s; "
                          "convert it to this version's %s (\"ovsdb-client "
                          "convert\") and restart its server",
                          ovsdb_idl_get_class(idl)->database,
                          ds_cstr(&missing), schema_file);
    }
    ds_destroy(&missing);
    return error;
}

/* Checks that 'vpn_nb' and 'vpn_sb', which have been connected, have the
 * tables and columns that ovn-vpn needs; they may have others.  A transaction
 * with a column that is not there would be refused as a whole.  Returns NULL,
 * or a message for the operator, which the caller must free. */
char *
snapshot_check_schemas(const struct ovsdb_idl *vpn_nb,
                       const struct ovsdb_idl *vpn_sb)
{
    char *error = check_schema(vpn_nb, "ovn-vpn-nb.ovsschema", vpn_nb_tables,
                               ARRAY_SIZE(vpn_nb_tables));

    return error ? error : check_schema(vpn_sb, "ovn-vpn-sb.ovsschema",
                                        vpn_sb_tables,
                                        ARRAY_SIZE(vpn_sb_tables));
}
