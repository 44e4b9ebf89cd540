/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_AUTH_H
#define API_AUTH_H 1

/* Who makes a request, and what may they see.
 *
 * While the database has no token, those who are let in without one are
 * administrators: that is how the first token is made. */

#include <stdbool.h>

/* Who is let in without a token while there is none. */
enum api_anonymous {
    API_ANONYMOUS_NOBODY,
    API_ANONYMOUS_LOCAL,        /* By one of this machine's own names. */
    API_ANONYMOUS_ALL,
};

struct api;
struct api_auth;
struct api_request;

struct api_auth *api_auth_create(enum api_anonymous);
void api_auth_destroy(struct api_auth *);

char *api_auth_source(const char *peer);
bool api_auth_check(struct api *, struct api_request *);
bool api_auth_is_current(const struct api *, const struct api_request *);
bool api_auth_sees(const struct api_request *, const char *project);

/* The columns "last_used_at" of tokens. */
bool api_auth_must_write(const struct api *);
void api_auth_write(struct api *);

#endif /* utilities/api/api-auth.h */
