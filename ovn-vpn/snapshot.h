/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_SNAPSHOT_H
#define OVN_VPN_SNAPSHOT_H 1

/* From rows of the databases to the plain structures that planning reads: the
 * services and connections that are marked in the model, OVN's routers, which
 * are read when a service asks for them, and the chassis. */

#include <stdbool.h>

#include "openvswitch/hmap.h"
#include "openvswitch/shash.h"
#include "ovn-vpn/neighbours.h"

struct chassis_table;
struct health;
struct model;
struct ovsdb_idl;
struct router;
struct uuid;
struct uuidset;
struct vpn_gateways;
struct vpn_prefix;
struct vpn_service;

/* OVN's Northbound database at one moment, and what services hold.  Routers
 * that services have asked for are kept in it from one moment to the next, to
 * tell which of them change. */
struct snapshot {
    const struct ovsdb_idl *nb;     /* NULL before anything is read. */
    struct hmap routers;            /* Those read so far. */
    unsigned int version;           /* The last that a router got. */

    /* Of rows, see snapshot-index.c. */
    struct hmap indexed;            /* Routers. */
    struct shash routers_by_name;   /* Lists of Logical_Router rows. */
    struct shash switch_ports;      /* By name of their router port. */
    struct neighbours neighbours;   /* Who has which external address. */

    struct hmap held;               /* What services hold. */
};

void snapshot_add_columns(struct ovsdb_idl *nb);
void snapshot_init(struct snapshot *);
void snapshot_refresh(struct snapshot *, struct ovsdb_idl *nb);
void snapshot_update(struct snapshot *, const struct uuidset *routers);
void snapshot_destroy(struct snapshot *);

const struct router *snapshot_find_router(struct snapshot *, const char *name,
                                          char **errorp);
void snapshot_held_gateways(const struct snapshot *,
                            const struct vpn_service *,
                            struct vpn_gateways *);
void snapshot_read_held(struct snapshot *, struct ovsdb_idl *vpn_sb);
void snapshot_held(const struct snapshot *, const struct uuid *service,
                   const struct vpn_prefix *transit_subnet,
                   int *tag, int *block);

void snapshot_pools(const struct ovsdb_idl *vpn_nb, struct model *);
void snapshot_mark_all(struct ovsdb_idl *vpn_nb, struct model *);
void snapshot_services(struct ovsdb_idl *vpn_nb, struct model *,
                       long long int now);

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
