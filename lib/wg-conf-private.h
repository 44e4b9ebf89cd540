/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WG_CONF_PRIVATE_H
#define WG_CONF_PRIVATE_H 1

/* What the writers of configurations share.  What a writer appends must not
 * exceed what text_max() in wg-conf.c allows for. */

#include <stdbool.h>

struct ds;
struct svec;
struct vpn_key;
struct vpn_prefix;
struct vpn_prefixes;
struct wg_conf;

/* Stand where a key is missing.  They pass "wg-quick strip", and "wg" quotes
 * them when it refuses to use them. */
#define WG_CONF_NO_PRIVATE_KEY "PUT-YOUR-PRIVATE-KEY-HERE"
#define WG_CONF_NO_PSK "PUT-YOUR-PRESHARED-KEY-HERE"

void wg_conf_put_quick(const struct wg_conf *, struct ds *);
void wg_conf_put_nm(const struct wg_conf *, struct ds *);
void wg_conf_put_netdev(const struct wg_conf *, struct ds *);
void wg_conf_put_network(const struct wg_conf *, struct ds *);
void wg_conf_put_routeros(const struct wg_conf *, struct ds *);

void wg_conf_put_comment(const struct wg_conf *, const char *suffix,
                         struct ds *);
void wg_conf_put_key(const char *before, const struct vpn_key *,
                     const char *after, struct ds *);
void wg_conf_put_endpoint(const struct wg_conf *, struct ds *);
void wg_conf_get_dns(const struct wg_conf *, struct svec *servers,
                     struct svec *domains);
bool wg_conf_is_full_tunnel(const struct wg_conf *);
bool wg_conf_is_connected(const struct wg_conf *, const struct vpn_prefix *);

#endif /* lib/wg-conf-private.h */
