/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>
#undef NDEBUG
#include "tests/wg-macs.h"

#include <sodium.h>
#include <string.h>

#include "util.h"

/* COOKIE_SECRET_MAX_AGE less COOKIE_SECRET_LATENCY, in
 * drivers/net/wireguard/messages.h. */
#define COOKIE_AGE_USEC (115 * 1000000LL)

struct cookie_reply {
    uint8_t type, reserved[3];
    uint32_t receiver;
    uint8_t nonce[24];
    uint8_t cookie[WG_MAC_LEN + WG_TAG_LEN];
};
BUILD_ASSERT_DECL(sizeof(struct cookie_reply) == WG_COOKIE_REPLY_LEN);

/* Fills both MACs of a message of 'len' bytes to the server; the second one is
 * zero unless the server has sent a cookie lately. */
void
wg_macs_sign(struct wg_macs *macs, const struct wg_identity *id,
             uint8_t *message, size_t len, long long int now)
{
    uint8_t *mac1 = message + len - WG_MACS_LEN;
    uint8_t *mac2 = mac1 + WG_MAC_LEN;

    wg_mac(id->remote_mac1_key, sizeof id->remote_mac1_key, message,
           mac1 - message, mac1);
    memcpy(macs->last_mac1, mac1, sizeof macs->last_mac1);
    if (now < macs->cookie_expires) {
        wg_mac(macs->cookie, sizeof macs->cookie, message, mac2 - message,
               mac2);
    } else {
        memset(mac2, 0, WG_MAC_LEN);
    }
}

/* Returns true if the first MAC says that the message is meant for us. */
bool
wg_macs_check(const struct wg_identity *id, const uint8_t *message, size_t len)
{
    const uint8_t *mac1 = message + len - WG_MACS_LEN;
    uint8_t mac[WG_MAC_LEN];

    wg_mac(id->own_mac1_key, sizeof id->own_mac1_key, message, mac1 - message,
           mac);
    return !memcmp(mac, mac1, sizeof mac);
}

/* Returns false if the cookie is no answer to our last message. */
bool
wg_macs_take_cookie(struct wg_macs *macs, const struct wg_identity *id,
                    const uint8_t message[WG_COOKIE_REPLY_LEN],
                    long long int now)
{
    struct cookie_reply m;

    memcpy(&m, message, sizeof m);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            macs->cookie, NULL, NULL, m.cookie, sizeof m.cookie,
            macs->last_mac1, sizeof macs->last_mac1, m.nonce,
            id->cookie_key)) {
        return false;
    }
    macs->cookie_expires = now + COOKIE_AGE_USEC;
    return true;
}
