/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_PLAN_H
#define OVN_VPN_PLAN_H 1

/* From what the operator wants to the rows that make it so.
 *
 * Planning is pure: it reads the plain structures of a snapshot and makes a
 * 'struct plan', which nb-sync and sb-sync compare with the databases.  A
 * service is planned in two steps with the allocation of its tag and transit
 * addresses, and what it has to know of others, between them:
 *
 *   plan_begin()    checks, and the choice of gateways
 *   alloc_run()     for all services together
 *   siblings_run()  likewise
 *   plan_finish()   rows for OVN, and the tunnel for the chassis
 *
 * A service's plan does not depend on its connections, but for sites, whose
 * prefixes need routes, for the names of groups, and for old keys, of which it
 * warns.  Each connection's peer is planned by itself, by plan_peer_init(),
 * and plan_fill_sets() puts connections into the plan's address sets.
 *
 * What stands against a service is an error if it has nothing yet, and only a
 * conflict if it has the thing in question already: then somebody else's row
 * came later, and to take a running service away would harm more than to let
 * it stay.  It is taken away nevertheless where the router or another service
 * would suffer.
 *
 * Each plan-*.c makes one part; plan-check.c and plan-address.c hold every
 * reason to refuse. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/vpn-model.h"
#include "lib/vpn-prefix.h"
#include "openvswitch/uuid.h"
#include "ovn-vpn/alloc.h"
#include "ovn-vpn/plan-row.h"
#include "packets.h"
#include "svec.h"

struct chassis_table;
struct claims;
struct ds;
struct health;
struct neighbours;
struct rivals;
struct router;
struct router_port;

/* What planning a service reads. */
struct plan_input {
    /* These outlive the plan. */
    const struct vpn_service *service;      /* Without its connections. */
    const struct vpn_options *options;
    const struct chassis_table *chassis;

    /* All else must be there until plan_finish() returns. */

    /* Usable connections that vpn_connection_needs_routes(), and those whose
     * keys are older than the operator wants; both oldest first. */
    const struct vpn_connection *const *sites;
    size_t n_sites;
    const struct vpn_connection *const *old_keys;
    size_t n_old_keys;

    /* Groups in which it has connections, usable or not. */
    const struct svec *groups;

    /* The service's router.  NULL if it cannot be had; then 'router_error'
     * says why. */
    const struct router *router;
    const char *router_error;
    const char *pool_error;     /* Why its pool has no address for it. */

    const struct neighbours *neighbours;    /* Of all routers. */

    /* What services want of this router, and of the cloud, this one among
     * them. */
    struct claims *claims;
    const struct rivals *rivals;

    const struct vpn_gateways *held_gateways;   /* What it has now, for
                                                 * plan_begin() alone. */
    bool grace;                 /* Chassis may not have reported yet. */
    const char *host;           /* Chassis where it resides now, or NULL. */
    const struct health *health;

    long long int now;          /* Milliseconds since the epoch. */
};

/* What the gateway chassis must know of a connection that is usable. */
struct plan_peer {
    struct vpn_prefixes allowed_ips;
    int keepalive;              /* Seconds, 0 for none. */
};

/* What each gateway chassis must do. */
struct plan_tunnel {
    char *gateway_port;         /* Names of chassisredirect ports. */
    char *external_port;        /* NULL on a gateway router. */
    struct eth_addr mac, router_mac;
    bool outer_is_v4;           /* WireGuard's own packets are IPv4. */
    struct vpn_prefixes transit_addresses;  /* The namespace's, with length. */
    struct vpn_prefixes router_addresses;   /* Of full length. */
    struct vpn_prefixes addresses;          /* The gateway's in the tunnel. */
};

struct plan {
    struct plan_input in;

    char *error;                /* Why it cannot be served, or NULL. */
    char *conflict;             /* What stands against it, although it is
                                 * served as before, or NULL. */
    struct svec warnings;
    char **site_errors;         /* One per site, NULL if none. */
    char **site_conflicts;      /* Likewise. */
    struct vpn_gateways gateways;
    const struct router_port *external_port;
    bool by_port;               /* Its external address is for its port alone,
                                 * so that others can have it, too. */
    struct vpn_prefixes offered_subnets;
    int mtu;
    long long int next_at;      /* When the plan will be another one by
                                 * itself; milliseconds since the epoch, 0 if
                                 * never. */
    int key_age_days;           /* Of the service's key pair. */

