/* SPDX-License-Identifier: Apache-2.0 */

/* ovn-vpn-sbctl: the command line of the VPN Southbound database. */

#include <config.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "fatal-signal.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-dirs.h"
#include "openvswitch/vlog.h"
#include "util.h"
#include "utilities/sbctl.h"
#include "utilities/vpn-dbctl-connection.h"
#include "utilities/vpn-dbctl.h"

/* The class for vpn-dbctl.h.  It has no options of its own and waits for
 * nothing. */

static const struct option options[] = {
    {NULL, 0, NULL, 0},
};

static void
parse_option(int option OVS_UNUSED, const char *arg OVS_UNUSED)
{
    OVS_NOT_REACHED();
}

static void
print_commands(void)
{
    printf("\
%s: what ovn-vpn's gateway chassis do and report\n\
usage: %s [OPTIONS] COMMAND [ARG...]\n\
\n\
General commands:\n\
  show                        print chassis and the tunnels on each\n\
\n\
Lists:\n\
  chassis-list                print all gateway chassis\n\
  tunnel-list                 print all tunnels and who serves them\n\
  peer-list [TUNNEL]          print all peers, or those of TUNNEL\n\
\n" VPN_DBCTL_CONNECTION_USAGE,
           program_name, program_name);
}

static void
print_options(void)
{
}

static void
prerequisites(struct ovsdb_idl *idl OVS_UNUSED)
{
}

static void
begin(struct ovsdb_idl *idl OVS_UNUSED, struct ovsdb_idl_txn *txn OVS_UNUSED,
      bool may_write OVS_UNUSED)
{
    /* There is nothing to make: chassis do nothing until ovn-vpn has made the
     * row of SB_Global, and must not be told otherwise. */
}

static void
committed(const struct ovsdb_idl_txn *txn OVS_UNUSED, bool changed OVS_UNUSED)
{
}

static bool
is_done(struct ovsdb_idl *idl OVS_UNUSED)
{
    return true;
}

static int
finish(struct ovsdb_idl *idl OVS_UNUSED)
{
    return EXIT_SUCCESS;
}

/* How the generic database commands find rows by name. */
static const struct ctl_table_class tables[VPNSBREC_N_TABLES] = {
    [VPNSBREC_TABLE_CHASSIS].row_ids
    = {{&vpnsbrec_chassis_col_name, NULL, NULL}},

    [VPNSBREC_TABLE_TUNNEL].row_ids
    = {{&vpnsbrec_tunnel_col_name, NULL, NULL}},

    [VPNSBREC_TABLE_PEER].row_ids
    = {{&vpnsbrec_peer_col_public_key, NULL, NULL}},

    [VPNSBREC_TABLE_RBAC_ROLE].row_ids
    = {{&vpnsbrec_rbac_role_col_name, NULL, NULL}},

    [VPNSBREC_TABLE_RBAC_PERMISSION].row_ids
    = {{&vpnsbrec_rbac_permission_col_table, NULL, NULL}},

    [VPNSBREC_TABLE_CONNECTION].row_ids
    = {{&vpnsbrec_connection_col_target, NULL, NULL}},
};

/* Where the database's servers listen, and how. */
static const struct vpn_dbctl_connections connections = {
    .global = &vpnsbrec_table_sb_global,
    .connections = &vpnsbrec_sb_global_col_connections,
    .global_ssl = &vpnsbrec_sb_global_col_ssl,
    .connection = &vpnsbrec_table_connection,
    .target = &vpnsbrec_connection_col_target,
    .inactivity_probe = &vpnsbrec_connection_col_inactivity_probe,
    .read_only = &vpnsbrec_connection_col_read_only,
    .role = &vpnsbrec_connection_col_role,
    .ssl = &vpnsbrec_table_ssl,
    .private_key = &vpnsbrec_ssl_col_private_key,
    .certificate = &vpnsbrec_ssl_col_certificate,
    .ca_cert = &vpnsbrec_ssl_col_ca_cert,
    .bootstrap_ca_cert = &vpnsbrec_ssl_col_bootstrap_ca_cert,
    .ssl_protocols = &vpnsbrec_ssl_col_ssl_protocols,
    .ssl_ciphers = &vpnsbrec_ssl_col_ssl_ciphers,
};

int
main(int argc, char *argv[])
{
    vpn_dirs_init();
    ovs_set_program_name(argv[0], OVN_VPN_VERSION);
    fatal_ignore_sigpipe();
    vlog_set_levels(NULL, VLF_CONSOLE, VLL_WARN);
    vlog_set_levels_from_string_assert("reconnect:warn");

    ctl_init(&vpnsbrec_idl_class, vpnsbrec_table_classes, tables, NULL,
             vpn_dbctl_exit);
    ctl_register_commands(sbctl_show_commands);
    ctl_register_commands(sbctl_list_commands);
    vpn_dbctl_register_connections(&connections);

    static struct vpn_dbctl_class class = {
        .idl_class = &vpnsbrec_idl_class,
        .options_variable = "OVN_VPN_SBCTL_OPTIONS",
        .options = options,
        .parse_option = parse_option,
        .print_commands = print_commands,
        .print_options = print_options,
        .prerequisites = prerequisites,
        .begin = begin,
        .committed = committed,
        .is_done = is_done,
        .finish = finish,
    };
    class.db_version = vpnsbrec_get_db_version();
    class.default_db = vpn_default_sb_db();
    vpn_dbctl_main(argc, argv, &class);
}
