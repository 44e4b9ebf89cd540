/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_SNAPSHOT_H
#define OVN_VPN_SNAPSHOT_H 1

/* From rows of the databases to the plain structures that planning reads.
 *
 * The VPN Northbound database is read by lib/vpn-nb-snapshot.h.  Here are
 * OVN's routers, which are read when a service asks for them, and the
 * chassis. */

#include "openvswitch/hmap.h"
#include "openvswitch/shash.h"

struct chassis_table;
struct health;
struct ovsdb_idl;
struct router;
struct uuid;
struct vpn_gateways;
struct vpn_prefix;
struct vpn_service;

/* OVN's Northbound database at one moment, and what services hold. */
struct snapshot {
    struct ovsdb_idl *nb;
    struct hmap routers;            /* Those read so far. */
    struct shash routers_by_name;   /* Lists of Logical_Router rows. */
    struct shash router_ports;      /* By name: who has them. */
    struct shash switch_ports;      /* By name of their router port. */
    struct hmap held;               /* What services hold. */
};

void snapshot_add_columns(struct ovsdb_idl *nb);
void snapshot_init(struct snapshot *, struct ovsdb_idl *nb,
                   struct ovsdb_idl *vpn_sb);
void snapshot_destroy(struct snapshot *);

const struct router *snapshot_find_router(struct snapshot *, const char *name,
                                          char **errorp);
const struct vpn_gateways *snapshot_held_gateways(const struct snapshot *,
                                                  const struct uuid *service);
void snapshot_held(const struct snapshot *, const struct uuid *service,
                   const struct vpn_prefix *transit_subnet,
                   int *tag, int *block);

struct vpn_service **snapshot_services(struct ovsdb_idl *vpn_nb, size_t *n);

void snapshot_chassis_add_columns(struct ovsdb_idl *ovn_sb,
                                  struct ovsdb_idl *vpn_nb,
                                  struct ovsdb_idl *vpn_sb);
void snapshot_chassis(struct ovsdb_idl *ovn_sb, struct ovsdb_idl *vpn_nb,
                      struct ovsdb_idl *vpn_sb, struct chassis_table *);
void snapshot_health(struct ovsdb_idl *vpn_sb, const struct chassis_table *,
                     struct health *, long long int now);
void snapshot_hosts(struct ovsdb_idl *ovn_sb, struct shash *hosts);

char *snapshot_check_schemas(const struct ovsdb_idl *vpn_nb,
                             const struct ovsdb_idl *vpn_sb);

#endif /* ovn-vpn/snapshot.h */
