/* SPDX-License-Identifier: Apache-2.0 */

/* What services hold in the databases: when all is read, so that each can keep
 * it in its first plan, and later the chassis on which it may reside. */

#include <config.h>

#include "ovn-vpn/snapshot.h"

#include <stdlib.h>

#include "lib/ovn-nb-idl.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-model.h"
#include "ovn-vpn/alloc.h"
#include "ovn-vpn/plan-row.h"
#include "ovn-vpn/snapshot-private.h"
#include "util.h"
#include "uuid.h"

/* What a service holds: a tag and an address of its IPv4 transit block, whose
 * number is that of its IPv6 block too.  Its tunnel says so, or, should that
 * have been lost, its localnet port and its gateway port. */
struct held {
    struct hmap_node node;      /* In 'snapshot.held', by service. */
    struct uuid service;
    int tag;                    /* 0 if none. */
    bool has_addr;
    struct in6_addr addr;
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
 * 'addr' lies, if it is nonnull.  What was noted first counts. */
static void
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
}

/* Stores in '*addr' the first IPv4 address among the 'n' of 'texts', which
 * have prefix lengths.  Returns false if there is none. */
static bool
find_ipv4(char **texts, size_t n, struct in6_addr *addr)
{
    for (size_t i = 0; i < n; i++) {
        struct vpn_prefix p;
        char *error = vpn_prefix_parse_cidr(texts[i], &p);

        if (!error && vpn_prefix_is_v4(&p)) {
            *addr = p.addr;
            return true;
        }
        free(error);
    }
    return false;
}

static void
hold_tunnel(struct snapshot *s, const struct vpnsbrec_tunnel *tunnel)
{
    struct in6_addr addr;
    bool ok = find_ipv4(tunnel->transit_addresses,
                        tunnel->n_transit_addresses, &addr);

    hold(s, &tunnel->service, tunnel->tag, ok ? &addr : NULL);
}

/* Returns true if 'lrp' is the gateway port of a service, and stores that in
 * '*service'. */
static bool
is_gateway_port(const struct nbrec_logical_router_port *lrp,
                struct uuid *service)
{
    const char *id = smap_get(&lrp->external_ids, PLAN_ROW_ID);

    snapshot_get_owner(&lrp->external_ids, service);
    return (id && !uuid_is_zero(service)
            && string_ends_with(id, ":lrp:gw"));
}

/* Notes what the ports of 'lr', if that is a service's router, say. */
static void
hold_router(struct snapshot *s, const struct nbrec_logical_router *lr)
{
    for (size_t i = 0; i < lr->n_ports; i++) {
        const struct nbrec_logical_router_port *lrp = lr->ports[i];
        struct in6_addr addr;
        struct uuid owner;

        if (is_gateway_port(lrp, &owner)
            && find_ipv4(lrp->networks, lrp->n_networks, &addr)) {
            hold(s, &owner, 0, &addr);
        }
    }
}

static void
hold_switch(struct snapshot *s, const struct nbrec_logical_switch *ls)
{
    for (size_t i = 0; i < ls->n_ports; i++) {
        const struct nbrec_logical_switch_port *lsp = ls->ports[i];
        const char *id = smap_get(&lsp->external_ids, PLAN_ROW_ID);
        struct uuid owner;

        snapshot_get_owner(&lsp->external_ids, &owner);
        if (id && !uuid_is_zero(&owner) && string_ends_with(id, ":lsp:ln")
            && lsp->n_tag) {
            hold(s, &owner, lsp->tag[0], NULL);
        }
    }
}

void
snapshot_clear_held(struct snapshot *s)
{
    struct held *held;

    HMAP_FOR_EACH_POP (held, node, &s->held) {
        free(held);
    }
}

/* Reads what services hold according to 'vpn_sb' and OVN's database. */
void
snapshot_read_held(struct snapshot *s, struct ovsdb_idl *vpn_sb)
{
    const struct vpnsbrec_tunnel *tunnel;
    const struct nbrec_logical_router *lr;
    const struct nbrec_logical_switch *ls;

    snapshot_clear_held(s);
    VPNSBREC_TUNNEL_FOR_EACH (tunnel, vpn_sb) {
        hold_tunnel(s, tunnel);
    }
    NBREC_LOGICAL_ROUTER_FOR_EACH (lr, s->nb) {
        hold_router(s, lr);
    }
    NBREC_LOGICAL_SWITCH_FOR_EACH (ls, s->nb) {
        hold_switch(s, ls);
    }
}

/* Stores in '*tag' and '*block' what 'service' held when
 * that was last read, 0 and -1 if it held nothing or something outside of
 * 'transit_subnet'. */
void
snapshot_held(const struct snapshot *s, const struct uuid *service,
              const struct vpn_prefix *transit_subnet, int *tag, int *block)
{
    const struct held *held = find_held(s, service);

    *tag = held ? held->tag : 0;
    *block = (held && held->has_addr
              ? alloc_block_of(transit_subnet, &held->addr) : -1);
}

/* Adds to 'gateways' the chassis on which the gateway port of 'service' may
 * reside now. */
void
snapshot_held_gateways(const struct snapshot *s,
                       const struct vpn_service *service,
                       struct vpn_gateways *gateways)
{
    char *name = xasprintf("vpn-%s", service->name);
    const struct router_list *list = shash_find_data(&s->routers_by_name,
                                                     name);

    for (size_t i = 0; list && i < list->n; i++) {
        const struct nbrec_logical_router *lr = list->rows[i];

        for (size_t j = 0; j < lr->n_ports; j++) {
            struct uuid owner;

            if (is_gateway_port(lr->ports[j], &owner)
                && uuid_equals(&owner, &service->uuid)) {
                snapshot_read_gateways(lr->ports[j], gateways);
            }
        }
    }
    free(name);
}
