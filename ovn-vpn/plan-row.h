/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_PLAN_ROW_H
#define OVN_VPN_PLAN_ROW_H 1

/* A row that a service wants in the OVN Northbound database, in plain text.
 *
 * A column's value is a set of atoms (one atom for a column that holds exactly
 * one) or a map, each atom in the form in which "ovn-nbctl get" prints it but
 * without quotes.  ovn-vpn/nb-sync.h turns this into database values.  A
 * column that a row does not mention is left to others; one that must be empty
 * is mentioned with plan_row_clear().
 *
 * Each row has a primary id, "service:kind:key", by which the row that exists
 * is found again.  A row that lives in another row's column, such as a router
 * port, names the parent: one of the plan's own rows, or a row of the
 * tenant's. */

#include <stdbool.h>
#include <stddef.h>

#include "openvswitch/shash.h"
#include "openvswitch/uuid.h"
#include "smap.h"
#include "svec.h"

struct ds;

/* Keys in external_ids by which our rows are known. */
#define PLAN_ROW_SERVICE "ovn-vpn:service"
#define PLAN_ROW_ID "ovn-vpn:id"

struct plan_column {
    struct svec atoms;          /* Sorted and unique. */
    struct smap map;            /* Used instead of 'atoms' if not empty. */
};

struct plan_row {
    const char *table;
    char *id;
    const struct plan_row *parent;  /* In the same plan, NULL if none. */
    struct uuid tenant;             /* The tenant's row, zero if none. */
    struct shash columns;           /* Contains 'struct plan_column's. */
};

/* Rows, parents before children. */
struct plan_rows {
    struct plan_row **list;
    size_t n, allocated;
};
#define PLAN_ROWS_INITIALIZER { NULL, 0, 0 }

struct plan_row *plan_rows_add(struct plan_rows *, const char *table,
                               const char *id_format, ...)
    OVS_PRINTF_FORMAT(3, 4);
void plan_rows_clear(struct plan_rows *);
void plan_rows_format(const struct plan_rows *, struct ds *);

void plan_row_add(struct plan_row *, const char *column, const char *format,
                  ...) OVS_PRINTF_FORMAT(3, 4);
void plan_row_put(struct plan_row *, const char *column, const char *key,
                  const char *format, ...) OVS_PRINTF_FORMAT(4, 5);
void plan_row_set(struct plan_row *, const char *column, struct svec *);
void plan_row_clear(struct plan_row *, const char *column);

#endif /* ovn-vpn/plan-row.h */
