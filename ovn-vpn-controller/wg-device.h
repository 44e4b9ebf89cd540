/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WG_DEVICE_H
#define WG_DEVICE_H 1

/* A WireGuard interface as plain data, and the difference between two: pure.
 *
 * The same structures say what is wanted and what was found.  A backend (see
 * ovn-vpn-controller/wg-backend.h) finds and changes, wg_device_diff() says
 * what to change, and wg_device_apply() makes the same changes to what was
 * found, so that the interface need not be read again after each of them.
 *
 * Secrets do not stand here: a key is represented by its digest, and what is
 * wanted also has the locked box from which the backend reads the pre-shared
 * key while it writes it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/vpn-keys.h"
#include "lib/vpn-prefix.h"
#include "openvswitch/hmap.h"
#include "openvswitch/uuid.h"
#include "ovn-vpn-controller/role.h"

struct ds;
struct svec;

/* An address and port; IPv4 in its v4-mapped form. */
struct wg_endpoint {
    struct in6_addr addr;
    uint16_t port;
};
bool wg_endpoint_parse(const char *, struct wg_endpoint *);
void wg_endpoint_format(const struct wg_endpoint *, struct ds *);
bool wg_endpoint_equals(const struct wg_endpoint *,
                        const struct wg_endpoint *);

struct wg_peer {
    struct hmap_node node;      /* In wg_device's 'peers', by 'public_key'. */
    struct vpn_key public_key;
    struct vpn_prefixes allowed_ips; /* Sorted. */
    int keepalive;              /* Seconds, 0 for none. */
    bool has_psk;
    struct vpn_digest psk;      /* If 'has_psk'. */

    /* Of a wanted peer only. */
    struct uuid uuid;           /* Of its row. */
    char *locked_psk;           /* Box with the key, NULL if none. */
    char *site;                 /* Where to call it, "host:port", or NULL. */

    /* Of a peer that was found only. */
    bool has_endpoint;
    struct wg_endpoint endpoint;
    long long int last_handshake; /* Wall clock, in ms; 0 for never. */
    uint64_t rx_bytes, tx_bytes;
};
struct wg_peer *wg_peer_create(const struct vpn_key *public_key);
void wg_peer_destroy(struct wg_peer *);

struct wg_device {
    bool has_private_key;
    struct vpn_digest private_key; /* If 'has_private_key'. */
    uint16_t listen_port;
    uint32_t fwmark;
    struct hmap peers;          /* Contains 'struct wg_peer's. */
};
void wg_device_init(struct wg_device *);
void wg_device_destroy(struct wg_device *);
void wg_device_swap(struct wg_device *, struct wg_device *);
struct wg_peer *wg_device_find(const struct wg_device *,
                               const struct vpn_key *public_key);
struct wg_peer *wg_device_find_same(const struct wg_device *,
                                    const struct wg_peer *);
void wg_device_add(struct wg_device *, struct wg_peer *);
void wg_device_remove(struct wg_device *, struct wg_peer *);

/* How many handshakes that the device begins by itself an implementation can
 * take. */
struct wg_pace {
    size_t max_in_flight;       /* Initiations of which the answers may still
                                 * be on their way ... */
    int in_flight_ms;           /* ... which counts for so long if no answer is
                                 * seen. */
};

/* What a change does to a peer.  What is done stands in this order. */
#define WG_REMOVE       (1u << 0)   /* Remove it, with its session. */
#define WG_ADD          (1u << 1)   /* Make it.  Without WG_ADD, a peer that
                                     * is not there stays away. */
#define WG_PSK          (1u << 2)   /* Set or clear the pre-shared key. */
#define WG_ENDPOINT     (1u << 3)   /* Set the endpoint. */
#define WG_KEEPALIVE    (1u << 4)   /* Set the keepalive interval.  One that
                                     * was 0 sends a packet at once. */
#define WG_REPLACE_IPS  (1u << 5)   /* Remove all allowed IPs. */
#define WG_ALLOWED_IPS  (1u << 6)   /* Add those that are wanted. */

struct wg_change {
    unsigned int what;          /* WG_*. */
    struct vpn_key public_key;
    const struct wg_peer *want; /* NULL if WG_REMOVE alone. */
    struct wg_endpoint endpoint; /* If WG_ENDPOINT. */
    int keepalive;              /* If WG_KEEPALIVE. */
};

/* A list of changes, to be made in order.  It borrows wanted peers: use it
 * before they change. */
struct wg_changes {
    bool private_key, listen_port, fwmark;  /* Set these. */
    bool replace_peers;                     /* Remove all peers first. */
    struct wg_change *list;
    size_t n, allocated;
    bool more;                  /* Of a slice: there are others after it. */
};
void wg_changes_init(struct wg_changes *);
void wg_changes_destroy(struct wg_changes *);
bool wg_changes_is_empty(const struct wg_changes *);
void wg_changes_format(const struct wg_changes *, struct ds *);
void wg_changes_describe(const struct wg_changes *, struct svec *lines);
struct wg_change *wg_changes_add(struct wg_changes *, unsigned int what,
                                 const struct wg_peer *want);
void wg_changes_slice(const struct wg_changes *, size_t *done, size_t max,
                      struct wg_changes *slice);

/* Tells where a wanted peer that is a site can be called.  Returns false if
 * that is not known (yet). */
typedef bool wg_site_func(const struct wg_peer *want, struct wg_endpoint *,
                          void *aux);

void wg_device_diff(const struct wg_device *have,
                    const struct wg_device *want, enum role, wg_site_func *,
                    void *aux, struct wg_changes *);
void wg_device_call(const struct wg_device *have, const struct wg_peer *want,
                    const struct wg_endpoint *, bool again,
                    struct wg_changes *);
void wg_device_confirm(const struct wg_device *have, const struct wg_peer *,
                       struct wg_changes *);
void wg_device_hint(const struct wg_peer *want, const struct wg_endpoint *,
                    struct wg_changes *);
void wg_device_apply(struct wg_device *have, const struct wg_device *want,
                     const struct wg_changes *);

#endif /* ovn-vpn-controller/wg-device.h */
