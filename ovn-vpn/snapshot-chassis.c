/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/snapshot.h"

#include <stdlib.h>

#include "lib/ovn-sb-idl.h"
#include "lib/ovn-vpn-nb-idl.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-time.h"
#include "ovn-vpn/chassis.h"
#include "ovn-vpn/health.h"
#include "util.h"
#include "uuid.h"

void
snapshot_chassis_add_columns(struct ovsdb_idl *ovn_sb,
                             struct ovsdb_idl *vpn_nb,
                             struct ovsdb_idl *vpn_sb)
{
    struct ovsdb_idl_condition cond = OVSDB_IDL_CONDITION_INIT(&cond);

    ovsdb_idl_add_column(ovn_sb, &sbrec_chassis_col_name);
    ovsdb_idl_add_column(ovn_sb, &sbrec_chassis_col_other_config);
    ovsdb_idl_add_column(ovn_sb, &sbrec_chassis_col_external_ids);
    ovsdb_idl_add_column(ovn_sb, &sbrec_chassis_private_col_name);
    ovsdb_idl_add_column(ovn_sb, &sbrec_chassis_private_col_nb_cfg);

    ovsdb_idl_add_column(ovn_sb, &sbrec_port_binding_col_logical_port);
    ovsdb_idl_add_column(ovn_sb, &sbrec_port_binding_col_type);
    ovsdb_idl_add_column(ovn_sb, &sbrec_port_binding_col_chassis);
    /* For changes.c. */
    ovsdb_idl_add_column(ovn_sb, &sbrec_sb_global_col_ipsec);
    sbrec_port_binding_add_clause_type(&cond, OVSDB_F_EQ, "chassisredirect");
    sbrec_port_binding_set_condition(ovn_sb, &cond);
    ovsdb_idl_condition_destroy(&cond);

    ovsdb_idl_add_column(vpn_nb, &vpnnbrec_chassis_col_name);
    ovsdb_idl_add_column(vpn_nb, &vpnnbrec_chassis_col_drain);

    ovsdb_idl_add_column(vpn_sb, &vpnsbrec_chassis_col_name);
    ovsdb_idl_add_column(vpn_sb, &vpnsbrec_chassis_col_hostname);
    ovsdb_idl_add_column(vpn_sb, &vpnsbrec_chassis_col_version);
    ovsdb_idl_add_column(vpn_sb, &vpnsbrec_chassis_col_backend);
    ovsdb_idl_add_column(vpn_sb, &vpnsbrec_chassis_col_sealing_public_key);
    ovsdb_idl_add_column(vpn_sb, &vpnsbrec_chassis_col_nb_cfg);
    ovsdb_idl_add_column(vpn_sb, &vpnsbrec_chassis_col_heartbeat);
    ovsdb_idl_add_column(vpn_sb, &vpnsbrec_chassis_col_problems);
    ovsdb_idl_add_column(vpn_sb, &vpnsbrec_chassis_col_other_config);
}

/* Returns true if 'mappings', pairs of network and bridge separated by commas,
 * have one for our network. */
static bool
has_vpn_mapping(const char *mappings)
{
    char *copy = xstrdup(mappings), *rest = copy, *token;
    bool found = false;

    while ((token = strsep(&rest, ",")) && !found) {
        token += strspn(token, " ");
        found = !strncmp(token, "ovn-vpn:", strlen("ovn-vpn:"));
    }
    free(copy);
    return found;
}

static void
read_ovn_chassis(struct ovsdb_idl *ovn_sb, struct chassis_table *table)
{
    const struct sbrec_chassis_private *private;
    const struct sbrec_chassis *row;

    SBREC_CHASSIS_FOR_EACH (row, ovn_sb) {
        struct chassis *c = chassis_table_get(table, row->name);
        /* Before OVN 22.09, chassis wrote them into external_ids. */
        const char *mappings = smap_get(&row->other_config,
                                        "ovn-bridge-mappings");
        if (!mappings) {
            mappings = smap_get_def(&row->external_ids,
                                    "ovn-bridge-mappings", "");
        }
        c->in_ovn = true;
        c->has_mapping = has_vpn_mapping(mappings);
        table->n_in_ovn++;
    }
    SBREC_CHASSIS_PRIVATE_FOR_EACH (private, ovn_sb) {
        chassis_table_get(table, private->name)->ovn_nb_cfg = private->nb_cfg;
    }
}

