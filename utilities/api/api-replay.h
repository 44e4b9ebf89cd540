/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_REPLAY_H
#define API_REPLAY_H 1

/* Idempotency keys: a client that does not know whether its request was heard
 * sends it again with the same key, and gets what the first one made.
 *
 * What is kept is not the answer, which may hold a secret, but which row it
 * was about. */

#include <stdbool.h>

struct api;
struct api_replay;
struct api_request;

struct api_replay *api_replay_create(void);
void api_replay_destroy(struct api_replay *);

bool api_replay_begin(struct api *, struct api_request *);
void api_replay_end(struct api *, const struct api_request *);

#endif /* utilities/api/api-replay.h */
