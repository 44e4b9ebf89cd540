/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_H
#define API_H 1

/* What the parts of ovn-vpn-api share.
 *
 * A request goes this way:
 *
 *   api-http.c       libmicrohttpd hands it over
 *   api-dispatch.c   what it asks for, and whether it may
 *   api-routes.c     the function that answers it: reads at once, ...
 *   api-store.c      ...writes in a transaction, shared with others
 *
 * The functions that answer know neither HTTP's library nor the life of
 * transactions. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/list.h"
#include "utilities/api/api-auth.h"

struct api_audit;
struct api_auth;
struct api_events;
struct api_metrics;
struct api_replay;
struct api_request;
struct api_roster;
struct api_traffic;
struct api_vault;
struct api_view;
struct json;
struct ovsdb_idl;
struct ovsdb_idl_txn;
struct shash;
struct uuid;
struct vpn_options;
struct vpn_service;
struct vpnnbrec_vpn_connection;
struct vpnnbrec_vpn_service;

struct api {
    struct ovsdb_idl *idl;
    struct ovsdb_idl_txn *txn;  /* The one that is being filled. */
    unsigned int seqno;         /* Of the replica when one last looked. */
    bool is_read_anew;          /* All that the replica has is new, and what
                                 * went is not among the changes. */

    struct api_audit *audit;
    struct api_auth *auth;
    struct api_events *events;
    struct api_metrics *metrics;
    struct api_replay *replay;
    struct api_roster *roster;
    struct api_store *store;
    struct api_traffic *traffic;    /* NULL if nobody asked for it. */
    struct api_vault *vault;
    struct api_view *view;
};

void api_init(struct api *, const char *remote, const char *sb_remote,
              enum api_anonymous);
void api_destroy(struct api *);
void api_run(struct api *);
void api_wait(struct api *);

/* api-dispatch.c */
bool api_dispatch_route(struct api_request *);
bool api_dispatch_admit(struct api *, struct api_request *);
void api_dispatch(struct api *, struct api_request *);
void api_finish(struct api *, struct api_request *);

#endif /* utilities/api/api.h */
