/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WG_SESSION_H
#define WG_SESSION_H 1

/* WireGuard's sessions: encrypted packets, and which of up to three sessions
 * with the same server is used for what (sections 5.4.6 and 6 of the paper).
 *
 * A session of which we sent the first message is used at once.  One of which
 * the server did waits as 'next' until the server's first packet confirms that
 * it has it too.  Monotonic time in microseconds. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tests/wg-noise.h"

/* Beyond the encrypted packet. */
#define WG_TRANSPORT_HEADER_LEN 16
#define WG_TRANSPORT_OVERHEAD (WG_TRANSPORT_HEADER_LEN + WG_TAG_LEN)

/* Packets that may come later than a younger one. */
#define WG_WINDOW 1024

struct wg_session {
    bool valid;
    bool initiator;             /* Did we send its first message? */
    long long int created;
    struct wg_keys keys;
    uint64_t n_sent;            /* Counter of the next packet. */
    uint64_t n_received;        /* Highest counter received, plus 1. */
    uint64_t window[WG_WINDOW / 64]; /* 1-bits: counters already seen. */
};

struct wg_sessions {
    struct wg_session current, previous, next;
};

void wg_sessions_add(struct wg_sessions *, const struct wg_keys *,
                     bool initiator, long long int now);
struct wg_session *wg_sessions_find(struct wg_sessions *,
                                    uint32_t local_index, long long int now);
bool wg_sessions_confirm(struct wg_sessions *, const struct wg_session *);

bool wg_session_is_usable(const struct wg_session *, long long int now);
size_t wg_session_seal(struct wg_session *, const void *packet, size_t len,
                       uint8_t *message);
ssize_t wg_session_open(struct wg_session *, const uint8_t *message,
                        size_t len, uint8_t *packet);

#endif /* tests/wg-session.h */
