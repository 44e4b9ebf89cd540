/* SPDX-License-Identifier: Apache-2.0 */

/* Options of the frame of vpn-dbctl.h. */

#include <config.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command-line.h"
#include "db-ctl-base.h"
#include "lib/vpn-dirs.h"
#include "openvswitch/shash.h"
#include "openvswitch/vlog.h"
#include "stream-ssl.h"
#include "stream.h"
#include "util.h"
#include "utilities/vpn-dbctl-private.h"

enum {
    OPT_DB = UCHAR_MAX + 1,
    OPT_ONELINE,
    OPT_NO_SYSLOG,
    OPT_DRY_RUN,
    OPT_LEADER_ONLY,
    OPT_NO_LEADER_ONLY,
    OPT_SHUFFLE_REMOTES,
    OPT_NO_SHUFFLE_REMOTES,
    OPT_BOOTSTRAP_CA_CERT,
    OPT_COMMANDS,
    OPT_OPTIONS,
    OPT_LOCAL,
    VLOG_OPTION_ENUMS,
    TABLE_OPTION_ENUMS,
    SSL_OPTION_ENUMS,
    N_OPTIONS
};
BUILD_ASSERT_DECL(N_OPTIONS <= VPN_DBCTL_OPTIONS);

static const struct option frame_options[] = {
    {"db", required_argument, NULL, OPT_DB},
    {"no-syslog", no_argument, NULL, OPT_NO_SYSLOG},
    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
    {"oneline", no_argument, NULL, OPT_ONELINE},
    {"timeout", required_argument, NULL, 't'},
    {"leader-only", no_argument, NULL, OPT_LEADER_ONLY},
    {"no-leader-only", no_argument, NULL, OPT_NO_LEADER_ONLY},
    {"shuffle-remotes", no_argument, NULL, OPT_SHUFFLE_REMOTES},
    {"no-shuffle-remotes", no_argument, NULL, OPT_NO_SHUFFLE_REMOTES},
    {"commands", no_argument, NULL, OPT_COMMANDS},
    {"options", no_argument, NULL, OPT_OPTIONS},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    VLOG_LONG_OPTIONS,
    TABLE_LONG_OPTIONS,
    STREAM_SSL_LONG_OPTIONS,
    {"bootstrap-ca-cert", required_argument, NULL, OPT_BOOTSTRAP_CA_CERT},
};

/* Appends 'new' to the '*n' options in '*o', unless one of them has the same
 * name. */
static void
add_option(struct option **o, size_t *n, size_t *allocated,
           const struct option *new)
{
    for (size_t i = 0; i < *n; i++) {
        if (!strcmp((*o)[i].name, new->name)) {
            return;
        }
    }
    if (*n >= *allocated) {
        *o = x2nrealloc(*o, allocated, sizeof **o);
    }
    (*o)[(*n)++] = *new;
}

/* Returns all options: those of the commands, of the frame and of 'class'.
 * The caller frees them with free_options(). */
static struct option *
make_options(const struct vpn_dbctl_class *class)
{
    static const struct option end = {NULL, 0, NULL, 0};
    size_t n = 0, allocated = 0;
    struct option *o = NULL;

    ctl_add_cmd_options(&o, &n, &allocated, OPT_LOCAL);
    n--;                        /* The end of the array moves. */
    for (size_t i = 0; i < ARRAY_SIZE(frame_options); i++) {
        add_option(&o, &n, &allocated, &frame_options[i]);
    }
    for (const struct option *p = class->options; p->name; p++) {
        add_option(&o, &n, &allocated, p);
    }
    if (n >= allocated) {
        o = x2nrealloc(o, &allocated, sizeof *o);
    }
    o[n] = end;
    return o;
}

/* Returns true if 'name', an option that a command has, is with the argument
 * 'arg' the frame's option of the same name: --format is that of tables,
 * unless it is one that tables do not have. */
static bool
is_table_format(const char *name, const char *arg)
{
    static const char *const formats[] = {
        "table", "list", "html", "csv", "json",
    };

    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        if (!strcmp(name, "format") && !strcmp(arg, formats[i])) {
            return true;
        }
    }
    return false;
}

static void
free_options(struct option *options)
{
    for (struct option *o = options; o->name; o++) {
        if (o->val == OPT_LOCAL) {
            free(CONST_CAST(char *, o->name));
        }
    }
    free(options);
}

OVS_NO_RETURN static void
usage(const struct vpn_dbctl_class *class)
{
    class->print_commands();
    printf("\n%s\n%s\n"
           "Options:\n"
           "  --db=DATABASE               connect to DATABASE\n"
           "                              (default: %s)\n",
           ctl_get_db_cmd_usage(), ctl_list_db_tables_usage(),
           class->default_db);
    class->print_options();
    printf("\
  -t, --timeout=SECS          wait at most SECS seconds\n\
  --dry-run                   do not commit changes to database\n\
  --oneline                   print exactly one line of output per command\n\
  --no-leader-only            accept any cluster member, not just the leader\n\
  --no-shuffle-remotes        do not shuffle the order of remotes\n");
    table_usage();
    vlog_usage();
    printf("\
  --no-syslog                 log to the system log only what goes wrong\n");
    stream_usage("database", true, true, true);
    printf("\n\
Other options:\n\
  -h, --help                  display this help message\n\
  -V, --version               display version information\n");
    exit(EXIT_SUCCESS);
}

