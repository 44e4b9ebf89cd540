/* SPDX-License-Identifier: Apache-2.0 */

/* One attempt to run the commands in a transaction, and the printing of their
 * outputs. */

#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db-ctl-base.h"
#include "lib/vpn-keys.h"
#include "openvswitch/vlog.h"
#include "ovsdb-data.h"
#include "ovsdb-idl.h"
#include "socket-util.h"
#include "util.h"
#include "utilities/vpn-dbctl-private.h"

VLOG_DEFINE_THIS_MODULE(vpn_dbctl_run);

/* What others have written. */

/* Returns the length of the escape sequence at the beginning of the 'n' bytes
 * at 's' if that is one that changes colours, otherwise 0. */
static size_t
colour_len(const char *s, size_t n)
{
    size_t i = 2;

    if (n < 3 || s[0] != '\033' || s[1] != '[') {
        return 0;
    }
    while (i < n && (isdigit((unsigned char) s[i]) || s[i] == ';')) {
        i++;
    }
    return i < n && s[i] == 'm' ? i + 1 : 0;
}

/* Replaces control characters in the 'n' bytes at 's', those of UTF-8 too, by
 * question marks: names, descriptions and problems were written by others, and
 * a terminal would do what they say.  Ends of lines stay, and colours if
 * 'colours'. */
static void
defuse(char *s, size_t n, bool colours)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char *c = (unsigned char *) &s[i];
        size_t rest = n - i;
        size_t skip = colours ? colour_len(&s[i], rest) : 0;

        if (skip) {
            i += skip - 1;
        } else if ((c[0] < 0x20 && c[0] != '\n' && c[0] != '\t')
                   || c[0] == 0x7f) {
            c[0] = '?';
        } else if (rest > 1 && c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) {
            c[0] = c[1] = '?';
        }
    }
}

/* Replaces ends of lines in the 'n' bytes at 's' by question marks. */
static void
join_lines(char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\n' || s[i] == '\r') {
            s[i] = '?';
        }
    }
}

/* Appends to 'ds', after 'indent' spaces, what 'format' says and the end of
 * the line.  What others have written, and 'format' quotes, cannot end it
 * earlier, and look like a line of the program's own. */
void
vpn_dbctl_put_line(struct ds *ds, int indent, const char *format, ...)
{
    va_list args;

    ds_put_char_multiple(ds, ' ', indent);
    size_t start = ds->length;
    va_start(args, format);
    ds_put_format_valist(ds, format, args);
    va_end(args);
    join_lines(&ds->string[start], ds->length - start);
    ds_put_char(ds, '\n');
}

/* Replaces ends of lines in the cells of 'table' by question marks. */
static void
join_lines_in_cells(struct table *table)
{
    for (size_t i = 0; i < table->n_rows * table->n_columns; i++) {
        struct cell *cell = &table->cells[i];

        if (cell->text) {
            join_lines(cell->text, strlen(cell->text));
        }
    }
}

/* Defuses a message, which may quote what others have written. */
void
vpn_dbctl_defuse(char *message)
{
    defuse(message, strlen(message), false);
}

/* Terminates the program because of 'error', from a command. */
OVS_NO_RETURN static void
fail(char *error)
{
    vpn_dbctl_defuse(error);
    ctl_fatal("%s", error);
}

/* Running. */

static void
clear_outputs(struct vpn_dbctl_run *run)
{
    for (size_t i = 0; i < run->n_commands; i++) {
        struct ctl_command *c = &run->commands[i];

        vpn_wipe_ds(&c->output);
        ds_init(&c->output);
        table_destroy(c->table);
        free(c->table);
        c->table = NULL;
    }
}

static void
abort_txn(struct vpn_dbctl_run *run)
{
    if (run->txn) {
        ovsdb_idl_txn_abort(run->txn);
        ovsdb_idl_txn_destroy(run->txn);
        run->txn = NULL;
    }
}

/* Frees what 'run' has acquired since the program began. */
void
vpn_dbctl_run_clear(struct vpn_dbctl_run *run)
{
    abort_txn(run);
    ovsdb_idl_destroy(run->idl);
    run->idl = NULL;
}

/* Runs all commands in the transaction.  Returns false if one of them wants to
 * be run again. */
static bool
run_all(struct vpn_dbctl_run *run, struct ovsdb_symbol_table *symtab)
{
    struct ctl_context ctx = { .output = DS_EMPTY_INITIALIZER };
    bool ok = true;

    ctl_context_init(&ctx, NULL, run->idl, run->txn, symtab, NULL);
    for (size_t i = 0; ok && i < run->n_commands; i++) {
        struct ctl_command *c = &run->commands[i];

        ctl_context_init_command(&ctx, c, i == run->n_commands - 1);
        if (c->syntax->run) {
            c->syntax->run(&ctx);
        }
        if (ctx.error) {
            fail(ctx.error);
        }
        ctl_context_done_command(&ctx, c);
        ok = !ctx.try_again;
    }
    ctl_context_done(&ctx, NULL);
    return ok;
}

/* Looks for rows that would vanish, or never come to be. */
static void
check_symbols(const struct ovsdb_symbol_table *symtab)
{
    const struct shash_node *node;

    SHASH_FOR_EACH (node, &symtab->sh) {
        const struct ovsdb_symbol *symbol = node->data;

        if (!symbol->created) {
            ctl_fatal("row id \"%s\" is referenced but never created (e.g. "
                      "with \"-- --id=%s create ...\")",
                      node->name, node->name);
        } else if (!symbol->strong_ref) {
            VLOG_WARN("row id \"%s\" was created but no %sreference to it was "
                      "inserted, so it will not actually appear in the "
                      "database", node->name,
                      symbol->weak_ref ? "strong " : "");
        }
    }
}

