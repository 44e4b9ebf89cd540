/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NBCTL_CONFIG_H
#define NBCTL_CONFIG_H 1

/* The configuration that conn-add gives to the user.
 *
 * Its secrets are made once for each command, although the transaction may be
 * tried again, and the configuration is handed over once, after the commit.
 * Then it is wiped and exists nowhere else:
 *
 *     nbctl_config_get()      in each attempt: finds or makes the command's
 *     nbctl_config_keys()     key pair and pre-shared key, the first time
 *     nbctl_config_compose()  text and QR code, for this attempt's connection
 *     nbctl_config_open()     the file for it, the first time
 *     nbctl_config_deliver()  after the commit
 *
 * Functions that return 'char *' return NULL if successful and otherwise a
 * message for the user, which the caller must free. */

#include "lib/qr.h"
#include "lib/vpn-keys.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"

struct ctl_context;
struct vpn_connection;
struct vpn_options;
struct vpn_service;
struct vpnnbrec_vpn_service;

struct nbctl_config {
    struct ovs_list node;       /* Among those of other commands. */
    char **argv;                /* Identifies the command. */

    struct vpn_key public_key;
    struct vpn_key *private_key;        /* NULL if the user has it. */
    struct vpn_key *psk;                /* NULL if there is none. */
    bool has_keys;

    struct ds text;
    struct qr *qr;              /* NULL if not asked for. */
    enum qr_style qr_style;

    const char *file_name;      /* NULL for standard output. */
    int fd;                     /* -1 if not open. */

    /* When to give up waiting for the service, as of time_msec(); 0 if it was
     * not waited for yet. */
    long long int deadline;
};

struct nbctl_config *nbctl_config_get(struct ctl_context *);
char *nbctl_config_keys(struct nbctl_config *, const char *public_key,
                        const char *psk);
char *nbctl_config_open(struct nbctl_config *, const char *file_name);
void nbctl_config_deliver(struct ctl_context *);

/* nbctl-compose.c */
char *nbctl_config_compose(struct nbctl_config *, const struct vpn_options *,
                           const struct vpnnbrec_vpn_service *,
                           const struct vpn_service *,
                           const struct vpn_connection *);

#endif /* utilities/nbctl-config.h */
