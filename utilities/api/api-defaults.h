/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_DEFAULTS_H
#define API_DEFAULTS_H 1

/* What a new service gets if its maker does not say. */

struct api;
struct vpnnbrec_external_ip_pool;

char *api_default_tunnel_subnet(struct api *);
const struct vpnnbrec_external_ip_pool *api_default_pool(struct api *,
                                                         const char *router);
const struct vpnnbrec_external_ip_pool *api_find_pool(struct api *,
                                                      const char *name);
char *api_pool_next(struct api *, const struct vpnnbrec_external_ip_pool *);

#endif /* utilities/api/api-defaults.h */
