/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/vpn-keys.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "openvswitch/dynamic-string.h"
#include "util.h"

/* Written before the base64 of a sealed box; the digit is the version of the
 * format. */
#define BOX_PREFIX "ovn-vpn-box1."

/* Longest owner in a box: 63 characters of UTF-8, which the databases allow
 * for the name of a service, a public key, and what stands before them. */
#define OWNER_MAX (63 * 4 + VPN_KEY_TEXT_LEN + 16)

/* What is inside of a box, followed by the owner. */
struct box_header {
    uint8_t version;            /* BOX_VERSION. */
    uint8_t purpose;            /* One of VPN_BOX_*. */
    struct vpn_key secret;
};
#define BOX_VERSION 1
BUILD_ASSERT_DECL(sizeof(struct box_header) == 2 + VPN_KEY_LEN);
#define PLAIN_MAX (sizeof(struct box_header) + OWNER_MAX)

/* Keys. */

/* Parses 'text', which must be the base64 form of exactly VPN_KEY_LEN bytes,
 * and stores the key in '*key'. */
bool
vpn_key_parse(const char *text, struct vpn_key *key)
{
    size_t len;

    return (strlen(text) == VPN_KEY_TEXT_LEN
            && !sodium_base642bin(key->bytes, sizeof key->bytes, text,
                                  VPN_KEY_TEXT_LEN, NULL, &len, NULL,
                                  sodium_base64_VARIANT_ORIGINAL)
            && len == VPN_KEY_LEN);
}

void
vpn_key_format(const struct vpn_key *key, char text[VPN_KEY_TEXT_LEN + 1])
{
    sodium_bin2base64(text, VPN_KEY_TEXT_LEN + 1, key->bytes,
                      sizeof key->bytes, sodium_base64_VARIANT_ORIGINAL);
}

/* Like vpn_key_parse(), for the hexadecimal digits of WireGuard's
 * cross-platform interface. */
bool
vpn_key_parse_hex(const char *text, struct vpn_key *key)
{
    size_t len;

    return (strlen(text) == VPN_KEY_HEX_LEN
            && !sodium_hex2bin(key->bytes, sizeof key->bytes, text,
                               VPN_KEY_HEX_LEN, NULL, &len, NULL)
            && len == VPN_KEY_LEN);
}

void
vpn_key_format_hex(const struct vpn_key *key, char text[VPN_KEY_HEX_LEN + 1])
{
    sodium_bin2hex(text, VPN_KEY_HEX_LEN + 1, key->bytes, sizeof key->bytes);
}

/* Parses 'text', a WireGuard public key.  Returns NULL if successful,
 * otherwise a message for the user that the caller must free. */
char *
vpn_public_key_parse(const char *text, struct vpn_key *key)
{
    if (!vpn_key_parse(text, key)) {
        return xasprintf("\"%s\" is not a WireGuard public key, which is %d "
                         "characters long, the last one \"=\" "
                         "(\"wg pubkey\" prints it)", text, VPN_KEY_TEXT_LEN);
    } else if (vpn_key_is_zero(key)) {
        return xstrdup("the public key is all zeros");
    }
    return NULL;
}

