/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WANT_H
#define WANT_H 1

/* What this chassis has to do, as plain data: ovn-vpn-controller/desired.h
 * makes it from the databases' rows, and the rest of the program sees only
 * this. */

#include <stdbool.h>
#include <stdint.h>

#include "lib/vpn-keys.h"
#include "lib/vpn-prefix.h"
#include "openvswitch/shash.h"
#include "openvswitch/types.h"
#include "openvswitch/uuid.h"
#include "ovn-vpn-controller/role.h"
#include "ovn-vpn-controller/wg-device.h"

struct want_peer_error {
    struct uuid row;
    char *error;                /* In words. */
};

struct want_tunnel {
    struct hmap_node uuid_node; /* For ovn-vpn-controller/desired.c. */
    char *name;
    struct uuid uuid;

    /* Value of struct want's 'seq' when anything but the residence last
     * changed, and when anything did that the host needs. */
    uint64_t seq;
    uint64_t host_seq;

    /* Whether all of its rows have been received, and make sense.  Otherwise
     * the host and the device stay as they are. */
    bool complete;
    bool valid;
    char *error;                /* If not 'valid': why, in words. */

    /* Place in OVN. */
    char *gateway_port;
    char *external_port;        /* NULL if none. */
    uint16_t tag;
    struct eth_addr mac;
    struct eth_addr router_mac;
    struct vpn_prefixes transit_addresses;
    struct vpn_prefixes router_addresses; /* Of full length. */
    enum residence residence;   /* Of the tunnel's gateway port. */
    struct uuid residence_chassis; /* Row of the chassis there, or zeros. */
    long long int residence_at; /* When that was said; monotonic, in ms. */
    bool external_here;         /* The external gateway port is here. */

    /* WireGuard. */
    bool outer_is_v4;           /* Its own packets are IPv4. */
    struct vpn_prefixes addresses;
    int mtu;
    struct wg_device device;
    char *box;                  /* With the private key, NULL if none ... */
    char *box_public_key;       /* ... and to which one it was to belong. */
    struct vpn_key *private_key; /* NULL as long as it cannot be opened. */
    struct vpn_key *lock_key;   /* Of pre-shared keys.  NULL likewise. */
    char *key_error;            /* Why 'private_key' is NULL, in words. */

    unsigned int n_sites;       /* Number of peers that have a 'site'. */

    /* Peers that are left out because something is wrong with them: 'struct
     * want_peer_error's by public key. */
    struct shash peer_errors;
};
struct want_tunnel *want_tunnel_create(const char *name, const struct uuid *);
void want_tunnel_destroy(struct want_tunnel *);
void want_tunnel_set_peer_error(struct want_tunnel *, const char *public_key,
                                const struct uuid *row, char *error);
bool want_tunnel_routes(const struct want_tunnel *, const struct vpn_prefix *);
bool want_tunnel_routes_peer(const struct want_tunnel *,
                             const struct wg_peer *);

/* How often counters are reported if the database does not say. */
#define WANT_STATS_INTERVAL_MS 15000

struct want {
    /* Nothing is known of what is wanted until this is true, and so nothing
     * may be removed. */
    bool valid;

    uint64_t seq;               /* Increases with every change. */
    int64_t nb_cfg;             /* That 'seq' is up to date with. */
    int stats_interval_ms;
    struct shash tunnels;       /* Contains 'struct want_tunnel *'s. */
};
void want_init(struct want *);
void want_destroy(struct want *);

/* Where a peer was seen: what a chassis that takes over needs to call it. */
struct want_sighting {
    struct uuid peer;
    struct wg_endpoint endpoint;
    long long int seen;         /* Wall clock, in ms: last handshake. */
};

/* An array of sightings that grows, at most one of each peer. */
struct want_sightings {
    struct want_sighting *list;
    size_t n, allocated;
};

#endif /* ovn-vpn-controller/want.h */
