/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WG_NOISE_H
#define WG_NOISE_H 1

/* WireGuard's handshake, Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s, from either
 * end, between one client and one server: bytes in, bytes out, no sockets and
 * no clock (section 5.4 of the paper).
 *
 * Keys are those of simulated clients and protect nothing, which is why they
 * stand in ordinary memory. */

#include <stdbool.h>
#include <stdint.h>

#include "lib/vpn-keys.h"
#include "tests/wg-hash.h"

enum wg_message_type {
    WG_INITIATION = 1,
    WG_RESPONSE = 2,
    WG_COOKIE_REPLY = 3,
    WG_TRANSPORT = 4,
};

/* Lengths of messages, the first two with both MACs at their end. */
#define WG_INITIATION_LEN 148
#define WG_RESPONSE_LEN 92
#define WG_COOKIE_REPLY_LEN 64
#define WG_MACS_LEN (2 * WG_MAC_LEN)

#define WG_TIMESTAMP_LEN 12     /* TAI64N. */
#define WG_TAG_LEN 16           /* Of ChaCha20Poly1305. */

/* What one end of a tunnel knows of both from the beginning. */
struct wg_identity {
    struct vpn_key private, public, remote, psk;
    uint8_t static_static[32];          /* Shared secret. */
    uint8_t own_mac1_key[WG_HASH_LEN];  /* Of what is received. */
    uint8_t remote_mac1_key[WG_HASH_LEN]; /* Of what is sent. */
    uint8_t cookie_key[WG_HASH_LEN];    /* Of cookies that are received. */
};
bool wg_identity_init(struct wg_identity *, const struct vpn_key *private,
                      const struct vpn_key *remote, const struct vpn_key *psk);

/* A handshake between its first and its second message. */
struct wg_handshake {
    uint8_t hash[WG_HASH_LEN], chain[WG_HASH_LEN];
    uint8_t ephemeral[32];              /* Private half of ours. */
    uint8_t remote_ephemeral[32];       /* Public, if we respond. */
    uint32_t local_index, remote_index; /* As on the wire. */
};

/* What comes out of it. */
struct wg_keys {
    uint8_t send[32], receive[32];
    uint32_t local_index, remote_index;
};

/* These leave room for the MACs, see tests/wg-macs.h. */
void wg_handshake_initiate(const struct wg_identity *, uint32_t local_index,
                           const uint8_t timestamp[WG_TIMESTAMP_LEN],
                           struct wg_handshake *,
                           uint8_t message[WG_INITIATION_LEN]);
bool wg_handshake_take_response(const struct wg_identity *,
                                struct wg_handshake *,
                                const uint8_t message[WG_RESPONSE_LEN],
                                struct wg_keys *);
bool wg_handshake_take_initiation(const struct wg_identity *,
                                  const uint8_t message[WG_INITIATION_LEN],
                                  struct wg_handshake *,
                                  uint8_t timestamp[WG_TIMESTAMP_LEN]);
void wg_handshake_respond(const struct wg_identity *, uint32_t local_index,
                          struct wg_handshake *,
                          uint8_t message[WG_RESPONSE_LEN], struct wg_keys *);

#endif /* tests/wg-noise.h */
