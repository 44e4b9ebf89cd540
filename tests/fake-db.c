/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>
#undef NDEBUG
#include "tests/fake-db.h"

#include <string.h>

#include "openvswitch/json.h"
#include "openvswitch/shash.h"
#include "ovsdb-data.h"
#include "ovsdb-error.h"
#include "ovsdb-idl-provider.h"
#include "ovsdb-idl.h"
#include "util.h"

/* Makes 'db' an empty database.  Indexes must be made before rows are
 * loaded. */
void
fake_db_init(struct fake_db *db, const struct ovsdb_idl_class *class)
{
    db->idl = ovsdb_idl_create_unconnected(class, true);
    db->txn = ovsdb_idl_txn_create(db->idl);
}

static const struct ovsdb_idl_table_class *
find_table(const struct ovsdb_idl_class *class, const char *name)
{
    for (size_t i = 0; i < class->n_tables; i++) {
        if (!strcmp(class->tables[i].name, name)) {
            return &class->tables[i];
        }
    }
    ovs_fatal(0, "no table %s in %s", name, class->database);
}

static const struct ovsdb_idl_row *
insert_row(struct fake_db *db, const struct ovsdb_idl_table_class *table,
           const struct json *json, struct ovsdb_symbol_table *symtab)
{
    const struct json *name = shash_find_data(json_object(json), "uuid-name");
    struct ovsdb_symbol *symbol
        = name ? ovsdb_symbol_table_insert(symtab, json_string(name)) : NULL;

    if (symbol) {
        symbol->created = true;
    }
    return ovsdb_idl_txn_insert(db->txn, table,
                                symbol ? &symbol->uuid : NULL);
}

static void
write_column(const struct ovsdb_idl_row *row,
             const struct ovsdb_idl_table_class *table, const char *name,
             const struct json *value, struct ovsdb_symbol_table *symtab)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct ovsdb_idl_column *column = &table->columns[i];
        struct ovsdb_datum datum;

        if (!strcmp(column->name, name)) {
            struct ovsdb_error *error = ovsdb_datum_from_json(
                &datum, &column->type, value, symtab);
            if (error) {
                ovs_fatal(0, "%s", ovsdb_error_to_string_free(error));
            }
            ovsdb_idl_txn_write(row, column, &datum);
            return;
        }
    }
    ovs_fatal(0, "no column %s in %s", name, table->name);
}

static void
write_row(const struct ovsdb_idl_row *row,
          const struct ovsdb_idl_table_class *table, const struct json *json,
          struct ovsdb_symbol_table *symtab)
{
    struct shash_node *node;

    SHASH_FOR_EACH (node, json_object(json)) {
        if (strcmp(node->name, "uuid-name")) {
            write_column(row, table, node->name, node->data, symtab);
        }
    }
}

/* Inserts the rows in 'tables', an object that maps from the name of a table
 * of 'class' to an array of rows, each in the form that RFC 7047 gives to
 * <row>, with a "uuid-name" if others refer to it. */
void
fake_db_load(struct fake_db *db, const struct ovsdb_idl_class *class,
             const struct json *tables)
{
    struct ovsdb_symbol_table *symtab = ovsdb_symbol_table_create();
    struct shash rows = SHASH_INITIALIZER(&rows);
    struct shash_node *node;

    /* All rows first, because a reference is resolved when it is written. */
    SHASH_FOR_EACH (node, json_object(tables)) {
        const struct json_array *array = json_array(node->data);

        for (size_t i = 0; i < array->n; i++) {
            char *key = xasprintf("%s %"PRIuSIZE, node->name, i);
            shash_add_nocopy(&rows, key,
                             insert_row(db, find_table(class, node->name),
                                        array->elems[i], symtab));
        }
    }
    SHASH_FOR_EACH (node, json_object(tables)) {
        const struct json_array *array = json_array(node->data);

        for (size_t i = 0; i < array->n; i++) {
            char *key = xasprintf("%s %"PRIuSIZE, node->name, i);
            write_row(shash_find_data(&rows, key),
                      find_table(class, node->name), array->elems[i], symtab);
            free(key);
        }
    }
    shash_destroy(&rows);
    ovsdb_symbol_table_destroy(symtab);
}

void
fake_db_destroy(struct fake_db *db)
{
    ovsdb_idl_txn_abort(db->txn);
    ovsdb_idl_txn_destroy(db->txn);
    ovsdb_idl_destroy(db->idl);
}
