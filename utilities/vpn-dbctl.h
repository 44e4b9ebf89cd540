/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_DBCTL_H
#define VPN_DBCTL_H 1

/* The frame of a command-line program for one database.
 *
 * A program of this kind is a table of commands, as Open vSwitch's
 * db-ctl-base.h describes them, and one 'struct vpn_dbctl_class'.  The frame
 * reads options, connects to the database, runs all commands in one
 * transaction, runs them again when another client was faster, waits if the
 * class wants to, and prints what the commands left in their outputs.
 *
 * What commands print may hold secrets.  It is printed once, after the commit
 * and the wait, even if a signal or --timeout cuts the wait short, because by
 * then it may be the only copy; and it is wiped afterwards.  A command that
 * has a secret reserves enough space in its output, so that it stays in one
 * place, and writes it in its postprocess function. */

#include <limits.h>
#include <stdbool.h>

#include "compiler.h"

struct ds;
struct option;
struct ovsdb_idl;
struct ovsdb_idl_class;
struct ovsdb_idl_txn;

/* First value for a class's own options. */
#define VPN_DBCTL_OPTIONS (UCHAR_MAX + 1000)

struct vpn_dbctl_class {
    const struct ovsdb_idl_class *idl_class;
    const char *db_version;             /* Version of its schema. */
    const char *default_db;
    const char *options_variable;       /* Environment variable. */

    /* Long options beyond those of the frame, up to one without a name, and
     * what to do with each. */
    const struct option *options;
    void (*parse_option)(int option, const char *arg);

    /* Prints the program's commands, and its own options. */
    void (*print_commands)(void);
    void (*print_options)(void);

    /* Adds to the IDL what the functions below read. */
    void (*prerequisites)(struct ovsdb_idl *);

    /* Runs before the commands, at each attempt.  'may_write' is true if one
     * of the commands may change the database. */
    void (*begin)(struct ovsdb_idl *, struct ovsdb_idl_txn *, bool may_write);

    /* Runs after the commit, unless --dry-run is given.  'changed' is true if
     * the database was changed. */
    void (*committed)(const struct ovsdb_idl_txn *, bool changed);

    /* Returns true if there is nothing to wait for any more.  Runs after
     * committed(), and whenever the database changes. */
    bool (*is_done)(struct ovsdb_idl *);

    /* Runs last of all, when everything is printed.  Returns the program's
     * exit status. */
    int (*finish)(struct ovsdb_idl *);
};

OVS_NO_RETURN void vpn_dbctl_main(int argc, char *argv[],
                                  const struct vpn_dbctl_class *);

/* For ctl_init(). */
OVS_NO_RETURN void vpn_dbctl_exit(int status);

/* For commands. */
bool vpn_dbctl_is_dry_run(void);
void vpn_dbctl_run_again_at(long long int msec);
void vpn_dbctl_keep_colours(void);
void vpn_dbctl_defuse(char *message);
void vpn_dbctl_put_line(struct ds *, int indent, const char *format, ...)
    OVS_PRINTF_FORMAT(3, 4);

#endif /* utilities/vpn-dbctl.h */
