/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>
#undef NDEBUG
#include "tests/wg-hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

#include "util.h"

/* Bytes that BLAKE2s takes at once, which HMAC needs to know. */
#define BLOCK_LEN 64

struct piece {
    const void *data;
    size_t len;
};

/* Looking algorithms up by name takes longer than to run them. */
static const EVP_MD *
blake2s(void)
{
    static EVP_MD *md;

    if (!md) {
        md = EVP_MD_fetch(NULL, "BLAKE2S-256", NULL);
        ovs_assert(md);
    }
    return md;
}

static void
hash_pieces(const struct piece *pieces, size_t n, uint8_t hash[WG_HASH_LEN])
{
    static EVP_MD_CTX *ctx;

    if (!ctx) {
        ctx = EVP_MD_CTX_new();
    }
    ovs_assert(EVP_DigestInit_ex(ctx, blake2s(), NULL));
    for (size_t i = 0; i < n; i++) {
        ovs_assert(EVP_DigestUpdate(ctx, pieces[i].data, pieces[i].len));
    }
    ovs_assert(EVP_DigestFinal_ex(ctx, hash, NULL));
}

void
wg_hash(const void *a, size_t a_len, const void *b, size_t b_len,
        uint8_t hash[WG_HASH_LEN])
{
    struct piece pieces[] = { { a, a_len }, { b, b_len } };

    hash_pieces(pieces, ARRAY_SIZE(pieces), hash);
}

void
wg_mac(const void *key, size_t key_len, const void *data, size_t len,
       uint8_t mac[WG_MAC_LEN])
{
    static EVP_MAC_CTX *ctx;
    size_t size = WG_MAC_LEN;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
        OSSL_PARAM_construct_end(),
    };

    if (!ctx) {
        EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "BLAKE2SMAC", NULL);

        ovs_assert(algorithm);
        ctx = EVP_MAC_CTX_new(algorithm);
        EVP_MAC_free(algorithm);
    }
    ovs_assert(EVP_MAC_init(ctx, key, key_len, params)
               && EVP_MAC_update(ctx, data, len)
               && EVP_MAC_final(ctx, mac, NULL, WG_MAC_LEN));
}

/* HMAC of 'a' and 'b' with 'key' (RFC 2104). */
static void
hmac(const uint8_t key[WG_HASH_LEN], struct piece a, struct piece b,
     uint8_t out[WG_HASH_LEN])
{
    uint8_t inner[BLOCK_LEN], outer[BLOCK_LEN], hash[WG_HASH_LEN];

    memset(inner, 0x36, sizeof inner);
    memset(outer, 0x5c, sizeof outer);
    for (int i = 0; i < WG_HASH_LEN; i++) {
        inner[i] ^= key[i];
        outer[i] ^= key[i];
    }
    struct piece first[] = { { inner, sizeof inner }, a, b };
    struct piece second[] = { { outer, sizeof outer }, { hash, sizeof hash } };

    hash_pieces(first, ARRAY_SIZE(first), hash);
    hash_pieces(second, ARRAY_SIZE(second), out);
}

void
wg_kdf(const uint8_t key[WG_HASH_LEN], const void *input, size_t len,
       uint8_t *t1, uint8_t *t2, uint8_t *t3)
{
    uint8_t *outputs[] = { t1, t2, t3 };
    uint8_t secret[WG_HASH_LEN], last[WG_HASH_LEN];

    hmac(key, (struct piece) { input, len }, (struct piece) { "", 0 },
         secret);
    for (uint8_t i = 0; i < ARRAY_SIZE(outputs) && outputs[i]; i++) {
        uint8_t number = i + 1;

        hmac(secret, (struct piece) { last, i ? sizeof last : 0 },
             (struct piece) { &number, 1 }, last);
        memcpy(outputs[i], last, sizeof last);
    }
}
