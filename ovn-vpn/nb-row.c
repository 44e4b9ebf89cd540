/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/nb-row.h"

#include <stdlib.h>
#include <string.h>

#include "openvswitch/json.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn/plan-row.h"
#include "ovsdb-data.h"
#include "ovsdb-error.h"
#include "ovsdb-idl.h"
#include "ovsdb-idl-provider.h"
#include "util.h"
#include "uuid.h"

VLOG_DEFINE_THIS_MODULE(nb_row);

/* Returns the column called 'name' of 'class', or NULL. */
const struct ovsdb_idl_column *
nb_row_find_column(const struct ovsdb_idl_table_class *class, const char *name)
{
    for (size_t i = 0; i < class->n_columns; i++) {
        if (!strcmp(class->columns[i].name, name)) {
            return &class->columns[i];
        }
    }
    return NULL;
}

/* Atoms. */

static struct json *
atom_to_json(enum ovsdb_atomic_type type, const char *s)
{
    switch (type) {
    case OVSDB_TYPE_INTEGER:
        return json_integer_create(strtoll(s, NULL, 10));
    case OVSDB_TYPE_BOOLEAN:
        return json_boolean_create(!strcmp(s, "true"));
    case OVSDB_TYPE_UUID:
        return json_array_create_2(json_string_create("uuid"),
                                   json_string_create(s));
    case OVSDB_TYPE_REAL:
    case OVSDB_TYPE_STRING:
        return json_string_create(s);
    case OVSDB_TYPE_VOID:
    case OVSDB_N_TYPES:
    default:
        OVS_NOT_REACHED();
    }
}

/* Initializes 'atom' from 's', which a plan wrote and so is right. */
static void
atom_init(union ovsdb_atom *atom, const struct ovsdb_base_type *type,
          const char *s)
{
    struct json *json = atom_to_json(type->type, s);
    struct ovsdb_error *error = ovsdb_atom_from_json(atom, type, json, NULL);

    json_destroy(json);
    ovsdb_error_assert(error);
}

static void
datum_add(struct ovsdb_datum *datum, const struct ovsdb_type *type,
          const char *key, const char *value)
{
    union ovsdb_atom k, v;

    atom_init(&k, &type->key, key);
    if (value) {
        atom_init(&v, &type->value, value);
    }
    ovsdb_datum_add_unsafe(datum, &k, value ? &v : NULL, type, NULL);
    ovsdb_atom_destroy(&k, type->key.type);
    if (value) {
        ovsdb_atom_destroy(&v, type->value.type);
    }
}

static void
datum_init(struct ovsdb_datum *datum, const struct ovsdb_type *type,
           const struct plan_column *column)
{
    const struct smap_node *node;
    const char *atom;
    size_t i;

    if (!column->atoms.n && smap_is_empty(&column->map)) {
        ovsdb_datum_init_default(datum, type);
        return;
    }
    ovsdb_datum_init_empty(datum);
    SVEC_FOR_EACH (i, atom, &column->atoms) {
        datum_add(datum, type, atom, NULL);
    }
    SMAP_FOR_EACH (node, &column->map) {
        datum_add(datum, type, node->key, node->value);
    }
    ovsdb_datum_sort_assert(datum, type);
}

/* Sets. */

/* A set of which at most this many members come or go is written member by
 * member, so that a change costs what it is, and not what is there. */
#define MAX_MEMBERS 64

static struct ovsdb_datum *datum_create(const struct ovsdb_type *,
                                        const char *key, const char *value);

/* Goes through 'have', a set of strings, and 'want', both of which are sorted.
 * Returns the number of members that have to come or go, and if 'row' is
 * nonnull makes them do so. */
