/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_PLAN_SET_H
#define OVN_VPN_PLAN_SET_H 1

/* The plans of all services, and the snapshot from which they were made. */

#include <stddef.h>

#include "lib/vpn-model.h"
#include "openvswitch/hmap.h"
#include "openvswitch/shash.h"
#include "ovn-vpn/chassis.h"
#include "ovn-vpn/rivals.h"
#include "ovn-vpn/snapshot.h"

struct health;
struct ovsdb_idl;
struct plan;

struct plan_set {
    /* Filled in by the caller. */
    struct vpn_options options;
    struct chassis_table chassis;
    struct shash hosts;             /* See snapshot_hosts(). */
    bool grace;                     /* Chassis may not have reported yet. */
    const struct health *health;    /* NULL if nothing is known. */

    /* Filled in by plan_set_run(). */
    struct snapshot snapshot;
    struct vpn_service **services;  /* Oldest first. */
    struct plan **plans;            /* In the same order. */
    size_t n;
    struct hmap groups;             /* Services by router. */
    struct rivals rivals;
    long long int next_expiry;      /* Milliseconds since the epoch, 0 if no
                                     * connection will expire. */
};

void plan_set_init(struct plan_set *);
void plan_set_run(struct plan_set *, struct ovsdb_idl *vpn_nb,
                  struct ovsdb_idl *vpn_sb, struct ovsdb_idl *ovn_nb,
                  long long int now);
void plan_set_destroy(struct plan_set *);

#endif /* ovn-vpn/plan-set.h */
