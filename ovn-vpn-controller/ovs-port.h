/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVS_PORT_H
#define OVS_PORT_H 1

/* The local Open vSwitch: a bridge that OVN reaches through the bridge mapping
 * "ovn-vpn", and a port with the service's tag for each tunnel.
 *
 * Only ports that carry our mark, external_ids:ovn-vpn-service, are ever
 * changed or removed, and only our own bridge mapping.  A bridge that we have
 * made carries external_ids:ovn-vpn-bridge. */

#include <stdbool.h>
#include <stdint.h>

#include "openvswitch/shash.h"

struct ovsdb_idl;
struct ovsdb_idl_txn;
struct settings;

/* A port that is wanted. */
struct ovs_port {
    char *service;
    uint16_t tag;
    bool ready;                 /* The interface is there. */
    char *problem;              /* In words, NULL if there is none. */
};

void ovs_port_add_columns(struct ovsdb_idl *);
const char *ovs_port_datapath_type(struct ovsdb_idl *,
                                   const struct settings *);
char *ovs_port_run(struct ovsdb_idl *, struct ovsdb_idl_txn *,
                   const struct settings *, const struct shash *wanted,
                   bool may_remove, bool *settled);

void ovs_port_remove_all(struct ovsdb_idl *, const struct settings *);

/* Pure: the value of ovn-bridge-mappings with our mapping in it, which the
 * caller must free, or NULL if 'mappings' has it already; and without it, or
 * NULL if 'mappings' does not have it. */
char *ovs_port_map(const char *mappings, const char *bridge);
char *ovs_port_unmap(const char *mappings);

#endif /* ovn-vpn-controller/ovs-port.h */
