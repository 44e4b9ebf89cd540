/* SPDX-License-Identifier: Apache-2.0 */

/* ovn-vpn-nbctl: the command line of the VPN Northbound database. */

#include <config.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fatal-signal.h"
#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-dirs.h"
#include "lib/vpn-keys.h"
#include "lib/vpn-nb-row.h"
#include "openvswitch/list.h"
#include "openvswitch/vlog.h"
#include "util.h"
#include "utilities/nbctl.h"
#include "utilities/vpn-dbctl-connection.h"
#include "utilities/vpn-dbctl.h"

/* --wait: what to wait for, and whether to do so if nothing was changed. */
static enum { WAIT_NONE, WAIT_SB, WAIT_HV } wait_type;
static bool force_wait;

/* Value that NB_Global's sb_cfg, or hv_cfg, must reach; 0 for none. */
static int64_t awaited_cfg;

/* Value that NB_Global's sealing_cfg_done must reach; 0 for none. */
static int64_t awaited_sealing_cfg;

/* A service or connection that a command touched, whose error_message is of
 * interest once the wait is over. */
struct expectation {
    struct ovs_list node;       /* In 'expectations'. */
    const char *done;           /* What was done to it, e.g. "added". */
    char *service;
    char *connection;           /* NULL if the service itself was touched. */
};
static struct ovs_list expectations = OVS_LIST_INITIALIZER(&expectations);

/* Has something gone wrong after the commit? */
static bool failed;

/* Makes --wait wait even if the transaction changes nothing. */
void
nbctl_sync(void)
{
    force_wait = true;
}

/* Makes --wait wait until everything is sealed to the key that 'sealing_cfg'
 * asks for. */
void
nbctl_await_sealing(int64_t sealing_cfg)
{
    awaited_sealing_cfg = sealing_cfg;
}

/* After --wait, finds out whether 'connection' of 'service', or 'service'
 * itself if 'connection' is NULL, is in error.  'done' is what the command did
 * to it: "added" or "changed". */
void
nbctl_expect(const char *done, const char *service, const char *connection)
{
    struct expectation *e;

    LIST_FOR_EACH (e, node, &expectations) {
        if (!strcmp(e->done, done) && !strcmp(e->service, service)
            && nullable_string_is_equal(e->connection, connection)) {
            return;
        }
    }
    e = xmalloc(sizeof *e);
    *e = (struct expectation) {
        .done = done,
        .service = xstrdup(service),
        .connection = nullable_xstrdup(connection),
    };
    ovs_list_push_back(&expectations, &e->node);
}

static void
clear_expectations(void)
{
    struct expectation *e;

    LIST_FOR_EACH_POP (e, node, &expectations) {
        free(e->service);
        free(e->connection);
        free(e);
    }
}

/* Prints and frees 'message', which says what went wrong although the
 * transaction was committed, and makes the program fail in the end. */
void
nbctl_fail(char *message)
{
    vpn_dbctl_defuse(message);
    ovs_error(0, "%s", message);
    free(message);
    failed = true;
}

/* The class for vpn-dbctl.h. */

enum { OPT_WAIT = VPN_DBCTL_OPTIONS, OPT_NO_WAIT };
static const struct option options[] = {
    {"wait", required_argument, NULL, OPT_WAIT},
    {"no-wait", no_argument, NULL, OPT_NO_WAIT},
    {NULL, 0, NULL, 0},
};

static void
parse_option(int option, const char *arg)
{
    if (option == OPT_NO_WAIT || !strcmp(arg, "none")) {
        wait_type = WAIT_NONE;
    } else if (!strcmp(arg, "sb")) {
        wait_type = WAIT_SB;
    } else if (!strcmp(arg, "hv")) {
        wait_type = WAIT_HV;
    } else {
        ctl_fatal("argument to --wait must be \"none\", \"sb\", or \"hv\"");
    }
}

