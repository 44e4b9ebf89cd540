/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/nb-sync.h"

#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "hash.h"
#include "openvswitch/hmap.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn/nb-row.h"
#include "ovn-vpn/nb-table.h"
#include "ovn-vpn/plan-row.h"
#include "ovsdb-idl-provider.h"
#include "util.h"
#include "uuid.h"
#include "uuidset.h"

VLOG_DEFINE_THIS_MODULE(nb_sync);

COVERAGE_DEFINE(nb_row_inserted);
COVERAGE_DEFINE(nb_row_changed);
COVERAGE_DEFINE(nb_row_deleted);
COVERAGE_DEFINE(nb_row_adopted);

struct nb_sync {
    struct ovsdb_idl *idl;
    struct ovsdb_idl_index *by_service[NB_TABLE_N];
    struct ovsdb_idl_index *by_name[NB_TABLE_N];  /* NULL unless unique. */
};

/* Orders rows of any of our tables by the service to which they belong. */
static int
compare_services(const void *a_, const void *b_)
{
    const struct ovsdb_idl_row *a = a_, *b = b_;

    return strcmp(nb_table_get_service(a), nb_table_get_service(b));
}

/* Must be called before 'idl' first runs. */
struct nb_sync *
nb_sync_create(struct ovsdb_idl *idl)
{
    struct nb_sync *sync = xzalloc(sizeof *sync);

    sync->idl = idl;
    for (size_t i = 0; i < NB_TABLE_N; i++) {
        const struct ovsdb_idl_index_column column = {
            .column = nb_table_column(&nb_tables[i], "external_ids"),
            .comparer = compare_services,
        };

        sync->by_service[i] = ovsdb_idl_index_create(idl, &column, 1);
        if (nb_tables[i].unique_name) {
            sync->by_name[i] = ovsdb_idl_index_create1(
                idl, nb_table_column(&nb_tables[i], "name"));
        }
    }
    return sync;
}

/* The indexes belong to the IDL. */
void
nb_sync_destroy(struct nb_sync *sync)
{
    free(sync);
}

/* What exists. */

/* A row that bears the mark of the service that is being synchronized. */
struct have {
    struct hmap_node node;      /* By table and primary id. */
    const struct nb_table *table;
    const char *id;
    const struct ovsdb_idl_row *row;
    const struct plan_row *want;    /* The plan's row that struck it out. */
};

static uint32_t
hash_have(const char *table, const char *id)
{
    return hash_string(id, hash_string(table, 0));
}

static void
load_have(struct nb_sync *sync, const struct uuid *service, struct hmap *have)
{
    for (size_t i = 0; i < NB_TABLE_N; i++) {
        const struct nb_table *t = &nb_tables[i];
        struct ovsdb_idl_row *target
            = ovsdb_idl_index_init_row(sync->by_service[i]);

        nb_row_index_service(target, nb_table_column(t, "external_ids"),
                             service);
        struct ovsdb_idl_cursor cursor
            = ovsdb_idl_cursor_first_eq(sync->by_service[i], target);
        const struct ovsdb_idl_row *row;
        while ((row = ovsdb_idl_cursor_data(&cursor))) {
            const char *id = nb_row_get_key(
                row, nb_table_column(t, "external_ids"), PLAN_ROW_ID);
            struct have *h = xzalloc(sizeof *h);

            h->table = t;
            h->id = id ? id : "";
            h->row = row;
            hmap_insert(have, &h->node, hash_have(t->class->name, h->id));
            ovsdb_idl_cursor_next_eq(&cursor);
        }
        ovsdb_idl_index_destroy_row(target);
    }
}

static struct have *
find_have(const struct hmap *have, const char *table, const char *id)
{
    struct have *h;

    HMAP_FOR_EACH_WITH_HASH (h, node, hash_have(table, id), have) {
        if (!h->want && !strcmp(h->table->class->name, table)
            && !strcmp(h->id, id)) {
            return h;
        }
    }
    return NULL;
}

static bool
is_in_have(const struct hmap *have, const struct ovsdb_idl_row *row)
{
    const struct have *h;

    HMAP_FOR_EACH (h, node, have) {
        if (h->row == row) {
            return true;
        }
    }
    return false;
}

/* Matching. */

/* A row of the plan with what the database has for it. */
struct match {
    const struct plan_row *want;
    const struct nb_table *table;
    const struct ovsdb_idl_row *row;    /* NULL if it must be inserted. */
    bool adopt;                         /* The mark must be put back. */
};

/* Returns the row that is or shall be the parent of 'want', or NULL if it has
 * none, or if it has to be inserted itself. */
