/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>
#undef NDEBUG
#include "tests/wg-noise.h"

#include <sodium.h>
#include <string.h>

#include "util.h"

static const char construction[] = "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s";
static const char identifier[] = "WireGuard v1 zx2c4 Jason@zx2c4.com";

struct initiation {
    uint8_t type, reserved[3];
    uint32_t sender;
    uint8_t ephemeral[32];
    uint8_t static_key[32 + WG_TAG_LEN];
    uint8_t timestamp[WG_TIMESTAMP_LEN + WG_TAG_LEN];
    uint8_t macs[WG_MACS_LEN];
};
BUILD_ASSERT_DECL(sizeof(struct initiation) == WG_INITIATION_LEN);

struct response {
    uint8_t type, reserved[3];
    uint32_t sender, receiver;
    uint8_t ephemeral[32];
    uint8_t empty[WG_TAG_LEN];
    uint8_t macs[WG_MACS_LEN];
};
BUILD_ASSERT_DECL(sizeof(struct response) == WG_RESPONSE_LEN);

/* Each key encrypts once, hence all nonces are zero. */
static const uint8_t zero_nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];

static void
label_hash(const char *label, const struct vpn_key *key,
           uint8_t hash[WG_HASH_LEN])
{
    wg_hash(label, strlen(label), key->bytes, sizeof key->bytes, hash);
}

/* Returns false if 'remote' is no key to agree on anything with.  'psk' may be
 * NULL. */
bool
wg_identity_init(struct wg_identity *id, const struct vpn_key *private,
                 const struct vpn_key *remote, const struct vpn_key *psk)
{
    memset(id, 0, sizeof *id);
    id->private = *private;
    id->remote = *remote;
    if (psk) {
        id->psk = *psk;
    }
    crypto_scalarmult_base(id->public.bytes, private->bytes);
    label_hash("mac1----", &id->public, id->own_mac1_key);
    label_hash("mac1----", remote, id->remote_mac1_key);
    label_hash("cookie--", remote, id->cookie_key);
    return !crypto_scalarmult(id->static_static, private->bytes,
                              remote->bytes);
}

static void
mix_hash(struct wg_handshake *hs, const void *data, size_t len)
{
    wg_hash(hs->hash, sizeof hs->hash, data, len, hs->hash);
}

static void
mix_key(struct wg_handshake *hs, const uint8_t input[32], uint8_t *key)
{
    wg_kdf(hs->chain, input, 32, hs->chain, key, NULL);
}

/* Mixes the shared secret of 'private' and 'public'. */
static bool
mix_dh(struct wg_handshake *hs, const uint8_t private[32],
       const uint8_t public[32], uint8_t *key)
{
    uint8_t secret[32];

    if (crypto_scalarmult(secret, private, public)) {
        return false;
    }
    mix_key(hs, secret, key);
    return true;
}

static void
encrypt_and_hash(struct wg_handshake *hs, const uint8_t key[32],
                 const void *plain, size_t len, uint8_t *cipher)
{
    crypto_aead_chacha20poly1305_ietf_encrypt(
        cipher, NULL, plain, len, hs->hash, sizeof hs->hash, NULL, zero_nonce,
        key);
    mix_hash(hs, cipher, len + WG_TAG_LEN);
}

static bool
decrypt_and_hash(struct wg_handshake *hs, const uint8_t key[32],
                 const uint8_t *cipher, size_t len, uint8_t *plain)
{
    if (crypto_aead_chacha20poly1305_ietf_decrypt(
            plain, NULL, NULL, cipher, len + WG_TAG_LEN, hs->hash,
            sizeof hs->hash, zero_nonce, key)) {
        return false;
    }
    mix_hash(hs, cipher, len + WG_TAG_LEN);
    return true;
}

/* The state before the first message to the owner of 'responder'. */
static void
begin(struct wg_handshake *hs, const struct vpn_key *responder)
{
    memset(hs, 0, sizeof *hs);
    wg_hash(construction, strlen(construction), "", 0, hs->chain);
    wg_hash(hs->chain, sizeof hs->chain, identifier, strlen(identifier),
            hs->hash);
    mix_hash(hs, responder->bytes, sizeof responder->bytes);
}

static void
mix_ephemeral(struct wg_handshake *hs, const uint8_t public[32])
{
    mix_hash(hs, public, 32);
    mix_key(hs, public, NULL);
}

static void
make_ephemeral(struct wg_handshake *hs, uint8_t public[32])
{
    randombytes_buf(hs->ephemeral, sizeof hs->ephemeral);
    crypto_scalarmult_base(public, hs->ephemeral);
    mix_ephemeral(hs, public);
}

