/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_WEB_H
#define API_WEB_H 1

/* The dashboard: files that a browser reads.  Nothing but those that belong to
 * it can be had, and what a request names is never part of a file's name. */

struct api;
struct api_request;

char *api_web_set_directory(const char *);
const char *api_web_get_directory(void);

/* Functions for api-routes.c. */
void api_web_get(struct api *, struct api_request *);

#endif /* utilities/api/api-web.h */
