/* SPDX-License-Identifier: Apache-2.0 */

/* Reading a router. */

#include <config.h>

#include "ovn-vpn/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-nb-idl.h"
#include "lib/vpn-endpoint.h"
#include "lib/vpn-model.h"
#include "ovn-vpn/router.h"
#include "ovn-vpn/snapshot-private.h"
#include "ovsdb-idl.h"
#include "util.h"
#include "uuid.h"

static void
parse_networks(char **networks, size_t n, struct vpn_prefixes *prefixes)
{
    for (size_t i = 0; i < n; i++) {
        struct vpn_prefix p;
        char *error = vpn_prefix_parse_cidr(networks[i], &p);

        if (!error) {
            vpn_prefixes_add(prefixes, &p);
        }
        free(error);
    }
}

/* Adds 'chassis' to 'gateways'.  Nothing keeps users from naming one twice;
 * then the higher priority counts. */
static void
add_gateway(struct vpn_gateways *gateways, const char *chassis, int priority)
{
    for (size_t i = 0; i < gateways->n; i++) {
        struct vpn_gateway *g = &gateways->list[i];

        if (!strcmp(g->chassis, chassis)) {
            g->priority = MAX(g->priority, priority);
            return;
        }
    }
    vpn_gateways_add(gateways, chassis, priority, false);
}

/* Adds to 'gateways' the chassis on which 'lrp' may reside. */
void
snapshot_read_gateways(const struct nbrec_logical_router_port *lrp,
                       struct vpn_gateways *gateways)
{
    if (lrp->ha_chassis_group) {
        const struct nbrec_ha_chassis_group *group = lrp->ha_chassis_group;

        for (size_t i = 0; i < group->n_ha_chassis; i++) {
            add_gateway(gateways, group->ha_chassis[i]->chassis_name,
                        group->ha_chassis[i]->priority);
        }
    } else {
        for (size_t i = 0; i < lrp->n_gateway_chassis; i++) {
            add_gateway(gateways, lrp->gateway_chassis[i]->chassis_name,
                        lrp->gateway_chassis[i]->priority);
        }
    }
    vpn_gateways_sort(gateways);
}

static void
read_switch(const struct snapshot *s, struct router_port *port)
{
    const struct switch_port_ref *ref = shash_find_data(&s->switch_ports,
                                                        port->name);
    if (!ref) {
        return;
    }
    port->switch_name = xstrdup(ref->ls->name);
    port->switch_uuid = ref->ls->header_.uuid;
    port->announces_nat = smap_get(&ref->lsp->options, "nat-addresses");
    port->has_localnet = ref->has_localnet;
}

/* The rows of a router are read in two rounds, so that those that belong to no
 * service come before those of services, 'ours'. */

static bool
is_ours(const struct uuid *owner)
{
    return !uuid_is_zero(owner);
}

static void
read_ports(const struct snapshot *s, const struct nbrec_logical_router *lr,
           bool ours, struct router *router)
{
    for (size_t i = 0; i < lr->n_ports; i++) {
        const struct nbrec_logical_router_port *lrp = lr->ports[i];
        struct uuid owner;

        snapshot_get_owner(&lrp->external_ids, &owner);
        if (is_ours(&owner) != ours) {
            continue;
        }

        struct router_port *port = &router->ports[router->n_ports++];
        port->uuid = lrp->header_.uuid;
        port->service = owner;
        port->name = xstrdup(lrp->name);
        parse_networks(lrp->networks, lrp->n_networks, &port->networks);
        snapshot_read_gateways(lrp, &port->gateways);
        read_switch(s, port);
        /* What the bypass lets through is the operator's to know. */
        if (!smap_get(&lrp->options, "gateway_mtu_bypass")) {
            port->max_packet = MAX(0, smap_get_int(&lrp->options,
                                                   "gateway_mtu", 0));
        }
    }
}

static void
read_routes(const struct nbrec_logical_router *lr, bool ours,
            struct router *router)
{
    for (size_t i = 0; i < lr->n_static_routes; i++) {
        const struct nbrec_logical_router_static_route *row
            = lr->static_routes[i];
        struct uuid owner;

        snapshot_get_owner(&row->external_ids, &owner);
        if (is_ours(&owner) != ours
            || row->route_table[0]
            || (row->policy && strcmp(row->policy, "dst-ip"))) {
            continue;
        }

        struct router_route *route = &router->routes[router->n_routes];
        route->service = owner;
        char *error = vpn_prefix_parse_cidr(row->ip_prefix, &route->prefix);
        if (!error) {
            route->prefix = vpn_prefix_network(&route->prefix);
            free(vpn_addr_parse(row->nexthop, &route->nexthop));
            router->n_routes++;
        }
        free(error);
    }
}

