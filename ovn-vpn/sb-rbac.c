/* SPDX-License-Identifier: Apache-2.0 */

/* What chassis may do in the VPN Southbound database: write rows that bear
 * their own name, which is the common name of their certificate.  Servers
 * enforce it on connections that have the role. */

#include <config.h>

#include "ovn-vpn/sb-sync.h"

#include "lib/ovn-vpn-sb-idl.h"
#include "ovn-vpn/row-set.h"
#include "ovsdb-idl.h"
#include "svec.h"
#include "util.h"

#define ROLE_NAME "ovn-vpn-controller"

/* All rows in these tables may be inserted and deleted by the chassis that
 * 'authorization' names, which may change the columns in 'update', separated
 * by blanks, but not to whom they belong. */
static const struct permission {
    const char *table;
    const char *authorization;
    const char *update;
} permissions[] = {
    { "Chassis", "name",
      "hostname version backend sealing_public_key nb_cfg nb_cfg_timestamp "
      "heartbeat problems other_config external_ids" },
    { "Tunnel_State", "chassis",
      "tunnel active active_since problems takeover external_ids" },
    { "Peer_State", "chassis",
      "tunnel peer endpoint last_handshake rx_bytes tx_bytes problem "
      "external_ids" },
};

void
sb_rbac_add_columns(struct ovsdb_idl *idl)
{
    static const struct ovsdb_idl_column *columns[] = {
        &vpnsbrec_rbac_role_col_name,
        &vpnsbrec_rbac_role_col_permissions,
        &vpnsbrec_rbac_permission_col_table,
        &vpnsbrec_rbac_permission_col_authorization,
        &vpnsbrec_rbac_permission_col_insert_delete,
        &vpnsbrec_rbac_permission_col_update,
    };

    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        ovsdb_idl_add_column(idl, columns[i]);
    }
}

/* Returns the role of chassis, NULL if there is none. */
static const struct vpnsbrec_rbac_role *
find_role(const struct ovsdb_idl *idl)
{
    const struct vpnsbrec_rbac_role *role;

    VPNSBREC_RBAC_ROLE_FOR_EACH (role, idl) {
        if (!strcmp(role->name, ROLE_NAME)) {
            return role;
        }
    }
    return NULL;
}

/* Returns what 'role' may do in 'table', NULL if nothing is said. */
static struct vpnsbrec_rbac_permission *
find_permission(const struct vpnsbrec_rbac_role *role, const char *table)
{
    for (size_t i = 0; i < role->n_permissions; i++) {
        if (!strcmp(role->key_permissions[i], table)) {
            return role->value_permissions[i];
        }
    }
    return NULL;
}

/* Makes 'row' what 'p' says. */
static void
sync_permission(const struct vpnsbrec_rbac_permission *row,
                const struct permission *p)
{
    struct svec authorization = SVEC_EMPTY_INITIALIZER;
    struct svec update = SVEC_EMPTY_INITIALIZER;

    svec_add(&authorization, p->authorization);
    svec_parse_words(&update, p->update);
    svec_sort(&update);
    if (strcmp(row->table, p->table)) {
        vpnsbrec_rbac_permission_set_table(row, p->table);
    }
    if (!row_set_equals(row->authorization, row->n_authorization,
                        &authorization)) {
        vpnsbrec_rbac_permission_set_authorization(
            row, (const char **) authorization.names, authorization.n);
    }
    if (!row->insert_delete) {
        vpnsbrec_rbac_permission_set_insert_delete(row, true);
    }
    if (!row_set_equals(row->update, row->n_update, &update)) {
        vpnsbrec_rbac_permission_set_update(
            row, (const char **) update.names, update.n);
    }
    svec_destroy(&authorization);
    svec_destroy(&update);
}

/* Makes the role of chassis what it should be, as part of 'txn'.  Other roles
 * are the operator's. */
void
sb_rbac_sync(const struct ovsdb_idl *idl, struct ovsdb_idl_txn *txn)
{
    const char *tables[ARRAY_SIZE(permissions)];
    struct vpnsbrec_rbac_permission *rows[ARRAY_SIZE(permissions)];
    const struct vpnsbrec_rbac_role *role = find_role(idl);
    bool same = true;

    if (!role) {
        role = vpnsbrec_rbac_role_insert(txn);
        vpnsbrec_rbac_role_set_name(role, ROLE_NAME);
    }
    for (size_t i = 0; i < ARRAY_SIZE(permissions); i++) {
        tables[i] = permissions[i].table;
        rows[i] = find_permission(role, tables[i]);
        if (!rows[i]) {
            rows[i] = vpnsbrec_rbac_permission_insert(txn);
            same = false;
        }
        sync_permission(rows[i], &permissions[i]);
    }
    if (!same || role->n_permissions != ARRAY_SIZE(permissions)) {
        vpnsbrec_rbac_role_set_permissions(role, tables, rows,
                                           ARRAY_SIZE(permissions));
    }
}