static void
postprocess_all(struct vpn_dbctl_run *run, struct ovsdb_symbol_table *symtab)
{
    for (size_t i = 0; i < run->n_commands; i++) {
        struct ctl_command *c = &run->commands[i];

        if (c->syntax->postprocess) {
            struct ctl_context ctx = { .output = DS_EMPTY_INITIALIZER };

            ctl_context_init(&ctx, c, run->idl, run->txn, symtab, NULL);
            c->syntax->postprocess(&ctx);
            if (ctx.error) {
                fail(ctx.error);
            }
            ctl_context_done(&ctx, c);
        }
    }
}

/* Commits the transaction.  Returns false if it must be tried again. */
static bool
commit(struct vpn_dbctl_run *run, struct ovsdb_symbol_table *symtab)
{
    enum ovsdb_idl_txn_status status = ovsdb_idl_txn_commit_block(run->txn);

    switch (status) {
    case TXN_UNCHANGED:
    case TXN_SUCCESS:
        if (!run->options->dry_run) {
            run->class->committed(run->txn, status == TXN_SUCCESS);
        }
        postprocess_all(run, symtab);
        return true;

    case TXN_TRY_AGAIN:
        return false;

    case TXN_ERROR:
        ctl_fatal("transaction error: %s", ovsdb_idl_txn_get_error(run->txn));

    case TXN_ABORTED:
    case TXN_NOT_LOCKED:
    case TXN_UNCOMMITTED:
    case TXN_INCOMPLETE:
    default:
        /* The frame neither aborts what it commits nor takes a lock. */
        OVS_NOT_REACHED();
    }
}

/* Runs the commands once.  Returns true if they are done and their changes, if
 * any, are committed, false if they must be run again once the database has
 * changed.  Terminates the process if one of them fails. */
bool
vpn_dbctl_run(struct vpn_dbctl_run *run)
{
    struct ovsdb_symbol_table *symtab = ovsdb_symbol_table_create();

    run->txn = ovsdb_idl_txn_create(run->idl);
    if (run->options->dry_run) {
        ovsdb_idl_txn_set_dry_run(run->txn);
    }
    ovsdb_idl_txn_add_comment(run->txn, "%s", run->args);
    for (size_t i = 0; i < run->n_commands; i++) {
        ds_init(&run->commands[i].output);
        run->commands[i].table = NULL;
    }

    run->class->begin(run->idl, run->txn,
                      ctl_might_write_to_db(run->commands, run->n_commands));
    bool done = run_all(run, symtab);
    if (done) {
        check_symbols(symtab);
        done = commit(run, symtab);
    }
    if (!done) {
        clear_outputs(run);
    }
    abort_txn(run);
    ovsdb_symbol_table_destroy(symtab);
    return done;
}

/* Printing. */

/* Appends 's' to 'text' as a single line. */
static void
put_oneline(const struct ds *s, struct ds *text)
{
    size_t n = s->length;

    if (n && s->string[n - 1] == '\n') {
        n--;
    }
    ds_reserve(text, text->length + 2 * n + 1);
    for (size_t i = 0; i < n; i++) {
        char c = s->string[i];

        if (c == '\n' || c == '\\') {
            ds_put_char(text, '\\');
        }
        ds_put_char(text, c == '\n' ? 'n' : c);
    }
    ds_put_char(text, '\n');
}

/* Returns the style for the table of 'c'.  "list" and "find" print one column
 * per line unless --format says something else, as in every program of this
 * kind; the program's own lists are tables. */
static struct table_style
get_table_style(const struct ctl_command *c,
                const struct vpn_dbctl_options *options)
{
    struct table_style style = options->table_style;

    if (!options->has_format && strcmp(c->syntax->name, "list")
        && strcmp(c->syntax->name, "find")) {
        style.format = TF_TABLE;
    }
    return style;
}

/* Returns true if people read 'format', so that text may follow a table. */
static bool
is_for_people(enum table_format format)
{
    return format == TF_TABLE || format == TF_LIST;
}

/* Prints the output of 'c' without going through stdio, whose buffers nobody
 * wipes. */
static int
print_command(const struct ctl_command *c,
              const struct vpn_dbctl_options *options)
{
    struct table_style style = get_table_style(c, options);
    struct ds text = DS_EMPTY_INITIALIZER;
    size_t n;

    if (c->table) {
        if (is_for_people(style.format)) {
            join_lines_in_cells(c->table);
        }
        table_format(c->table, &style, &text);
    }
    if (!c->table || (c->output.length && is_for_people(style.format))) {
        if (options->oneline) {
            put_oneline(&c->output, &text);
        } else {
            ds_put_buffer(&text, c->output.string ? c->output.string : "",
                          c->output.length);
        }
    }
    if (!c->table || is_for_people(style.format)) {
        defuse(text.string, text.length, options->keep_colours);
    }
    int error = write_fully(STDOUT_FILENO, text.string, text.length, &n);
    vpn_wipe_ds(&text);
    return error;
}

/* Prints the outputs of all commands and wipes them.  Does nothing when called
 * again. */
void
vpn_dbctl_print(struct vpn_dbctl_run *run)
{
    int error = 0;

    if (run->printed) {
        return;
    }
    run->printed = true;
    for (size_t i = 0; !error && i < run->n_commands; i++) {
        error = print_command(&run->commands[i], run->options);
    }
    clear_outputs(run);
    if (error) {
        ovs_error(error, "write to standard output failed");
        run->print_failed = true;
    }
}
