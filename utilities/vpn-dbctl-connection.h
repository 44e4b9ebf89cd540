/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_DBCTL_CONNECTION_H
#define VPN_DBCTL_CONNECTION_H 1

/* get-connection, set-connection and del-connection: where a database's
 * servers listen, and to whom they connect, by the table Connection.  The
 * commands and what they print are those of ovn-sbctl(8). */

struct ovsdb_idl_column;
struct ovsdb_idl_table_class;

/* Where a database has its connections. */
struct vpn_dbctl_connections {
    const struct ovsdb_idl_table_class *global;     /* The table of one row. */
    const struct ovsdb_idl_column *connections;     /* Its column. */

    const struct ovsdb_idl_table_class *connection; /* Table Connection. */
    const struct ovsdb_idl_column *target;
    const struct ovsdb_idl_column *inactivity_probe;
    const struct ovsdb_idl_column *read_only;
    const struct ovsdb_idl_column *role;
};

/* Registers the commands.  The caller keeps what it passes as long as the
 * program runs. */
void vpn_dbctl_register_connections(const struct vpn_dbctl_connections *);

/* What a program's usage says of the commands. */
#define VPN_DBCTL_CONNECTION_USAGE "\
Connection commands:\n\
  get-connection              print where the database's servers listen\n\
  set-connection [read-only|read-write] [role=ROLE] TARGET...\n\
                              make them listen at TARGETs, and nowhere else\n\
  del-connection              make them listen as they were started, only\n"

#endif /* utilities/vpn-dbctl-connection.h */
