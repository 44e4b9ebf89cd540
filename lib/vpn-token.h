/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_TOKEN_H
#define VPN_TOKEN_H 1

/* Bearer tokens: random text that stands for a right.
 *
 * The database holds hashes of them.  Because a token has 256 random bits, a
 * plain hash keeps it as safe as a slow one would. */

#include <stdbool.h>

/* What tokens for ovn-vpn-api begin with, so that one that got lost is known
 * for what it is. */
#define VPN_TOKEN_PREFIX "ovnvpn_"

/* Length of a token's text, without prefix. */
#define VPN_TOKEN_LEN 43

/* Length of a hash's text: "sha256:" and hexadecimal digits. */
#define VPN_TOKEN_HASH_LEN (7 + 64)

char *vpn_token_new(const char *prefix);
void vpn_token_hash(const char *token, char hash[VPN_TOKEN_HASH_LEN + 1]);
bool vpn_token_hash_equals(const char *, const char *);

#endif /* lib/vpn-token.h */
