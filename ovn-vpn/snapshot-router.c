/* SPDX-License-Identifier: Apache-2.0 */

/* Reading a router. */

#include <config.h>

#include "ovn-vpn/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-nb-idl.h"
#include "lib/vpn-model.h"
#include "ovn-vpn/router.h"
#include "ovn-vpn/snapshot-private.h"
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

/* Adds to 'gateways' the chassis on which 'lrp' may reside. */
void
snapshot_read_gateways(const struct nbrec_logical_router_port *lrp,
                       struct vpn_gateways *gateways)
{
    if (lrp->ha_chassis_group) {
        const struct nbrec_ha_chassis_group *group = lrp->ha_chassis_group;

        for (size_t i = 0; i < group->n_ha_chassis; i++) {
            vpn_gateways_add(gateways, group->ha_chassis[i]->chassis_name,
                             group->ha_chassis[i]->priority, false);
        }
    } else {
        for (size_t i = 0; i < lrp->n_gateway_chassis; i++) {
            vpn_gateways_add(gateways, lrp->gateway_chassis[i]->chassis_name,
                             lrp->gateway_chassis[i]->priority, false);
        }
    }
    vpn_gateways_sort(gateways);
}

/* Adds to 'port' the addresses that the router port behind 'lsp', which is on
 * the same switch, and its router's NAT rows have. */
static void
read_neighbour(const struct snapshot *s,
               const struct nbrec_logical_switch_port *lsp,
               struct router_port *port)
{
    const char *name = smap_get(&lsp->options, "router-port");
    const struct router_port_ref *ref
        = name ? shash_find_data(&s->router_ports, name) : NULL;
    struct vpn_prefixes networks = VPN_PREFIXES_INITIALIZER;

    if (!ref || !strcmp(name, port->name)) {
        return;
    }
    parse_networks(ref->lrp->networks, ref->lrp->n_networks, &networks);
    for (size_t i = 0; i < networks.n; i++) {
        router_port_add_neighbour(port, &networks.list[i].addr,
                                  xasprintf("port %s of router %s", name,
                                            ref->lr->name), &UUID_ZERO);
    }
    vpn_prefixes_destroy(&networks);

    for (size_t i = 0; i < ref->lr->n_nat; i++) {
        const struct nbrec_nat *nat = ref->lr->nat[i];
        struct in6_addr addr;
        char *error = vpn_addr_parse(nat->external_ip, &addr);

        if (!error) {
            struct uuid owner;

            snapshot_get_owner(&nat->external_ids, &owner);
            router_port_add_neighbour(
                port, &addr, xasprintf("a %s row of router %s", nat->type,
                                       ref->lr->name), &owner);
        }
        free(error);
    }
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
    for (size_t i = 0; i < ref->ls->n_ports; i++) {
        const struct nbrec_logical_switch_port *lsp = ref->ls->ports[i];

        if (!strcmp(lsp->type, "localnet")) {
            port->has_localnet = true;
        } else if (port->gateways.n) {
            read_neighbour(s, lsp, port);
        }
    }
}

static void
read_ports(const struct snapshot *s, const struct nbrec_logical_router *lr,
           struct router *router)
{
    router->ports = xcalloc(lr->n_ports, sizeof *router->ports);
    for (size_t i = 0; i < lr->n_ports; i++) {
        const struct nbrec_logical_router_port *lrp = lr->ports[i];
        struct router_port *port = &router->ports[router->n_ports++];

        port->name = xstrdup(lrp->name);
        snapshot_get_owner(&lrp->external_ids, &port->service);
        parse_networks(lrp->networks, lrp->n_networks, &port->networks);
        snapshot_read_gateways(lrp, &port->gateways);
        read_switch(s, port);
    }
}

static void
read_routes(const struct nbrec_logical_router *lr, struct router *router)
{
    router->routes = xcalloc(lr->n_static_routes, sizeof *router->routes);
    for (size_t i = 0; i < lr->n_static_routes; i++) {
        const struct nbrec_logical_router_static_route *row
            = lr->static_routes[i];
        struct router_route *route = &router->routes[router->n_routes];

        char *error = vpn_prefix_parse_cidr(row->ip_prefix, &route->prefix);
        if (!error && !row->route_table[0]
            && (!row->policy || !strcmp(row->policy, "dst-ip"))) {
            route->prefix = vpn_prefix_network(&route->prefix);
            snapshot_get_owner(&row->external_ids, &route->service);
            router->n_routes++;
        }
        free(error);
    }
}

static void
read_nats(const struct nbrec_logical_router *lr, struct router *router)
{
    router->nats = xcalloc(lr->n_nat, sizeof *router->nats);
    for (size_t i = 0; i < lr->n_nat; i++) {
        const struct nbrec_nat *row = lr->nat[i];
        struct router_nat *nat = &router->nats[router->n_nats];

        char *error = vpn_addr_parse(row->external_ip, &nat->external_ip);
        if (!error) {
            nat->type = xstrdup(row->type);
            nat->logical_ip = xstrdup(row->logical_ip);
            snapshot_get_owner(&row->external_ids, &nat->service);
            router->n_nats++;
        }
        free(error);
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
    router->is_ours = !uuid_is_zero(&owner);
    read_ports(s, lr, router);
    read_routes(lr, router);
    read_nats(lr, router);
    return router;
}
