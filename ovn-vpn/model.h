/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_MODEL_H
#define OVN_VPN_MODEL_H 1

/* What ovn-vpn knows of the databases, kept from one pass to the next.
 *
 * Work in proportion to what changes
 * ==================================
 *
 * Data flows one way, rows -> snapshot -> model -> plan -> sync -> rows, and
 * every step can be done for one thing alone.  The model holds all services
 * with their plans and all connections, in plain structures, and with each of
 * them marks: which of the steps its next pass has to do.  So a pass costs
 * what is marked, whatever else there is:
 *
 *   changes.c      from the rows that the IDLs say have changed to marks;
 *                  decides nothing, and sees each change once
 *   snapshot*.c    READ, MEMBERS: reads marked rows into the model
 *   model.c        CHECK: checks connections against each other
 *   plan-set.c     PLAN: plans marked services
 *   nb-sync, sb-*  SYNC: compares marked services and peers with the databases
 *   status*.c      STATUS: the same for what flows back
 *
 * One step marks what the next has to do, and what else depends on what it has
 * found changed:
 *
 *   connection -> its rivals                 vpn-claims.h tells
 *   connection -> its service's routes       if it needs any
 *   connection -> its service's address sets if what it adds to them differs
 *   service    -> all of its connections     if what they read of it differs
 *   pool       -> connections of a service   if its address gets another IP
 *                                            version
 *   router     -> its services               if the router differs for them
 *   service    -> services in error          they may be served now
 *   service    -> who must cede to it        see plan-set.h
 *   chassis, options -> all services
 *
 * Marks say what may have changed, never how: a step looks at what is there
 * now.  Therefore it does no harm to mark too much, and what a transaction has
 * failed to write is simply marked again.  When everything is marked on an
 * empty model, a pass is a recomputation from scratch.  Other passes must lead
 * to the same result, and tests see to that.  Everything is marked after a
 * start, when this translator becomes the active one, when a database has been
 * connected anew, when options change, and on "recompute".
 *
 * What gateways need goes first: while there are more peers to insert than one
 * transaction takes, the status of connections waits.  The pass after one that
 * has filled a transaction does not wait for it, either, but leaves alone the
 * services in it, which are in flight.
 *
 * This module holds the model and its marks.  It knows no database. */

#include <stdbool.h>
#include <stddef.h>

#include "lib/vpn-claims.h"
#include "lib/vpn-model.h"
#include "openvswitch/hmap.h"
#include "openvswitch/list.h"
#include "openvswitch/shash.h"
#include "ovn-vpn/chassis.h"
#include "ovn-vpn/timers.h"
#include "uuidset.h"

struct ds;
struct health;
struct locksmith_job;
struct plan;
struct svec;

/* Each step takes its own mark away. */
enum model_marks {
    MODEL_READ    = 1 << 0,     /* Read the row. */
    MODEL_MEMBERS = 1 << 1,     /* Find out which connections it has. */
    MODEL_CHECK   = 1 << 2,     /* Check what it claims. */
    MODEL_PLAN    = 1 << 3,     /* Plan it. */
    MODEL_SYNC    = 1 << 4,     /* Compare the rows that come of it. */
    MODEL_STATUS  = 1 << 5,     /* Compare its status. */
};
#define MODEL_SERVICE_ALL (MODEL_READ | MODEL_MEMBERS | MODEL_PLAN \
                           | MODEL_SYNC | MODEL_STATUS)

struct model_connection {
    struct hmap_node node;          /* In 'model.connections'. */
    struct ovs_list in_service;     /* In 'model_service.connections'. */
    struct ovs_list in_todo;        /* In 'model_service.todo' if marked. */
    struct ovs_list in_sites;       /* In 'model_service.sites' if a site. */
    struct ovs_list in_old_keys;    /* In 'model_service.old_keys' if old. */
    struct ovs_list in_awaited;     /* In 'model.awaited', or empty. */
    unsigned int marks;             /* MODEL_*. */

    struct model_service *service;
    struct vpn_connection c;        /* 'c.error' includes what vpn-claims.h
                                     * says. */
    bool has_claims;                /* It has no mistake by itself. */
    bool is_site;                   /* vpn_connection_needs_routes(). */
    bool has_old_key;               /* Its keys are too old. */
    char *site_error;               /* From the service's plan. */
    char *site_conflict;            /* Likewise. */
    char *key_error;                /* Why its pre-shared key cannot be
                                     * opened. */
    struct locksmith_job *psk_job;  /* From sb_sync_prepare(), or NULL.  Uses
                                     * 'c'. */
    uint32_t in_sets;               /* Digest of what it adds to the address
                                     * sets of its service, 0 if nothing. */
    struct uuid peer;               /* Its row in the VPN Southbound database,
                                     * zero if there is none. */
    struct timer timer;             /* In 'model.timers'. */
};

struct model_service {
    struct hmap_node node;          /* In 'model.services'. */
    struct ovs_list in_todo;        /* In 'model.todo' if marked, or in
                                     * 'model.lagging'. */
    bool lags;                      /* The latter. */
    struct ovs_list in_done;        /* In 'model.done' or 'model.in_flight',
                                     * or empty. */
    bool in_flight;                 /* The latter. */
    unsigned int marks;             /* MODEL_*. */

