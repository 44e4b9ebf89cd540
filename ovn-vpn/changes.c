/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/changes.h"

#include "lib/ovn-nb-idl.h"
#include "lib/ovn-sb-idl.h"
#include "lib/ovn-vpn-nb-idl.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "ovn-vpn/model.h"
#include "ovsdb-idl.h"
#include "util.h"

void
changes_init(struct changes *changes)
{
    *changes = (struct changes) { .all = false };
    uuidset_init(&changes->routers);
    uuidset_init(&changes->orphans);
}

void
changes_destroy(struct changes *changes)
{
    uuidset_destroy(&changes->routers);
    uuidset_destroy(&changes->orphans);
}

/* Forgets what is not in the model's marks: a pass has dealt with it. */
void
changes_clear(struct changes *changes)
{
    changes_destroy(changes);
    changes_init(changes);
}

/* Makes the databases track all that they replicate.  Must be called after all
 * columns have been added. */
void
changes_track(struct ovsdb_idl *vpn_nb, struct ovsdb_idl *vpn_sb,
              struct ovsdb_idl *ovn_nb, struct ovsdb_idl *ovn_sb)
{
    ovsdb_idl_track_add_all(vpn_nb);
    ovsdb_idl_track_add_all(vpn_sb);
    ovsdb_idl_track_add_all(ovn_nb);
    ovsdb_idl_track_add_all(ovn_sb);
}

/* Returns true if the contents of 'idl' were read anew.  This happens without
 * a new connection when a database is converted to another schema.  Then the
 * IDL does not say which rows are gone, but all others are new, among them the
 * only one of 'global', a table that every database has. */
static bool
is_read_anew(const struct ovsdb_idl *idl,
             const struct ovsdb_idl_table_class *global)
{
    const struct ovsdb_idl_row *row;

    for (row = ovsdb_idl_track_get_first(idl, global); row;
         row = ovsdb_idl_track_get_next(row)) {
        if (ovsdb_idl_row_get_seqno(row, OVSDB_IDL_CHANGE_INSERT)
            || ovsdb_idl_row_get_seqno(row, OVSDB_IDL_CHANGE_DELETE)) {
            return true;
        }
    }
    return false;
}

/* The VPN Northbound database. */

/* Returns what has to be done for 'row', of 'class', according to 'get_mark'
 * for each column that has changed: nothing if the row is here only because of
 * one to which it refers. */
static unsigned int
get_marks(const struct ovsdb_idl_row *row,
          const struct ovsdb_idl_table_class *class,
          unsigned int (*get_mark)(const struct ovsdb_idl_column *))
{
    unsigned int marks = 0;

    for (size_t i = 0; i < class->n_columns; i++) {
        if (ovsdb_idl_track_is_updated(row, &class->columns[i])) {
            marks |= get_mark(&class->columns[i]);
        }
    }
    return marks;
}

static unsigned int
get_service_mark(const struct ovsdb_idl_column *column)
{
    static const struct ovsdb_idl_column *status[] = {
        &vpnnbrec_vpn_service_col_phase,
        &vpnnbrec_vpn_service_col_public_ip,
        &vpnnbrec_vpn_service_col_active_chassis,
        &vpnnbrec_vpn_service_col_active_since,
        &vpnnbrec_vpn_service_col_error_message,
        &vpnnbrec_vpn_service_col_offered_subnets,
        &vpnnbrec_vpn_service_col_warnings,
        &vpnnbrec_vpn_service_col_status,
    };

    for (size_t i = 0; i < ARRAY_SIZE(status); i++) {
        if (column == status[i]) {
            return MODEL_STATUS;
        }
    }
    return (column == &vpnnbrec_vpn_service_col_connections ? MODEL_MEMBERS
            : MODEL_READ);
}

static unsigned int
get_connection_mark(const struct ovsdb_idl_column *column)
{
    return (column == &vpnnbrec_vpn_connection_col_status
            || column == &vpnnbrec_vpn_connection_col_error_message
            ? MODEL_STATUS : MODEL_READ);
}

static unsigned int
get_rule_mark(const struct ovsdb_idl_column *column OVS_UNUSED)
{
    return MODEL_READ;
}

/* Returns true if access rules have changed by themselves.  When connections
 * to which they refer have, rules are among the changed rows, too. */
