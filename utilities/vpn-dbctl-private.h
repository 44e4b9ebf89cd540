/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_DBCTL_PRIVATE_H
#define VPN_DBCTL_PRIVATE_H 1

/* What the parts of the frame share: vpn-dbctl.c, which connects and loops,
 * vpn-dbctl-options.c and vpn-dbctl-run.c. */

#include "table.h"
#include "utilities/vpn-dbctl.h"

struct ctl_command;
struct shash;

struct vpn_dbctl_options {
    char *db;                   /* Database to connect to. */
    bool leader_only;
    bool shuffle_remotes;
    bool dry_run;
    bool oneline;
    bool keep_colours;          /* See vpn_dbctl_keep_colours(). */
    unsigned int timeout;       /* Seconds, 0 for none. */
    struct table_style table_style;
    bool has_format;            /* Was --format given? */
};

/* vpn-dbctl-options.c */
void vpn_dbctl_parse_options(int argc, char *argv[],
                             const struct vpn_dbctl_class *,
                             struct vpn_dbctl_options *,
                             struct shash *local_options);

/* vpn-dbctl-run.c */
struct vpn_dbctl_run {
    const struct vpn_dbctl_class *class;
    const struct vpn_dbctl_options *options;
    const char *args;           /* The command line, for the log. */
    struct ctl_command *commands;
    size_t n_commands;
    struct ovsdb_idl *idl;

    /* The current transaction, if any, so that vpn_dbctl_exit() can clean
     * up. */
    struct ovsdb_idl_txn *txn;

    bool printed;               /* Have outputs been printed? */
    bool print_failed;          /* Did that fail? */
};
bool vpn_dbctl_run(struct vpn_dbctl_run *);
void vpn_dbctl_print(struct vpn_dbctl_run *);
void vpn_dbctl_run_clear(struct vpn_dbctl_run *);

#endif /* utilities/vpn-dbctl-private.h */
