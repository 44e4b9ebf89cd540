/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_TRAFFIC_H
#define API_TRAFFIC_H 1

/* What gateways say of their peers, from the VPN Southbound database: bytes
 * and handshakes.  No column with a secret, sealed or not, is asked for. */

struct api;
struct api_request;
struct api_traffic;
struct ds;

struct api_traffic *api_traffic_create(const char *remote);
void api_traffic_destroy(struct api_traffic *);
void api_traffic_run(struct api_traffic *);
void api_traffic_wait(struct api_traffic *);

void api_traffic_put_metrics(struct api *, const struct api_request *,
                             struct ds *);

#endif /* utilities/api/api-traffic.h */
