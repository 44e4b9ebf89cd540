/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_CHASSIS_H
#define OVN_VPN_CHASSIS_H 1

/* What is known of the chassis of the cluster: in OVN, and as gateways on
 * which ovn-vpn-controller runs. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/shash.h"
#include "sset.h"

struct chassis {
    char *name;

    /* From OVN's Southbound database. */
    bool in_ovn;                    /* It has a Chassis row there. */
    bool has_mapping;               /* Its bridge mappings name "ovn-vpn". */
    int64_t ovn_nb_cfg;             /* OVN's nb_cfg up to which it is. */

    /* From ovn-vpn-controller's row. */
    bool has_agent;
    char *sealing_public_key;       /* NULL if none yet. */
    char *hostname, *backend, *version;     /* NULL if not known. */
    int64_t nb_cfg;                 /* Our nb_cfg up to which it is. */
    int64_t heartbeat;
    struct sset problems;

    bool alive;                     /* The heartbeat goes on. */
    bool drain;                     /* The operator wants it empty. */
    bool clock_bad;                 /* Its clock is not synchronized. */
    int64_t sealing_key_created_at; /* Milliseconds since the epoch, 0 if not
                                     * known. */
};

struct chassis_table {
    struct shash by_name;           /* Contains 'struct chassis'. */
    size_t n_in_ovn;
};

void chassis_table_init(struct chassis_table *);
void chassis_table_clear(struct chassis_table *);
void chassis_table_destroy(struct chassis_table *);
struct chassis *chassis_table_get(struct chassis_table *, const char *name);
const struct chassis *chassis_table_find(const struct chassis_table *,
                                         const char *name);
void chassis_table_swap(struct chassis_table *, struct chassis_table *);
bool chassis_table_plans_equal(const struct chassis_table *,
                               const struct chassis_table *);

/* Time without a heartbeat after which a chassis is taken for dead: three
 * times the interval at which ovn-vpn-controller counts; see ovn-vpn-sb(5). */
#define CHASSIS_DEAD_MS 15000

/* Remembers heartbeats from one snapshot to the next. */
struct chassis_pulse {
    struct shash seen;              /* Contains 'struct pulse's. */
};

void chassis_pulse_init(struct chassis_pulse *);
void chassis_pulse_destroy(struct chassis_pulse *);
long long int chassis_pulse_run(struct chassis_pulse *,
                                struct chassis_table *, long long int now);

#endif /* ovn-vpn/chassis.h */
