/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_BODY_H
#define API_BODY_H 1

/* Reading the members of a JSON object, each at most once.
 *
 * A mistake becomes the request's answer, and what follows does nothing, so
 * that callers need to look only when they are done:
 *
 *     api_body_init(&body, req, NULL, req->json);
 *     const char *name = api_body_string(&body, "name");
 *     if (!api_body_finish(&body)) {
 *         return;
 *     }
 *
 * A member that is missing and one that is null are told apart only by
 * api_body_has(). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sset.h"

struct api_request;
struct json;
struct smap;
struct svec;

struct api_body {
    struct api_request *req;
    const char *name;           /* Of the object, NULL for the body. */
    const struct json *json;
    struct sset read;           /* Names of the members that were read. */
};

void api_body_init(struct api_body *, struct api_request *, const char *name,
                   const struct json *);
bool api_body_finish(struct api_body *);

bool api_body_has(struct api_body *, const char *name);
const struct json *api_body_get(struct api_body *, const char *name);
const char *api_body_string(struct api_body *, const char *name);
bool api_body_int(struct api_body *, const char *name, int64_t min,
                  int64_t max, int64_t *);
bool api_body_bool(struct api_body *, const char *name, bool *);
bool api_body_strings(struct api_body *, const char *name, struct svec *);
bool api_body_map(struct api_body *, const char *name, struct smap *);
void api_body_fault(struct api_body *, const char *name, char *error);

#endif /* utilities/api/api-body.h */
