/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/ovs-port.h"

#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/change.h"
#include "ovn-vpn-controller/settings.h"
#include "ovsdb-idl.h"
#include "smap.h"
#include "util.h"
#include "vswitch-idl.h"

VLOG_DEFINE_THIS_MODULE(ovs_port);

COVERAGE_DEFINE(ovs_port_change);

/* The physical network of our localnet ports. */
#define NETWORK "ovn-vpn"

/* Mark of our ports. */
#define MARK "ovn-vpn-service"

/* Mark of a bridge that we have made. */
#define BRIDGE_MARK "ovn-vpn-bridge"

#define MAPPINGS "ovn-bridge-mappings"

/* Mark of a patch port that ovn-controller has made because of a mapping, and
 * takes away when the mapping goes. */
#define LOCALNET_MARK "ovn-localnet-port"

/* To be asked before each change; see ovn-vpn-controller/change.h. */
#define is_due(...) \
    (COVERAGE_INC(ovs_port_change), \
     change_is_due("Open vSwitch", __VA_ARGS__))

void
ovs_port_add_columns(struct ovsdb_idl *idl)
{
    static const struct ovsdb_idl_column *const columns[] = {
        &ovsrec_open_vswitch_col_external_ids,
        &ovsrec_open_vswitch_col_bridges,
        &ovsrec_bridge_col_name,
        &ovsrec_bridge_col_datapath_type,
        &ovsrec_bridge_col_ports,
        &ovsrec_bridge_col_external_ids,
        &ovsrec_port_col_name,
        &ovsrec_port_col_tag,
        &ovsrec_port_col_interfaces,
        &ovsrec_port_col_external_ids,
        &ovsrec_interface_col_name,
        &ovsrec_interface_col_type,
        &ovsrec_interface_col_error,
    };

    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        ovsdb_idl_add_column(idl, columns[i]);
    }
}

static const struct ovsrec_bridge *
find_bridge(struct ovsdb_idl *idl, const char *name)
{
    const struct ovsrec_bridge *bridge;

    OVSREC_BRIDGE_FOR_EACH (bridge, idl) {
        if (!strcmp(bridge->name, name)) {
            return bridge;
        }
    }
    return NULL;
}

/* Returns the datapath type of the integration bridge, NULL if that bridge is
 * not there. */
const char *
ovs_port_datapath_type(struct ovsdb_idl *idl, const struct settings *settings)
{
    const struct ovsrec_bridge *bridge = find_bridge(
        idl, settings->integration_bridge);

    return bridge ? bridge->datapath_type : NULL;
}

/* Bridge mappings. */

/* Returns 'mappings', "NETWORK:BRIDGE,...", with 'bridge' for our network,
 * which the caller must free, or NULL if that is there already.  Everything
 * else stays as it is. */
char *
ovs_port_map(const char *mappings, const char *bridge)
{
    char *ours = xasprintf(NETWORK":%s", bridge);
    char *copy = xstrdup(mappings);
    struct ds new = DS_EMPTY_INITIALIZER;
    char *save_ptr = NULL;
    bool found = false, changed = false;

    for (char *s = strtok_r(copy, ",", &save_ptr); s;
         s = strtok_r(NULL, ",", &save_ptr)) {
        if (!strncmp(s, NETWORK":", strlen(NETWORK":"))) {
            if (found) {
                changed = true;
                continue;
            }
            found = true;
            changed = changed || strcmp(s, ours);
            s = ours;
        }
        ds_put_format(&new, "%s%s", new.length ? "," : "", s);
    }
    if (!found) {
        ds_put_format(&new, "%s%s", new.length ? "," : "", ours);
    }
    free(copy);
    free(ours);
    if (found && !changed) {
        ds_destroy(&new);
        return NULL;
    }
    return ds_steal_cstr(&new);
}

/* Returns 'mappings' without ours, which the caller must free, or NULL if it
 * is not there. */
char *
ovs_port_unmap(const char *mappings)
{
    char *copy = xstrdup(mappings);
    struct ds new = DS_EMPTY_INITIALIZER;
    char *save_ptr = NULL;
    bool found = false;

    for (char *s = strtok_r(copy, ",", &save_ptr); s;
         s = strtok_r(NULL, ",", &save_ptr)) {
        if (!strncmp(s, NETWORK":", strlen(NETWORK":"))) {
            found = true;
        } else {
            ds_put_format(&new, "%s%s", new.length ? "," : "", s);
        }
    }
    free(copy);
    if (!found) {
        ds_destroy(&new);
        return NULL;
    }
    return ds_steal_cstr(&new);
}

