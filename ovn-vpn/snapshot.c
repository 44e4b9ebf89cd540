/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/snapshot.h"

#include <stdlib.h>

#include "lib/ovn-nb-idl.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-model.h"
#include "ovn-vpn/alloc.h"
#include "ovn-vpn/plan-row.h"
#include "ovn-vpn/router.h"
#include "ovn-vpn/snapshot-private.h"
#include "util.h"
#include "uuid.h"

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
        &nbrec_logical_router_col_options,
        &nbrec_logical_router_col_external_ids,
        &nbrec_logical_router_port_col_name,
        &nbrec_logical_router_port_col_networks,
        &nbrec_logical_router_port_col_gateway_chassis,
        &nbrec_logical_router_port_col_ha_chassis_group,
        &nbrec_logical_router_port_col_external_ids,
        &nbrec_logical_router_static_route_col_ip_prefix,
        &nbrec_logical_router_static_route_col_policy,
        &nbrec_logical_router_static_route_col_route_table,
        &nbrec_logical_router_static_route_col_external_ids,
        &nbrec_nat_col_type,
        &nbrec_nat_col_external_ip,
        &nbrec_nat_col_logical_ip,
        &nbrec_nat_col_external_ids,
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

/* What a service holds: a tag and an address of its transit block.  Its tunnel
 * says so, or, should that have been lost, its localnet port and its gateway
 * port. */
struct held {
    struct hmap_node node;      /* In 'snapshot.held', by service. */
    struct uuid service;
    int tag;                    /* 0 if none. */
    bool has_addr;
    struct in6_addr addr;
    struct vpn_gateways gateways;
};

static struct held *
find_held(const struct snapshot *s, const struct uuid *service)
{
    struct held *held;

    HMAP_FOR_EACH_WITH_HASH (held, node, uuid_hash(service), &s->held) {
        if (uuid_equals(&held->service, service)) {
            return held;
        }
    }
    return NULL;
}

/* Notes that 'service' holds 'tag', if it is nonzero, and the block in which
 * 'addr' lies, if it is nonnull.  What was noted first counts.  Returns what
 * the service holds. */
static struct held *
hold(struct snapshot *s, const struct uuid *service, int tag,
     const struct in6_addr *addr)
{
    struct held *held = find_held(s, service);

    if (!held) {
        held = xzalloc(sizeof *held);
        held->service = *service;
        hmap_insert(&s->held, &held->node, uuid_hash(service));
    }
    if (!held->tag) {
        held->tag = tag;
    }
    if (addr && !held->has_addr) {
        held->has_addr = true;
        held->addr = *addr;
    }
    return held;
}

static void
hold_tunnel(struct snapshot *s, const struct vpnsbrec_tunnel *tunnel)
{
    struct vpn_prefix p;

    hold(s, &tunnel->service, tunnel->tag, NULL);
    if (tunnel->n_transit_addresses) {
        char *error = vpn_prefix_parse_cidr(tunnel->transit_addresses[0], &p);

        if (!error) {
            hold(s, &tunnel->service, 0, &p.addr);
        }
        free(error);
    }
}

/* Indexes of names. */

/* Routers that have the same name. */
struct router_list {
    const struct nbrec_logical_router **rows;
    size_t n, allocated;
};

static void
index_router(struct snapshot *s, const struct nbrec_logical_router *lr)
{
    struct router_list *list = shash_find_data(&s->routers_by_name, lr->name);

    if (!list) {
        list = xzalloc(sizeof *list);
        shash_add(&s->routers_by_name, lr->name, list);
    }
    if (list->n >= list->allocated) {
        list->rows = x2nrealloc(list->rows, &list->allocated,
                                sizeof *list->rows);
    }
    list->rows[list->n++] = lr;

    for (size_t i = 0; i < lr->n_ports; i++) {
        const struct nbrec_logical_router_port *lrp = lr->ports[i];
        struct router_port_ref *ref = xmalloc(sizeof *ref);
        struct vpn_prefix p;
        struct uuid owner;

        *ref = (struct router_port_ref) { lr, lrp };
        shash_add(&s->router_ports, lrp->name, ref);

        const char *id = smap_get(&lrp->external_ids, PLAN_ROW_ID);
        snapshot_get_owner(&lrp->external_ids, &owner);
        if (id && !uuid_is_zero(&owner) && string_ends_with(id, ":lrp:gw")
            && lrp->n_networks) {
            char *error = vpn_prefix_parse_cidr(lrp->networks[0], &p);
            struct held *held = hold(s, &owner, 0, error ? NULL : &p.addr);

            vpn_gateways_destroy(&held->gateways);
            snapshot_read_gateways(lrp, &held->gateways);
            free(error);
        }
    }
}