static void
read_nats(const struct nbrec_logical_router *lr, bool ours,
          struct router *router)
{
    for (size_t i = 0; i < lr->n_nat; i++) {
        const struct nbrec_nat *row = lr->nat[i];
        struct uuid owner;

        snapshot_get_owner(&row->external_ids, &owner);
        if (is_ours(&owner) != ours) {
            continue;
        }

        struct router_nat *nat = &router->nats[router->n_nats];
        nat->service = owner;
        char *error = vpn_addr_parse(row->external_ip, &nat->external_ip);
        if (!error) {
            nat->type = xstrdup(row->type);
            nat->logical_ip = xstrdup(row->logical_ip);
            router->n_nats++;
        }
        free(error);
    }
}

/* Load balancers. */

/* Stores in '*addr' and '*port' what 's', "ADDRESS" or "ADDRESS:PORT", says,
 * with port 0 in the former case.  Returns false if it is neither. */
bool
snapshot_parse_vip(const char *s, struct in6_addr *addr, uint16_t *port)
{
    struct vpn_endpoint endpoint;
    char *error = vpn_addr_parse(s, addr);

    *port = 0;
    if (!error) {
        return true;
    }
    free(error);
    error = vpn_endpoint_parse(s, &endpoint);
    if (error) {
        free(error);
        return false;
    }
    bool ok = !endpoint.name;
    *addr = endpoint.addr;
    *port = endpoint.port;
    vpn_endpoint_destroy(&endpoint);
    return ok;
}

static void
read_load_balancer(const struct nbrec_load_balancer *lb,
                   struct router *router)
{
    const struct smap_node **nodes = smap_sort(&lb->vips);
    size_t n = smap_count(&lb->vips);
    struct uuid owner;

    snapshot_get_owner(&lb->external_ids, &owner);
    for (size_t i = 0; !is_ours(&owner) && i < n; i++) {
        struct router_vip vip;

        if (snapshot_parse_vip(nodes[i]->key, &vip.addr, &vip.port)) {
            if (router->n_vips >= router->allocated_vips) {
                router->vips = x2nrealloc(router->vips,
                                          &router->allocated_vips,
                                          sizeof *router->vips);
            }
            vip.udp = nullable_string_is_equal(lb->protocol, "udp");
            vip.load_balancer = xstrdup(lb->name);
            router->vips[router->n_vips++] = vip;
        }
    }
    free(nodes);
}

static void
read_load_balancers(const struct nbrec_logical_router *lr,
                    struct router *router)
{
    for (size_t i = 0; i < lr->n_load_balancer; i++) {
        read_load_balancer(lr->load_balancer[i], router);
    }
    for (size_t i = 0; i < lr->n_load_balancer_group; i++) {
        const struct nbrec_load_balancer_group *group
            = lr->load_balancer_group[i];

        for (size_t j = 0; j < group->n_load_balancer; j++) {
            read_load_balancer(group->load_balancer[j], router);
        }
    }
}

/* Returns the router that 'lr' describes, which the caller must destroy. */
struct router *
snapshot_read_router(const struct snapshot *s,
                     const struct nbrec_logical_router *lr)
{
    struct router *router = xzalloc(sizeof *router);
    struct uuid owner;

    router->uuid = lr->header_.uuid;
    router->name = xstrdup(lr->name);
    router->chassis = nullable_xstrdup(smap_get(&lr->options, "chassis"));
    snapshot_get_owner(&lr->external_ids, &owner);
    router->is_ours = is_ours(&owner);
    router->one_gateway_port
        = (ovsdb_idl_server_has_table(s->nb, &nbrec_table_nat)
           && !ovsdb_idl_server_has_column(s->nb,
                                           &nbrec_nat_col_gateway_port));
    router->ports = xcalloc(lr->n_ports, sizeof *router->ports);
    router->routes = xcalloc(lr->n_static_routes, sizeof *router->routes);
    router->nats = xcalloc(lr->n_nat, sizeof *router->nats);

    read_ports(s, lr, false, router);
    router->n_foreign_ports = router->n_ports;
    read_ports(s, lr, true, router);

    read_routes(lr, false, router);
    router->n_foreign_routes = router->n_routes;
    read_routes(lr, true, router);

    read_nats(lr, false, router);
    router->n_foreign_nats = router->n_nats;
    read_nats(lr, true, router);

    read_load_balancers(lr, router);
    return router;
}
