/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_ROUTE_H
#define API_ROUTE_H 1

/* Which function answers a request, and who may make it: the table in
 * api-routes.c is the policy. */

#include <stdbool.h>
#include <stddef.h>

struct api;
struct api_request;
struct api_target;

/* What a token may do; each role may do what those before it may. */
enum api_role {
    API_ROLE_NOBODY,            /* No token is needed. */
    API_ROLE_VIEWER,
    API_ROLE_OPERATOR,
    API_ROLE_ADMIN,
};

/* Flags. */
enum {
    API_BODY = 1 << 0,          /* A JSON body is read. */
    API_OPTIONAL_BODY = 1 << 1, /* One may be left out. */
    API_CREATES = 1 << 2,       /* Heeds Idempotency-Key. */
    API_CONNECT = 1 << 3,       /* Errors in the manner of Connect. */
    API_NO_DB = 1 << 4,         /* Works without the database. */
    API_SECRET_PATH = 1 << 5,   /* What stands in the path is a secret. */
    API_PAGE = 1 << 6,          /* For browsers: openapi.json leaves it out. */
    API_ALONE = 1 << 7,         /* Shares its transaction with no other. */
    API_COMMON = 1 << 8,        /* Concerns all projects: takes a token for all
                                 * of them. */
};

struct api_route {
    const char *method;
    const char *path;           /* Segments, "*" for a parameter; "" is "/". */
    const char *query;          /* Names, separated by blanks; NULL: any. */
    enum api_role role;
    unsigned int flags;

    /* Reading: puts the answer into the request.
     *
     * Writing: checks the request and makes the changes in the transaction
     * that is open, or puts an error into the request.  May be called again if
     * the transaction has to be tried again. */
    void (*run)(struct api *, struct api_request *);

    /* NULL for reading.  Puts the answer into the request when the changes
     * have been committed.  If it leaves the request without an answer, what
     * was committed is not seen yet, and it is called again. */
    void (*finish)(struct api *, struct api_request *);
};

/* Most parameters in a path. */
#define API_ROUTE_PARAMS 3

enum api_route_result {
    API_ROUTE_FOUND,
    API_ROUTE_NO_PATH,
    API_ROUTE_NO_METHOD,        /* The path takes other methods. */
};

enum api_route_result api_route_find(const struct api_route *, size_t n,
                                     const char *method,
                                     const struct api_target *,
                                     const struct api_route **,
                                     const char *params[API_ROUTE_PARAMS]);
bool api_route_has_word(const char *words, const char *word);
const char *api_route_values(const char *parameter);
char *api_route_methods(const struct api_route *, size_t n,
                        const struct api_target *);

/* api-routes.c */
extern const struct api_route api_routes[];
extern const size_t api_n_routes;

#endif /* utilities/api/api-route.h */
