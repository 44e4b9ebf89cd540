/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_KEYS_H
#define VPN_KEYS_H 1

/* Keys and sealed boxes: with lib/vpn-token.h the only user of libsodium.
 *
 * Secrets
 * =======
 *
 * A secret (a private key or a pre-shared key) stands in memory that
 * vpn_secret_alloc() returned: locked, left out of core dumps, between guard
 * pages, and wiped by vpn_secret_free().  Take care not to copy it
 * elsewhere; what must be copied for a moment, such as the text of a
 * configuration, is wiped with vpn_wipe() or vpn_wipe_ds().
 *
 * Boxes
 * =====
 *
 * A box is the encrypted form of a secret for storage in a database.  Inside
 * stand, beside the secret, its purpose and owner (see vpn_box_owner_*()),
 * so that a box that was moved to another row does not open there.
 *
 *   - A sealed box is made for the owner of an X25519 key pair: anyone can
 *     make it from the public half (libsodium's crypto_box_seal).
 *
 *   - A locked box is made with a symmetric key (crypto_secretbox, XSalsa20
 *     and Poly1305).  A tunnel's pre-shared keys are locked with a key that
 *     derives from the tunnel's private key, because the chassis that can open
 *     the one may read the others: opening one takes 1 us instead of 50. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ds;
struct uuid;

/* Length of X25519 and pre-shared keys, in bytes and in base64. */
#define VPN_KEY_LEN 32
#define VPN_KEY_TEXT_LEN 44

struct vpn_key {
    uint8_t bytes[VPN_KEY_LEN];
};

void vpn_keys_init(void);

/* Length of a key in hexadecimal digits. */
#define VPN_KEY_HEX_LEN 64

/* Keys in base64 and in hexadecimal digits, without branches or table look-ups
 * that depend on their bits. */
bool vpn_key_parse(const char *, struct vpn_key *);
void vpn_key_format(const struct vpn_key *, char text[VPN_KEY_TEXT_LEN + 1]);
bool vpn_key_parse_hex(const char *, struct vpn_key *);
void vpn_key_format_hex(const struct vpn_key *,
                        char text[VPN_KEY_HEX_LEN + 1]);
char *vpn_public_key_parse(const char *, struct vpn_key *);
bool vpn_key_equals(const struct vpn_key *, const struct vpn_key *);
bool vpn_key_is_zero(const struct vpn_key *);
uint32_t vpn_key_hash(const struct vpn_key *, uint32_t basis);

/* Secrets. */
struct vpn_key *vpn_secret_alloc(void);
struct vpn_key *vpn_secret_clone(const struct vpn_key *);
struct vpn_key *vpn_secret_new_private(void);
struct vpn_key *vpn_secret_new_psk(void);
void vpn_secret_free(struct vpn_key *);
void vpn_secret_public(const struct vpn_key *private, struct vpn_key *public);
void vpn_wipe(void *, size_t);
void vpn_wipe_ds(struct ds *);

/* A digest that stands for a secret in comparisons.  It is keyed with a random
 * key of this process, so that it tells nothing about the secret elsewhere. */
struct vpn_digest {
    uint8_t bytes[16];
};
void vpn_secret_digest(const struct vpn_key *, struct vpn_digest *);
bool vpn_digest_equals(const struct vpn_digest *, const struct vpn_digest *);

/* A pair to which secrets are sealed.  While it replaces another one, boxes
 * that were sealed to that one open as well. */
struct vpn_sealing_pair {
    struct vpn_key public;
    struct vpn_key *secret;     /* From vpn_secret_alloc(). */
    struct vpn_sealing_pair *previous;  /* NULL if none. */
};
struct vpn_sealing_pair *vpn_sealing_pair_create(void);
char *vpn_sealing_pair_load(const char *file_name,
                            struct vpn_sealing_pair **);
char *vpn_sealing_pair_save(const char *file_name,
                            const struct vpn_sealing_pair *);
int64_t vpn_sealing_pair_created_at(const char *file_name);
struct vpn_sealing_pair *vpn_sealing_pair_clone(
    const struct vpn_sealing_pair *);
void vpn_sealing_pair_destroy(struct vpn_sealing_pair *);

/* Boxes. */
enum vpn_box_purpose {
    VPN_BOX_SERVICE_KEY = 1,    /* A service's private key. */
    VPN_BOX_PSK = 2,            /* A connection's pre-shared key. */
};
char *vpn_box_owner_service(const char *service);
char *vpn_box_owner_peer(const char *service, const char *public_key);

char *vpn_box_seal(const struct vpn_key *recipient, enum vpn_box_purpose,
                   const char *owner, const struct vpn_key *secret);
char *vpn_box_open(const struct vpn_sealing_pair *, const char *box,
                   enum vpn_box_purpose, const char *owner,
                   struct vpn_key **secretp);

struct vpn_key *vpn_lock_key(const struct vpn_key *private);
char *vpn_box_lock(const struct vpn_key *lock_key, enum vpn_box_purpose,
                   const char *owner, const struct vpn_key *secret);
char *vpn_box_unlock(const struct vpn_key *lock_key, const char *box,
                     enum vpn_box_purpose, const char *owner,
                     struct vpn_key **secretp);

/* Length of a fingerprint in hexadecimal digits. */
#define VPN_FINGERPRINT_LEN 32
void vpn_fingerprint(const char *a, const char *b,
                     char text[VPN_FINGERPRINT_LEN + 1]);

#endif /* lib/vpn-keys.h */
