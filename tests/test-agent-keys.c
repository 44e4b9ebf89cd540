/* SPDX-License-Identifier: Apache-2.0 */

/* Makes what the VPN Southbound database holds for an agent. */

#include <config.h>
#undef NDEBUG
#include "lib/vpn-keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command-line.h"
#include "tests/ovstest.h"
#include "util.h"

static struct vpn_key *
read_key(const char *file_name)
{
    struct vpn_key *key = vpn_secret_alloc();
    char text[VPN_KEY_TEXT_LEN + 1] = "";
    FILE *file = fopen(file_name, "r");

    if (!file || !fgets(text, sizeof text, file)
        || !vpn_key_parse(text, key)) {
        ovs_fatal(0, "%s: holds no key", file_name);
    }
    fclose(file);
    return key;
}

/* seal SERVICE CHASSIS-PUBLIC-KEY PRIVATE-KEY-FILE: for Sealed_Key.box. */
static void
test_seal(struct ovs_cmdl_context *ctx)
{
    char *owner = vpn_box_owner_service(ctx->argv[1]);
    struct vpn_key *private = read_key(ctx->argv[3]);
    struct vpn_key recipient;

    ovs_assert(vpn_key_parse(ctx->argv[2], &recipient));
    char *box = vpn_box_seal(&recipient, VPN_BOX_SERVICE_KEY, owner, private);
    puts(box);
    free(box);
    free(owner);
    vpn_secret_free(private);
}

/* lock SERVICE PEER-PUBLIC-KEY PRIVATE-KEY-FILE PSK-FILE: for
 * Peer.sealed_psk. */
static void
test_lock(struct ovs_cmdl_context *ctx)
{
    char *owner = vpn_box_owner_peer(ctx->argv[1], ctx->argv[2]);
    struct vpn_key *private = read_key(ctx->argv[3]);
    struct vpn_key *psk = read_key(ctx->argv[4]);
    struct vpn_key *lock_key = vpn_lock_key(private);

    char *box = vpn_box_lock(lock_key, VPN_BOX_PSK, owner, psk);
    printf("%032d:%s\n", 0, box);
    free(box);
    free(owner);
    vpn_secret_free(lock_key);
    vpn_secret_free(psk);
    vpn_secret_free(private);
}

static void
test_agent_keys_main(int argc, char *argv[])
{
    static const struct ovs_cmdl_command commands[] = {
        { "seal", NULL, 3, 3, test_seal, OVS_RO },
        { "lock", NULL, 4, 4, test_lock, OVS_RO },
        { NULL, NULL, 0, 0, NULL, OVS_RO },
    };
    struct ovs_cmdl_context ctx = { .argc = argc - 1, .argv = argv + 1 };

    set_program_name(argv[0]);
    vpn_keys_init();
    ovs_cmdl_run_command(&ctx, commands);
}

OVSTEST_REGISTER("test-agent-keys", test_agent_keys_main);
