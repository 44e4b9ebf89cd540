/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/router.h"

#include <stdlib.h>
#include <string.h>

#include "packets.h"
#include "util.h"
#include "uuid.h"

/* Returns true if 'port' of 'router' leads to an external network: if it is a
 * distributed gateway port, or, on a gateway router, if its switch has a
 * localnet port. */
bool
router_port_is_gateway(const struct router *router,
                       const struct router_port *port)
{
    return (port->gateways.n
            || (router->chassis && port->has_localnet));
}

size_t
router_count_gateway_ports(const struct router *router)
{
    size_t n = 0;

    for (size_t i = 0; i < router->n_ports; i++) {
        n += router_port_is_gateway(router, &router->ports[i]);
    }
    return n;
}

/* Returns the gateway port of 'router' that is called 'name', or if 'name' is
 * NULL the one in whose network 'addr' lies, or NULL if there is none. */
const struct router_port *
router_find_gateway_port(const struct router *router,
                         const struct in6_addr *addr, const char *name)
{
    const struct vpn_prefix host = vpn_prefix_host(addr);

    for (size_t i = 0; i < router->n_ports; i++) {
        const struct router_port *port = &router->ports[i];

        if (router_port_is_gateway(router, port)
            && (name ? !strcmp(port->name, name)
                : vpn_prefixes_find_overlap(&port->networks, &host) != NULL)) {
            return port;
        }
    }
    return NULL;
}

/* Returns the load balancer's address on 'router' that takes packets which
 * arrive for 'addr' at 'udp_port', or with 0 any that is 'addr', or NULL if
 * there is none. */
const struct router_vip *
router_find_vip(const struct router *router, const struct in6_addr *addr,
                uint16_t udp_port)
{
    for (size_t i = 0; i < router->n_vips; i++) {
        const struct router_vip *vip = &router->vips[i];

        if (ipv6_addr_equals(&vip->addr, addr)
            && (!udp_port || !vip->port
                || (vip->udp && vip->port == udp_port))) {
            return vip;
        }
    }
    return NULL;
}

/* Comparison. */

static bool
prefixes_equal(const struct vpn_prefixes *a, const struct vpn_prefixes *b)
{
    for (size_t i = 0; a->n == b->n && i < a->n; i++) {
        if (!vpn_prefix_equals(&a->list[i], &b->list[i])) {
            return false;
        }
    }
    return a->n == b->n;
}

static bool
gateways_equal(const struct vpn_gateways *a, const struct vpn_gateways *b)
{
    for (size_t i = 0; a->n == b->n && i < a->n; i++) {
        if (strcmp(a->list[i].chassis, b->list[i].chassis)
            || a->list[i].priority != b->list[i].priority) {
            return false;
        }
    }
    return a->n == b->n;
}

static bool
port_equals(const struct router_port *a, const struct router_port *b)
{
    return (uuid_equals(&a->uuid, &b->uuid)
            && !strcmp(a->name, b->name)
            && prefixes_equal(&a->networks, &b->networks)
            && gateways_equal(&a->gateways, &b->gateways)
            && nullable_string_is_equal(a->switch_name, b->switch_name)
            && uuid_equals(&a->switch_uuid, &b->switch_uuid)
            && a->has_localnet == b->has_localnet
            && a->announces_nat == b->announces_nat
            && a->max_packet == b->max_packet);
}

static bool
nat_equals(const struct router_nat *a, const struct router_nat *b)
{
    return (!strcmp(a->type, b->type)
            && !strcmp(a->logical_ip, b->logical_ip)
            && ipv6_addr_equals(&a->external_ip, &b->external_ip));
}

static bool
vip_equals(const struct router_vip *a, const struct router_vip *b)
{
    return (ipv6_addr_equals(&a->addr, &b->addr)
            && a->port == b->port
            && a->udp == b->udp
            && !strcmp(a->load_balancer, b->load_balancer));
}

/* Returns true if 'a' and 'b' are equal but for what services have there. */
bool
router_foreign_equals(const struct router *a, const struct router *b)
{
    if (!uuid_equals(&a->uuid, &b->uuid)
        || strcmp(a->name, b->name)
        || a->is_ours != b->is_ours
        || a->one_gateway_port != b->one_gateway_port
        || !nullable_string_is_equal(a->chassis, b->chassis)
        || a->n_foreign_ports != b->n_foreign_ports
        || a->n_foreign_routes != b->n_foreign_routes
        || a->n_foreign_nats != b->n_foreign_nats
        || a->n_vips != b->n_vips) {
        return false;
    }
    for (size_t i = 0; i < a->n_foreign_ports; i++) {
        if (!port_equals(&a->ports[i], &b->ports[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < a->n_foreign_routes; i++) {
        if (!vpn_prefix_equals(&a->routes[i].prefix, &b->routes[i].prefix)
            || !ipv6_addr_equals(&a->routes[i].nexthop,
                                 &b->routes[i].nexthop)) {
            return false;
        }
    }
    for (size_t i = 0; i < a->n_foreign_nats; i++) {
        if (!nat_equals(&a->nats[i], &b->nats[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < a->n_vips; i++) {
        if (!vip_equals(&a->vips[i], &b->vips[i])) {
            return false;
        }
    }
    return true;
}

static void
router_port_destroy(struct router_port *port)
{
    free(port->name);
    free(port->switch_name);
    vpn_prefixes_destroy(&port->networks);
    vpn_gateways_destroy(&port->gateways);
}

void
router_destroy(struct router *router)
{
    if (!router) {
        return;
    }
    for (size_t i = 0; i < router->n_ports; i++) {
        router_port_destroy(&router->ports[i]);
    }
    for (size_t i = 0; i < router->n_nats; i++) {
        free(router->nats[i].type);
        free(router->nats[i].logical_ip);
    }
    for (size_t i = 0; i < router->n_vips; i++) {
        free(router->vips[i].load_balancer);
    }
    free(router->vips);
    free(router->ports);
    free(router->routes);
    free(router->nats);
    free(router->name);
    free(router->chassis);
    free(router);
}