/* Returns true if 'key' has the right value already. */
static bool
sync_mapping(const struct ovsrec_open_vswitch *cfg, const char *key,
             const char *bridge)
{
    const char *old = smap_get_def(&cfg->external_ids, key, "");
    char *new = ovs_port_map(old, bridge);

    if (!new) {
        return true;
    }
    if (is_due("set external_ids:%s to \"%s\", was \"%s\"", key, new, old)) {
        VLOG_INFO("external_ids:%s: \"%s\", was \"%s\"", key, new, old);
        /* Others write this value, too. */
        ovsrec_open_vswitch_verify_external_ids(cfg);
        ovsrec_open_vswitch_update_external_ids_setkey(cfg, key, new);
    }
    free(new);
    return false;
}

/* The key with the chassis's name in it hides the other one, where it is. */
static bool
sync_mappings(const struct ovsrec_open_vswitch *cfg,
              const struct settings *settings)
{
    char *own_key = xasprintf(MAPPINGS"-%s", settings->chassis);
    bool right = sync_mapping(cfg, MAPPINGS, settings->vpn_bridge);

    if (smap_get(&cfg->external_ids, own_key)) {
        right = sync_mapping(cfg, own_key, settings->vpn_bridge) && right;
    }
    free(own_key);
    return right;
}

/* The bridge. */

static struct ovsrec_port *
insert_port(struct ovsdb_idl_txn *txn, const char *name, const char *type)
{
    struct ovsrec_interface *iface = ovsrec_interface_insert(txn);
    struct ovsrec_port *port = ovsrec_port_insert(txn);

    ovsrec_interface_set_name(iface, name);
    ovsrec_interface_set_type(iface, type);
    ovsrec_port_set_name(port, name);
    ovsrec_port_set_interfaces(port, &iface, 1);
    return port;
}

static void
add_bridge(struct ovsdb_idl_txn *txn, const struct ovsrec_open_vswitch *cfg,
           const char *name, const char *datapath_type)
{
    if (!is_due("add bridge %s, with all its ports", name)) {
        return;
    }
    struct ovsrec_bridge *bridge = ovsrec_bridge_insert(txn);
    struct ovsrec_port *port = insert_port(txn, name, "internal");

    VLOG_INFO("adding bridge %s", name);
    ovsrec_bridge_set_name(bridge, name);
    ovsrec_bridge_set_datapath_type(bridge, datapath_type);
    ovsrec_bridge_set_ports(bridge, &port, 1);
    ovsrec_bridge_update_external_ids_setkey(bridge, BRIDGE_MARK, "true");
    ovsrec_open_vswitch_update_bridges_addvalue(cfg, bridge);
}

/* Ports. */

static bool
is_ours(const struct ovsrec_port *port)
{
    return smap_get(&port->external_ids, MARK) != NULL;
}

static void
set_port(const struct ovsrec_port *port, const struct ovs_port *want)
{
    const struct smap ids = SMAP_CONST1(&ids, MARK, want->service);
    int64_t tag = want->tag;

    ovsrec_port_set_tag(port, &tag, 1);
    ovsrec_port_set_external_ids(port, &ids);
}

static bool
port_is_right(const struct ovsrec_port *port, const struct ovs_port *want)
{
    return (port->n_tag == 1 && port->tag[0] == want->tag
            && !strcmp(smap_get(&port->external_ids, MARK), want->service));
}

static void
take_problem(const struct ovsrec_port *port, struct ovs_port *want)
{
    for (size_t i = 0; i < port->n_interfaces; i++) {
        const char *error = port->interfaces[i]->error;

        if (error && error[0] && !want->problem) {
            want->problem = xasprintf("Open vSwitch cannot use interface %s: "
                                      "%s", port->name, error);
        }
    }
}

/* Deals with 'port' of 'bridge'; 'is_home' tells whether ports belong there.
 * Returns true if all is right with it. */
static bool
sync_port(const struct ovsrec_bridge *bridge, bool is_home,
          const struct ovsrec_port *port, struct ovs_port *want,
          bool may_remove)
{
    if (want && !is_ours(port)) {
        want->problem = xasprintf("bridge %s has a port called %s that "
                                  "ovn-vpn did not make (delete or rename "
                                  "it)", bridge->name, port->name);
        want->ready = false;
    } else if (want && is_home) {
        want->ready = false;
        take_problem(port, want);
        if (!port_is_right(port, want)) {
            if (is_due("set port %s to tag %d and service %s", port->name,
                       want->tag, want->service)) {
                set_port(port, want);
            }
            return false;
        }
    } else if (is_ours(port) && (want || may_remove)) {
        if (is_due("remove port %s from bridge %s", port->name,
                   bridge->name)) {
            VLOG_INFO("removing port %s from bridge %s", port->name,
                      bridge->name);
            ovsrec_bridge_update_ports_delvalue(bridge, port);
        }
        return false;
    }
    return true;
}

/* Adds those of 'wanted' that are still ready for it.  Returns true if there
 * are none. */
