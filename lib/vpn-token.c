/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/vpn-token.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "lib/vpn-keys.h"
#include "util.h"

/* Returns a new token that begins with 'prefix'.  The caller must wipe and
 * free it. */
char *
vpn_token_new(const char *prefix)
{
    uint8_t bytes[32];
    char text[VPN_TOKEN_LEN + 1];

    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(text, sizeof text, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *token = xasprintf("%s%s", prefix, text);
    vpn_wipe(bytes, sizeof bytes);
    vpn_wipe(text, sizeof text);
    return token;
}

/* Stores in 'hash' what the database holds in place of 'token'. */
void
vpn_token_hash(const char *token, char hash[VPN_TOKEN_HASH_LEN + 1])
{
    uint8_t digest[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof digest + 1];

    crypto_hash_sha256(digest, (const uint8_t *) token, strlen(token));
    sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    snprintf(hash, VPN_TOKEN_HASH_LEN + 1, "sha256:%s", hex);
}

/* Compares two hashes in a time that depends on their lengths alone. */
bool
vpn_token_hash_equals(const char *a, const char *b)
{
    size_t len = strlen(a);

    return strlen(b) == len && !sodium_memcmp(a, b, len);
}
