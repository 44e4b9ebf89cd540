/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WG_CONF_H
#define WG_CONF_H 1

/* A peer's WireGuard configuration, as plain data and as text.
 *
 * 'struct wg_conf' says what a configuration contains and knows no syntax.
 * Each wg-conf-*.c writes one syntax and knows nothing else, so that another
 * one needs no more than a file of its own. */

#include <stdbool.h>
#include <stdint.h>

#include "lib/vpn-keys.h"
#include "lib/vpn-prefix.h"

struct ds;
struct sset;

/* A configuration for one peer of one service.  Everything in it belongs to
 * the caller. */
struct wg_conf {
    const char *name;           /* For people, such as "s1/alice". */
    const char *ifname;         /* For the peer's interface, "wg-s1". */
    const char *note;           /* A line for people, NULL if none. */
    bool is_site;               /* The peer is a router. */

    /* The peer's own interface. */
    const struct vpn_key *private_key;  /* NULL if not known. */
    struct vpn_prefixes addresses;      /* With the subnets' lengths. */
    const struct sset *dns;     /* Servers and domains; see vpn_dns_check(). */
    int mtu;                    /* 0 to leave it to the peer. */
    uint16_t listen_port;       /* 0 for any. */

    /* The service, its only peer. */
    struct vpn_key public_key;
    const struct vpn_key *psk;  /* NULL if none, or not known. */
    bool psk_unknown;           /* There is one, but it is not known. */
    const char *endpoint_host;  /* A name or an address, without brackets. */
    uint16_t endpoint_port;
    struct vpn_prefixes allowed_ips;    /* In the order to write them. */
    int keepalive;              /* Seconds, 0 for none. */
};

/* Who reads the text. */
enum wg_conf_format {
    WG_CONF_QUICK,              /* wg-quick(8) and WireGuard's own programs. */
    WG_CONF_NM,                 /* NetworkManager: a keyfile. */
    WG_CONF_NETDEV,             /* systemd-networkd: the device, ... */
    WG_CONF_NETWORK,            /* ...and its network, another file. */
    WG_CONF_ROUTEROS,           /* MikroTik RouterOS 7: a script. */
};

void wg_conf_format(const struct wg_conf *, enum wg_conf_format, struct ds *);

#endif /* lib/wg-conf.h */
