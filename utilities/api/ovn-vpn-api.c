/* SPDX-License-Identifier: Apache-2.0 */

/* The REST API: an OVSDB client that speaks HTTP.  This file has the options
 * and the loop. */

#include <config.h>

#include <getopt.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "command-line.h"
#include "daemon.h"
#include "dirs.h"
#include "dummy.h"
#include "fatal-signal.h"
#include "lib/vpn-dirs.h"
#include "lib/vpn-heap.h"
#include "lib/vpn-keys.h"
#include "lib/vpn-privileges.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "stream-ssl.h"
#include "stream.h"
#include "unixctl.h"
#include "util.h"
#include "utilities/api/api-http.h"
#include "utilities/api/api-web.h"
#include "utilities/api/api.h"

VLOG_DEFINE_THIS_MODULE(ovn_vpn_api);

#define DEFAULT_LISTEN "127.0.0.1:8080"

struct settings {
    const char *db;
    const char *sb_db;          /* NULL to do without. */
    const char *unixctl_path;
    struct api_http_options http;
    bool allow_plain;           /* HTTP without TLS for other machines. */
    bool allow_no_token;        /* No tokens for other machines. */
};

struct state {
    struct api api;
    struct api_http *http;
    bool exiting;
};

/* Options. */

OVS_NO_RETURN static void
usage(void)
{
    printf("\
%s: OVN VPN REST API\n\
usage: %s [OPTIONS]\n\
\n\
Options:\n\
  --db=DATABASE           VPN Northbound database (default: %s)\n\
  --sb-db=DATABASE        VPN Southbound database, for what gateways say of\n\
                          their peers (default: none)\n\
  --listen=ADDRESS:PORT   where to listen (default: %s)\n\
  --tls-certificate=FILE  certificate, and those that lead to its authority\n\
  --tls-private-key=FILE  its private key\n\
  --allow-plain-http      serve other machines without TLS\n\
  --allow-no-token        serve other machines while there is no token\n\
  --web-directory=DIR     the dashboard's files (default: %s)\n\
  --unixctl=SOCKET        override default control socket name\n\
  -h, --help              display this help message\n\
  -V, --version           display version information\n",
           program_name, program_name, vpn_default_nb_db(), DEFAULT_LISTEN,
           api_web_get_directory());
    daemon_usage();
    vlog_usage();
    stream_usage("database", true, true, false);
    exit(EXIT_SUCCESS);
}

enum {
    OPT_DB = UCHAR_MAX + 1,
    OPT_SB_DB,
    OPT_LISTEN,
    OPT_CERTIFICATE,
    OPT_PRIVATE_KEY,
    OPT_ALLOW_PLAIN,
    OPT_ALLOW_NO_TOKEN,
    OPT_WEB_DIRECTORY,
    OPT_UNIXCTL,
    OPT_ENABLE_DUMMY,
    DAEMON_OPTION_ENUMS,
    VLOG_OPTION_ENUMS,
    SSL_OPTION_ENUMS,
};

/* Stores the argument of option 'c', one of the program's own.  Returns false
 * if it is none of them. */
static bool
take_option(int c, struct settings *settings)
{
    switch (c) {
    case OPT_DB:
        settings->db = optarg;
        break;
    case OPT_SB_DB:
        settings->sb_db = optarg;
        break;
    case OPT_LISTEN:
        settings->http.listen = optarg;
        break;
    case OPT_CERTIFICATE:
        settings->http.certificate = optarg;
        break;
    case OPT_PRIVATE_KEY:
        settings->http.private_key = optarg;
        break;
    case OPT_ALLOW_PLAIN:
        settings->allow_plain = true;
        break;
    case OPT_ALLOW_NO_TOKEN:
        settings->allow_no_token = true;
        break;
    case OPT_WEB_DIRECTORY: {
        char *error = api_web_set_directory(optarg);

        if (error) {
            ovs_fatal(0, "--web-directory: %s", error);
        }
        break;
    }
    case OPT_UNIXCTL:
        settings->unixctl_path = optarg;
        break;
    case OPT_ENABLE_DUMMY:
        /* For tests: "time/warp" makes time pass. */
        timeval_dummy_register();
        break;
    default:
        return false;
    }
    return true;
}

static void
parse_options(int argc, char *argv[], struct settings *settings)
{
    static const struct option long_options[] = {
        {"db", required_argument, NULL, OPT_DB},
        {"sb-db", required_argument, NULL, OPT_SB_DB},
        {"listen", required_argument, NULL, OPT_LISTEN},
        {"tls-certificate", required_argument, NULL, OPT_CERTIFICATE},
        {"tls-private-key", required_argument, NULL, OPT_PRIVATE_KEY},
        {"allow-plain-http", no_argument, NULL, OPT_ALLOW_PLAIN},
        {"allow-no-token", no_argument, NULL, OPT_ALLOW_NO_TOKEN},
        {"web-directory", required_argument, NULL, OPT_WEB_DIRECTORY},
        {"unixctl", required_argument, NULL, OPT_UNIXCTL},
        {"enable-dummy", no_argument, NULL, OPT_ENABLE_DUMMY},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
        DAEMON_LONG_OPTIONS,
        VLOG_LONG_OPTIONS,
        STREAM_SSL_LONG_OPTIONS,
        {NULL, 0, NULL, 0},
    };
    char *short_options = ovs_cmdl_long_options_to_short_options(long_options);
    int c;

    while ((c = getopt_long(argc, argv, short_options, long_options,
                            NULL)) != -1) {
        switch (c) {
        DAEMON_OPTION_HANDLERS;
        VLOG_OPTION_HANDLERS;
        STREAM_SSL_OPTION_HANDLERS;
        case 'h':
            usage();
        case 'V':
            ovs_print_version(0, 0);
            exit(EXIT_SUCCESS);
        default:
            if (!take_option(c, settings)) {
                exit(EXIT_FAILURE);
            }
            break;
        }
    }
    free(short_options);
}

