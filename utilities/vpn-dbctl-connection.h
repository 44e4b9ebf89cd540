/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_DBCTL_CONNECTION_H
#define VPN_DBCTL_CONNECTION_H 1

/* get-connection, set-connection and del-connection: where a database's
 * servers listen, and to whom they connect, by the table Connection; and
 * get-ssl, set-ssl and del-ssl: the files with which they speak TLS, by the
 * table SSL.  The commands and what they print are those of ovn-sbctl(8). */

struct ovsdb_idl_column;
struct ovsdb_idl_table_class;

/* Where a database has its connections and files. */
struct vpn_dbctl_connections {
    const struct ovsdb_idl_table_class *global;     /* The table of one row. */
    const struct ovsdb_idl_column *connections;     /* Its columns. */
    const struct ovsdb_idl_column *global_ssl;

    const struct ovsdb_idl_table_class *connection; /* Table Connection. */
    const struct ovsdb_idl_column *target;
    const struct ovsdb_idl_column *inactivity_probe;
    const struct ovsdb_idl_column *read_only;
    const struct ovsdb_idl_column *role;

    const struct ovsdb_idl_table_class *ssl;        /* Table SSL. */
    const struct ovsdb_idl_column *private_key;
    const struct ovsdb_idl_column *certificate;
    const struct ovsdb_idl_column *ca_cert;
    const struct ovsdb_idl_column *bootstrap_ca_cert;
    const struct ovsdb_idl_column *ssl_protocols;
    const struct ovsdb_idl_column *ssl_ciphers;
};

/* Registers the commands.  The caller keeps what it passes as long as the
 * program runs. */
void vpn_dbctl_register_connections(const struct vpn_dbctl_connections *);

/* What a program's usage says of the commands. */
#define VPN_DBCTL_CONNECTION_USAGE "\
Database server commands:\n\
  get-connection              print where the database's servers listen\n\
  set-connection [read-only|read-write] [role=ROLE] TARGET...\n\
                              make them listen at TARGETs, and nowhere else\n\
  del-connection              make them listen as they were started, only\n\
  get-ssl                     print the files with which they speak TLS\n\
  set-ssl KEY CERT CA-CERT [PROTOCOLS] [CIPHERS]\n\
                              make them use these files of theirs\n\
  del-ssl                     make them use none but those of their options\n"

#endif /* utilities/vpn-dbctl-connection.h */