static size_t
compare_sets(const struct ovsdb_datum *have, const struct svec *want,
             const struct ovsdb_idl_row *row,
             const struct ovsdb_idl_column *column)
{
    size_t i = 0, j = 0, n = 0;

    while (i < have->n || j < want->n) {
        const char *a = i < have->n ? json_string(have->keys[i].s) : NULL;
        const char *b = j < want->n ? want->names[j] : NULL;
        int cmp = !a ? 1 : !b ? -1 : strcmp(a, b);

        i += cmp <= 0;
        j += cmp >= 0;
        n += cmp != 0;
        if (row && cmp < 0) {
            ovsdb_idl_txn_delete_partial_set(
                row, column, datum_create(&column->type, a, NULL));
        } else if (row && cmp > 0) {
            ovsdb_idl_txn_write_partial_set(
                row, column, datum_create(&column->type, b, NULL));
        }
    }
    return n;
}

/* Does what nb_row_write() does for one column, if that is a set of any size,
 * even none, and not much of it changes.  Returns false if it is left to the
 * caller. */
static bool
write_members(const struct ovsdb_idl_row *row,
              const struct ovsdb_idl_column *column,
              const struct plan_column *want, bool *changed)
{
    if (!row->old_datum || column->type.key.type != OVSDB_TYPE_STRING
        || column->type.n_min || column->type.n_max != UINT_MAX
        || column->type.value.type != OVSDB_TYPE_VOID) {
        return false;
    }

    const struct ovsdb_datum *have = ovsdb_idl_read(row, column);
    size_t n = compare_sets(have, &want->atoms, NULL, column);
    if (n > MAX_MEMBERS) {
        return false;
    }
    if (n) {
        compare_sets(have, &want->atoms, row, column);
    }
    *changed = n > 0;
    return true;
}

/* Rows. */

/* Writes into 'row', of 'class', those columns of 'want' that differ.  Returns
 * true if there were any.  A column that the server does not have is passed
 * over. */
bool
nb_row_write(const struct ovsdb_idl_row *row,
             const struct ovsdb_idl_table_class *class, struct ovsdb_idl *idl,
             const struct plan_row *want)
{
    const struct shash_node *node;
    bool changed = false;

    SHASH_FOR_EACH (node, &want->columns) {
        const struct ovsdb_idl_column *column
            = nb_row_find_column(class, node->name);
        struct ovsdb_datum datum;

        ovs_assert(column);
        if (!ovsdb_idl_server_has_column(idl, column)) {
            continue;
        }
        bool members_changed;
        if (write_members(row, column, node->data, &members_changed)) {
            changed = changed || members_changed;
            continue;
        }
        datum_init(&datum, &column->type, node->data);
        if (!ovsdb_datum_equals(ovsdb_idl_read(row, column), &datum,
                                &column->type)) {
            VLOG_DBG("%s %s: %s changes", want->table, want->id, node->name);
            ovsdb_idl_txn_write(row, column, &datum);
            changed = true;
        } else {
            ovsdb_datum_destroy(&datum, &column->type);
        }
    }
    return changed;
}

/* Returns the value of 'key' in column 'map' of 'row', or NULL.  'row' may be
 * one among the tracked changes that was deleted. */
const char *
nb_row_get_key(const struct ovsdb_idl_row *row,
               const struct ovsdb_idl_column *map, const char *key)
{
    const struct ovsdb_datum *datum
        = (row->new_datum ? ovsdb_idl_read(row, map)
           : &row->tracked_old_datum[map - row->table->class_->columns]);

    for (size_t i = 0; i < datum->n; i++) {
        if (!strcmp(json_string(datum->keys[i].s), key)) {
            return json_string(datum->values[i].s);
        }
    }
    return NULL;
}

/* Returns a datum, which the caller must free or pass on. */
static struct ovsdb_datum *
datum_create(const struct ovsdb_type *type, const char *key, const char *value)
{
    struct ovsdb_datum *datum = xmalloc(sizeof *datum);

    ovsdb_datum_init_empty(datum);
    datum_add(datum, type, key, value);
    return datum;
}

/* Marks 'row' in its column 'external_ids' as the one with primary id 'id' of
 * 'service'.  Other keys there stay as they are. */
