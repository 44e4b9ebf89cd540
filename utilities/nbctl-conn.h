/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NBCTL_CONN_H
#define NBCTL_CONN_H 1

/* What the commands that add or change a connection share.
 *
 * Functions that return 'char *' return NULL if successful and otherwise a
 * message for the user, which the caller must free. */

#include "lib/vpn-model.h"

struct ctl_context;
struct nbctl_config;
struct vpnnbrec_nb_global;
struct vpnnbrec_vpn_connection;
struct vpnnbrec_vpn_service;

/* Everything that one attempt to run such a command knows. */
struct conn_change {
    struct ctl_context *ctx;
    const struct vpnnbrec_nb_global *global;    /* NULL if there is none. */
    const struct vpnnbrec_vpn_service *row;
    struct vpn_service *service;        /* Snapshot of 'row'. */
    struct vpn_connection connection;   /* As it shall be. */
    const char *description;            /* NULL to leave it. */
    struct nbctl_config *config;        /* NULL if none is handed over. */
};

/* The options that conn_change_parse() reads, for a command's syntax. */
#define CONN_CHANGE_OPTIONS \
    "--type=,--address=,--peer-cidrs=,--peer-address=,--keepalive=," \
    "--groups=," \
    "--description=,--expires=,--enabled="

/* nbctl-conn-change.c */
void conn_change_init(struct conn_change *, struct ctl_context *);
void conn_change_destroy(struct conn_change *);
const char *conn_change_option(const struct conn_change *, const char *name);
char *conn_change_parse(struct conn_change *);
char *conn_change_find_service(struct conn_change *);
char *conn_change_find_connection(struct conn_change *,
                                  const struct vpnnbrec_vpn_connection **);
char *conn_change_check(const struct conn_change *, const char *verb);

/* nbctl-conn-write.c */
char *conn_change_wait(struct conn_change *);
char *conn_change_make_config(struct conn_change *);
void conn_change_write(const struct conn_change *,
                       const struct vpnnbrec_vpn_connection *);
char *conn_change_write_psk(const struct conn_change *,
                            const struct vpnnbrec_vpn_connection *);
char *conn_change_write_keys(const struct conn_change *,
                             const struct vpnnbrec_vpn_connection *);

#endif /* utilities/nbctl-conn.h */
