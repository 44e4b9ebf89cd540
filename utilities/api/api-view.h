/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_VIEW_H
#define API_VIEW_H 1

/* Services, and the connections of each, sorted by name: kept, and changed as
 * the database says, so that an answer takes no time to speak of, whatever
 * else goes on. */

#include <stdbool.h>
#include <stddef.h>

struct api;
struct api_text;
struct api_view;
struct uuid;
struct vpnnbrec_vpn_connection;
struct vpnnbrec_vpn_service;

struct api_view_services {
    const struct vpnnbrec_vpn_service **rows;
    size_t n;
};

struct api_view_connection {
    const struct vpnnbrec_vpn_connection *row;
    struct api_text *text;      /* NULL until somebody asks for it. */
};

/* Sorted by name, and those with the same name, which other clients of the
 * database than ours may give, by UUID. */
struct api_view_connections {
    struct api_view_connection *list;
    size_t n;
};

struct api_view *api_view_create(void);
void api_view_destroy(struct api_view *);
void api_view_run(struct api *);
void api_view_wait(struct api *);
bool api_view_is_ready(const struct api *);

const struct api_view_services *api_view_services(struct api *);
const struct api_view_connections *api_view_connections(
    struct api *, const struct vpnnbrec_vpn_service *);
size_t api_view_find_after(const struct api_view_connections *,
                           const char *name, const struct uuid *);

const struct api_text *api_view_text(struct api *,
                                     const struct vpnnbrec_vpn_connection *);
const struct api_text *api_view_text_at(struct api *,
                                        const struct api_view_connections *,
                                        size_t i);

const struct vpnnbrec_vpn_service *api_view_find_service(struct api *,
                                                         const char *id);
const struct vpnnbrec_vpn_connection *api_view_find_connection(
    struct api *, const struct vpnnbrec_vpn_service *, const char *id);

#endif /* utilities/api/api-view.h */
