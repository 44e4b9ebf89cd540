/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UAPI_CONN_H
#define UAPI_CONN_H 1

/* A connection to the socket of a userspace WireGuard, for one request at a
 * time: wireguard-go reads ahead and loses what comes before its reply.  An
 * idle connection tells when the process ends. */

#include <stdbool.h>

struct ds;
struct uapi_conn;
struct uapi_parser;

int uapi_conn_open(const char *path, struct uapi_conn **);
void uapi_conn_close(struct uapi_conn *);
void uapi_conn_send(struct uapi_conn *, struct ds *request);
bool uapi_conn_is_busy(const struct uapi_conn *);
int uapi_conn_run(struct uapi_conn *, struct uapi_parser *, bool *complete);
void uapi_conn_wait(const struct uapi_conn *);

#endif /* ovn-vpn-controller/uapi-conn.h */
