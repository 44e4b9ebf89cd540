/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-vault.h"

#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "openvswitch/poll-loop.h"
#include "timeval.h"
#include "util.h"
#include "uuid.h"

#define KEEP_MS (10 * 60 * 1000)

/* Most entries, each of which takes 64 bytes of locked memory.  The oldest
 * make room. */
#define ENTRIES_MAX 10000

struct api_vault {
    struct ovs_list entries;    /* 'struct api_vault_entry's. */
    struct hmap by_connection;  /* The same, by 'connection'. */
    struct hmap by_hash;        /* The same, by 'hash'. */
};

struct api_vault *
api_vault_create(void)
{
    struct api_vault *vault = xzalloc(sizeof *vault);

    ovs_list_init(&vault->entries);
    hmap_init(&vault->by_connection);
    hmap_init(&vault->by_hash);
    return vault;
}

static void
drop(struct api_vault *vault, struct api_vault_entry *entry)
{
    ovs_list_remove(&entry->node);
    hmap_remove(&vault->by_connection, &entry->by_connection);
    hmap_remove(&vault->by_hash, &entry->by_hash);
    vpn_wipe(entry->token, strlen(entry->token));
    free(entry->token);
    vpn_secret_free(entry->private_key);
    vpn_secret_free(entry->psk);
    free(entry);
}

void
api_vault_destroy(struct api_vault *vault)
{
    struct api_vault_entry *entry;

    LIST_FOR_EACH_SAFE (entry, node, &vault->entries) {
        drop(vault, entry);
    }
    hmap_destroy(&vault->by_connection);
    hmap_destroy(&vault->by_hash);
    free(vault);
}

/* Forgets what has been kept for long enough. */
void
api_vault_run(struct api_vault *vault)
{
    struct api_vault_entry *entry;

    LIST_FOR_EACH_SAFE (entry, node, &vault->entries) {
        if (time_msec() < entry->expires) {
            break;
        }
        drop(vault, entry);
    }
}

void
api_vault_wait(struct api_vault *vault)
{
    if (!ovs_list_is_empty(&vault->entries)) {
        const struct api_vault_entry *entry
            = CONTAINER_OF(ovs_list_front(&vault->entries),
                           struct api_vault_entry, node);

        poll_timer_wait_until(entry->expires);
    }
}

/* Keeps the keys of 'connection', of which it takes ownership, in place of
 * those that it had. */
const struct api_vault_entry *
api_vault_put(struct api_vault *vault, const struct uuid *service,
              const struct uuid *connection,
              struct vpn_key *private_key, struct vpn_key *psk)
{
    struct api_vault_entry *entry = xmalloc(sizeof *entry);

    api_vault_remove(vault, connection);
    if (hmap_count(&vault->by_hash) >= ENTRIES_MAX) {
        drop(vault, CONTAINER_OF(ovs_list_front(&vault->entries),
                                 struct api_vault_entry, node));
    }
    *entry = (struct api_vault_entry) {
        .token = vpn_token_new(""),
        .service = *service,
        .connection = *connection,
        .private_key = private_key,
        .psk = psk,
        .expires = time_msec() + KEEP_MS,
    };
    vpn_token_hash(entry->token, entry->hash);
    ovs_list_push_back(&vault->entries, &entry->node);
    hmap_insert(&vault->by_connection, &entry->by_connection,
                uuid_hash(connection));
    hmap_insert(&vault->by_hash, &entry->by_hash,
                hash_string(entry->hash, 0));
    return entry;
}

const struct api_vault_entry *
api_vault_find(const struct api_vault *vault, const char *token)
{
    char hash[VPN_TOKEN_HASH_LEN + 1];
    const struct api_vault_entry *entry;

    /* Hashes are compared so that time tells nothing about the token. */
    vpn_token_hash(token, hash);
    HMAP_FOR_EACH_WITH_HASH (entry, by_hash, hash_string(hash, 0),
                             &vault->by_hash) {
        if (vpn_token_hash_equals(hash, entry->hash)) {
            return entry;
        }
    }
    return NULL;
}

/* Forgets the keys of 'connection', if any. */
void
api_vault_remove(struct api_vault *vault, const struct uuid *connection)
{
    struct api_vault_entry *entry;

    HMAP_FOR_EACH_WITH_HASH (entry, by_connection, uuid_hash(connection),
                             &vault->by_connection) {
        if (uuid_equals(&entry->connection, connection)) {
            drop(vault, entry);
            break;
        }
    }
}
