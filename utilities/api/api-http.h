/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_HTTP_H
#define API_HTTP_H 1

/* The HTTP server: with api-exchange.h and api-stream.h the only user of
 * libmicrohttpd.
 *
 * It runs in Open vSwitch's poll loop, without threads.  An exchange whose
 * answer takes time is suspended, and costs nothing meanwhile. */

#include <stdbool.h>

struct api;
struct api_http;

struct api_http_options {
    const char *listen;         /* HOST:PORT. */
    const char *private_key;    /* File names, NULL for plain HTTP. */
    const char *certificate;
};

char *api_http_create(struct api *, const struct api_http_options *,
                      struct api_http **);
void api_http_destroy(struct api_http *);
void api_http_run(struct api_http *);
void api_http_wait(struct api_http *);
char *api_http_reload(struct api_http *);
char *api_http_address(const struct api_http *);

char *api_http_parse_listen(const char *, char **targetp, bool *loopbackp);

#endif /* utilities/api/api-http.h */