static bool
has_changed_rules(const struct ovsdb_idl *idl)
{
    const struct vpnnbrec_access_rule *row;

    VPNNBREC_ACCESS_RULE_FOR_EACH_TRACKED (row, idl) {
        if (vpnnbrec_access_rule_is_new(row)
            || vpnnbrec_access_rule_is_deleted(row)
            || get_marks(&row->header_, &vpnnbrec_table_access_rule,
                         get_rule_mark)) {
            return true;
        }
    }
    return false;
}

static void
collect_services(struct model *model, const struct ovsdb_idl *idl)
{
    const struct vpnnbrec_vpn_service *row;

    /* Gateway chassis and access rules are parts of the services that refer to
     * them, which then are among the changed rows as well. */
    bool parts = (vpnnbrec_gateway_chassis_track_get_first(idl)
                  || has_changed_rules(idl));

    VPNNBREC_VPN_SERVICE_FOR_EACH_TRACKED (row, idl) {
        const struct uuid *uuid = &row->header_.uuid;
        unsigned int marks
            = (vpnnbrec_vpn_service_is_new(row) ? MODEL_SERVICE_ALL
               : vpnnbrec_vpn_service_is_deleted(row) ? MODEL_READ
               : get_marks(&row->header_, &vpnnbrec_table_vpn_service,
                           get_service_mark));
        if (parts) {
            marks |= MODEL_READ;
        }
        if (marks) {
            model_mark_service(model, model_get_service(model, uuid), marks);
        }
    }
}

static void
collect_connections(struct model *model, const struct ovsdb_idl *idl)
{
    const struct vpnnbrec_vpn_connection *row;

    /* Those that come or go do so with the services' column. */
    VPNNBREC_VPN_CONNECTION_FOR_EACH_TRACKED (row, idl) {
        unsigned int marks
            = (vpnnbrec_vpn_connection_is_new(row) ? MODEL_READ
               : vpnnbrec_vpn_connection_is_deleted(row) ? 0
               : get_marks(&row->header_, &vpnnbrec_table_vpn_connection,
                           get_connection_mark));
        if (marks) {
            model_mark_rows_of_connection(model, &row->header_.uuid, marks);
        }
    }
}

void
changes_collect_vpn_nb(struct changes *changes, struct model *model,
                       const struct ovsdb_idl *idl)
{
    const struct vpnnbrec_nb_global *global;

    VPNNBREC_NB_GLOBAL_FOR_EACH_TRACKED (global, idl) {
        if (vpnnbrec_nb_global_is_updated(global,
                                          VPNNBREC_NB_GLOBAL_COL_OPTIONS)) {
            changes->all = true;
        }
    }
    if (vpnnbrec_external_ip_pool_track_get_first(idl)) {
        changes->all = true;
    }
    if (vpnnbrec_chassis_track_get_first(idl)) {
        changes->chassis = true;
    }
    collect_services(model, idl);
    collect_connections(model, idl);
}

/* OVN's Southbound database. */

static void
collect_ovn_sb(struct changes *changes, const struct ovsdb_idl *idl)
{
    if (sbrec_chassis_track_get_first(idl)
        || sbrec_chassis_private_track_get_first(idl)) {
        changes->chassis = true;
    }
    if (sbrec_port_binding_track_get_first(idl)) {
        changes->hosts = true;
    }
}

/* Marks in 'model', and notes in 'changes', what has to be done because of the
 * rows that have changed since the last call. */
void
changes_collect(struct changes *changes, struct model *model,
                struct ovsdb_idl *vpn_nb, struct ovsdb_idl *vpn_sb,
                struct ovsdb_idl *ovn_nb, struct ovsdb_idl *ovn_sb)
{
    if (is_read_anew(vpn_nb, &vpnnbrec_table_nb_global)
        || is_read_anew(vpn_sb, &vpnsbrec_table_sb_global)
        || is_read_anew(ovn_nb, &nbrec_table_nb_global)
        || is_read_anew(ovn_sb, &sbrec_table_sb_global)) {
        changes->all = true;
        return;
    }
    changes_collect_vpn_nb(changes, model, vpn_nb);
    changes_collect_vpn_sb(changes, model, vpn_sb);
    changes_collect_ovn_nb(changes, model, ovn_nb);
    collect_ovn_sb(changes, ovn_sb);
}
