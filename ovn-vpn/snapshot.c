/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/snapshot.h"

#include <stdlib.h>

#include "lib/ovn-nb-idl.h"
#include "ovn-vpn/neighbours.h"
#include "ovn-vpn/plan-row.h"
#include "ovn-vpn/router.h"
#include "ovn-vpn/snapshot-private.h"
#include "util.h"
#include "uuid.h"
#include "uuidset.h"

/* Makes 'nb' replicate what the functions here read.  Of switch ports, only
 * those that connect routers and physical networks matter; there are as many
 * others as there are VMs. */
void
snapshot_add_columns(struct ovsdb_idl *nb)
{
    static const struct ovsdb_idl_column *columns[] = {
        &nbrec_logical_router_col_name,
        &nbrec_logical_router_col_ports,
        &nbrec_logical_router_col_static_routes,
        &nbrec_logical_router_col_nat,
        &nbrec_logical_router_col_load_balancer,
        &nbrec_logical_router_col_load_balancer_group,
        &nbrec_logical_router_col_options,
        &nbrec_logical_router_col_external_ids,
        &nbrec_logical_router_port_col_name,
        &nbrec_logical_router_port_col_networks,
        &nbrec_logical_router_port_col_gateway_chassis,
        &nbrec_logical_router_port_col_ha_chassis_group,
        &nbrec_logical_router_port_col_options,
        &nbrec_logical_router_port_col_external_ids,
        &nbrec_logical_router_static_route_col_ip_prefix,
        &nbrec_logical_router_static_route_col_policy,
        &nbrec_logical_router_static_route_col_route_table,
        &nbrec_logical_router_static_route_col_external_ids,
        &nbrec_nat_col_type,
        &nbrec_nat_col_external_ip,
        &nbrec_nat_col_logical_ip,
        &nbrec_nat_col_external_ids,
        &nbrec_load_balancer_col_name,
        &nbrec_load_balancer_col_vips,
        &nbrec_load_balancer_col_protocol,
        &nbrec_load_balancer_col_external_ids,
        &nbrec_load_balancer_group_col_load_balancer,
        &nbrec_gateway_chassis_col_chassis_name,
        &nbrec_gateway_chassis_col_priority,
        &nbrec_ha_chassis_group_col_ha_chassis,
        &nbrec_ha_chassis_col_chassis_name,
        &nbrec_ha_chassis_col_priority,
        &nbrec_logical_switch_col_name,
        &nbrec_logical_switch_col_ports,
        &nbrec_logical_switch_port_col_type,
        &nbrec_logical_switch_port_col_options,
        &nbrec_logical_switch_port_col_tag,
        &nbrec_logical_switch_port_col_external_ids,
    };
    struct ovsdb_idl_condition cond = OVSDB_IDL_CONDITION_INIT(&cond);

    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        ovsdb_idl_add_column(nb, columns[i]);
    }
    nbrec_logical_switch_port_add_clause_type(&cond, OVSDB_F_EQ, "router");
    nbrec_logical_switch_port_add_clause_type(&cond, OVSDB_F_EQ, "localnet");
    nbrec_logical_switch_port_set_condition(nb, &cond);
    ovsdb_idl_condition_destroy(&cond);
}

/* Stores in '*service' the service to which a row with 'external_ids' belongs,
 * zero if it is not ours. */
void
snapshot_get_owner(const struct smap *external_ids, struct uuid *service)
{
    const char *s = smap_get(external_ids, PLAN_ROW_SERVICE);

    if (!s || !uuid_from_string(service, s)) {
        uuid_zero(service);
    }
}

/* Makes 's' one that knows nothing yet. */
void
snapshot_init(struct snapshot *s)
{
    *s = (struct snapshot) { .nb = NULL };
    hmap_init(&s->routers);
    hmap_init(&s->indexed);
    shash_init(&s->routers_by_name);
    shash_init(&s->switch_ports);
    neighbours_init(&s->neighbours);
    hmap_init(&s->held);
}

/* A router that has been read. */
struct router_entry {
    struct hmap_node node;      /* In 'snapshot.routers', by UUID. */
    struct router *router;
    bool used;                  /* Since it was last read. */
};

static struct router_entry *
find_entry(const struct snapshot *s, const struct uuid *uuid)
{
    struct router_entry *entry;

    HMAP_FOR_EACH_WITH_HASH (entry, node, uuid_hash(uuid), &s->routers) {
        if (uuid_equals(&entry->router->uuid, uuid)) {
            return entry;
        }
    }
    return NULL;
}

