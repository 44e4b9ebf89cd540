/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_MODEL_H
#define VPN_MODEL_H 1

/* What the operator wants, as plain data.
 *
 * lib/vpn-nb-snapshot.h makes these structures from rows of the VPN Northbound
 * database, and everything that decides reads them instead of rows, so that
 * tests can make them by hand.  The columns' meaning is in ovn-vpn-nb(5). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/vpn-access.h"
#include "lib/vpn-keys.h"
#include "lib/vpn-prefix.h"
#include "openvswitch/uuid.h"
#include "sset.h"
#include "svec.h"

/* Settings of the whole installation: columns of NB_Global. */
struct vpn_options {
    struct vpn_prefix transit_subnet;   /* IPv4. */
    struct vpn_prefix transit_subnet6;  /* IPv6, VPN_TRANSIT6_PLEN bits. */
    int default_mtu;
    int default_keepalive;
    int stats_interval_ms;
    int bfd_interval_ms;        /* 0 to leave OVN's BFD settings alone. */
    int key_max_age_days;       /* 0 to let keys get as old as they may. */
};
void vpn_options_init_defaults(struct vpn_options *);

#define VPN_DEFAULT_LISTEN_PORT 51820
#define VPN_MTU_MIN 1280
#define VPN_MTU_MAX 8920

/* Addresses of each transit subnet that a service gets. */
#define VPN_TRANSIT_BLOCK 8

/* Bits of the IPv6 transit subnet, whatever the operator's prefix: with the 32
 * that are left there is a block for every one of IPv4. */
#define VPN_TRANSIT6_PLEN 96

/* Age at which WireGuard gives a session up, REJECT_AFTER_TIME in section 6.1
 * of the WireGuard paper (Donenfeld, NDSS 2017). */
#define VPN_SESSION_MAX_MS 180000

/* A chassis that may serve a service. */
struct vpn_gateway {
    char *chassis;
    int priority;
    bool sticky;
};

/* An array of gateways that grows, highest priority first once sorted. */
struct vpn_gateways {
    struct vpn_gateway *list;
    size_t n, allocated;
};
void vpn_gateways_add(struct vpn_gateways *, const char *chassis, int priority,
                      bool sticky);
void vpn_gateways_sort(struct vpn_gateways *);
const struct vpn_gateway *vpn_gateways_find(const struct vpn_gateways *,
                                            const char *chassis);
void vpn_gateways_destroy(struct vpn_gateways *);

struct vpn_connection {
    struct uuid uuid;
    char *name;
    bool is_site;
    bool enabled;
    struct vpn_key public_key;
    long long int key_created_at;   /* Milliseconds, 0 if not known. */
    char *sealed_psk;               /* NULL if none. */
    long long int psk_created_at;   /* Milliseconds, 0 if none or not
                                     * known. */
    struct vpn_prefixes addresses;  /* Of full length. */
    struct vpn_prefixes peer_cidrs;
    char *peer_address;             /* "host:port", NULL if none. */
    int keepalive;                  /* Seconds, -1 if not set. */
    long long int expires_at;       /* Milliseconds, 0 for never. */
    struct svec groups;             /* Sorted. */
    long long int created_at;       /* Milliseconds, 0 if not known. */

    /* First mistake found, NULL if none.  Such a connection is not used. */
    char *error;
};

void vpn_connection_clone(struct vpn_connection *,
                          const struct vpn_connection *);
void vpn_connection_destroy(struct vpn_connection *);

struct vpn_service {
    struct uuid uuid;
    char *name;
    bool enabled;
    char *router;
    char *network;                  /* NULL if none. */
    bool has_external_ip;
    struct in6_addr external_ip;
    char *external_port;            /* NULL to find it. */
    char *pool;                     /* Where external_ip comes from, NULL if
                                     * the operator gave it. */
    uint16_t listen_port;
    struct vpn_prefixes tunnel_subnets;
    struct vpn_prefixes local_subnets;
    struct sset dns;
    int mtu;                        /* 0 if not set. */
    int keepalive;                  /* Seconds, -1 if not set. */
    bool client_to_client;
    struct vpn_gateways gateways;
    struct vpn_access_rule *rules;  /* By UUID. */
    size_t n_rules;
    struct vpn_connection *connections; /* Oldest first. */
    size_t n_connections;
    char *public_key;               /* NULL if none yet. */
    char *sealed_private_key;       /* NULL if none yet. */
    long long int key_created_at;   /* Milliseconds, 0 if not known. */
    char *next_public_key;          /* NULL unless the key is to change. */
    char *sealed_next_private_key;
    long long int created_at;       /* Milliseconds, 0 if not known. */

    /* First mistake found, NULL if none.  Such a service is not served. */
    char *error;
};
void vpn_service_destroy(struct vpn_service *);
int vpn_service_compare_age(const struct vpn_service *,
                            const struct vpn_service *);
struct vpn_connection *vpn_service_find_connection(const struct vpn_service *,
                                                   const struct uuid *);
bool vpn_service_covers(const struct vpn_service *, const struct vpn_prefix *);
bool vpn_service_next_address(const struct vpn_service *,
                              const struct vpn_prefix *subnet,
                              struct in6_addr *);

int vpn_connection_compare_age(const struct vpn_connection *,
                               const struct vpn_connection *);
bool vpn_connection_is_usable(const struct vpn_connection *,
                              long long int now_ms);
bool vpn_connection_needs_routes(const struct vpn_service *,
                                 const struct vpn_connection *);
void vpn_connection_allowed_ips(const struct vpn_connection *,
                                struct vpn_prefixes *);

/* Checks that see one service alone. */
char *vpn_name_check(const char *what, const char *name);
char *vpn_dns_check(const char *);
char *vpn_peer_address_check(const char *);
char *vpn_service_check_subnets(const struct vpn_prefixes *tunnel_subnets);
char *vpn_connection_check(const struct vpn_service *,
                           const struct vpn_connection *,
                           const char **columnp);
char *vpn_connection_check_new(const struct vpn_service *,
                               const struct vpn_connection *);
void vpn_service_check_alone(struct vpn_service *);
void vpn_service_check(struct vpn_service *);
char *vpn_service_find_harm(const struct vpn_service *before,
                            const struct vpn_service *after);

/* A name for a network interface: 'prefix' and the service's name, shortened
 * with a hash where it is too long.  Services that share a chassis need
 * different ones, about which ovn-vpn sees to. */
#define VPN_IFNAME_SIZE 16
void vpn_ifname(const char *prefix, const char *service,
                char ifname[VPN_IFNAME_SIZE]);

#endif /* lib/vpn-model.h */
