/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_NB_ROW_H
#define OVN_VPN_NB_ROW_H 1

/* Between the text of ovn-vpn/plan-row.h and rows of a database.
 *
 * These functions work on any table, by the names of its columns, as the
 * database commands of ovn-nbctl(8) do. */

#include <stdbool.h>

struct ovsdb_idl;
struct ovsdb_idl_column;
struct ovsdb_idl_row;
struct ovsdb_idl_table_class;
struct plan_row;
struct uuid;

const struct ovsdb_idl_column *nb_row_find_column(
    const struct ovsdb_idl_table_class *, const char *name);

const char *nb_row_get_key(const struct ovsdb_idl_row *,
                           const struct ovsdb_idl_column *map,
                           const char *key);
bool nb_row_refers_to(const struct ovsdb_idl_row *,
                      const struct ovsdb_idl_column *set, const struct uuid *);

bool nb_row_write(const struct ovsdb_idl_row *,
                  const struct ovsdb_idl_table_class *, struct ovsdb_idl *,
                  const struct plan_row *);
void nb_row_mark(const struct ovsdb_idl_row *,
                 const struct ovsdb_idl_column *external_ids,
                 const struct uuid *service, const char *id);
void nb_row_attach(const struct ovsdb_idl_row *parent,
                   const struct ovsdb_idl_column *set, const struct uuid *);
void nb_row_detach(const struct ovsdb_idl_row *parent,
                   const struct ovsdb_idl_column *set, const struct uuid *);

void nb_row_index_service(struct ovsdb_idl_row *target,
                          const struct ovsdb_idl_column *external_ids,
                          const struct uuid *service);
void nb_row_index_name(struct ovsdb_idl_row *target,
                       const struct ovsdb_idl_column *name,
                       const char *value);

#endif /* ovn-vpn/nb-row.h */
