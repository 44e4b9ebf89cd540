/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_TRAFFIC_H
#define API_TRAFFIC_H 1

/* What gateways say of their peers, from the VPN Southbound database: bytes
 * and handshakes.  No column with a secret, sealed or not, is asked for.
 *
 * api-traffic.c keeps the replica, and says what metrics need of it;
 * api-live.c what the dashboard does. */

struct api;
struct api_request;
struct api_traffic;
struct ds;
struct ovsdb_idl;
struct ovsdb_idl_index;

struct api_traffic {
    struct ovsdb_idl *idl;
    struct ovsdb_idl_index *peers;              /* By connection. */
    struct ovsdb_idl_index *states;             /* By peer. */
    struct ovsdb_idl_index *states_of_tunnels;  /* By tunnel. */
};

struct api_traffic *api_traffic_create(const char *remote);
void api_traffic_destroy(struct api_traffic *);
void api_traffic_run(struct api_traffic *);
void api_traffic_wait(struct api_traffic *);

void api_traffic_put_metrics(struct api *, const struct api_request *,
                             struct ds *);

#endif /* utilities/api/api-traffic.h */