    struct uuid uuid;
    struct vpn_service *service;    /* Without connections.  NULL before it is
                                     * read. */
    struct ovs_list connections;    /* Contains 'struct model_connection's. */
    struct ovs_list todo;           /* Those of them that are marked. */
    bool fresh;                     /* Some of them were marked since
                                     * snapshot_services() went through. */
    struct ovs_list sites;          /* Those that are sites. */
    struct ovs_list old_keys;       /* Those whose keys are too old. */
    struct shash groups;            /* How many of them are in each group. */
    bool sets_stale;                /* The plan's address sets have to be
                                     * filled again. */
    struct uuid *members;           /* UUIDs of all, sorted. */
    size_t n_members;
    struct vpn_claims claims;

    struct plan *plan;              /* NULL before it is planned. */
    struct timer timer;             /* In 'model.service_timers': when it has
                                     * to be planned again. */
    bool was_served;                /* It had a tunnel in the last pass. */
    bool refused;                   /* The plan failed because of what is in
                                     * the databases. */

    char *pool_error;               /* Why it gets no external address. */

    /* What its last plan depends on, see plan-set.c. */
    struct uuid router;             /* Zero if it could not be had. */
    unsigned int router_version;
    uint32_t neighbour;             /* Digest of who has its address. */
    uint32_t siblings;              /* Digest of what lies behind others on the
                                     * router, see siblings.c. */
};

struct model {
    struct hmap services;           /* By UUID. */
    struct hmap connections;        /* All of them, by UUID. */
    struct ovs_list todo;           /* Services that are marked, or have
                                     * connections that are. */
    struct ovs_list lagging;        /* Services all of which is done, but for
                                     * the status of connections. */
    struct ovs_list done;           /* Services on which the last pass has
                                     * worked. */
    struct ovs_list awaited;        /* Connections for which the last pass has
                                     * inserted peers that have not shown up
                                     * in the database yet. */
    struct ovs_list in_flight;      /* Those on which an earlier one has whose
                                     * peers are not known to be written.
                                     * Passes leave them alone. */
    struct uuidset gone_services;   /* Whose rows must be deleted. */
    struct uuidset strays;          /* Rows of peers that must be deleted. */
    bool sweep;                     /* Both must be looked for in whole
                                     * tables. */
    bool has_freed;                 /* A service is gone, and others may have
                                     * what it had. */
    struct timers timers;           /* Of connections, on the wall clock. */
    struct timers service_timers;   /* Likewise, of services. */

    struct vpn_options options;
    struct chassis_table chassis;
    struct shash hosts;             /* See snapshot_hosts(). */
    struct shash pools;             /* Contains 'struct vpn_ip_pool's. */
    bool grace;                     /* Chassis may not have reported yet. */
    const struct health *health;    /* NULL if nothing is known. */
};

void model_init(struct model *);
void model_clear(struct model *);
void model_destroy(struct model *);

struct model_service *model_find_service(const struct model *,
                                         const struct uuid *);
struct model_service *model_get_service(struct model *, const struct uuid *);
void model_remove_service(struct model *, struct model_service *);

struct model_connection *model_find_connection(const struct model *,
                                               const struct model_service *,
                                               const struct uuid *);
struct model_connection *model_add_connection(struct model *,
                                              struct model_service *,
                                              const struct uuid *);
void model_remove_connection(struct model *, struct model_connection *);
void model_read_connection(struct model *, struct model_connection *,
                           struct vpn_connection *);
void model_check_connection(struct model *, struct model_connection *);
void model_check_key_age(struct model *, struct model_connection *,
                         long long int now);
void model_await_peer(struct model *, struct model_connection *);
void model_assign_peer(struct model *, const struct uuid *service,
                       const struct uuid *connection,
                       const struct uuid *peer);
void model_disown_peer(struct model *, const struct uuid *peer);
void model_forget_peer(struct model *, const struct uuid *connection,
                       const struct uuid *peer);
const char *model_connection_error(const struct model_connection *);
bool model_connection_has_status(const struct model *,
                                 const struct model_connection *);
bool model_connection_is_usable(const struct model_connection *,
                                long long int now);
void model_set_error(struct model *, struct model_connection *, char **errorp,
                     char *error);

/* model-sets.c */
void model_add_to_groups(struct model *, struct model_connection *);
void model_remove_from_groups(struct model *, struct model_connection *);
void model_get_groups(const struct model_service *, struct svec *);
bool model_update_sets(struct model_service *, long long int now);
void model_fill_sets(struct model_service *, long long int now);

/* model-marks.c */
void model_mark_service(struct model *, struct model_service *,
                        unsigned int marks);
void model_mark_services(struct model *, unsigned int marks);
void model_mark_connection(struct model *, struct model_connection *,
                           unsigned int marks);
void model_mark_connections(struct model *, struct model_service *,
                            unsigned int marks);
bool model_mark_callees(struct model *, struct model_service *);
void model_mark_rows_of_connection(struct model *, const struct uuid *,
                                   unsigned int marks);
void model_mark_due(struct model *, long long int now);
long long int model_next_due(const struct model *);
void model_begin(struct model *);
void model_take_off(struct model *);
void model_land(struct model *);
bool model_has_work(const struct model *);
bool model_may_overlap(const struct model *);
int model_batch_size(const struct ovs_list *services);
void model_finish_service(struct model *, struct model_service *);
void model_mark_undone(struct model *);

/* model-sort.c */
struct model_service **model_sort_services(const struct model *, size_t *n);
const struct vpn_connection **model_sort_sites(const struct model_service *,
                                               long long int now, size_t *n);
const struct vpn_connection **model_sort_old_keys(const struct model_service *,
                                                  size_t *n);

void model_format(const struct model *, const char *service,
                  long long int now, struct ds *);     /* model-format.c */

#endif /* ovn-vpn/model.h */
