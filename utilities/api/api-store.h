/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_STORE_H
#define API_STORE_H 1

/* Writes: requests wait in a queue, and those that are there when a
 * transaction begins share it.  One is answered when its changes have been
 * committed and are seen in the replica. */

#include <stdbool.h>
#include <stdint.h>

struct api;
struct api_request;
struct api_store;

struct api_store *api_store_create(void);
void api_store_destroy(struct api_store *);
void api_store_run(struct api *);
void api_store_wait(struct api *);

bool api_store_is_ready(const struct api *);
bool api_store_is_connected(const struct api *);
uint64_t api_store_count(const struct api *);

void api_store_write(struct api *, struct api_request *);

/* For who fills a transaction. */
void api_store_spoil(struct api *);

#endif /* utilities/api/api-store.h */