OVS_NO_RETURN static void
print_version(const struct vpn_dbctl_class *class)
{
    ovs_print_version(0, 0);
    printf("DB Schema %s\n", class->db_version);
    exit(EXIT_SUCCESS);
}

/* Handles option 'c' of the frame, whose argument is in 'optarg'. */
static void
handle_frame_option(int c, const struct vpn_dbctl_class *class,
                    struct vpn_dbctl_options *options)
{
    switch (c) {
    case OPT_DB:
        free(options->db);
        options->db = xstrdup(optarg);
        break;

    case OPT_ONELINE:
        options->oneline = true;
        break;

    case OPT_NO_SYSLOG:
        vlog_set_levels(NULL, VLF_SYSLOG, VLL_WARN);
        break;

    case OPT_DRY_RUN:
        options->dry_run = true;
        break;

    case OPT_LEADER_ONLY:
    case OPT_NO_LEADER_ONLY:
        options->leader_only = c == OPT_LEADER_ONLY;
        break;

    case OPT_SHUFFLE_REMOTES:
    case OPT_NO_SHUFFLE_REMOTES:
        options->shuffle_remotes = c == OPT_SHUFFLE_REMOTES;
        break;

    case OPT_BOOTSTRAP_CA_CERT:
        stream_ssl_set_ca_cert_file(optarg, true);
        break;

    case 't':
        if (!str_to_uint(optarg, 10, &options->timeout) || !options->timeout) {
            ctl_fatal("value %s on -t or --timeout is invalid", optarg);
        }
        break;

    case OPT_COMMANDS:
        ctl_print_commands();
        break;

    case 'h':
        usage(class);

    case 'V':
        print_version(class);

    VLOG_OPTION_HANDLERS
    TABLE_OPTION_HANDLERS(&options->table_style)
    STREAM_SSL_OPTION_HANDLERS

    case '?':
        exit(EXIT_FAILURE);

    default:
        OVS_NOT_REACHED();
    }
}

static void
add_local_option(struct shash *local_options, const char *name)
{
    char *key = xasprintf("--%s", name);

    if (shash_find(local_options, key)) {
        ctl_fatal("'%s' option specified multiple times", key);
    }
    shash_add_nocopy(local_options, key, nullable_xstrdup(optarg));
}

static bool
is_option(const char *arg)
{
    return !strncmp(arg, "--", 2) && arg[2];
}

/* Moves options that follow a command's name before it, where db-ctl-base
 * expects them.  'argv' holds commands with "--" between them. */
static void
move_options(int argc, char *argv[])
{
    int i = 0;

    while (i < argc) {
        while (i < argc && (is_option(argv[i]) || !strcmp(argv[i], "--"))) {
            i++;
        }
        int name = i;
        for (; i < argc && strcmp(argv[i], "--"); i++) {
            if (is_option(argv[i])) {
                char *option = argv[i];

                memmove(&argv[name + 1], &argv[name],
                        (i - name) * sizeof *argv);
                argv[name++] = option;
            }
        }
    }
}

/* Parses the options before the first command's name into '*options', and
 * those that belong to that command into 'local_options'.  Leaves 'optind' at
 * what follows them, where it brings the options of each command to their
 * place. */
void
vpn_dbctl_parse_options(int argc, char *argv[],
                        const struct vpn_dbctl_class *class,
                        struct vpn_dbctl_options *options,
                        struct shash *local_options)
{
    struct option *long_options = make_options(class);
    char *tmp = ovs_cmdl_long_options_to_short_options(long_options);
    /* "-f" has no long option to itself if a command has --format. */
    char *short_options = xasprintf("+f:%s", tmp);

    for (;;) {
        int i;
        int c = getopt_long(argc, argv, short_options, long_options, &i);

        if (c == -1) {
            break;
        } else if (c == OPT_LOCAL
                   && is_table_format(long_options[i].name, optarg)) {
            table_parse_format(&options->table_style, optarg);
            options->has_format = true;
        } else if (c == OPT_LOCAL) {
            add_local_option(local_options, long_options[i].name);
        } else if (c >= VPN_DBCTL_OPTIONS) {
            class->parse_option(c, optarg);
        } else if (c == OPT_OPTIONS) {
            ctl_print_options(long_options);
        } else {
            handle_frame_option(c, class, options);
            options->has_format |= c == 'f' || c == OPT_BARE;
        }
    }
    if (!options->db) {
        options->db = xstrdup(class->default_db);
    }
    char *error = vpn_check_db("--db", options->db);
    if (error) {
        ctl_fatal("%s", error);
    }
    move_options(argc - optind, argv + optind);
    free(short_options);
    free(tmp);
    free_options(long_options);
}
