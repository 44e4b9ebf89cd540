/* SPDX-License-Identifier: Apache-2.0 */

/* Tests lib/vpn-keys.h: keys against wg(8) and known values, boxes against
 * every way in which one could be abused. */

#include <config.h>
#undef NDEBUG
#include "lib/vpn-keys.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command-line.h"
#include "random.h"
#include "tests/ovstest.h"
#include "util.h"

/* genkey: a private key, for "wg pubkey" to read. */
static void
test_genkey(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vpn_key *key = vpn_secret_new_private();
    char text[VPN_KEY_TEXT_LEN + 1];

    vpn_key_format(key, text);
    puts(text);
    vpn_secret_free(key);
}

/* pubkey PRIVATE: as "wg pubkey" does. */
static void
test_pubkey(struct ovs_cmdl_context *ctx)
{
    struct vpn_key private, public;
    char text[VPN_KEY_TEXT_LEN + 1];

    ovs_assert(vpn_key_parse(ctx->argv[1], &private));
    vpn_secret_public(&private, &public);
    vpn_key_format(&public, text);
    puts(text);
}

/* parse KEY...: whether each is a public key. */
static void
test_parse(struct ovs_cmdl_context *ctx)
{
    for (int i = 1; i < ctx->argc; i++) {
        struct vpn_key key;
        char *error = vpn_public_key_parse(ctx->argv[i], &key);

        puts(error ? error : "ok");
        free(error);
    }
}

static void
check_opens(const struct vpn_sealing_pair *pair, const char *box,
            enum vpn_box_purpose purpose, const char *owner,
            const struct vpn_key *expected)
{
    struct vpn_key *opened;
    char *error = vpn_box_open(pair, box, purpose, owner, &opened);

    ovs_assert(!error == !!expected);
    ovs_assert(!error == !!opened);
    if (opened) {
        ovs_assert(vpn_key_equals(opened, expected));
        vpn_secret_free(opened);
    }
    puts(error ? error : "opened");
    free(error);
}

/* box: seals, and tries to open with the right and with wrong data. */
static void
test_box(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vpn_sealing_pair *alice = vpn_sealing_pair_create();
    struct vpn_sealing_pair *mallory = vpn_sealing_pair_create();
    struct vpn_key *secret = vpn_secret_new_psk();
    char *box = vpn_box_seal(&alice->public, VPN_BOX_PSK, "peer/s1/x", secret);
    char *again = vpn_box_seal(&alice->public, VPN_BOX_PSK, "peer/s1/x",
                               secret);
    char *bent = xstrdup(box);

    ovs_assert(strcmp(box, again));
    char *middle = &bent[strlen(bent) / 2];
    *middle = *middle == 'A' ? 'B' : 'A';
    check_opens(alice, box, VPN_BOX_PSK, "peer/s1/x", secret);
    check_opens(mallory, box, VPN_BOX_PSK, "peer/s1/x", NULL);
    check_opens(alice, box, VPN_BOX_SERVICE_KEY, "peer/s1/x", NULL);
    check_opens(alice, box, VPN_BOX_PSK, "peer/s2/x", NULL);
    check_opens(alice, box, VPN_BOX_PSK, "peer/s1/", NULL);
    check_opens(alice, bent, VPN_BOX_PSK, "peer/s1/x", NULL);
    check_opens(alice, "", VPN_BOX_PSK, "peer/s1/x", NULL);
    check_opens(alice, "ovn-vpn-box1.AAAA", VPN_BOX_PSK, "peer/s1/x", NULL);
    check_opens(alice, "ovn-vpn-box9.AAAA", VPN_BOX_PSK, "peer/s1/x", NULL);

    free(box);
    free(again);
    free(bent);
    vpn_secret_free(secret);
    vpn_sealing_pair_destroy(alice);
    vpn_sealing_pair_destroy(mallory);
}

/* lock: the same for locked boxes. */
static void
test_lock(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vpn_key *private = vpn_secret_new_private();
    struct vpn_key *key = vpn_lock_key(private);
    struct vpn_key *psk = vpn_secret_new_psk();
    struct vpn_key *opened;

    ovs_assert(!vpn_key_equals(key, private));
    char *box = vpn_box_lock(key, VPN_BOX_PSK, "peer/s1/x", psk);
    char *error = vpn_box_unlock(key, box, VPN_BOX_PSK, "peer/s1/x", &opened);
    ovs_assert(!error && vpn_key_equals(opened, psk));
    vpn_secret_free(opened);

    error = vpn_box_unlock(key, box, VPN_BOX_PSK, "peer/s1/y", &opened);
    ovs_assert(!opened);
    puts(error);
    free(error);

    error = vpn_box_unlock(private, box, VPN_BOX_PSK, "peer/s1/x", &opened);
    ovs_assert(!opened);
    puts(error);
    free(error);

    free(box);
    vpn_secret_free(psk);
    vpn_secret_free(key);
    vpn_secret_free(private);
}

