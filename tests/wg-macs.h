/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WG_MACS_H
#define WG_MACS_H 1

/* The two MACs at the end of WireGuard's handshake messages, and the cookies
 * that a server under load hands out for the second one (sections 5.3 and
 * 5.4.7 of the paper). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/wg-noise.h"

/* What a client remembers.  Monotonic time in microseconds. */
struct wg_macs {
    uint8_t last_mac1[WG_MAC_LEN];      /* A cookie is bound to it. */
    uint8_t cookie[WG_MAC_LEN];
    long long int cookie_expires;       /* 0 if there never was one. */
};

void wg_macs_sign(struct wg_macs *, const struct wg_identity *,
                  uint8_t *message, size_t len, long long int now);
bool wg_macs_check(const struct wg_identity *, const uint8_t *message,
                   size_t len);
bool wg_macs_take_cookie(struct wg_macs *, const struct wg_identity *,
                         const uint8_t message[WG_COOKIE_REPLY_LEN],
                         long long int now);

#endif /* tests/wg-macs.h */
