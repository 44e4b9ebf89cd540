/* SPDX-License-Identifier: Apache-2.0 */

/* Tests ovn-vpn/locksmith.h: whatever order jobs are collected or canceled in,
 * and however fast its thread is, each comes to what it should. */

#include <config.h>
#undef NDEBUG
#include "ovn-vpn/locksmith.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vpn-keys.h"
#include "random.h"
#include "tests/ovstest.h"
#include "util.h"

#define SERVICE "s1"

/* A connection with its job. */
struct connection {
    struct vpn_key public_key;
    struct vpn_key *psk;
    char *sealed_psk;
    struct locksmith_job *job;
};

/* Everything that the jobs need. */
struct shop {
    struct vpn_sealing_pair *pair;
    struct vpn_key *private;        /* Of the service. */
    char public_key[VPN_KEY_TEXT_LEN + 1];
    struct connection *connections;
    size_t n;
    struct locksmith *locksmith;
};

/* Every fifth connection's box is damaged. */
static bool
is_damaged(const struct shop *shop, const struct connection *c)
{
    return (c - shop->connections) % 5 == 4;
}

static void
connection_init(struct shop *shop, struct connection *c)
{
    char public_text[VPN_KEY_TEXT_LEN + 1];
    struct vpn_key *private = vpn_secret_new_private();

    vpn_secret_public(private, &c->public_key);
    vpn_secret_free(private);
    vpn_key_format(&c->public_key, public_text);
    char *owner = vpn_box_owner_peer(SERVICE, public_text);
    c->psk = vpn_secret_new_psk();
    c->sealed_psk = vpn_box_seal(&shop->pair->public, VPN_BOX_PSK, owner,
                                 c->psk);
    free(owner);
    if (is_damaged(shop, c)) {
        char *p = &c->sealed_psk[strlen(c->sealed_psk) / 2];
        *p = *p == 'A' ? 'B' : 'A';
    }
}

static void
shop_init(struct shop *shop, size_t n)
{
    struct vpn_key public;

    shop->pair = vpn_sealing_pair_create();
    shop->private = vpn_secret_new_private();
    vpn_secret_public(shop->private, &public);
    vpn_key_format(&public, shop->public_key);
    shop->n = n;
    shop->connections = xcalloc(n, sizeof *shop->connections);
    for (size_t i = 0; i < n; i++) {
        connection_init(shop, &shop->connections[i]);
    }
    shop->locksmith = locksmith_create();
}

static void
shop_destroy(struct shop *shop)
{
    locksmith_destroy(shop->locksmith);
    for (size_t i = 0; i < shop->n; i++) {
        vpn_secret_free(shop->connections[i].psk);
        free(shop->connections[i].sealed_psk);
    }
    free(shop->connections);
    vpn_secret_free(shop->private);
    vpn_sealing_pair_destroy(shop->pair);
}

static struct locksmith_keys *
make_keys(const struct shop *shop)
{
    return locksmith_keys_create(shop->pair, shop->private, SERVICE,
                                 shop->public_key);
}

static void
order_all(struct shop *shop)
{
    struct locksmith_keys *keys = make_keys(shop);

    for (size_t i = 0; i < shop->n; i++) {
        struct connection *c = &shop->connections[i];

        c->job = locksmith_order(shop->locksmith, keys, &c->public_key,
                                 c->sealed_psk);
    }
    locksmith_keys_unref(keys);
    ovs_assert(locksmith_n_jobs(shop->locksmith) == shop->n);
}

/* Checks that 'text', which is what has come of the job for 'c', is what a
 * gateway can use, and frees it. */
static void
check_text(const struct shop *shop, const struct connection *c, char *text)
{
    struct vpn_key *lock_key = vpn_lock_key(shop->private);
    char public_text[VPN_KEY_TEXT_LEN + 1];
    char fingerprint[VPN_FINGERPRINT_LEN + 1];
    struct vpn_key *psk;

    ovs_assert(!text == is_damaged(shop, c));
    if (text) {
        vpn_fingerprint(shop->public_key, c->sealed_psk, fingerprint);
        ovs_assert(!strncmp(text, fingerprint, VPN_FINGERPRINT_LEN));
        ovs_assert(text[VPN_FINGERPRINT_LEN] == ':');

        vpn_key_format(&c->public_key, public_text);
        char *owner = vpn_box_owner_peer(SERVICE, public_text);
        char *error = vpn_box_unlock(lock_key,
                                     text + VPN_FINGERPRINT_LEN + 1,
                                     VPN_BOX_PSK, owner, &psk);
        ovs_assert(!error);
        ovs_assert(vpn_key_equals(psk, c->psk));
        vpn_secret_free(psk);
        free(owner);
    }
    vpn_secret_free(lock_key);
    free(text);
}

static void
collect(struct shop *shop, size_t i)
{
    struct connection *c = &shop->connections[i];

    check_text(shop, c, locksmith_collect(c->job));
    c->job = NULL;
}

static void
check_done(const struct shop *shop, const char *what)
{
    ovs_assert(!locksmith_n_jobs(shop->locksmith));
    puts(what);
}

static void
test_orders(struct shop *shop)
{
    order_all(shop);
    for (size_t i = 0; i < shop->n; i++) {
        collect(shop, i);
    }
    check_done(shop, "in order");

    order_all(shop);
    for (size_t i = shop->n; i-- > 0; ) {
        collect(shop, i);
    }
    check_done(shop, "backward");

    order_all(shop);
    for (size_t i = 0; i < shop->n; i++) {
        if (random_range(2)) {
            collect(shop, i);
        } else {
            locksmith_cancel(shop->connections[i].job);
        }
    }
    check_done(shop, "some canceled");

    order_all(shop);
    for (size_t i = 0; i < shop->n; i++) {
        locksmith_cancel(shop->connections[i].job);
    }
    locksmith_cancel(NULL);
    check_done(shop, "all canceled");
}

/* Without the thread. */
static void
test_do(const struct shop *shop)
{
    struct locksmith_keys *keys = make_keys(shop);
    bool told = false;

    for (size_t i = 0; i < shop->n; i++) {
        const struct connection *c = &shop->connections[i];
        char *text;
        char *error = locksmith_do(keys, &c->public_key, c->sealed_psk,
                                   &text);

        ovs_assert(!error == !is_damaged(shop, c));
        if (error && !told) {
            puts(error);
            told = true;
        }
        check_text(shop, c, text);
        free(error);
    }
    locksmith_keys_unref(keys);
}

/* test-locksmith N: with 'N' connections. */
static void
test_locksmith_main(int argc OVS_UNUSED, char *argv[])
{
    struct shop shop;

    set_program_name(argv[0]);
    vpn_keys_init();
    random_set_seed(1);
    shop_init(&shop, atoi(argv[1]));
    test_do(&shop);
    test_orders(&shop);
    shop_destroy(&shop);
}

OVSTEST_REGISTER("test-locksmith", test_locksmith_main);