static void
print_commands(void)
{
    printf("\
%s: WireGuard VPN services for OVN\n\
usage: %s [OPTIONS] COMMAND [ARG...]\n\
\n\
General commands:\n\
  init                        initialize the database\n\
  show [SERVICE]              print overview of database contents\n\
  status [SERVICE]            print the state of services\n\
  sync                        wait even for earlier changes\n\
\n\
Service commands:\n\
  svc-add SERVICE ROUTER EXTERNAL_IP SUBNET...\n\
                              add SERVICE with tunnel SUBNETs to ROUTER\n\
  svc-del SERVICE             delete SERVICE and its connections\n\
  svc-list                    print all services\n\
  svc-show SERVICE            print everything about SERVICE\n\
  svc-set SERVICE KEY=VALUE... change settings of SERVICE\n\
  svc-import SERVICE ROUTER EXTERNAL_IP FILE\n\
                              add SERVICE with what is in a wg0.conf\n\
  svc-export SERVICE          print SERVICE as a wg0.conf\n\
  svc-rekey SERVICE           let the key of SERVICE change at some time\n\
  sealing-key-rotate          seal all secrets to another key\n\
\n\
Connection commands:\n\
  conn-add SERVICE NAME       add a client or site and print the\n\
                              configuration for it\n\
  conn-set SERVICE NAME       change a connection as options say\n\
  conn-rekey SERVICE NAME     give a connection new keys and print its\n\
                              configuration\n\
  conn-config SERVICE NAME    print the configuration without its keys\n\
  conn-del SERVICE NAME       delete a connection\n\
  conn-list SERVICE           print the connections of SERVICE\n\
  conn-show SERVICE NAME      print everything about a connection\n\
  project-rekey PROJECT       give all its connections new keys, and write\n\
                              configurations\n\
  project-config PROJECT      write configurations without keys\n\
\n\
Access rule commands:\n\
  rule-add SERVICE DIRECTION PRIORITY ACTION\n\
                              allow or drop what options say\n\
  rule-del SERVICE [RULE]     delete RULE, or all of SERVICE\n\
  rule-list SERVICE           print the rules of SERVICE\n\
\n\
Gateway commands:\n\
  gateway-set SERVICE CHASSIS [PRIORITY]\n\
                              let CHASSIS serve SERVICE\n\
  gateway-del SERVICE [CHASSIS]\n\
                              do not let CHASSIS, or any, serve SERVICE\n\
  gateway-list SERVICE        print the chassis that may serve SERVICE\n\
  gateway-drain CHASSIS       make services leave CHASSIS\n\
  gateway-undrain CHASSIS     let them come back\n\
  chassis-list                print all gateway chassis\n\
\n\
Token commands:\n\
  token-add NAME ROLE [PROJECT]...\n\
                              print a token for ovn-vpn-api, this once\n\
  token-list                  print all tokens, without their secrets\n\
  token-del NAME              take a token back\n\
\n" VPN_DBCTL_CONNECTION_USAGE,
           program_name, program_name);
}

static void
print_options(void)
{
    printf("\
  --no-wait, --wait=none      do not wait for changes to take effect "
"(default)\n\
  --wait=sb                   wait until ovn-vpn has made the changes\n\
  --wait=hv                   wait until chassis have applied them\n");
}

static void
prerequisites(struct ovsdb_idl *idl)
{
    ovsdb_idl_add_column(idl, &vpnnbrec_nb_global_col_nb_cfg);
    if (wait_type == WAIT_SB || wait_type == WAIT_HV) {
        ovsdb_idl_add_column(idl, &vpnnbrec_nb_global_col_sb_cfg);
        ovsdb_idl_add_column(idl, &vpnnbrec_nb_global_col_hv_cfg);
        ovsdb_idl_add_column(idl, &vpnnbrec_nb_global_col_sealing_cfg_done);
    }
}

/* Makes the row of NB_Global if there is none, and counts nb_cfg up, which
 * happens if anything else is changed, or always if 'force_wait'. */
static void
begin(struct ovsdb_idl *idl, struct ovsdb_idl_txn *txn, bool may_write)
{
    const struct vpnnbrec_nb_global *global = vpnnbrec_nb_global_first(idl);

    clear_expectations();
    if (wait_type == WAIT_NONE) {
        force_wait = false;
    }
    if (!global && (may_write || force_wait)) {
        global = vpnnbrec_nb_global_insert(txn);
    }
    if (global && wait_type != WAIT_NONE) {
        /* As in OVN, the number starts again after the last one. */
        if (global->nb_cfg == INT64_MAX) {
            vpnnbrec_nb_global_set_nb_cfg(global, 0);
        }
        ovsdb_idl_txn_increment(txn, &global->header_,
                                &vpnnbrec_nb_global_col_nb_cfg, force_wait);
    }
}

static void
committed(const struct ovsdb_idl_txn *txn, bool changed)
{
    if (wait_type != WAIT_NONE && changed) {
        awaited_cfg = ovsdb_idl_txn_get_increment_new_value(txn);
    }
}

static bool
is_done(struct ovsdb_idl *idl)
{
    const struct vpnnbrec_nb_global *global = vpnnbrec_nb_global_first(idl);

    return (!awaited_cfg
            || (global && global->sb_cfg >= awaited_cfg
                && global->sealing_cfg_done >= awaited_sealing_cfg
                && (wait_type == WAIT_SB || global->hv_cfg >= awaited_cfg)));
}

/* Complains if what 'e' names is in error, after a wait. */
static void
check_expectation(struct ovsdb_idl *idl, const struct expectation *e)
{
    const struct vpnnbrec_vpn_service *service
        = vpn_nb_find_service(idl, e->service);
    const struct vpnnbrec_vpn_connection *connection
        = (service && e->connection
           ? vpn_nb_find_connection(service, e->connection) : NULL);

    if (connection && connection->error_message) {
        nbctl_fail(xasprintf("connection %s of service %s was %s but cannot "
                             "be used: %s", e->connection, e->service, e->done,
                             connection->error_message));
    } else if (service && service->error_message && e->connection) {
        nbctl_fail(xasprintf("connection %s of service %s was %s but the "
                             "service cannot be served: %s", e->connection,
                             e->service, e->done, service->error_message));
    } else if (service && service->error_message) {
        nbctl_fail(xasprintf("service %s was %s but cannot be served: %s",
                             e->service, e->done, service->error_message));
    }
}

