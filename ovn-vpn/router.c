/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/router.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

/* Adds 'addr' to what is known of the switch behind 'port'.  Takes ownership
 * of 'what'. */
void
router_port_add_neighbour(struct router_port *port,
                          const struct in6_addr *addr, char *what,
                          const struct uuid *service)
{
    if (port->n_neighbours >= port->allocated_neighbours) {
        port->neighbours = x2nrealloc(port->neighbours,
                                      &port->allocated_neighbours,
                                      sizeof *port->neighbours);
    }
    port->neighbours[port->n_neighbours++] = (struct router_neighbour) {
        .addr = *addr, .what = what, .service = *service,
    };
}

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

static void
router_port_destroy(struct router_port *port)
{
    for (size_t i = 0; i < port->n_neighbours; i++) {
        free(port->neighbours[i].what);
    }
    free(port->neighbours);
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
    free(router->ports);
    free(router->routes);
    free(router->nats);
    free(router->name);
    free(router->chassis);
    free(router);
}
