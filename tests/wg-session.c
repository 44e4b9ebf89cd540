/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>
#undef NDEBUG
#include "tests/wg-session.h"

#include <endian.h>
#include <sodium.h>
#include <string.h>

#include "util.h"

/* REJECT_AFTER_TIME of section 6.1 of the paper. */
#define REJECT_AFTER_USEC (180 * 1000000LL)

/* Packets are padded to multiples of this. */
#define PADDING 16

struct transport_header {
    uint8_t type, reserved[3];
    uint32_t receiver;
    uint64_t counter;           /* Little-endian. */
};
BUILD_ASSERT_DECL(sizeof(struct transport_header) == WG_TRANSPORT_HEADER_LEN);

/* Adds a session, in the order of add_new_keypair() in
 * drivers/net/wireguard/noise.c. */
void
wg_sessions_add(struct wg_sessions *s, const struct wg_keys *keys,
                bool initiator, long long int now)
{
    struct wg_session session = {
        .valid = true,
        .initiator = initiator,
        .created = now,
        .keys = *keys,
    };

    if (initiator) {
        s->previous = s->next.valid ? s->next : s->current;
        s->next.valid = false;
        s->current = session;
    } else {
        s->next = session;
        s->previous.valid = false;
    }
}

bool
wg_session_is_usable(const struct wg_session *session, long long int now)
{
    return session->valid && now - session->created < REJECT_AFTER_USEC;
}

/* Returns the session that the server calls 'local_index', or NULL. */
struct wg_session *
wg_sessions_find(struct wg_sessions *s, uint32_t local_index,
                 long long int now)
{
    struct wg_session *all[] = { &s->current, &s->next, &s->previous };

    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        if (all[i]->keys.local_index == local_index
            && wg_session_is_usable(all[i], now)) {
            return all[i];
        }
    }
    return NULL;
}

/* A packet of 'session' has come.  Returns true if that made it the current
 * one. */
bool
wg_sessions_confirm(struct wg_sessions *s, const struct wg_session *session)
{
    if (session != &s->next) {
        return false;
    }
    s->previous = s->current;
    s->current = s->next;
    s->next.valid = false;
    return true;
}

static void
make_nonce(uint64_t le_counter, uint8_t nonce[12])
{
    memset(nonce, 0, 4);
    memcpy(nonce + 4, &le_counter, sizeof le_counter);
}

/* Stores in 'message' the packet of 'len' bytes, 0 for a keepalive, and
 * returns the message's length: up to WG_TRANSPORT_OVERHEAD + 15 more. */
size_t
wg_session_seal(struct wg_session *session, const void *packet, size_t len,
                uint8_t *message)
{
    size_t padded = ROUND_UP(len, PADDING);
    struct transport_header header = {
        .type = WG_TRANSPORT,
        .receiver = session->keys.remote_index,
        .counter = htole64(session->n_sent++),
    };
    uint8_t *payload = message + sizeof header;
    uint8_t nonce[12];

    memcpy(message, &header, sizeof header);
    memmove(payload, packet, len);
    memset(payload + len, 0, padded - len);
    make_nonce(header.counter, nonce);
    crypto_aead_chacha20poly1305_ietf_encrypt(
        payload, NULL, payload, padded, NULL, 0, NULL, nonce,
        session->keys.send);
    return sizeof header + padded + WG_TAG_LEN;
}

/* Marks 'counter' as seen.  Returns false if it was already, or if it is too
 * old to know (RFC 6479). */
static bool
see_counter(struct wg_session *session, uint64_t counter)
{
    uint64_t *word = &session->window[counter / 64 % (WG_WINDOW / 64)];
    uint64_t bit = UINT64_C(1) << counter % 64;

    if (counter >= session->n_received) {
        uint64_t last = (MAX(session->n_received, 1) - 1) / 64;
        uint64_t n = MIN(counter / 64 - last, WG_WINDOW / 64);

        for (uint64_t i = 1; i <= n; i++) {
            session->window[(last + i) % (WG_WINDOW / 64)] = 0;
        }
        session->n_received = counter + 1;
    } else if (session->n_received - counter > WG_WINDOW - 64
               || *word & bit) {
        return false;
    }
    *word |= bit;
    return true;
}

/* Stores in 'packet', which needs room for 'len' bytes, what is in a message
 * of 'len' bytes.  Returns its length with padding, 0 for a keepalive, or -1
 * if it is forged or has come before. */
ssize_t
wg_session_open(struct wg_session *session, const uint8_t *message, size_t len,
                uint8_t *packet)
{
    struct transport_header header;
    unsigned long long int packet_len;
    uint8_t nonce[12];

    if (len < WG_TRANSPORT_OVERHEAD) {
        return -1;
    }
    memcpy(&header, message, sizeof header);
    make_nonce(header.counter, nonce);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(
            packet, &packet_len, NULL, message + sizeof header,
            len - sizeof header, NULL, 0, nonce, session->keys.receive)) {
        return -1;
    }
    return see_counter(session, le64toh(header.counter)) ? packet_len : -1;
}