static int
finish(struct ovsdb_idl *idl)
{
    if (awaited_cfg) {
        const struct expectation *e;

        LIST_FOR_EACH (e, node, &expectations) {
            check_expectation(idl, e);
        }
    }
    clear_expectations();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* How the generic database commands find rows by name. */
static const struct ctl_table_class tables[VPNNBREC_N_TABLES] = {
    [VPNNBREC_TABLE_VPN_SERVICE].row_ids
    = {{&vpnnbrec_vpn_service_col_name, NULL, NULL}},

    [VPNNBREC_TABLE_VPN_CONNECTION].row_ids
    = {{&vpnnbrec_vpn_connection_col_name, NULL, NULL}},

    [VPNNBREC_TABLE_GATEWAY_CHASSIS].row_ids
    = {{&vpnnbrec_gateway_chassis_col_name, NULL, NULL}},

    [VPNNBREC_TABLE_ACCESS_RULE].row_ids
    = {{&vpnnbrec_access_rule_col_name, NULL, NULL}},

    [VPNNBREC_TABLE_EXTERNAL_IP_POOL].row_ids
    = {{&vpnnbrec_external_ip_pool_col_name, NULL, NULL}},

    [VPNNBREC_TABLE_CHASSIS].row_ids
    = {{&vpnnbrec_chassis_col_name, NULL, NULL}},

    [VPNNBREC_TABLE_PROJECT].row_ids
    = {{&vpnnbrec_project_col_name, NULL, NULL}},

    [VPNNBREC_TABLE_API_TOKEN].row_ids
    = {{&vpnnbrec_api_token_col_name, NULL, NULL}},

    [VPNNBREC_TABLE_CONNECTION].row_ids
    = {{&vpnnbrec_connection_col_target, NULL, NULL}},
};

/* Where the database's servers listen, and how. */
static const struct vpn_dbctl_connections connections = {
    .global = &vpnnbrec_table_nb_global,
    .connections = &vpnnbrec_nb_global_col_connections,
    .global_ssl = &vpnnbrec_nb_global_col_ssl,
    .connection = &vpnnbrec_table_connection,
    .target = &vpnnbrec_connection_col_target,
    .inactivity_probe = &vpnnbrec_connection_col_inactivity_probe,
    .read_only = &vpnnbrec_connection_col_read_only,
    .role = &vpnnbrec_connection_col_role,
    .ssl = &vpnnbrec_table_ssl,
    .private_key = &vpnnbrec_ssl_col_private_key,
    .certificate = &vpnnbrec_ssl_col_certificate,
    .ca_cert = &vpnnbrec_ssl_col_ca_cert,
    .bootstrap_ca_cert = &vpnnbrec_ssl_col_bootstrap_ca_cert,
    .ssl_protocols = &vpnnbrec_ssl_col_ssl_protocols,
    .ssl_ciphers = &vpnnbrec_ssl_col_ssl_ciphers,
};

/* "create" warns of rows to which nothing refers.  To the IDL, connections of
 * services are mere UUIDs (lib/ovn-vpn-nb-idl.ann): says that they refer. */
static void
declare_references(void)
{
    struct ovsdb_base_type *key
        = &vpnnbrec_vpn_service_col_connections.type.key;

    key->uuid.refTableName = vpnnbrec_table_vpn_connection.name;
    key->uuid.refType = OVSDB_REF_STRONG;
}

int
main(int argc, char *argv[])
{
    vpn_dirs_init();
    ovs_set_program_name(argv[0], OVN_VPN_VERSION);
    fatal_ignore_sigpipe();
    vlog_set_levels(NULL, VLF_CONSOLE, VLL_WARN);
    vlog_set_levels_from_string_assert("reconnect:warn");
    vpn_keys_init();

    declare_references();
    ctl_init(&vpnnbrec_idl_class, vpnnbrec_table_classes, tables, NULL,
             vpn_dbctl_exit);
    ctl_register_commands(nbctl_show_commands);
    ctl_register_commands(nbctl_svc_commands);
    ctl_register_commands(nbctl_conn_commands);
    ctl_register_commands(nbctl_conn_add_commands);
    ctl_register_commands(nbctl_conn_set_commands);
    ctl_register_commands(nbctl_key_commands);
    ctl_register_commands(nbctl_import_commands);
    ctl_register_commands(nbctl_export_commands);
    ctl_register_commands(nbctl_project_commands);
    ctl_register_commands(nbctl_gateway_commands);
    ctl_register_commands(nbctl_token_commands);
    ctl_register_commands(nbctl_rule_commands);
    vpn_dbctl_register_connections(&connections);

    static struct vpn_dbctl_class class = {
        .idl_class = &vpnnbrec_idl_class,
        .options_variable = "OVN_VPN_NBCTL_OPTIONS",
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
    class.db_version = vpnnbrec_get_db_version();
    class.default_db = vpn_default_nb_db();
    vpn_dbctl_main(argc, argv, &class);
}
