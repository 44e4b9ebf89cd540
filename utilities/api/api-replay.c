/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-replay.h"

#include <stdlib.h>
#include <string.h>

#include "lib/vpn-keys.h"
#include "openvswitch/list.h"
#include "openvswitch/shash.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api.h"

/* How long a key is known, and most keys. */
#define KEEP_MS (60 * 60 * 1000)
#define ENTRIES_MAX 10000

#define KEY_MAX_LEN 255

struct entry {
    struct ovs_list node;       /* In 'struct api_replay', oldest first. */
    char *key;
    char fingerprint[VPN_FINGERPRINT_LEN + 1];  /* Of the request. */
    long long int time;         /* time_msec(). */
    bool done;
    struct uuid uuid, parent;   /* What was made. */
};

struct api_replay {
    struct shash entries;       /* 'struct entry's by key. */
    struct ovs_list order;
};

struct api_replay *
api_replay_create(void)
{
    struct api_replay *replay = xzalloc(sizeof *replay);

    shash_init(&replay->entries);
    ovs_list_init(&replay->order);
    return replay;
}

static void
drop(struct api_replay *replay, struct entry *entry)
{
    shash_find_and_delete(&replay->entries, entry->key);
    ovs_list_remove(&entry->node);
    free(entry->key);
    free(entry);
}

void
api_replay_destroy(struct api_replay *replay)
{
    struct entry *entry;

    LIST_FOR_EACH_SAFE (entry, node, &replay->order) {
        drop(replay, entry);
    }
    shash_destroy(&replay->entries);
    free(replay);
}

static void
expire(struct api_replay *replay)
{
    long long int now = time_msec();
    struct entry *entry;

    LIST_FOR_EACH_SAFE (entry, node, &replay->order) {
        if (now < entry->time + KEEP_MS
            && shash_count(&replay->entries) < ENTRIES_MAX) {
            break;
        }
        drop(replay, entry);
    }
}

/* Returns the key of 'req', which no other client shares.  The caller must
 * free it. */
static char *
make_key(const struct api_request *req)
{
    return xasprintf("%s %s", req->identity.name ? req->identity.name : "-",
                     req->headers[API_H_IDEMPOTENCY_KEY]);
}

static void
take_fingerprint(struct api_request *req,
                 char fingerprint[VPN_FINGERPRINT_LEN + 1])
{
    char *what = xasprintf("%s %s", req->method, req->uri);

    vpn_fingerprint(what, ds_cstr(&req->body), fingerprint);
    free(what);
}

/* Looks whether 'req' has been made before.  If so, makes it one that only has
 * to be finished and returns true, or makes a problem the answer. */
bool
api_replay_begin(struct api *api, struct api_request *req)
{
    struct api_replay *replay = api->replay;
    const char *header = req->headers[API_H_IDEMPOTENCY_KEY];
    char fingerprint[VPN_FINGERPRINT_LEN + 1];
    struct entry *entry;

    if (!header) {
        return false;
    } else if (!header[0] || strlen(header) > KEY_MAX_LEN) {
        api_problem(req, 400, NULL, "the Idempotency-Key must have 1 to %d "
                    "characters", KEY_MAX_LEN);
        return false;
    }
    expire(replay);
    take_fingerprint(req, fingerprint);
    char *key = make_key(req);
    entry = shash_find_data(&replay->entries, key);
    if (!entry) {
        entry = xzalloc(sizeof *entry);
        entry->key = key;
        entry->time = time_msec();
        memcpy(entry->fingerprint, fingerprint, sizeof fingerprint);
        ovs_list_push_back(&replay->order, &entry->node);
        shash_add(&replay->entries, key, entry);
        req->has_replay = true;
        return false;
    }
    free(key);

    if (strcmp(entry->fingerprint, fingerprint)) {
        api_problem(req, 422, NULL, "another request came with this "
                    "Idempotency-Key");
    } else if (!entry->done) {
        api_problem(req, 409, NULL, "the request with this Idempotency-Key is "
                    "still being worked on");
    } else {
        req->uuid = entry->uuid;
        req->parent = entry->parent;
        api_set_header(req, "Idempotency-Replayed", "true");
        return true;
    }
    return false;
}

/* Remembers what 'req' has made, or that it has made nothing. */
void
api_replay_end(struct api *api, const struct api_request *req)
{
    if (!req->has_replay) {
        return;
    }
    char *key = make_key(req);
    struct entry *entry = shash_find_data(&api->replay->entries, key);

    free(key);
    if (!entry) {
        return;
    } else if (req->response.status >= 300) {
        drop(api->replay, entry);
    } else {
        entry->done = true;
        entry->uuid = req->uuid;
        entry->parent = req->parent;
    }
}