bool
vpn_key_equals(const struct vpn_key *a, const struct vpn_key *b)
{
    return !sodium_memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

bool
vpn_key_is_zero(const struct vpn_key *key)
{
    return sodium_is_zero(key->bytes, sizeof key->bytes);
}

/* Returns a hash of 'key', which must be a public key. */
uint32_t
vpn_key_hash(const struct vpn_key *key, uint32_t basis)
{
    return hash_bytes(key->bytes, sizeof key->bytes, basis);
}

/* Boxes. */

/* Returns the owner to write into the box of 'service''s private key.  The
 * caller must free it. */
char *
vpn_box_owner_service(const char *service)
{
    return xasprintf("service/%s", service);
}

/* Returns the owner to write into the box of the pre-shared key of the peer of
 * 'service' that has 'public_key'.  The caller must free it. */
char *
vpn_box_owner_peer(const char *service, const char *public_key)
{
    return xasprintf("peer/%s/%s", service, public_key);
}

/* Writes what goes into a box to 'plain', an array of PLAIN_MAX bytes.
 * Returns its length. */
static size_t
box_compose(enum vpn_box_purpose purpose, const char *owner,
            const struct vpn_key *secret, uint8_t *plain)
{
    struct box_header header = {
        .version = BOX_VERSION,
        .purpose = purpose,
        .secret = *secret,
    };
    size_t owner_len = strlen(owner);

    ovs_assert(owner_len <= OWNER_MAX);
    memcpy(plain, &header, sizeof header);
    memcpy(plain + sizeof header, owner, owner_len);
    sodium_memzero(&header, sizeof header);
    return sizeof header + owner_len;
}

/* Checks the 'len' bytes at 'plain' that were in a box, and stores the secret
 * among them in '*secretp'. */
static char *
box_check(const uint8_t *plain, size_t len, enum vpn_box_purpose purpose,
          const char *owner, struct vpn_key **secretp)
{
    const size_t hdr_len = sizeof(struct box_header);

    if (len < hdr_len || plain[0] != BOX_VERSION) {
        return xstrdup("the sealed box has an unknown format");
    } else if (plain[1] != purpose
               || len != hdr_len + strlen(owner)
               || memcmp(plain + hdr_len, owner, len - hdr_len)) {
        return xasprintf("the sealed box was made for another row than %s",
                         owner);
    }
    *secretp = vpn_secret_alloc();
    memcpy(*secretp, plain + offsetof(struct box_header, secret),
           VPN_KEY_LEN);
    return NULL;
}

static char *
box_to_text(const uint8_t *cipher, size_t len)
{
    size_t size = sodium_base64_ENCODED_LEN(len,
                                            sodium_base64_VARIANT_ORIGINAL);
    char *text = xmalloc(strlen(BOX_PREFIX) + size);

    strcpy(text, BOX_PREFIX);
    sodium_bin2base64(text + strlen(BOX_PREFIX), size, cipher, len,
                      sodium_base64_VARIANT_ORIGINAL);
    return text;
}

/* Decodes 'text' into 'cipher', an array of 'size' bytes, and stores the
 * number of bytes in '*len'. */
static bool
box_from_text(const char *text, uint8_t *cipher, size_t size, size_t *len)
{
    const char *base64 = text + strlen(BOX_PREFIX);

    return (!strncmp(text, BOX_PREFIX, strlen(BOX_PREFIX))
            && !sodium_base642bin(cipher, size, base64, strlen(base64), NULL,
                                  len, NULL, sodium_base64_VARIANT_ORIGINAL));
}

/* Returns a box with 'secret' that only the owner of the secret half of
 * 'recipient' can open.  The caller must free the text. */
char *
vpn_box_seal(const struct vpn_key *recipient, enum vpn_box_purpose purpose,
             const char *owner, const struct vpn_key *secret)
{
    uint8_t plain[PLAIN_MAX], cipher[PLAIN_MAX + crypto_box_SEALBYTES];
    size_t len = box_compose(purpose, owner, secret, plain);

    int error = crypto_box_seal(cipher, plain, len, recipient->bytes);
    sodium_memzero(plain, sizeof plain);
    /* Only a public key of low order fails; such a one opens nothing. */
    return error ? xstrdup("") : box_to_text(cipher,
                                             len + crypto_box_SEALBYTES);
}

/* Opens 'box', which was sealed to 'pair', or to a pair that it replaces, with
 * the given 'purpose' and 'owner'.  On success returns NULL and stores the
 * secret in '*secretp'; the caller must free it with vpn_secret_free().  On
 * failure returns a message for the user, which the caller must free, and
 * stores NULL. */
char *
vpn_box_open(const struct vpn_sealing_pair *pair, const char *box,
             enum vpn_box_purpose purpose, const char *owner,
             struct vpn_key **secretp)
{
    uint8_t cipher[PLAIN_MAX + crypto_box_SEALBYTES], plain[PLAIN_MAX];
    size_t len;

    *secretp = NULL;
    if (!box_from_text(box, cipher, sizeof cipher, &len)
        || len < crypto_box_SEALBYTES) {
        return xstrdup("the sealed box is damaged");
    }
    while (crypto_box_seal_open(plain, cipher, len, pair->public.bytes,
                                pair->secret->bytes)) {
        pair = pair->previous;
        if (!pair) {
            return xstrdup("the sealed box is damaged or was sealed to "
                           "another key");
        }
    }
    char *error = box_check(plain, len - crypto_box_SEALBYTES, purpose, owner,
                            secretp);
    sodium_memzero(plain, sizeof plain);
    return error;
}

/* Returns the key that locks the pre-shared keys of the tunnel with 'private'
 * key.  The caller must free it with vpn_secret_free(). */
struct vpn_key *
vpn_lock_key(const struct vpn_key *private)
{
    static const uint8_t context[] = "ovn-vpn pre-shared keys";
    struct vpn_key *key = vpn_secret_alloc();

    crypto_generichash(key->bytes, sizeof key->bytes, context, sizeof context,
                       private->bytes, sizeof private->bytes);
    return key;
}

/* Like vpn_box_seal(), with a symmetric key. */
char *
vpn_box_lock(const struct vpn_key *lock_key, enum vpn_box_purpose purpose,
             const char *owner, const struct vpn_key *secret)
{
    uint8_t plain[PLAIN_MAX];
    uint8_t cipher[crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES
                   + PLAIN_MAX];
    size_t len = box_compose(purpose, owner, secret, plain);

    randombytes_buf(cipher, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(cipher + crypto_secretbox_NONCEBYTES, plain, len,
                          cipher, lock_key->bytes);
    sodium_memzero(plain, sizeof plain);
    return box_to_text(cipher, crypto_secretbox_NONCEBYTES
                               + crypto_secretbox_MACBYTES + len);
}

/* Like vpn_box_open(), for a box that vpn_box_lock() made. */
char *
vpn_box_unlock(const struct vpn_key *lock_key, const char *box,
               enum vpn_box_purpose purpose, const char *owner,
               struct vpn_key **secretp)
{
    const size_t overhead = (crypto_secretbox_NONCEBYTES
                             + crypto_secretbox_MACBYTES);
    uint8_t cipher[crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES
                   + PLAIN_MAX];
    uint8_t plain[PLAIN_MAX];
    size_t len;

    *secretp = NULL;
    if (!box_from_text(box, cipher, sizeof cipher, &len) || len < overhead) {
        return xstrdup("the locked box is damaged");
    } else if (crypto_secretbox_open_easy(
                   plain, cipher + crypto_secretbox_NONCEBYTES,
                   len - crypto_secretbox_NONCEBYTES, cipher,
                   lock_key->bytes)) {
        return xstrdup("the locked box is damaged or was locked with another "
                       "key");
    }
    char *error = box_check(plain, len - overhead, purpose, owner, secretp);
    sodium_memzero(plain, sizeof plain);
    return error;
}

/* Stores in 'text' a hash of the strings 'a' and 'b'. */
void
vpn_fingerprint(const char *a, const char *b,
                char text[VPN_FINGERPRINT_LEN + 1])
{
    uint8_t hash[VPN_FINGERPRINT_LEN / 2];
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    /* With its terminator, so that ("ab", "c") is not ("a", "bc"). */
    crypto_generichash_update(&state, (const uint8_t *) a, strlen(a) + 1);
    crypto_generichash_update(&state, (const uint8_t *) b, strlen(b) + 1);
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(text, VPN_FINGERPRINT_LEN + 1, hash, sizeof hash);
}