/* keyfile FILE: loads the pair in FILE, making one first if there is none,
 * and prints its public half. */
static void
test_keyfile(struct ovs_cmdl_context *ctx)
{
    const char *file = ctx->argv[1];
    struct vpn_sealing_pair *pair;
    char text[VPN_KEY_TEXT_LEN + 1];

    char *error = vpn_sealing_pair_load(file, &pair);
    if (!error && !pair) {
        pair = vpn_sealing_pair_create();
        error = vpn_sealing_pair_save(file, pair);
    }
    if (error) {
        ovs_fatal(0, "%s", error);
    }
    vpn_key_format(&pair->public, text);
    puts(text);

    /* A file that is there is never written again. */
    error = vpn_sealing_pair_save(file, pair);
    ovs_assert(error);
    free(error);
    vpn_sealing_pair_destroy(pair);
}

static void
print_secret(char *error, struct vpn_key *secret)
{
    char text[VPN_KEY_TEXT_LEN + 1];

    if (error) {
        ovs_fatal(0, "%s", error);
    }
    vpn_key_format(secret, text);
    puts(text);
    vpn_secret_free(secret);
}

/* open FILE OWNER BOX: the secret in BOX, which was sealed to the key in
 * FILE. */
static void
test_open(struct ovs_cmdl_context *ctx)
{
    struct vpn_sealing_pair *pair;
    struct vpn_key *secret;

    char *error = vpn_sealing_pair_load(ctx->argv[1], &pair);
    ovs_assert(!error && pair);
    error = vpn_box_open(pair, ctx->argv[3],
                         strncmp(ctx->argv[2], "service/", 8)
                         ? VPN_BOX_PSK : VPN_BOX_SERVICE_KEY,
                         ctx->argv[2], &secret);
    print_secret(error, secret);
    vpn_sealing_pair_destroy(pair);
}

/* reseal OLD NEW OWNER BOX: the secret in BOX, which was sealed to the key in
 * file OLD, sealed to the one in file NEW. */
static void
test_reseal(struct ovs_cmdl_context *ctx)
{
    const char *owner = ctx->argv[3];
    enum vpn_box_purpose purpose = (strncmp(owner, "service/", 8)
                                    ? VPN_BOX_PSK : VPN_BOX_SERVICE_KEY);
    struct vpn_sealing_pair *old, *new;
    struct vpn_key *secret;

    char *error = vpn_sealing_pair_load(ctx->argv[1], &old);
    error = error ? error : vpn_sealing_pair_load(ctx->argv[2], &new);
    ovs_assert(!error && old && new);
    error = vpn_box_open(old, ctx->argv[4], purpose, owner, &secret);
    ovs_assert(!error);
    char *box = vpn_box_seal(&new->public, purpose, owner, secret);
    puts(box);
    free(box);
    vpn_secret_free(secret);
    vpn_sealing_pair_destroy(old);
    vpn_sealing_pair_destroy(new);
}

/* unlock PRIVATE OWNER BOX: the pre-shared key in BOX, which is that of a peer
 * of the tunnel with PRIVATE key. */
static void
test_unlock(struct ovs_cmdl_context *ctx)
{
    struct vpn_key private, *lock_key, *secret;

    ovs_assert(vpn_key_parse(ctx->argv[1], &private));
    lock_key = vpn_lock_key(&private);
    char *error = vpn_box_unlock(lock_key, ctx->argv[3], VPN_BOX_PSK,
                                 ctx->argv[2], &secret);
    print_secret(error, secret);
    vpn_secret_free(lock_key);
}

/* seal PUBLIC SERVICE N: random public keys of N peers of SERVICE, each with a
 * random pre-shared key that is sealed to PUBLIC. */
static void
test_seal(struct ovs_cmdl_context *ctx)
{
    struct vpn_key recipient;

    ovs_assert(vpn_key_parse(ctx->argv[1], &recipient));
    for (int i = atoi(ctx->argv[3]); i > 0; i--) {
        struct vpn_key *public_key = vpn_secret_new_psk();
        struct vpn_key *psk = vpn_secret_new_psk();
        char text[VPN_KEY_TEXT_LEN + 1];

        vpn_key_format(public_key, text);
        char *owner = vpn_box_owner_peer(ctx->argv[2], text);
        char *box = vpn_box_seal(&recipient, VPN_BOX_PSK, owner, psk);
        printf("%s %s\n", text, box);
        free(box);
        free(owner);
        vpn_secret_free(psk);
        vpn_secret_free(public_key);
    }
}

