/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_NB_TABLE_H
#define OVN_VPN_NB_TABLE_H 1

/* The tables of the OVN Northbound database in which plans have rows, and how
 * they hang together. */

#include <stdbool.h>
#include <stddef.h>

struct ovsdb_idl;
struct ovsdb_idl_column;
struct ovsdb_idl_row;
struct ovsdb_idl_table_class;

struct nb_table {
    const struct ovsdb_idl_table_class *class;
    const char *parent_table;   /* Whose rows refer to those of this table,
                                 * NULL if none. */
    const char *parent_column;
    bool unique_name;           /* Whether "name" must be unique. */
    const char *columns;        /* Columns that plans write. */
};

/* All of them, parents before children. */
#define NB_TABLE_N 11
extern const struct nb_table nb_tables[NB_TABLE_N];

const struct nb_table *nb_table_find(const char *name);
const struct nb_table *nb_table_of(const struct ovsdb_idl_row *);
const struct nb_table *nb_table_parent(const struct nb_table *);

const struct ovsdb_idl_column *nb_table_column(const struct nb_table *,
                                               const char *name);
const struct ovsdb_idl_column *nb_table_parent_column(const struct nb_table *);
const char *nb_table_get_service(const struct ovsdb_idl_row *);

void nb_table_add_columns(struct ovsdb_idl *);

#endif /* ovn-vpn/nb-table.h */
