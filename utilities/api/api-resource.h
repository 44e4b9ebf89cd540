/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_RESOURCE_H
#define API_RESOURCE_H 1

/* What the functions that answer requests have in common: finding rows that
 * the client may see, lists, and entity tags. */

#include <stdbool.h>
#include <stddef.h>

struct api;
struct api_json;
struct api_request;
struct ds;
struct smap;
struct vpnnbrec_access_rule;
struct vpnnbrec_chassis;
struct vpnnbrec_vpn_connection;
struct vpnnbrec_vpn_service;

/* api-resource.c */
const struct vpnnbrec_vpn_service *api_find_service(struct api *,
                                                    struct api_request *);
const struct vpnnbrec_vpn_connection *api_find_connection(
    struct api *, struct api_request *,
    const struct vpnnbrec_vpn_service *);
char *api_etag(const struct ds *);
bool api_check_etag(struct api_request *, const struct ds *);
void api_respond_with_tag(struct api_request *, int status, const char *tag);
void api_respond_with_etag(struct api_request *, int status,
                           const struct ds *tagged);

/* A part of a list. */
struct api_page {
    size_t limit;
    const char *after;          /* Name of the last one before; NULL: none. */
    const char *name;           /* What names must contain; NULL: anything. */
    const char *label_key, *label_value;
    char *label;                /* Holds the two. */
};
#define API_PAGE_DEFAULT 100
#define API_PAGE_MAX 1000

bool api_page_init(struct api_page *, struct api_request *);
void api_page_destroy(struct api_page *);
bool api_page_has(const struct api_page *, const char *name,
                  const struct smap *labels);

/* api-service-json.c */
void api_put_service_spec(struct ds *, const struct vpnnbrec_vpn_service *);
void api_put_service(struct api *, struct api_json *, const char *name,
                     const struct vpnnbrec_vpn_service *, bool connections);
void api_put_service_members(struct api *, struct api_json *,
                             const struct vpnnbrec_vpn_service *,
                             bool connections);
void api_put_service_status(struct api_json *,
                            const struct vpnnbrec_vpn_service *);

/* api-connection-json.c */
void api_put_connection_spec(struct ds *,
                             const struct vpnnbrec_vpn_connection *);
void api_put_connection_members(struct api_json *,
                                const struct vpnnbrec_vpn_connection *);

/* api-rule.c */
void api_put_rule_members(struct api_json *,
                          const struct vpnnbrec_access_rule *);

/* api-gateway.c */
void api_put_chassis(struct api *, struct api_json *,
                     const struct vpnnbrec_chassis *);

/* Functions for api-routes.c. */
void api_service_list(struct api *, struct api_request *);
void api_service_get(struct api *, struct api_request *);
void api_service_status(struct api *, struct api_request *);
void api_service_create(struct api *, struct api_request *);
void api_service_update(struct api *, struct api_request *);
void api_service_delete(struct api *, struct api_request *);
void api_service_rekey(struct api *, struct api_request *);
void api_service_finish(struct api *, struct api_request *);

void api_connection_list(struct api *, struct api_request *);
void api_connection_get(struct api *, struct api_request *);
void api_connection_status(struct api *, struct api_request *);
void api_connection_create(struct api *, struct api_request *);
void api_connection_update(struct api *, struct api_request *);
void api_connection_delete(struct api *, struct api_request *);
void api_connection_rekey(struct api *, struct api_request *);
void api_connection_finish(struct api *, struct api_request *);

void api_config_get(struct api *, struct api_request *);
void api_config_qr(struct api *, struct api_request *);
void api_config_download(struct api *, struct api_request *);
void api_config_put_created(struct api *, struct api_request *,
                            struct api_json *,
                            const struct vpnnbrec_vpn_service *,
                            const struct vpnnbrec_vpn_connection *);

void api_token_list(struct api *, struct api_request *);
void api_token_create(struct api *, struct api_request *);
void api_token_delete(struct api *, struct api_request *);
void api_token_finish(struct api *, struct api_request *);

void api_project_list(struct api *, struct api_request *);
void api_project_put(struct api *, struct api_request *);
void api_project_delete(struct api *, struct api_request *);
void api_project_finish(struct api *, struct api_request *);

void api_chassis_list(struct api *, struct api_request *);
void api_chassis_get(struct api *, struct api_request *);
void api_chassis_drain(struct api *, struct api_request *);
void api_chassis_undrain(struct api *, struct api_request *);
void api_gateways_put(struct api *, struct api_request *);

void api_rule_list(struct api *, struct api_request *);
void api_rule_create(struct api *, struct api_request *);
void api_rule_get(struct api *, struct api_request *);
void api_rule_change(struct api *, struct api_request *);
void api_rule_delete(struct api *, struct api_request *);
void api_rule_finish(struct api *, struct api_request *);

void api_group_list(struct api *, struct api_request *);

void api_connect_get(struct api *, struct api_request *);
void api_connect_list(struct api *, struct api_request *);
void api_connect_delete(struct api *, struct api_request *);
void api_connect_status(struct api *, struct api_request *);
void api_connect_add(struct api *, struct api_request *);
void api_connect_remove(struct api *, struct api_request *);
void api_connect_finish_add(struct api *, struct api_request *);

void api_openapi_get(struct api *, struct api_request *);

void api_whoami(struct api *, struct api_request *);

void api_finish_nothing(struct api *, struct api_request *);

#endif /* utilities/api/api-resource.h */