static bool
add_missing(struct ovsdb_idl_txn *txn, const struct ovsrec_bridge *bridge,
            const struct shash *wanted)
{
    struct shash_node *node;
    bool right = true;

    SHASH_FOR_EACH (node, wanted) {
        const struct ovs_port *want = node->data;

        if (want->ready && is_due("add port %s to bridge %s", node->name,
                                  bridge->name)) {
            struct ovsrec_port *port = insert_port(txn, node->name, "");

            VLOG_INFO("adding port %s to bridge %s", node->name,
                      bridge->name);
            set_port(port, want);
            ovsrec_bridge_update_ports_addvalue(bridge, port);
            right = false;
        }
    }
    return right;
}

static bool
sync_ports(struct ovsdb_idl *idl, struct ovsdb_idl_txn *txn,
           const struct ovsrec_bridge *home, const struct shash *wanted,
           bool may_remove)
{
    const struct ovsrec_bridge *bridge;
    bool right = true;

    OVSREC_BRIDGE_FOR_EACH (bridge, idl) {
        for (size_t i = 0; i < bridge->n_ports; i++) {
            const struct ovsrec_port *port = bridge->ports[i];

            right = sync_port(bridge, bridge == home, port,
                              shash_find_data(wanted, port->name),
                              may_remove) && right;
        }
    }
    return add_missing(txn, home, wanted) && right;
}

/* Brings the local Open vSwitch to what 'settings' say and the ports in
 * 'wanted', 'struct ovs_port's by their names, in which it stores problems.
 * Ports that are not wanted are removed only if 'may_remove' is true.  Does
 * nothing if 'txn' is NULL.  Sets '*settled' if all is as it should be.
 * Returns what is wrong for all ports, in words, which the caller must free,
 * or NULL. */
char *
ovs_port_run(struct ovsdb_idl *idl, struct ovsdb_idl_txn *txn,
             const struct settings *settings, const struct shash *wanted,
             bool may_remove, bool *settled)
{
    const struct ovsrec_open_vswitch *cfg = ovsrec_open_vswitch_first(idl);
    const char *datapath_type = ovs_port_datapath_type(idl, settings);

    *settled = false;
    if (!cfg) {
        return NULL;
    } else if (!datapath_type) {
        return xasprintf("integration bridge %s does not exist (yet); "
                         "ovn-controller makes it",
                         settings->integration_bridge);
    } else if (!txn) {
        return NULL;
    }
    bool right = sync_mappings(cfg, settings);
    const struct ovsrec_bridge *bridge = find_bridge(idl,
                                                     settings->vpn_bridge);
    if (!bridge) {
        /* Ports follow when it is there. */
        add_bridge(txn, cfg, settings->vpn_bridge, datapath_type);
        return NULL;
    }
    if (strcmp(bridge->datapath_type, datapath_type)
        && is_due("set the datapath type of bridge %s to \"%s\"",
                  bridge->name, datapath_type)) {
        ovsrec_bridge_set_datapath_type(bridge, datapath_type);
        right = false;
    }
    *settled = sync_ports(idl, txn, bridge, wanted, may_remove) && right;
    return NULL;
}

/* Removal. */

static void
remove_mapping(const struct ovsrec_open_vswitch *cfg, const char *key)
{
    const char *old = smap_get(&cfg->external_ids, key);
    char *new = old ? ovs_port_unmap(old) : NULL;

    if (new && new[0]) {
        ovsrec_open_vswitch_update_external_ids_setkey(cfg, key, new);
    } else if (new) {
        ovsrec_open_vswitch_update_external_ids_delkey(cfg, key);
    }
    free(new);
}

/* Removes our ports from 'bridge'.  Returns true if it is a bridge of ours on
 * which nothing else is. */
static bool
clear_bridge(const struct ovsrec_bridge *bridge)
{
    bool empty = true;

    for (size_t i = 0; i < bridge->n_ports; i++) {
        const struct ovsrec_port *port = bridge->ports[i];

        if (is_ours(port)) {
            ovsrec_bridge_update_ports_delvalue(bridge, port);
        } else if (strcmp(port->name, bridge->name)
                   && !smap_get(&port->external_ids, LOCALNET_MARK)) {
            empty = false;
        }
    }
    return empty && smap_get(&bridge->external_ids, BRIDGE_MARK);
}

/* Removes, in the open transaction, all that is ours. */
void
ovs_port_remove_all(struct ovsdb_idl *idl, const struct settings *settings)
{
    const struct ovsrec_open_vswitch *cfg = ovsrec_open_vswitch_first(idl);
    char *own_key = xasprintf(MAPPINGS"-%s",
                              settings->chassis ? settings->chassis : "");
    const struct ovsrec_bridge *bridge;

    ovsrec_open_vswitch_verify_external_ids(cfg);
    remove_mapping(cfg, MAPPINGS);
    remove_mapping(cfg, own_key);
    free(own_key);
    OVSREC_BRIDGE_FOR_EACH_SAFE (bridge, idl) {
        if (clear_bridge(bridge)) {
            ovsrec_open_vswitch_update_bridges_delvalue(cfg, bridge);
        }
    }
}
