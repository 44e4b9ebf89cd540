/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_VAULT_H
#define API_VAULT_H 1

/* Private keys that were made here, for one more download: in locked memory,
 * for ten minutes. */

#include <stdint.h>

#include "lib/vpn-keys.h"
#include "lib/vpn-token.h"
#include "openvswitch/hmap.h"
#include "openvswitch/list.h"
#include "openvswitch/uuid.h"

struct api_vault;

struct api_vault_entry {
    struct ovs_list node;       /* In 'struct api_vault', oldest first. */
    struct hmap_node by_connection, by_hash; /* The same. */
    char *token;                /* The secret part of the link. */
    char hash[VPN_TOKEN_HASH_LEN + 1];  /* Of 'token'. */
    struct uuid service, connection;
    struct vpn_key *private_key, *psk;  /* NULL if there is none. */
    long long int expires;      /* time_msec(). */
};

struct api_vault *api_vault_create(void);
void api_vault_destroy(struct api_vault *);
void api_vault_run(struct api_vault *);
void api_vault_wait(struct api_vault *);

const struct api_vault_entry *api_vault_put(
    struct api_vault *, const struct uuid *service,
    const struct uuid *connection, struct vpn_key *private_key,
    struct vpn_key *psk);
const struct api_vault_entry *api_vault_find(const struct api_vault *,
                                             const char *token);
void api_vault_remove(struct api_vault *, const struct uuid *connection);

#endif /* utilities/api/api-vault.h */
