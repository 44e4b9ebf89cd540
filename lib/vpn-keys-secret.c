/* SPDX-License-Identifier: Apache-2.0 */

/* Memory for secrets, and what is done with one secret alone. */

#include <config.h>

#include "lib/vpn-keys.h"

#include <sodium.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/vlog.h"
#include "ovs-thread.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(vpn_keys_secret);

/* Key of vpn_secret_digest(), random for each process. */
static uint8_t *digest_key;

/* Secrets in memory that is locked and guarded together: to get that takes
 * half a dozen system calls and, with the guard pages, four pages.  Ends where
 * a page ends, so that a secret's address tells that of its slab. */
#define SLAB_SIZE 2048
#define SLAB_SECRETS 63
struct slab {
    struct ovs_list node;       /* In 'slabs', if any is free. */
    uint64_t free;              /* 1-bits: 'secrets' not in use, all zeros. */
    struct vpn_key secrets[SLAB_SECRETS];
};
#define SLAB_EMPTY ((UINT64_C(1) << SLAB_SECRETS) - 1)
BUILD_ASSERT_DECL(sizeof(struct slab) <= SLAB_SIZE);

/* Protects 'slabs' and all but the secrets in them. */
static struct ovs_mutex slabs_mutex = OVS_MUTEX_INITIALIZER;

/* Contains 'struct slab's. */
static struct ovs_list slabs OVS_GUARDED_BY(slabs_mutex)
    = OVS_LIST_INITIALIZER(&slabs);

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

static struct slab *
add_slab(void)
    OVS_REQUIRES(slabs_mutex)
{
    struct slab *slab = sodium_malloc(SLAB_SIZE);
    if (!slab) {
        out_of_memory();
    }
    ovs_assert(!((uintptr_t) slab % SLAB_SIZE));
    memset(slab, 0, SLAB_SIZE);
    slab->free = SLAB_EMPTY;
    ovs_list_push_front(&slabs, &slab->node);
    return slab;
}

/* Returns memory for a secret, which the caller must fill, and must free with
 * vpn_secret_free(). */
struct vpn_key *
vpn_secret_alloc(void)
{
    ovs_mutex_lock(&slabs_mutex);
    struct slab *slab = (ovs_list_is_empty(&slabs) ? add_slab()
                         : CONTAINER_OF(ovs_list_front(&slabs), struct slab,
                                        node));
    int i = raw_ctz(slab->free);

    slab->free &= ~(UINT64_C(1) << i);
    if (!slab->free) {
        ovs_list_remove(&slab->node);
    }
    ovs_mutex_unlock(&slabs_mutex);
    return &slab->secrets[i];
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
    if (!secret) {
        return;
    }

    struct slab *slab = (void *) ROUND_DOWN((uintptr_t) secret, SLAB_SIZE);
    size_t i = secret - slab->secrets;
    sodium_memzero(secret, sizeof *secret);
    ovs_mutex_lock(&slabs_mutex);
    ovs_assert(i < SLAB_SECRETS && !(slab->free >> i & 1));
    if (!slab->free) {
        ovs_list_push_back(&slabs, &slab->node);
    }
    slab->free |= UINT64_C(1) << i;
    if (slab->free == SLAB_EMPTY && !ovs_list_is_singleton(&slabs)) {
        ovs_list_remove(&slab->node);
        sodium_free(slab);
    }
    ovs_mutex_unlock(&slabs_mutex);
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
