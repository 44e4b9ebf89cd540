/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>
#undef NDEBUG
#include "tests/swarm-options.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command-line.h"
#include "daemon.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
#include "packets.h"
#include "socket-util.h"
#include "util.h"

/* Clients in one process. */
#define MAX_CLIENTS 100000

static const char help[] = "\
swarm: thousands of WireGuard clients in one process\n\
usage: swarm [OPTIONS] peers\n\
       swarm [OPTIONS] load NB-DATABASE SERVICE\n\
       swarm [OPTIONS] run\n\
\n\
\"peers\" prints the clients as peers for \"wg setconf\", \"load\" adds them\n\
to a service, and \"run\" connects them and sends echo requests until it is\n\
told to \"exit\" through its control socket, where there are also:\n\
  swarm/mark           measure outages from now on\n\
  swarm/report [json]  print what happened since then\n\
\n\
Clients:\n\
  --seed=FILE          32 bytes in base64 that make all keys (\"wg genkey\")\n\
  --clients=N          how many (default: 1)\n\
  --subnet=PREFIX      their addresses in the tunnel, from the third one on\n\
  --no-psk             without pre-shared keys\n\
Running:\n\
  --server=IP:PORT     the WireGuard server\n\
  --server-key=KEY     its public key\n\
  --target=IP          whom to send echo requests\n\
  --source=PREFIX      send from the host addresses of this prefix in turn\n\
  --interval=MS        between two requests of a client (default: 1000); 0:\n\
                       an idle client sends only one after each handshake\n\
                       until it is answered\n\
  --keepalive=S        persistent keepalive (default: 0, none)\n\
  --rate=N             clients that connect per second (default: 200; 0: all\n\
                       at once)\n";

OVS_NO_RETURN static void
usage(void)
{
    fputs(help, stdout);
    daemon_usage();
    vlog_usage();
    printf("\nOther options:\n"
           "  --unixctl=SOCKET     control socket\n"
           "  -h, --help           display this help message\n");
    exit(EXIT_SUCCESS);
}

enum {
    OPT_SEED = UCHAR_MAX + 1,
    OPT_CLIENTS,
    OPT_SUBNET,
    OPT_NO_PSK,
    OPT_SERVER,
    OPT_SERVER_KEY,
    OPT_TARGET,
    OPT_SOURCE,
    OPT_INTERVAL,
    OPT_KEEPALIVE,
    OPT_RATE,
    OPT_UNIXCTL,
    VLOG_OPTION_ENUMS,
    DAEMON_OPTION_ENUMS,
};

static void
read_seed(const char *file_name, struct vpn_key *seed)
{
    struct ds line = DS_EMPTY_INITIALIZER;
    FILE *file = fopen(file_name, "r");

    if (!file) {
        ovs_fatal(errno, "%s", file_name);
    } else if (ds_get_line(&line, file)
               || !vpn_key_parse(ds_cstr(&line), seed)) {
        ovs_fatal(0, "%s: its first line is no key; make one with \"wg "
                  "genkey\"", file_name);
    }
    vpn_wipe_ds(&line);
    fclose(file);
}

static unsigned int
parse_uint(const char *option, const char *arg, unsigned int max)
{
    unsigned int value;

    if (!str_to_uint(arg, 10, &value) || value > max) {
        ovs_fatal(0, "--%s=%s: a number from 0 to %u is needed", option, arg,
                  max);
    }
    return value;
}

/* Stores the first address of a prefix, and how many it has. */
static void
parse_prefix(const char *option, const char *arg, ovs_be32 *address,
             unsigned int *n)
{
    ovs_be32 mask;
    char *error = ip_parse_masked(arg, address, &mask);

    if (error || !ip_is_cidr(mask) || *address & ~mask) {
        ovs_fatal(0, "--%s=%s: an IPv4 prefix such as 10.0.0.0/16 is needed",
                  option, arg);
    }
    *n = ntohl(~mask);
}

static void
parse_server(const char *arg, struct sockaddr_in *server)
{
    struct sockaddr_storage ss;

    if (!inet_parse_active(arg, -1, &ss, false, NULL)
        || ss.ss_family != AF_INET) {
        ovs_fatal(0, "--server=%s: an IPv4 address and port are needed", arg);
    }
    memcpy(server, &ss, sizeof *server);
}

