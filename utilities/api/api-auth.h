/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_AUTH_H
#define API_AUTH_H 1

/* Who makes a request, and what may they see.
 *
 * While the database has no token, and the server can be reached from this
 * machine only, everybody is an administrator: that is how the first token is
 * made. */

#include <stdbool.h>

struct api;
struct api_auth;
struct api_request;

struct api_auth *api_auth_create(bool needs_token);
void api_auth_destroy(struct api_auth *);

bool api_auth_check(struct api *, struct api_request *);
bool api_auth_is_current(const struct api *, const struct api_request *);
bool api_auth_sees(const struct api_request *, const char *project);

/* The columns "last_used_at" of tokens. */
bool api_auth_must_write(const struct api *);
void api_auth_write(struct api *);

#endif /* utilities/api/api-auth.h */