static const struct ovsdb_idl_row *
find_parent(const struct nb_sync *sync, const struct match *matches, size_t n,
            const struct plan_row *want)
{
    for (size_t i = 0; want->parent && i < n; i++) {
        if (matches[i].want == want->parent) {
            return matches[i].row;
        }
    }
    if (uuid_is_zero(&want->tenant)) {
        return NULL;
    }
    const struct nb_table *t = nb_table_find(want->table);
    return ovsdb_idl_get_row_for_uuid(
        sync->idl, nb_table_parent(t)->class, &want->tenant);
}

static bool
is_attached(const struct nb_table *t, const struct ovsdb_idl_row *row,
            const struct ovsdb_idl_row *parent)
{
    return (!t->parent_table
            || (parent
                && nb_row_refers_to(parent, nb_table_parent_column(t),
                                    &row->uuid)));
}

static const char *
wanted_name(const struct plan_row *want)
{
    const struct plan_column *column = shash_find_data(&want->columns, "name");

    return column && column->atoms.n ? column->atoms.names[0] : NULL;
}

/* Returns the row of 't' that is called 'name', if names are unique there. */
static const struct ovsdb_idl_row *
find_by_name(const struct nb_sync *sync, const struct nb_table *t,
             const char *name)
{
    struct ovsdb_idl_index *index = sync->by_name[t - nb_tables];
    if (!index || !name) {
        return NULL;
    }

    struct ovsdb_idl_row *target = ovsdb_idl_index_init_row(index);
    nb_row_index_name(target, nb_table_column(t, "name"), name);
    const struct ovsdb_idl_row *row = ovsdb_idl_index_find(index, target);
    ovsdb_idl_index_destroy_row(target);
    return row;
}

/* Finds what the database has for 'm->want'.  Returns NULL, or a message for
 * the user if something of somebody else's is in the way. */
static char *
match_row(const struct nb_sync *sync, struct hmap *have,
          const struct match *matches, size_t n, const struct uuid *service,
          struct match *m)
{
    const struct ovsdb_idl_row *parent = find_parent(sync, matches, n,
                                                     m->want);
    struct have *h = find_have(have, m->want->table, m->want->id);
    if (h && is_attached(m->table, h->row, parent)) {
        h->want = m->want;
        m->row = h->row;
        return NULL;
    }

    const char *name = wanted_name(m->want);
    const struct ovsdb_idl_row *other = find_by_name(sync, m->table, name);
    if (!other || is_in_have(have, other)) {
        return NULL;
    }
    char *uuid = xasprintf(UUID_FMT, UUID_ARGS(service));
    bool ours = (parent
                 && !nb_table_get_service(other)[0]
                 && !strcmp(nb_table_get_service(parent), uuid)
                 && is_attached(m->table, other, parent));
    free(uuid);
    if (ours) {
        m->row = other;
        m->adopt = true;
        return NULL;
    }
    return (nb_table_get_service(other)[0]
            ? xasprintf("%s %s in the OVN Northbound database belongs to "
                        "another service; delete this service and add it "
                        "under another name", m->want->table, name)
            : xasprintf("%s %s in the OVN Northbound database is not "
                        "ovn-vpn's; delete or rename it", m->want->table,
                        name));
}

/* Changes. */

/* Returns the row that holds 'row' of table 't', or NULL.  It is likely to be
 * 'last', which held the last one, or in 'have': to look through the whole
 * table takes far longer. */
static const struct ovsdb_idl_row *
find_holder(const struct nb_sync *sync, const struct hmap *have,
            const struct nb_table *t, const struct ovsdb_idl_row *row,
            const struct ovsdb_idl_row *last)
{
    const struct nb_table *parent = nb_table_parent(t);
    const struct ovsdb_idl_column *column = nb_table_parent_column(t);
    const struct ovsdb_idl_row *p;
    const struct have *h;

    if (last && last->table->class_ == parent->class
        && nb_row_refers_to(last, column, &row->uuid)) {
        return last;
    }
    HMAP_FOR_EACH (h, node, have) {
        if (h->table == parent
            && nb_row_refers_to(h->row, column, &row->uuid)) {
            return h->row;
        }
    }
    for (p = ovsdb_idl_first_row(sync->idl, parent->class); p;
         p = ovsdb_idl_next_row(p)) {
        if (nb_row_refers_to(p, column, &row->uuid)) {
            return p;
        }
    }
    return NULL;
}

