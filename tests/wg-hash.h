/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WG_HASH_H
#define WG_HASH_H 1

/* The hash functions of WireGuard's handshake: BLAKE2s in three forms
 * (section 5.4 of the paper, "WireGuard: Next Generation Kernel Network
 * Tunnel").  Everything is stored through pointers to as many bytes as the
 * constants say. */

#include <stddef.h>
#include <stdint.h>

#define WG_HASH_LEN 32
#define WG_MAC_LEN 16

/* HASH(a || b). */
void wg_hash(const void *a, size_t a_len, const void *b, size_t b_len,
             uint8_t hash[WG_HASH_LEN]);

/* MAC(key, data): keyed BLAKE2s. */
void wg_mac(const void *key, size_t key_len, const void *data, size_t len,
            uint8_t mac[WG_MAC_LEN]);

/* KDF1, KDF2 and KDF3: HKDF with HMAC.  Outputs that are NULL are not needed;
 * 't1' may be 'key'. */
void wg_kdf(const uint8_t key[WG_HASH_LEN], const void *input, size_t len,
            uint8_t *t1, uint8_t *t2, uint8_t *t3);

#endif /* tests/wg-hash.h */