static void
index_switch(struct snapshot *s, const struct nbrec_logical_switch *ls)
{
    for (size_t i = 0; i < ls->n_ports; i++) {
        const struct nbrec_logical_switch_port *lsp = ls->ports[i];
        const char *router_port = smap_get(&lsp->options, "router-port");
        const char *id = smap_get(&lsp->external_ids, PLAN_ROW_ID);
        struct uuid owner;

        if (router_port && !shash_find(&s->switch_ports, router_port)) {
            struct switch_port_ref *ref = xmalloc(sizeof *ref);

            *ref = (struct switch_port_ref) { ls, lsp };
            shash_add(&s->switch_ports, router_port, ref);
        }
        snapshot_get_owner(&lsp->external_ids, &owner);
        if (id && !uuid_is_zero(&owner) && string_ends_with(id, ":lsp:ln")
            && lsp->n_tag) {
            hold(s, &owner, lsp->tag[0], NULL);
        }
    }
}

/* Prepares 's' to answer questions about what 'nb' holds now, and about what
 * services hold according to 'vpn_sb'.  It must be destroyed before they
 * change. */
void
snapshot_init(struct snapshot *s, struct ovsdb_idl *nb,
              struct ovsdb_idl *vpn_sb)
{
    const struct vpnsbrec_tunnel *tunnel;
    const struct nbrec_logical_router *lr;
    const struct nbrec_logical_switch *ls;

    s->nb = nb;
    hmap_init(&s->routers);
    shash_init(&s->routers_by_name);
    shash_init(&s->router_ports);
    shash_init(&s->switch_ports);
    hmap_init(&s->held);
    VPNSBREC_TUNNEL_FOR_EACH (tunnel, vpn_sb) {
        hold_tunnel(s, tunnel);
    }
    NBREC_LOGICAL_ROUTER_FOR_EACH (lr, nb) {
        index_router(s, lr);
    }
    NBREC_LOGICAL_SWITCH_FOR_EACH (ls, nb) {
        index_switch(s, ls);
    }
}

/* A router that has been read. */
struct router_entry {
    struct hmap_node node;      /* In 'snapshot.routers', by UUID. */
    struct router *router;
};

void
snapshot_destroy(struct snapshot *s)
{
    struct router_entry *entry;
    struct shash_node *node;
    struct held *held;

    HMAP_FOR_EACH_POP (entry, node, &s->routers) {
        router_destroy(entry->router);
        free(entry);
    }
    hmap_destroy(&s->routers);
    HMAP_FOR_EACH_POP (held, node, &s->held) {
        vpn_gateways_destroy(&held->gateways);
        free(held);
    }
    hmap_destroy(&s->held);
    SHASH_FOR_EACH (node, &s->routers_by_name) {
        struct router_list *list = node->data;
        free(list->rows);
    }
    shash_destroy_free_data(&s->routers_by_name);
    shash_destroy_free_data(&s->router_ports);
    shash_destroy_free_data(&s->switch_ports);
}

/* Returns the gateway chassis that 'service' has now, NULL if it has none. */
const struct vpn_gateways *
snapshot_held_gateways(const struct snapshot *s, const struct uuid *service)
{
    const struct held *held = find_held(s, service);

    return held && held->gateways.n ? &held->gateways : NULL;
}

/* Stores in '*tag' and '*block' what 'service' holds, 0 and -1 if it holds
 * nothing or something outside of 'transit_subnet'. */
void
snapshot_held(const struct snapshot *s, const struct uuid *service,
              const struct vpn_prefix *transit_subnet, int *tag, int *block)
{
    const struct held *held = find_held(s, service);

    *tag = held ? held->tag : 0;
    *block = (held && held->has_addr
              ? alloc_block_of(transit_subnet, &held->addr) : -1);
}

/* Routers. */

static const struct router *
get_router(struct snapshot *s, const struct nbrec_logical_router *lr)
{
    uint32_t hash = uuid_hash(&lr->header_.uuid);
    struct router_entry *entry;

    HMAP_FOR_EACH_WITH_HASH (entry, node, hash, &s->routers) {
        if (uuid_equals(&entry->router->uuid, &lr->header_.uuid)) {
            return entry->router;
        }
    }
    entry = xmalloc(sizeof *entry);
    entry->router = snapshot_read_router(s, lr);
    hmap_insert(&s->routers, &entry->node, hash);
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
