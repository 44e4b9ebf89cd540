/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_SNAPSHOT_PRIVATE_H
#define OVN_VPN_SNAPSHOT_PRIVATE_H 1

/* What the files of the snapshot share. */

struct nbrec_logical_router;
struct nbrec_logical_router_port;
struct nbrec_logical_switch;
struct nbrec_logical_switch_port;
struct router;
struct smap;
struct snapshot;
struct uuid;
struct vpn_gateways;

/* Who has a router port: values of 'snapshot.router_ports'. */
struct router_port_ref {
    const struct nbrec_logical_router *lr;
    const struct nbrec_logical_router_port *lrp;
};

/* The switch behind a router port: values of 'snapshot.switch_ports'. */
struct switch_port_ref {
    const struct nbrec_logical_switch *ls;
    const struct nbrec_logical_switch_port *lsp;
};

void snapshot_get_owner(const struct smap *external_ids, struct uuid *service);
void snapshot_read_gateways(const struct nbrec_logical_router_port *,
                            struct vpn_gateways *);
struct router *snapshot_read_router(const struct snapshot *,
                                    const struct nbrec_logical_router *);

#endif /* ovn-vpn/snapshot-private.h */
