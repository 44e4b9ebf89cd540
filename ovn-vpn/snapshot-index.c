/* SPDX-License-Identifier: Apache-2.0 */

/* Indexes of routers and their ports by name, and of external addresses.
 *
 * A router can be taken out of them and put back in when something has changed
 * on it, so that a change costs what that router has.  Switches come and go
 * much less often; then everything is read again.
 *
 * The switches of services are left out: nobody looks for them. */

#include <config.h>

#include "ovn-vpn/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-nb-idl.h"
#include "lib/vpn-prefix.h"
#include "ovn-vpn/snapshot-private.h"
#include "util.h"
#include "uuid.h"

/* Under which keys a router is in the indexes.  The row itself may be gone. */
struct indexed {
    struct hmap_node node;      /* In 'snapshot.indexed', by UUID. */
    struct uuid uuid;
    const struct nbrec_logical_router *lr;
    char *name;
};

static struct indexed *
find_indexed(const struct snapshot *s, const struct uuid *uuid)
{
    struct indexed *indexed;

    HMAP_FOR_EACH_WITH_HASH (indexed, node, uuid_hash(uuid), &s->indexed) {
        if (uuid_equals(&indexed->uuid, uuid)) {
            return indexed;
        }
    }
    return NULL;
}

/* Names of routers. */

static void
add_name(struct snapshot *s, const struct nbrec_logical_router *lr)
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
}

static void
remove_name(struct snapshot *s, const struct indexed *indexed)
{
    struct shash_node *node = shash_find(&s->routers_by_name, indexed->name);
    struct router_list *list = node->data;

    for (size_t i = 0; i < list->n; i++) {
        if (list->rows[i] == indexed->lr) {
            list->rows[i] = list->rows[--list->n];
            break;
        }
    }
    if (!list->n) {
        free(list->rows);
        free(list);
        shash_delete(&s->routers_by_name, node);
    }
}

/* Who has addresses on the networks of a router. */

static void
add_address(struct snapshot *s, const struct switch_port_ref *ref,
            const struct indexed *indexed, const char *address,
            const struct neighbour *neighbour)
{
    struct vpn_prefix p;
    char *error = vpn_prefix_parse_cidr(address, &p);

    if (!error) {
        neighbours_add(&s->neighbours, &indexed->uuid,
                       &ref->ls->header_.uuid, &p.addr, neighbour);
    }
    free(error);
}

/* A service's load balancer has the address of its NAT row. */
static void
add_vips(struct snapshot *s, const struct switch_port_ref *ref,
         const struct indexed *indexed, const struct nbrec_load_balancer *lb,
         const char *port)
{
    const struct neighbour neighbour = { .port = port,
                                         .router = indexed->lr->name,
                                         .nat = "Load_Balancer" };
    const struct smap_node *node;
    struct uuid owner;

    snapshot_get_owner(&lb->external_ids, &owner);
    if (!uuid_is_zero(&owner)) {
        return;
    }
    SMAP_FOR_EACH (node, &lb->vips) {
        struct in6_addr addr;
        uint16_t port_number;

        if (snapshot_parse_vip(node->key, &addr, &port_number)) {
            neighbours_add(&s->neighbours, &indexed->uuid,
                           &ref->ls->header_.uuid, &addr, &neighbour);
        }
    }
}

static void
add_load_balancers(struct snapshot *s, const struct switch_port_ref *ref,
                   const struct indexed *indexed, const char *port)
{
    const struct nbrec_logical_router *lr = indexed->lr;

    for (size_t i = 0; i < lr->n_load_balancer; i++) {
        add_vips(s, ref, indexed, lr->load_balancer[i], port);
    }
    for (size_t i = 0; i < lr->n_load_balancer_group; i++) {
        const struct nbrec_load_balancer_group *group
            = lr->load_balancer_group[i];

        for (size_t j = 0; j < group->n_load_balancer; j++) {
            add_vips(s, ref, indexed, group->load_balancer[j], port);
        }
    }
}

static void
add_addresses(struct snapshot *s, const struct indexed *indexed,
              const struct nbrec_logical_router_port *lrp)
{
    const struct switch_port_ref *ref = shash_find_data(&s->switch_ports,
                                                        lrp->name);
    struct neighbour neighbour = { .port = lrp->name,
                                   .router = indexed->lr->name };
    if (!ref) {
        return;
    }
    for (size_t i = 0; i < lrp->n_networks; i++) {
        add_address(s, ref, indexed, lrp->networks[i], &neighbour);
    }
    for (size_t i = 0; i < indexed->lr->n_nat; i++) {
        const struct nbrec_nat *nat = indexed->lr->nat[i];

        neighbour.nat = nat->type;
        snapshot_get_owner(&nat->external_ids, &neighbour.service);
        add_address(s, ref, indexed, nat->external_ip, &neighbour);
    }
    add_load_balancers(s, ref, indexed, lrp->name);
}

/* Adds 'lr' to the indexes of 's'. */
void
snapshot_index_router(struct snapshot *s,
                      const struct nbrec_logical_router *lr)
{
    struct indexed *indexed = xmalloc(sizeof *indexed);

    indexed->uuid = lr->header_.uuid;
    indexed->lr = lr;
    indexed->name = xstrdup(lr->name);
    hmap_insert(&s->indexed, &indexed->node, uuid_hash(&indexed->uuid));

    add_name(s, lr);
    for (size_t i = 0; i < lr->n_ports; i++) {
        add_addresses(s, indexed, lr->ports[i]);
    }
}

/* Removes the router with the given 'uuid' from the indexes of 's', if it is
 * there. */
void
snapshot_unindex_router(struct snapshot *s, const struct uuid *uuid)
{
    struct indexed *indexed = find_indexed(s, uuid);

    if (indexed) {
        remove_name(s, indexed);
        neighbours_remove(&s->neighbours, uuid);
        hmap_remove(&s->indexed, &indexed->node);
        free(indexed->name);
        free(indexed);
    }
}

/* Adds 'ls' to the indexes of 's'. */
void
snapshot_index_switch(struct snapshot *s,
                      const struct nbrec_logical_switch *ls)
{
    bool has_localnet = false;
    struct uuid owner;

    snapshot_get_owner(&ls->external_ids, &owner);
    if (!uuid_is_zero(&owner)) {
        return;
    }
    for (size_t i = 0; i < ls->n_ports; i++) {
        has_localnet = has_localnet || !strcmp(ls->ports[i]->type, "localnet");
    }
    for (size_t i = 0; i < ls->n_ports; i++) {
        const struct nbrec_logical_switch_port *lsp = ls->ports[i];
        const char *router_port = smap_get(&lsp->options, "router-port");

        if (router_port && !shash_find(&s->switch_ports, router_port)) {
            struct switch_port_ref *ref = xmalloc(sizeof *ref);

            *ref = (struct switch_port_ref) { ls, lsp, has_localnet };
            shash_add(&s->switch_ports, router_port, ref);
        }
    }
}

/* Makes all indexes of 's' empty. */
void
snapshot_clear_indexes(struct snapshot *s)
{
    struct indexed *indexed;

    HMAP_FOR_EACH_SAFE (indexed, node, &s->indexed) {
        snapshot_unindex_router(s, &indexed->uuid);
    }
    shash_clear_free_data(&s->switch_ports);
}
