/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_NB_CONF_H
#define VPN_NB_CONF_H 1

/* From a connection and its service to the configuration for the peer. */

#include <stdbool.h>

#include "lib/vpn-model.h"
#include "lib/wg-conf.h"
#include "sset.h"

struct vpnnbrec_vpn_service;

/* What the database does not know. */
struct vpn_nb_conf_wish {
    const struct vpn_key *private_key;  /* NULL if not known. */
    const struct vpn_key *psk;          /* NULL if none, or not known. */
    bool psk_unknown;           /* There is one, but it is not known. */
    bool full_tunnel;           /* Everything goes through the tunnel. */
    bool current_key;           /* Even if the service's key is to change. */
};

struct vpn_nb_conf {
    struct wg_conf conf;

    /* What 'conf' refers to. */
    char *name, *note, *host;
    char ifname[VPN_IFNAME_SIZE];
    struct sset no_dns;
};

char *vpn_nb_conf_init(struct vpn_nb_conf *, const struct vpn_nb_conf_wish *,
                       const struct vpn_options *,
                       const struct vpnnbrec_vpn_service *,
                       const struct vpn_service *,
                       const struct vpn_connection *);
void vpn_nb_conf_destroy(struct vpn_nb_conf *);

#endif /* lib/vpn-nb-conf.h */