/* Deletes the rows in 'have' that no row of the plan has struck out.  Those
 * that are not in a root table go with the reference to them, and so with
 * their holder.
 *
 * The reference to a row in a root table should go with that row.  The server
 * of Open vSwitch 3.1 lets it stay when the transaction changes the holder in
 * other ways, too: hence it is removed here. */
static unsigned int
delete_leftovers(const struct nb_sync *sync, const struct hmap *have)
{
    const struct ovsdb_idl_row *holder = NULL;
    const struct have *h, *other;
    unsigned int n = 0;

    HMAP_FOR_EACH (h, node, have) {
        if (h->want || !h->table->parent_table) {
            continue;
        }
        holder = find_holder(sync, have, h->table, h->row, holder);
        bool goes_too = !holder;
        HMAP_FOR_EACH (other, node, have) {
            goes_too = goes_too || (other->row == holder && !other->want);
        }
        if (!goes_too) {
            nb_row_detach(holder, nb_table_parent_column(h->table),
                          &h->row->uuid);
        }
    }

    /* Only now, for of rows that are deleted nothing is known any more. */
    HMAP_FOR_EACH (h, node, have) {
        if (!h->want) {
            VLOG_DBG("%s %s: deleting", h->table->class->name, h->id);
            COVERAGE_INC(nb_row_deleted);
            n++;
            if (h->table->class->is_root) {
                ovsdb_idl_txn_delete(h->row);
            }
        }
    }
    return n;
}

static bool
write_row(struct nb_sync *sync, struct ovsdb_idl_txn *txn,
          const struct match *matches, size_t n, const struct uuid *service,
          struct match *m)
{
    bool inserted = !m->row;

    if (inserted) {
        m->row = ovsdb_idl_txn_insert(txn, m->table->class, NULL);
        COVERAGE_INC(nb_row_inserted);
    }
    bool changed = nb_row_write(m->row, m->table->class, sync->idl, m->want);
    if (inserted || m->adopt) {
        nb_row_mark(m->row, nb_table_column(m->table, "external_ids"), service,
                    m->want->id);
    }
    if (inserted && m->table->parent_table) {
        nb_row_attach(find_parent(sync, matches, n, m->want),
                      nb_table_parent_column(m->table), &m->row->uuid);
    }
    if (m->adopt) {
        COVERAGE_INC(nb_row_adopted);
    } else if (changed && !inserted) {
        COVERAGE_INC(nb_row_changed);
    }
    return inserted || changed || m->adopt;
}

/* Makes the rows of 'service' those of 'rows', as part of 'txn', and adds the
 * number of rows that change to '*n_changes'.  Returns NULL if successful,
 * otherwise a message for the user, which the caller must free: then nothing
 * was changed, or, if 'partly' is true, all but what the message is about.
 * The latter is for rows without parents. */
char *
nb_sync_service(struct nb_sync *sync, struct ovsdb_idl_txn *txn,
                const struct uuid *service, const struct plan_rows *rows,
                bool partly, unsigned int *n_changes)
{
    struct match *matches = xcalloc(rows->n, sizeof *matches);
    struct hmap have = HMAP_INITIALIZER(&have);
    char *error = NULL;
    size_t n = 0;

    load_have(sync, service, &have);
    for (size_t i = 0; i < rows->n && (!error || partly); i++) {
        struct match *m = &matches[n];

        ovs_assert(!partly || !rows->list[i]->parent);
        m->want = rows->list[i];
        m->table = nb_table_find(rows->list[i]->table);
        char *problem = match_row(sync, &have, matches, n, service, m);
        if (problem) {
            free(error);
            error = problem;
        } else {
            n++;
        }
    }
    if (!error || partly) {
        for (size_t i = 0; i < n; i++) {
            *n_changes += write_row(sync, txn, matches, i, service,
                                    &matches[i]);
        }
        *n_changes += delete_leftovers(sync, &have);
    }

    struct have *h;
    HMAP_FOR_EACH_POP (h, node, &have) {
        free(h);
    }
    hmap_destroy(&have);
    free(matches);
    return error;
}

/* Adds to 'services' all services that have rows. */
void
nb_sync_find_services(struct nb_sync *sync, struct uuidset *services)
{
    for (size_t i = 0; i < NB_TABLE_N; i++) {
        struct ovsdb_idl_cursor cursor
            = ovsdb_idl_cursor_first(sync->by_service[i]);
        const struct ovsdb_idl_row *row;

        while ((row = ovsdb_idl_cursor_data(&cursor))) {
            struct uuid service;

            if (uuid_from_string(&service, nb_table_get_service(row))) {
                uuidset_insert(services, &service);
            }
            ovsdb_idl_cursor_next(&cursor);
        }
    }
}