/* Returns the time, in milliseconds since the epoch, that 'map' has under
 * 'key', 0 if it has none.  One that the VPN Northbound database would refuse,
 * and with it all that is written at the same time, is none. */
static int64_t
read_time(const struct smap *map, const char *key)
{
    unsigned long long int ms = smap_get_ullong(map, key, 0);

    return ms <= VPN_TIME_MAX_MS ? ms : 0;
}

static void
read_agents(struct ovsdb_idl *vpn_sb, struct chassis_table *table)
{
    const struct vpnsbrec_chassis *row;

    VPNSBREC_CHASSIS_FOR_EACH (row, vpn_sb) {
        struct chassis *c = chassis_table_get(table, row->name);

        c->has_agent = true;
        c->hostname = xstrdup(row->hostname);
        c->version = xstrdup(row->version);
        c->backend = xstrdup(row->backend);
        c->sealing_public_key = nullable_xstrdup(row->sealing_public_key);
        c->nb_cfg = row->nb_cfg;
        c->heartbeat = row->heartbeat;
        c->clock_bad = !smap_get_bool(&row->other_config,
                                      "clock-synchronized", true);
        c->sealing_key_created_at
            = read_time(&row->other_config, "sealing-key-created-at");
        for (size_t i = 0; i < row->n_problems; i++) {
            sset_add(&c->problems, row->problems[i]);
        }
    }
}

/* Fills 'table', which must be empty, with what the databases say.  Whether
 * chassis are alive is left for chassis_pulse_run() to say. */
void
snapshot_chassis(struct ovsdb_idl *ovn_sb, struct ovsdb_idl *vpn_nb,
                 struct ovsdb_idl *vpn_sb, struct chassis_table *table)
{
    const struct vpnnbrec_chassis *row;

    read_ovn_chassis(ovn_sb, table);
    read_agents(vpn_sb, table);
    VPNNBREC_CHASSIS_FOR_EACH (row, vpn_nb) {
        chassis_table_get(table, row->name)->drain = row->drain;
    }
}

/* Notes in 'health' which chassis are ill at 'now': those of 'table', which
 * chassis_pulse_run() has seen, that are silent or report a problem, and those
 * that report one of a single tunnel. */
void
snapshot_health(struct ovsdb_idl *vpn_sb, const struct chassis_table *table,
                struct health *health, long long int now)
{
    const struct vpnsbrec_tunnel_state *state;
    const struct shash_node *node;

    SHASH_FOR_EACH (node, &table->by_name) {
        const struct chassis *c = node->data;

        if (c->has_agent && (!c->alive || !sset_is_empty(&c->problems))) {
            health_note(health, &UUID_ZERO, c->name, now);
        }
    }
    VPNSBREC_TUNNEL_STATE_FOR_EACH (state, vpn_sb) {
        if (state->n_problems && state->tunnel) {
            health_note(health, &state->tunnel->service, state->chassis, now);
        }
    }
}

/* Adds to 'hosts', for each chassisredirect port that resides on a chassis,
 * the chassis's name, which the caller must free.  The keys are the ports'
 * names. */
void
snapshot_hosts(struct ovsdb_idl *ovn_sb, struct shash *hosts)
{
    const struct sbrec_port_binding *pb;

    SBREC_PORT_BINDING_FOR_EACH (pb, ovn_sb) {
        if (pb->chassis) {
            shash_add(hosts, pb->logical_port, xstrdup(pb->chassis->name));
        }
    }
}