/* fingerprint A B. */
static void
test_fingerprint(struct ovs_cmdl_context *ctx)
{
    char text[VPN_FINGERPRINT_LEN + 1];

    vpn_fingerprint(ctx->argv[1], ctx->argv[2], text);
    puts(text);
}

/* Returns true if reading at 'p' kills. */
static bool
is_guarded(const volatile char *p)
{
    pid_t pid = fork();
    int status;

    ovs_assert(pid >= 0);
    if (!pid) {
        signal(SIGSEGV, SIG_DFL);
        (void) *p;
        _exit(0);
    }
    ovs_assert(waitpid(pid, &status, 0) == pid);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
}

/* Returns how much memory of this process is locked. */
static unsigned long int
locked_kib(void)
{
    FILE *stream = fopen("/proc/self/status", "r");
    unsigned long int kib = 0;
    char line[128];

    ovs_assert(stream);
    while (fgets(line, sizeof line, stream)
           && !ovs_scan(line, "VmLck: %lu kB", &kib)) {
        continue;
    }
    fclose(stream);
    return kib;
}

/* secrets N: allocates and frees N secrets in a random order. */
static void
test_secrets(struct ovs_cmdl_context *ctx)
{
    size_t n = atoi(ctx->argv[1]);
    struct vpn_key **secrets = xcalloc(n, sizeof *secrets);
    unsigned long int locked = locked_kib();

    for (size_t round = 0; round < 20 * n; round++) {
        size_t i = random_range(n);

        if (secrets[i]) {
            for (size_t j = 0; j < VPN_KEY_LEN; j++) {
                ovs_assert(secrets[i]->bytes[j] == (i & 0xff));
            }
            vpn_secret_free(secrets[i]);
            secrets[i] = NULL;
        } else {
            secrets[i] = vpn_secret_alloc();
            memset(secrets[i], i & 0xff, sizeof *secrets[i]);
        }
    }

    size_t n_held = 0;
    char *end = NULL;
    for (size_t i = 0; i < n; i++) {
        n_held += secrets[i] != NULL;
        end = MAX(end, (char *) secrets[i]);
    }
    ovs_assert(locked_kib() - locked >= n_held * VPN_KEY_LEN / 1024);
    ovs_assert(is_guarded((char *) ROUND_UP((uintptr_t) end + 1,
                                            sysconf(_SC_PAGESIZE))));
    for (size_t i = 0; i < n; i++) {
        vpn_secret_free(secrets[i]);
    }
    free(secrets);
    printf("%s\n", locked_kib() <= locked + 4 ? "all unlocked" : "leak");

    struct vpn_key *secret = vpn_secret_alloc();
    ovs_assert(vpn_key_is_zero(secret));
    vpn_secret_free(secret);
}

static void
test_vpn_keys_main(int argc, char *argv[])
{
    static const struct ovs_cmdl_command commands[] = {
        { "genkey", NULL, 0, 0, test_genkey, OVS_RO },
        { "pubkey", NULL, 1, 1, test_pubkey, OVS_RO },
        { "parse", NULL, 1, INT_MAX, test_parse, OVS_RO },
        { "box", NULL, 0, 0, test_box, OVS_RO },
        { "lock", NULL, 0, 0, test_lock, OVS_RO },
        { "keyfile", NULL, 1, 1, test_keyfile, OVS_RO },
        { "open", NULL, 3, 3, test_open, OVS_RO },
        { "reseal", NULL, 4, 4, test_reseal, OVS_RO },
        { "unlock", NULL, 3, 3, test_unlock, OVS_RO },
        { "seal", NULL, 3, 3, test_seal, OVS_RO },
        { "fingerprint", NULL, 2, 2, test_fingerprint, OVS_RO },
        { "secrets", NULL, 1, 1, test_secrets, OVS_RO },
        { NULL, NULL, 0, 0, NULL, OVS_RO },
    };
    struct ovs_cmdl_context ctx = { .argc = argc - 1, .argv = argv + 1 };

    set_program_name(argv[0]);
    vpn_keys_init();
    ovs_cmdl_run_command(&ctx, commands);
}

OVSTEST_REGISTER("test-vpn-keys", test_vpn_keys_main);
