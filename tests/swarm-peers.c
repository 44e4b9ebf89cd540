/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>
#undef NDEBUG
#include "tests/swarm-peers.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"

static void
derive(const struct swarm_peers *peers, unsigned int number,
       const char context[crypto_kdf_CONTEXTBYTES], struct vpn_key *key)
{
    BUILD_ASSERT_DECL(crypto_kdf_KEYBYTES == VPN_KEY_LEN);
    ovs_assert(!crypto_kdf_derive_from_key(key->bytes, sizeof key->bytes,
                                           number, context,
                                           peers->seed.bytes));
}

/* Stores the private key of client 'number', and its pre-shared key, which is
 * zero if there is none. */
void
swarm_peer_keys(const struct swarm_peers *peers, unsigned int number,
                struct vpn_key *private, struct vpn_key *psk)
{
    derive(peers, number, "private.", private);
    memset(psk, 0, sizeof *psk);
    if (peers->has_psk) {
        derive(peers, number, "preshare", psk);
    }
}

ovs_be32
swarm_peer_address(const struct swarm_peers *peers, unsigned int number)
{
    return htonl(ntohl(peers->subnet) + 2 + number);
}

void
swarm_peers_format(const struct swarm_peers *peers, struct ds *s)
{
    for (unsigned int i = 0; i < peers->n; i++) {
        struct vpn_key private, public, psk;
        char text[VPN_KEY_TEXT_LEN + 1];

        swarm_peer_keys(peers, i, &private, &psk);
        vpn_secret_public(&private, &public);
        vpn_key_format(&public, text);
        ds_put_format(s, "[Peer]\nPublicKey = %s\n", text);
        if (peers->has_psk) {
            vpn_key_format(&psk, text);
            ds_put_format(s, "PresharedKey = %s\n", text);
        }
        ds_put_format(s, "AllowedIPs = "IP_FMT"/32\n",
                      IP_ARGS(swarm_peer_address(peers, i)));
    }
}