static void
remove_entry(struct snapshot *s, struct router_entry *entry)
{
    hmap_remove(&s->routers, &entry->node);
    router_destroy(entry->router);
    free(entry);
}

/* Reads again what is in 'entry'. */
static void
update_entry(struct snapshot *s, struct router_entry *entry)
{
    const struct nbrec_logical_router *lr
        = nbrec_logical_router_get_for_uuid(s->nb, &entry->router->uuid);

    if (!lr || !entry->used) {
        remove_entry(s, entry);
        return;
    }

    struct router *router = snapshot_read_router(s, lr);
    router->version = (router_foreign_equals(router, entry->router)
                       ? entry->router->version : ++s->version);
    router_destroy(entry->router);
    entry->router = router;
    entry->used = false;
}

/* Reads all of 'nb'.  Routers that 's' has returned before must not be used
 * any more. */
void
snapshot_refresh(struct snapshot *s, struct ovsdb_idl *nb)
{
    const struct nbrec_logical_router *lr;
    const struct nbrec_logical_switch *ls;
    struct router_entry *entry;

    s->nb = nb;
    snapshot_clear_indexes(s);
    NBREC_LOGICAL_SWITCH_FOR_EACH (ls, nb) {
        snapshot_index_switch(s, ls);
    }
    NBREC_LOGICAL_ROUTER_FOR_EACH (lr, nb) {
        snapshot_index_router(s, lr);
    }
    HMAP_FOR_EACH_SAFE (entry, node, &s->routers) {
        update_entry(s, entry);
    }
}

/* Reads those of 'routers' again, UUIDs of rows that may have changed, come or
 * gone.  Of them, those that 's' has returned before must not be used any
 * more. */
void
snapshot_update(struct snapshot *s, const struct uuidset *routers)
{
    const struct uuidset_node *node;

    UUIDSET_FOR_EACH (node, routers) {
        const struct nbrec_logical_router *lr
            = nbrec_logical_router_get_for_uuid(s->nb, &node->uuid);
        struct router_entry *entry = find_entry(s, &node->uuid);

        snapshot_unindex_router(s, &node->uuid);
        if (lr) {
            snapshot_index_router(s, lr);
        }
        if (entry) {
            update_entry(s, entry);
        }
    }
}

void
snapshot_destroy(struct snapshot *s)
{
    struct router_entry *entry;

    HMAP_FOR_EACH_SAFE (entry, node, &s->routers) {
        remove_entry(s, entry);
    }
    hmap_destroy(&s->routers);
    snapshot_clear_indexes(s);
    hmap_destroy(&s->indexed);
    shash_destroy(&s->routers_by_name);
    shash_destroy(&s->switch_ports);
    neighbours_destroy(&s->neighbours);
    snapshot_clear_held(s);
    hmap_destroy(&s->held);
}

static const struct router *
get_router(struct snapshot *s, const struct nbrec_logical_router *lr)
{
    struct router_entry *entry = find_entry(s, &lr->header_.uuid);

    if (!entry) {
        entry = xmalloc(sizeof *entry);
        entry->router = snapshot_read_router(s, lr);
        entry->router->version = ++s->version;
        hmap_insert(&s->routers, &entry->node, uuid_hash(&lr->header_.uuid));
    }
    entry->used = true;
    return entry->router;
}

/* Returns the router with the given 'name' or UUID.  If there is not exactly
 * one, returns NULL and stores a message for the user in '*errorp', which the
 * caller must free. */
const struct router *
snapshot_find_router(struct snapshot *s, const char *name, char **errorp)
{
    const struct nbrec_logical_router *lr = NULL;
    struct uuid uuid;

    *errorp = NULL;
    if (uuid_from_string(&uuid, name)) {
        lr = nbrec_logical_router_get_for_uuid(s->nb, &uuid);
    }
    if (!lr) {
        const struct router_list *list
            = shash_find_data(&s->routers_by_name, name);

        if (list && list->n > 1) {
            *errorp = xasprintf("%"PRIuSIZE" routers are called %s; write "
                                "the UUID of the right one into the service's "
                                "router column", list->n, name);
            return NULL;
        }
        lr = list ? list->rows[0] : NULL;
    }
    if (!lr) {
        *errorp = xasprintf("router %s is not in the OVN Northbound database; "
                            "make it or correct the service's router column",
                            name);
        return NULL;
    }
    return get_router(s, lr);
}