static void
parse_source(const char *arg, struct swarm_source *source)
{
    ovs_be32 network;

    parse_prefix("source", arg, &network, &source->n);
    source->address = htonl(ntohl(network) + 1);
    source->n = MAX(source->n, 2) - 1;
}

static void
handle_option(struct swarm_options *o, int c)
{
    unsigned int n_addresses;

    switch (c) {
    case OPT_SEED:
        read_seed(optarg, &o->peers.seed);
        break;
    case OPT_CLIENTS:
        o->peers.n = parse_uint("clients", optarg, MAX_CLIENTS);
        break;
    case OPT_SUBNET:
        parse_prefix("subnet", optarg, &o->peers.subnet, &n_addresses);
        break;
    case OPT_NO_PSK:
        o->peers.has_psk = false;
        break;
    case OPT_SERVER:
        parse_server(optarg, &o->config.server);
        break;
    case OPT_SERVER_KEY:
        if (!vpn_key_parse(optarg, &o->server_key)) {
            ovs_fatal(0, "--server-key=%s: this is no key", optarg);
        }
        break;
    case OPT_TARGET:
        if (!ip_parse(optarg, &o->target)) {
            ovs_fatal(0, "--target=%s: this is no IPv4 address", optarg);
        }
        break;
    case OPT_SOURCE:
        parse_source(optarg, &o->source);
        break;
    case OPT_INTERVAL:
        o->config.interval = 1000LL * parse_uint("interval", optarg, 3600000);
        break;
    case OPT_KEEPALIVE:
        o->config.keepalive = 1000000LL * parse_uint("keepalive", optarg,
                                                     UINT16_MAX);
        break;
    case OPT_RATE:
        o->rate = parse_uint("rate", optarg, 1000000);
        break;
    case OPT_UNIXCTL:
        o->unixctl_path = optarg;
        break;
    case 'h':
        usage();
    VLOG_OPTION_HANDLERS
    DAEMON_OPTION_HANDLERS
    case '?':
        exit(EXIT_FAILURE);
    default:
        OVS_NOT_REACHED();
    }
}

static void
check(const struct swarm_options *o)
{
    if (!o->n_args) {
        ovs_fatal(0, "a command is needed; --help shows them");
    } else if (vpn_key_is_zero(&o->peers.seed)) {
        ovs_fatal(0, "--seed is needed");
    } else if (!o->peers.subnet) {
        ovs_fatal(0, "--subnet is needed");
    } else if (!strcmp(o->args[0], "run")
               && (!o->config.server.sin_port || !o->target
                   || vpn_key_is_zero(&o->server_key))) {
        ovs_fatal(0, "--server, --server-key and --target are needed");
    }
}

/* Parses the command line.  Terminates the process if it is wrong. */
void
swarm_options_parse(int argc, char *argv[], struct swarm_options *o)
{
    static const struct option long_options[] = {
        {"seed", required_argument, NULL, OPT_SEED},
        {"clients", required_argument, NULL, OPT_CLIENTS},
        {"subnet", required_argument, NULL, OPT_SUBNET},
        {"no-psk", no_argument, NULL, OPT_NO_PSK},
        {"server", required_argument, NULL, OPT_SERVER},
        {"server-key", required_argument, NULL, OPT_SERVER_KEY},
        {"target", required_argument, NULL, OPT_TARGET},
        {"source", required_argument, NULL, OPT_SOURCE},
        {"interval", required_argument, NULL, OPT_INTERVAL},
        {"keepalive", required_argument, NULL, OPT_KEEPALIVE},
        {"rate", required_argument, NULL, OPT_RATE},
        {"unixctl", required_argument, NULL, OPT_UNIXCTL},
        {"help", no_argument, NULL, 'h'},
        VLOG_LONG_OPTIONS,
        DAEMON_LONG_OPTIONS,
        {NULL, 0, NULL, 0},
    };
    char *short_options
        = ovs_cmdl_long_options_to_short_options(long_options);
    int c;

    *o = (struct swarm_options) {
        .peers = { .n = 1, .has_psk = true },
        .config = { .interval = 1000000 },
        .rate = 200,
    };
    while ((c = getopt_long(argc, argv, short_options, long_options, NULL))
           != -1) {
        handle_option(o, c);
    }
    free(short_options);
    o->args = argv + optind;
    o->n_args = argc - optind;
    check(o);
}
