/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NBCTL_CONFIG_H
#define NBCTL_CONFIG_H 1

/* The configuration that commands such as conn-add give to the user.
 *
 * Its secrets are made once for each command, although the transaction may be
 * tried again, and the configuration is handed over once, after the commit.
 * Then it is wiped and exists nowhere else.  A command for many connections
 * has one for each of them: nbctl_config_get_one(), nbctl_config_name() and
 * nbctl_config_finish_all() take the place of the first and the last.
 *
 *
 *     nbctl_config_get()      in each attempt: finds or makes the command's
 *     nbctl_config_parse()    what the command's options want of it
 *     nbctl_config_keys()     key pair and pre-shared key, the first time
 *     nbctl_config_compose()  text and QR code, for this attempt's connection
 *     nbctl_config_open()     the files for it, the first time
 *     nbctl_config_deliver()  after the commit
 *
 * Functions that return 'char *' return NULL if successful and otherwise a
 * message for the user, which the caller must free. */

#include "lib/qr.h"
#include "lib/vpn-keys.h"
#include "lib/wg-conf.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/uuid.h"

struct ctl_context;
struct nbctl_file;
struct vpn_connection;
struct vpn_options;
struct vpn_service;
struct vpnnbrec_vpn_service;

/* The options that nbctl_config_parse() reads, for a command's syntax. */
#define NBCTL_CONFIG_OPTIONS \
    "--output=,--force,--format=,--full-tunnel,--current-key,--qr?,--png=," \
    "--svg="

/* Where a configuration can go. */
enum nbctl_config_target {
    NBCTL_CONFIG_OUTPUT,        /* --output. */
    NBCTL_CONFIG_NETWORK,       /* Its second file, for systemd-networkd. */
    NBCTL_CONFIG_PNG,           /* --png. */
    NBCTL_CONFIG_SVG,           /* --svg. */
    NBCTL_CONFIG_N_TARGETS
};

struct nbctl_config {
    struct ovs_list node;       /* Among those of other commands. */
    char **argv;                /* Identifies the command. */
    struct uuid uuid;           /* Whose it is, if the command has several. */

    /* Keys. */
    struct vpn_key public_key;
    struct vpn_key *private_key;        /* NULL if the user has it. */
    struct vpn_key *psk;                /* NULL if there is none. */
    bool psk_unknown;           /* The user has one that is not known here. */
    bool has_keys;

    /* What the options want. */
    enum wg_conf_format format;
    bool full_tunnel, current_key, force;
    bool has_qr, has_colours;
    enum qr_style qr_style;
    const char *names[NBCTL_CONFIG_N_TARGETS];  /* NULL if not wanted. */
    char *output_name;          /* Where names[NBCTL_CONFIG_OUTPUT] may be. */
    char *network_name;         /* Where names[NBCTL_CONFIG_NETWORK] is. */

    /* What is made of it. */
    struct ds text;
    struct ds network;          /* The second file for systemd-networkd. */
    struct qr *qr;              /* NULL if not asked for. */
    struct nbctl_file *files[NBCTL_CONFIG_N_TARGETS];
    bool is_open;

    /* When to give up waiting for the service, as of time_msec(); 0 if it was
     * not waited for yet. */
    long long int deadline;
};

struct nbctl_config *nbctl_config_get(struct ctl_context *);
struct nbctl_config *nbctl_config_get_one(struct ctl_context *,
                                          const struct uuid *);
char *nbctl_config_parse(struct nbctl_config *, struct ctl_context *);
char *nbctl_config_keys(struct nbctl_config *, const char *public_key,
                        const char *psk);
char *nbctl_config_open(struct nbctl_config *);
void nbctl_config_deliver(struct ctl_context *);
void nbctl_config_discard(struct ctl_context *);
char *nbctl_config_name(struct nbctl_config *, const char *directory,
                        const char *name);
void nbctl_config_finish_all(struct ctl_context *, bool deliver);

/* nbctl-compose.c */
char *nbctl_config_compose(struct nbctl_config *, const struct vpn_options *,
                           const struct vpnnbrec_vpn_service *,
                           const struct vpn_service *,
                           const struct vpn_connection *);

/* nbctl-keyfile.c */
char *nbctl_read_key_file(const char *file_name, struct vpn_key **);

#endif /* utilities/nbctl-config.h */