/* Writes the first message of a new handshake. */
void
wg_handshake_initiate(const struct wg_identity *id, uint32_t local_index,
                      const uint8_t timestamp[WG_TIMESTAMP_LEN],
                      struct wg_handshake *hs,
                      uint8_t message[WG_INITIATION_LEN])
{
    struct initiation m = { .type = WG_INITIATION, .sender = local_index };
    uint8_t key[32];

    begin(hs, &id->remote);
    hs->local_index = local_index;
    make_ephemeral(hs, m.ephemeral);
    ovs_assert(mix_dh(hs, hs->ephemeral, id->remote.bytes, key));
    encrypt_and_hash(hs, key, id->public.bytes, sizeof id->public.bytes,
                     m.static_key);
    mix_key(hs, id->static_static, key);
    encrypt_and_hash(hs, key, timestamp, WG_TIMESTAMP_LEN, m.timestamp);
    memcpy(message, &m, sizeof m);
}

/* Reads the first message.  Returns false, and leaves '*hs' undefined, if it
 * is not from the other end. */
bool
wg_handshake_take_initiation(const struct wg_identity *id,
                             const uint8_t message[WG_INITIATION_LEN],
                             struct wg_handshake *hs,
                             uint8_t timestamp[WG_TIMESTAMP_LEN])
{
    uint8_t static_key[32], key[32];
    struct initiation m;

    memcpy(&m, message, sizeof m);
    begin(hs, &id->public);
    hs->remote_index = m.sender;
    memcpy(hs->remote_ephemeral, m.ephemeral, sizeof hs->remote_ephemeral);
    mix_ephemeral(hs, m.ephemeral);
    if (!mix_dh(hs, id->private.bytes, m.ephemeral, key)
        || !decrypt_and_hash(hs, key, m.static_key, sizeof static_key,
                             static_key)
        || memcmp(static_key, id->remote.bytes, sizeof static_key)) {
        return false;
    }
    mix_key(hs, id->static_static, key);
    return decrypt_and_hash(hs, key, m.timestamp, WG_TIMESTAMP_LEN, timestamp);
}

/* Mixes in the pre-shared key and stores the key of the empty payload. */
static void
mix_psk(const struct wg_identity *id, struct wg_handshake *hs, uint8_t key[32])
{
    uint8_t t[WG_HASH_LEN];

    wg_kdf(hs->chain, id->psk.bytes, sizeof id->psk.bytes, hs->chain, t, key);
    mix_hash(hs, t, sizeof t);
}

/* Writes the second message to 'hs', which wg_handshake_take_initiation() has
 * filled, and stores the session's keys. */
void
wg_handshake_respond(const struct wg_identity *id, uint32_t local_index,
                     struct wg_handshake *hs,
                     uint8_t message[WG_RESPONSE_LEN], struct wg_keys *keys)
{
    struct response m = {
        .type = WG_RESPONSE,
        .sender = local_index,
        .receiver = hs->remote_index,
    };
    uint8_t key[32];

    make_ephemeral(hs, m.ephemeral);
    ovs_assert(mix_dh(hs, hs->ephemeral, hs->remote_ephemeral, NULL)
               && mix_dh(hs, hs->ephemeral, id->remote.bytes, NULL));
    mix_psk(id, hs, key);
    encrypt_and_hash(hs, key, NULL, 0, m.empty);
    memcpy(message, &m, sizeof m);

    keys->local_index = local_index;
    keys->remote_index = hs->remote_index;
    wg_kdf(hs->chain, NULL, 0, keys->receive, keys->send, NULL);
}

/* Reads the second message and stores the session's keys.  Returns false, and
 * leaves '*hs' as it was, if it does not belong to the first one. */
bool
wg_handshake_take_response(const struct wg_identity *id,
                           struct wg_handshake *hs,
                           const uint8_t message[WG_RESPONSE_LEN],
                           struct wg_keys *keys)
{
    struct wg_handshake next = *hs;
    uint8_t key[32], empty[1];
    struct response m;

    memcpy(&m, message, sizeof m);
    if (m.receiver != hs->local_index) {
        return false;
    }
    mix_ephemeral(&next, m.ephemeral);
    if (!mix_dh(&next, hs->ephemeral, m.ephemeral, NULL)
        || !mix_dh(&next, id->private.bytes, m.ephemeral, NULL)) {
        return false;
    }
    mix_psk(id, &next, key);
    if (!decrypt_and_hash(&next, key, m.empty, 0, empty)) {
        return false;
    }
    *hs = next;
    keys->local_index = hs->local_index;
    keys->remote_index = m.sender;
    wg_kdf(hs->chain, NULL, 0, keys->send, keys->receive, NULL);
    return true;
}
