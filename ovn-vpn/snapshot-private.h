/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_SNAPSHOT_PRIVATE_H
#define OVN_VPN_SNAPSHOT_PRIVATE_H 1

/* What the files of the snapshot share. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct in6_addr;
struct nbrec_logical_router;
struct nbrec_logical_router_port;
struct nbrec_logical_switch;
struct nbrec_logical_switch_port;
struct ovsdb_idl;
struct router;
struct smap;
struct snapshot;
struct uuid;
struct vpn_gateways;

/* Routers that have the same name: values of 'snapshot.routers_by_name'. */
struct router_list {
    const struct nbrec_logical_router **rows;
    size_t n, allocated;
};

/* The switch behind a router port: values of 'snapshot.switch_ports'. */
struct switch_port_ref {
    const struct nbrec_logical_switch *ls;
    const struct nbrec_logical_switch_port *lsp;
    bool has_localnet;          /* The switch has a localnet port. */
};

void snapshot_get_owner(const struct smap *external_ids, struct uuid *service);
void snapshot_read_gateways(const struct nbrec_logical_router_port *,
                            struct vpn_gateways *);
bool snapshot_parse_vip(const char *, struct in6_addr *, uint16_t *port);
struct router *snapshot_read_router(const struct snapshot *,
                                    const struct nbrec_logical_router *);

void snapshot_index_router(struct snapshot *,
                           const struct nbrec_logical_router *);
void snapshot_unindex_router(struct snapshot *, const struct uuid *);
void snapshot_index_switch(struct snapshot *,
                           const struct nbrec_logical_switch *);
void snapshot_clear_indexes(struct snapshot *);

void snapshot_clear_held(struct snapshot *);

#endif /* ovn-vpn/snapshot-private.h */
