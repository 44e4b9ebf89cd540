/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WG_IMPORT_H
#define WG_IMPORT_H 1

/* A WireGuard server's configuration file, as wg-quick(8) reads it, as plain
 * data. */

#include <stddef.h>

#include "lib/vpn-keys.h"
#include "lib/vpn-prefix.h"
#include "sset.h"

struct wg_import_peer {
    char *name;                 /* From a comment, NULL if there is none. */
    int line;                   /* Where it begins. */
    bool has_public_key;
    struct vpn_key public_key;
    struct vpn_key *psk;        /* NULL if none. */
    struct vpn_prefixes allowed_ips;
    char *endpoint;             /* NULL if none. */
    int keepalive;              /* Seconds, 0 for none. */
};

struct wg_import {
    struct vpn_key *private_key;
    struct vpn_prefixes addresses;      /* With the subnets' lengths. */
    int listen_port;            /* 0 if not given. */
    int mtu;                    /* 0 if not given. */
    struct wg_import_peer *peers;
    size_t n_peers, allocated_peers;
    struct sset ignored;        /* Keywords that mean nothing here. */
};

char *wg_import_parse(char *text, struct wg_import *);
void wg_import_destroy(struct wg_import *);

#endif /* lib/wg-import.h */