/* Refuses settings that make no sense or would show secrets to others.
 * Returns who is let in while there is no token. */
static enum api_anonymous
check_settings(const struct settings *settings)
{
    const struct api_http_options *http = &settings->http;
    bool loopback;
    char *target;

    char *error = api_http_parse_listen(http->listen, &target, &loopback);
    if (error) {
        ovs_fatal(0, "%s", error);
    }
    free(target);
    error = vpn_check_db("--db", settings->db);
    if (!error && settings->sb_db) {
        error = vpn_check_db("--sb-db", settings->sb_db);
    }
    if (error) {
        ovs_fatal(0, "%s", error);
    }
    if (!http->certificate != !http->private_key) {
        ovs_fatal(0, "--tls-certificate and --tls-private-key need each "
                  "other");
    }
    if (!loopback && !http->certificate && !settings->allow_plain) {
        ovs_fatal(0, "--listen=%s: other machines can reach this address, and "
                  "without --tls-certificate and --tls-private-key everybody "
                  "on the way could read keys and tokens; to do so all the "
                  "same, use --allow-plain-http", http->listen);
    }
    return (loopback ? API_ANONYMOUS_LOCAL
            : settings->allow_no_token ? API_ANONYMOUS_ALL
            : API_ANONYMOUS_NOBODY);
}

/* Makes room for many connections. */
static void
raise_file_limit(void)
{
    struct rlimit limit;

    if (!getrlimit(RLIMIT_NOFILE, &limit)) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Answers pass through memory that is not locked, which must not end up in a
 * file. */
static void
forbid_core_dumps(void)
{
    static const struct rlimit none = { 0, 0 };

    setrlimit(RLIMIT_CORE, &none);
}

/* Commands. */

static void
exit_cb(struct unixctl_conn *conn, int argc OVS_UNUSED,
        const char *argv[] OVS_UNUSED, void *state_)
{
    struct state *state = state_;

    state->exiting = true;
    unixctl_command_reply(conn, NULL);
}

static void
listen_cb(struct unixctl_conn *conn, int argc OVS_UNUSED,
          const char *argv[] OVS_UNUSED, void *state_)
{
    struct state *state = state_;
    char *address = api_http_address(state->http);

    unixctl_command_reply(conn, address);
    free(address);
}

static void
reload_cb(struct unixctl_conn *conn, int argc OVS_UNUSED,
          const char *argv[] OVS_UNUSED, void *state_)
{
    struct state *state = state_;
    char *error = api_http_reload(state->http);

    if (error) {
        unixctl_command_reply_error(conn, error);
        free(error);
    } else {
        unixctl_command_reply(conn, NULL);
    }
}

static void
register_commands(struct state *state)
{
    unixctl_command_register("exit", "", 0, 0, exit_cb, state);
    unixctl_command_register("listen", "", 0, 0, listen_cb, state);
    unixctl_command_register("reload-tls", "", 0, 0, reload_cb, state);
}

static void
loop(struct state *state, struct unixctl_server *unixctl)
{
    while (!state->exiting) {
        api_http_run(state->http);
        api_run(&state->api);
        unixctl_server_run(unixctl);

        api_http_wait(state->http);
        api_wait(&state->api);
        unixctl_server_wait(unixctl);
        if (state->exiting) {
            poll_immediate_wake();
        }
        poll_block();
        if (should_service_stop()) {
            state->exiting = true;
        }
    }
}

int
main(int argc, char *argv[])
{
    struct settings settings = {
        .http = { .listen = DEFAULT_LISTEN },
    };
    struct unixctl_server *unixctl;
    struct state state = { .exiting = false };

    vpn_dirs_init();
    ovs_cmdl_proctitle_init(argc, argv);
    ovs_set_program_name(argv[0], OVN_VPN_VERSION);
    service_start(&argc, &argv);
    fatal_ignore_sigpipe();
    settings.db = vpn_default_nb_db();
    parse_options(argc, argv, &settings);
    if (optind < argc) {
        ovs_fatal(0, "unexpected argument \"%s\" (use --help for help)",
                  argv[optind]);
    }
    enum api_anonymous anonymous = check_settings(&settings);

    daemonize_start(false);
    /* Locked memory does not survive the fork in daemonize_start(). */
    vpn_keys_init();
    if (unixctl_server_create(settings.unixctl_path, &unixctl)) {
        exit(EXIT_FAILURE);
    }
    raise_file_limit();
    forbid_core_dumps();
    vpn_heap_init();
    api_init(&state.api, settings.db, settings.sb_db, anonymous);
    char *error = api_http_create(&state.api, &settings.http, &state.http);
    if (error) {
        ovs_fatal(0, "%s", error);
    }
    vpn_privileges_drop(NULL, 0);
    register_commands(&state);
    daemonize_complete();

    loop(&state, unixctl);

    api_http_destroy(state.http);
    api_destroy(&state.api);
    unixctl_server_destroy(unixctl);
    service_stop();
    return 0;
}
