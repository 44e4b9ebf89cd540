/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/plan-row.h"

#include <stdarg.h>
#include <stdlib.h>

#include "openvswitch/dynamic-string.h"
#include "util.h"
#include "uuid.h"

/* Adds a row for 'table' to 'rows' and returns it.  The rest of the arguments
 * make its primary id. */
struct plan_row *
plan_rows_add(struct plan_rows *rows, const char *table,
              const char *id_format, ...)
{
    struct plan_row *row = xzalloc(sizeof *row);
    va_list args;

    row->table = table;
    va_start(args, id_format);
    row->id = xvasprintf(id_format, args);
    va_end(args);
    shash_init(&row->columns);

    if (rows->n >= rows->allocated) {
        rows->list = x2nrealloc(rows->list, &rows->allocated,
                                sizeof *rows->list);
    }
    rows->list[rows->n++] = row;
    return row;
}

static void
plan_row_destroy(struct plan_row *row)
{
    struct shash_node *node;

    SHASH_FOR_EACH (node, &row->columns) {
        struct plan_column *column = node->data;

        svec_destroy(&column->atoms);
        smap_destroy(&column->map);
    }
    shash_destroy_free_data(&row->columns);
    free(row->id);
    free(row);
}

/* Frees all rows in 'rows' and leaves it empty. */
void
plan_rows_clear(struct plan_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        plan_row_destroy(rows->list[i]);
    }
    free(rows->list);
    *rows = (struct plan_rows) PLAN_ROWS_INITIALIZER;
}

static struct plan_column *
get_column(struct plan_row *row, const char *name)
{
    struct plan_column *column = shash_find_data(&row->columns, name);

    if (!column) {
        column = xmalloc(sizeof *column);
        svec_init(&column->atoms);
        smap_init(&column->map);
        shash_add(&row->columns, name, column);
    }
    return column;
}

/* Adds an atom to 'column' of 'row'. */
void
plan_row_add(struct plan_row *row, const char *column, const char *format, ...)
{
    struct plan_column *c = get_column(row, column);
    va_list args;

    va_start(args, format);
    svec_add_nocopy(&c->atoms, xvasprintf(format, args));
    va_end(args);
    svec_sort_unique(&c->atoms);
}

/* Makes 'atoms', in any order, the value of 'column' of 'row', and leaves them
 * empty. */
void
plan_row_set(struct plan_row *row, const char *column, struct svec *atoms)
{
    struct plan_column *c = get_column(row, column);

    svec_sort_unique(atoms);
    svec_swap(&c->atoms, atoms);
    svec_destroy(atoms);
    svec_init(atoms);
}

/* Adds a key and its value to 'column' of 'row', which is a map. */
void
plan_row_put(struct plan_row *row, const char *column, const char *key,
             const char *format, ...)
{
    va_list args;

    va_start(args, format);
    smap_add_nocopy(&get_column(row, column)->map, xstrdup(key),
                    xvasprintf(format, args));
    va_end(args);
}

/* Makes 'column' of 'row' one that must be empty. */
void
plan_row_clear(struct plan_row *row, const char *column)
{
    get_column(row, column);
}

static void
format_column(const struct plan_column *column, struct ds *ds)
{
    if (!smap_is_empty(&column->map)) {
        const struct smap_node **nodes = smap_sort(&column->map);

        ds_put_char(ds, '{');
        for (size_t i = 0; i < smap_count(&column->map); i++) {
            ds_put_format(ds, "%s%s=%s", i ? ", " : "", nodes[i]->key,
                          nodes[i]->value);
        }
        ds_put_char(ds, '}');
        free(nodes);
        return;
    }

    const char *name;
    size_t i;

    ds_put_cstr(ds, column->atoms.n == 1 ? "" : "[");
    SVEC_FOR_EACH (i, name, &column->atoms) {
        ds_put_format(ds, "%s%s", i ? ", " : "", name[0] ? name : "\"\"");
    }
    ds_put_cstr(ds, column->atoms.n == 1 ? "" : "]");
}

/* Appends 'rows' to 'ds', one line for each row and one for each column. */
void
plan_rows_format(const struct plan_rows *rows, struct ds *ds)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct plan_row *row = rows->list[i];
        const struct shash_node **nodes = shash_sort(&row->columns);

        ds_put_format(ds, "%s %s", row->table, row->id);
        if (row->parent) {
            ds_put_format(ds, " in %s", row->parent->id);
        } else if (!uuid_is_zero(&row->tenant)) {
            ds_put_format(ds, " in "UUID_FMT, UUID_ARGS(&row->tenant));
        }
        ds_put_char(ds, '\n');
        for (size_t j = 0; j < shash_count(&row->columns); j++) {
            ds_put_format(ds, "    %s: ", nodes[j]->name);
            format_column(nodes[j]->data, ds);
            ds_put_char(ds, '\n');
        }
        free(nodes);
    }
}
