/* SPDX-License-Identifier: Apache-2.0 */

/* Memory for secrets, and what is done with one secret alone. */

#include <config.h>

#include "lib/vpn-keys.h"

#include <sodium.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(vpn_keys_secret);

/* Key of vpn_secret_digest(), random for each process. */
static uint8_t *digest_key;

/* Memory for secrets that is not in use, all zeros.  To get it locked and
 * guarded takes half a dozen system calls, too many for each of 10,000
 * pre-shared keys that are needed for a moment.  Only one thread may handle
 * secrets. */
#define MAX_SPARE 4
static struct vpn_key *spare[MAX_SPARE];
static size_t n_spare;

/* Must be called before any other function here.  Terminates the process if
 * the system has no randomness to offer. */
void
vpn_keys_init(void)
{
    if (digest_key) {
        return;
    }
    if (sodium_init() < 0) {
        VLOG_FATAL("libsodium cannot be initialized");
    }
    digest_key = sodium_malloc(crypto_generichash_KEYBYTES);
    if (!digest_key) {
        VLOG_FATAL("cannot lock memory for keys (see RLIMIT_MEMLOCK)");
    }
    randombytes_buf(digest_key, crypto_generichash_KEYBYTES);
}

/* Secrets. */

/* Returns memory for a secret, which the caller must fill, and must free with
 * vpn_secret_free(). */
struct vpn_key *
vpn_secret_alloc(void)
{
    if (n_spare) {
        return spare[--n_spare];
    }

    struct vpn_key *secret = sodium_malloc(sizeof *secret);
    if (!secret) {
        out_of_memory();
    }
    return secret;
}

struct vpn_key *
vpn_secret_clone(const struct vpn_key *src)
{
    struct vpn_key *dst = vpn_secret_alloc();

    *dst = *src;
    return dst;
}

/* Returns a new X25519 private key, in the form that RFC 7748 section 5 gives
 * to it, as "wg genkey" makes it. */
struct vpn_key *
vpn_secret_new_private(void)
{
    struct vpn_key *key = vpn_secret_new_psk();

    key->bytes[0] &= 248;
    key->bytes[31] = (key->bytes[31] & 127) | 64;
    return key;
}

struct vpn_key *
vpn_secret_new_psk(void)
{
    struct vpn_key *key = vpn_secret_alloc();

    randombytes_buf(key->bytes, sizeof key->bytes);
    return key;
}

/* Wipes and frees 'secret', which may be NULL. */
void
vpn_secret_free(struct vpn_key *secret)
{
    if (secret && n_spare < MAX_SPARE) {
        sodium_memzero(secret, sizeof *secret);
        spare[n_spare++] = secret;
    } else {
        sodium_free(secret);
    }
}

/* Stores in '*public' the public key of 'private'. */
void
vpn_secret_public(const struct vpn_key *private, struct vpn_key *public)
{
    crypto_scalarmult_curve25519_base(public->bytes, private->bytes);
}

void
vpn_wipe(void *p, size_t n)
{
    sodium_memzero(p, n);
}

/* Wipes and destroys 'ds'.  Only what it holds now is wiped: a caller that
 * puts a secret into a string reserves enough space first, so that the string
 * does not move. */
void
vpn_wipe_ds(struct ds *ds)
{
    if (ds->string) {
        sodium_memzero(ds->string, ds->allocated + 1);
    }
    ds_destroy(ds);
}

void
vpn_secret_digest(const struct vpn_key *secret, struct vpn_digest *digest)
{
    crypto_generichash(digest->bytes, sizeof digest->bytes, secret->bytes,
                       sizeof secret->bytes, digest_key,
                       crypto_generichash_KEYBYTES);
}

bool
vpn_digest_equals(const struct vpn_digest *a, const struct vpn_digest *b)
{
    return !memcmp(a->bytes, b->bytes, sizeof a->bytes);
}
