/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WG_CONF_H
#define WG_CONF_H 1

/* A client's WireGuard configuration, as plain data and as text.
 *
 * 'struct wg_conf' says what a configuration contains and knows no syntax.
 * Each wg_conf_format_*() writes one syntax and knows nothing else, so that
 * another one needs no more than a function of its own. */

#include <stdint.h>

#include "lib/vpn-keys.h"
#include "lib/vpn-prefix.h"

struct ds;
struct sset;

/* A configuration for one peer of one service.  Everything in it belongs to
 * the caller. */
struct wg_conf {
    const char *name;           /* For a comment, such as "s1/alice". */

    /* The client's own interface. */
    const struct vpn_key *private_key;  /* NULL if not known. */
    struct vpn_prefixes addresses;      /* With the subnets' lengths. */
    const struct sset *dns;     /* Servers and domains; see vpn_dns_check(). */
    int mtu;                    /* 0 to leave it to the client. */
    uint16_t listen_port;       /* 0 for any. */

    /* The service, its only peer. */
    struct vpn_key public_key;
    const struct vpn_key *psk;  /* NULL if none. */
    const char *endpoint_host;  /* A name or an address, without brackets. */
    uint16_t endpoint_port;
    struct vpn_prefixes allowed_ips;    /* In the order to write them. */
    int keepalive;              /* Seconds, 0 for none. */
};

void wg_conf_format_quick(const struct wg_conf *, struct ds *);

#endif /* lib/wg-conf.h */
