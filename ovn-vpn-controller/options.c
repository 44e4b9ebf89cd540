/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command-line.h"
#include "daemon.h"
#include "lib/vpn-dirs.h"
#include "openvswitch/vlog.h"
#include "ovsdb-idl.h"
#include "stream-ssl.h"
#include "stream.h"
#include "util.h"

OVS_NO_RETURN static void
usage(const struct options *o)
{
    printf("%s: OVN VPN agent on a gateway chassis\n"
           "usage: %s [OPTIONS] [OVS-DATABASE]\n"
           "where OVS-DATABASE is the local Open vSwitch database\n"
           "(default: %s)\n"
           "\nOptions:\n"
           "  --sealing-key=FILE          private key of this chassis, made\n"
           "                              if there is none\n"
           "                              (default: %s)\n"
           "  --dry-run                   print what would be changed, and\n"
           "                              exit, with status 2 if anything\n"
           "  --cleanup                   remove from this host all that is\n"
           "                              ovn-vpn's, and exit\n",
           program_name, program_name, o->ovs_remote, o->sealing_key_file);
    stream_usage("OVS-DATABASE", true, false, true);
    daemon_usage();
    vlog_usage();
    printf("\nOther options:\n"
           "  --unixctl=SOCKET            override default control socket\n"
           "  -h, --help                  display this help message\n"
           "  -V, --version               display version information\n");
    exit(EXIT_SUCCESS);
}

enum {
    OPT_SEALING_KEY = UCHAR_MAX + 1,
    OPT_BOOTSTRAP_CA_CERT,
    OPT_CLEANUP,
    OPT_DRY_RUN,
    OPT_UNIXCTL,
    VLOG_OPTION_ENUMS,
    DAEMON_OPTION_ENUMS,
    SSL_OPTION_ENUMS,
};

/* Handles option 'c' with argument 'arg'. */
static void
handle_option(struct options *o, int c, char *arg)
{
    switch (c) {
    case 'h':
        usage(o);

    case 'V':
        ovs_print_version(0, 0);
        exit(EXIT_SUCCESS);

    case OPT_SEALING_KEY:
        free(o->sealing_key_file);
        o->sealing_key_file = xstrdup(arg);
        break;

    case OPT_CLEANUP:
        o->cleanup = true;
        break;

    case OPT_DRY_RUN:
        o->dry_run = true;
        /* Unless a later option says otherwise. */
        vlog_set_levels(NULL, VLF_CONSOLE, VLL_WARN);
        break;

    case OPT_UNIXCTL:
        o->unixctl_path = arg;
        break;

    VLOG_OPTION_HANDLERS
    DAEMON_OPTION_HANDLERS

    case 'p':
        o->ssl_private_key = arg;
        break;

    case 'c':
        o->ssl_certificate = arg;
        break;

    case 'C':
        o->ssl_ca_cert = arg;
        break;

    case OPT_SSL_PROTOCOLS:
        stream_ssl_set_protocols(arg);
        break;

    case OPT_SSL_CIPHERS:
        stream_ssl_set_ciphers(arg);
        break;

    case OPT_BOOTSTRAP_CA_CERT:
        o->bootstrap_ca_cert = arg;
        break;

    case '?':
        exit(EXIT_FAILURE);

    default:
        OVS_NOT_REACHED();
    }
}

/* Parses the command line into '*o', which the caller must destroy, and into
 * the settings of the libraries.  Terminates the process if it is wrong. */
void
options_parse(int argc, char *argv[], struct options *o)
{
    static const struct option long_options[] = {
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'V' },
        { "sealing-key", required_argument, NULL, OPT_SEALING_KEY },
        { "cleanup", no_argument, NULL, OPT_CLEANUP },
        { "dry-run", no_argument, NULL, OPT_DRY_RUN },
        { "unixctl", required_argument, NULL, OPT_UNIXCTL },
        VLOG_LONG_OPTIONS,
        DAEMON_LONG_OPTIONS,
        STREAM_SSL_LONG_OPTIONS,
        { "bootstrap-ca-cert", required_argument, NULL,
          OPT_BOOTSTRAP_CA_CERT },
        { NULL, 0, NULL, 0 },
    };
    char *short_options = ovs_cmdl_long_options_to_short_options(long_options);
    int c;

    memset(o, 0, sizeof *o);
    o->ovs_remote = xasprintf("unix:%s/db.sock", vpn_ovs_rundir());
    o->sealing_key_file = xasprintf("%s/chassis.key", vpn_sysconfdir());
    while ((c = getopt_long(argc, argv, short_options, long_options,
                            NULL)) != -1) {
        handle_option(o, c, optarg);
    }
    free(short_options);
    if (o->bootstrap_ca_cert) {
        /* That writes the file if it is not there. */
        stream_ssl_set_ca_cert_file(o->bootstrap_ca_cert, !o->dry_run);
    }

    if (argc - optind > 1) {
        ovs_fatal(0, "at most one argument is allowed, the local Open vSwitch "
                  "database; use --help for usage");
    } else if (argc > optind) {
        free(o->ovs_remote);
        o->ovs_remote = xstrdup(argv[optind]);
    }
    char *error = vpn_check_db("OVS-DATABASE", o->ovs_remote);
    if (error) {
        ovs_fatal(0, "%s", error);
    }
}

void
options_destroy(struct options *o)
{
    free(o->ovs_remote);
    free(o->sealing_key_file);
}