    bool is_finished;           /* plan_finish() has been called. */
    struct alloc_item alloc;
    struct vpn_prefixes siblings;       /* Behind other services on the
                                         * router. */
    struct plan_rows rows;      /* Address sets only, if the service is not to
                                 * be served. */
    struct plan_sets *sets;     /* Which of them those are, NULL if none. */
    struct svec groups;         /* Sorted. */
    struct plan_tunnel *tunnel; /* NULL if the service is not to be served. */
};

struct plan *plan_begin(const struct plan_input *);
void plan_finish(struct plan *);
void plan_fail(struct plan *, char *error);
void plan_note_conflict(char **conflict, char *message);
void plan_destroy(struct plan *);
void plan_format(const struct plan *, struct ds *);

void plan_peer_init(struct plan_peer *, const struct vpn_connection *);
void plan_peer_destroy(struct plan_peer *);

/* The parts. */
char *plan_check(struct plan *);                        /* plan-check.c */
void plan_check_sites(struct plan *);
bool plan_yields_to(const struct plan *, const struct vpn_service *other,
                    bool mine_has_it, bool other_has_it);
char *plan_check_address(struct plan *);                /* plan-address.c */
bool plan_can_share(const struct router *, const struct vpn_service *,
                    const struct vpn_service *);
void plan_find_offer(struct plan *);                    /* plan-offer.c */
char *plan_choose_gateways(struct plan *);              /* plan-gateway.c */
bool plan_has_left(const struct plan *, const char *chassis);
void plan_add_topology(struct plan *);                  /* plan-topology.c */
void plan_add_routes(struct plan *);                    /* plan-route.c */
void plan_add_nat(struct plan *);                       /* plan-nat.c */
void plan_add_policies(struct plan *);                  /* plan-policy.c */
bool plan_may_name_set(const struct vpn_service *,      /* plan-sets.c */
                       const char *name);
void plan_add_sets(struct plan *, bool served);
void plan_sets_destroy(struct plan_sets *);
void plan_put_rule_sets(const struct plan *, const struct vpn_access_rule *,
                        bool v4, struct ds *);
void plan_fill_sets(struct plan *, const struct vpn_connection *const *,
                    size_t n);
void plan_add_guards(struct plan *);                    /* plan-guard.c */
void plan_update_guards(struct plan *);
void plan_add_acls(struct plan *);                      /* plan-acl.c */
void plan_check_keys(struct plan *);                    /* plan-keys.c */
long long int plan_keys_old_at(const struct vpn_connection *,
                               const struct vpn_options *);
char *plan_gateway_port(const struct vpn_service *);    /* plan-tunnel.c */
struct plan_tunnel *plan_make_tunnel(struct plan *);
void plan_tunnel_destroy(struct plan_tunnel *);

void plan_warn(struct plan *, const char *format, ...)
    OVS_PRINTF_FORMAT(2, 3);
const struct plan_row *plan_find_row(const struct plan *, const char *kind,
                                     const char *key);

/* The highest of OVN's priorities of ACLs, for what no access rule allows. */
#define PLAN_PRIORITY_GUARD 32767

/* Addresses of a service's transit block: the gateway network has the router
 * and the namespace in it, the join network both routers.  Every service has
 * an IPv4 block.  It has an IPv6 block beside it, 'alloc.ipv6', if anything
 * IPv6 crosses the routers. */
enum plan_transit {
    PLAN_TRANSIT_GW_NETWORK = 0,
    PLAN_TRANSIT_GW = 1,        /* Service's router, towards the namespace. */
    PLAN_TRANSIT_NS = 2,        /* Namespace. */
    PLAN_TRANSIT_RT = 5,        /* Tenant's router. */
    PLAN_TRANSIT_UP = 6,        /* Service's router, towards the tenant's. */
};
struct vpn_prefix plan_transit(const struct plan *, enum plan_transit,
                               bool v4);
bool plan_outer_is_v4(const struct plan *);
bool plan_inner_has_family(const struct plan *, bool v4);

/* Ethernet addresses of a service, which derive from its UUID. */
enum plan_mac { PLAN_MAC_GW, PLAN_MAC_NS, PLAN_MAC_RT, PLAN_MAC_UP };
struct eth_addr plan_mac(const struct vpn_service *, enum plan_mac);

#endif /* ovn-vpn/plan.h */
