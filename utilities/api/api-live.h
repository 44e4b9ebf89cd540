/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_LIVE_H
#define API_LIVE_H 1

/* What gateways say of services and connections: for each request it is read
 * from the replica of api-traffic.c, for it changes all the time. */

struct api;
struct api_json;
struct api_request;
struct vpnnbrec_vpn_connection;

void api_live_put_connection(struct api *, struct api_json *,
                             const struct vpnnbrec_vpn_connection *);

/* Functions for api-routes.c. */
void api_live_list(struct api *, struct api_request *);
void api_live_connections(struct api *, struct api_request *);

#endif /* utilities/api/api-live.h */