void
nb_row_mark(const struct ovsdb_idl_row *row,
            const struct ovsdb_idl_column *external_ids,
            const struct uuid *service, const char *id)
{
    const struct ovsdb_type *type = &external_ids->type;
    char *uuid = xasprintf(UUID_FMT, UUID_ARGS(service));

    if (row->old_datum) {
        ovsdb_idl_txn_write_partial_map(
            row, external_ids, datum_create(type, PLAN_ROW_SERVICE, uuid));
        ovsdb_idl_txn_write_partial_map(
            row, external_ids, datum_create(type, PLAN_ROW_ID, id));
    } else {
        struct ovsdb_datum datum;

        ovsdb_datum_init_empty(&datum);
        datum_add(&datum, type, PLAN_ROW_SERVICE, uuid);
        datum_add(&datum, type, PLAN_ROW_ID, id);
        ovsdb_datum_sort_assert(&datum, type);
        ovsdb_idl_txn_write(row, external_ids, &datum);
    }
    free(uuid);
}

/* References. */

static struct ovsdb_datum *
reference_create(const struct ovsdb_type *type, const struct uuid *uuid)
{
    struct ovsdb_datum *datum = xmalloc(sizeof *datum);
    union ovsdb_atom atom = { .uuid = *uuid };

    ovsdb_datum_init_empty(datum);
    ovsdb_datum_add_unsafe(datum, &atom, NULL, type, NULL);
    return datum;
}

/* Returns true if 'uuid' is in column 'set' of 'row'. */
bool
nb_row_refers_to(const struct ovsdb_idl_row *row,
                 const struct ovsdb_idl_column *set, const struct uuid *uuid)
{
    union ovsdb_atom atom = { .uuid = *uuid };

    return ovsdb_datum_find_key(ovsdb_idl_read(row, set), &atom,
                                OVSDB_TYPE_UUID, NULL);
}

/* Adds 'child' to column 'set' of 'parent'.  If 'parent' is in the database
 * already, by a mutation, so that what others add or remove there at the same
 * time stays as they want it. */
void
nb_row_attach(const struct ovsdb_idl_row *parent,
              const struct ovsdb_idl_column *set, const struct uuid *child)
{
    struct ovsdb_datum *datum = reference_create(&set->type, child);

    if (parent->old_datum) {
        ovsdb_idl_txn_write_partial_set(parent, set, datum);
    } else {
        ovsdb_datum_union(datum, ovsdb_idl_read(parent, set), &set->type);
        ovsdb_idl_txn_write(parent, set, datum);
        free(datum);
    }
}

/* Removes 'child' from column 'set' of 'parent', which makes the database
 * delete it. */
void
nb_row_detach(const struct ovsdb_idl_row *parent,
              const struct ovsdb_idl_column *set, const struct uuid *child)
{
    ovsdb_idl_txn_delete_partial_set(parent, set,
                                     reference_create(&set->type, child));
}

/* Rows to search an index with. */

/* Makes 'target' one that compares equal to rows with the mark of
 * 'service'. */
void
nb_row_index_service(struct ovsdb_idl_row *target,
                     const struct ovsdb_idl_column *external_ids,
                     const struct uuid *service)
{
    char *uuid = xasprintf(UUID_FMT, UUID_ARGS(service));
    struct ovsdb_datum *datum = datum_create(&external_ids->type,
                                             PLAN_ROW_SERVICE, uuid);

    ovsdb_idl_index_write(target, external_ids, datum, target->table->class_);
    free(datum);
    free(uuid);
}

/* Makes 'target' one that compares equal to rows called 'value'. */
void
nb_row_index_name(struct ovsdb_idl_row *target,
                  const struct ovsdb_idl_column *name, const char *value)
{
    struct ovsdb_datum *datum = datum_create(&name->type, value, NULL);

    ovsdb_idl_index_write(target, name, datum, target->table->class_);
    free(datum);
}
