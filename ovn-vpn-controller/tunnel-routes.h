/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TUNNEL_ROUTES_H
#define TUNNEL_ROUTES_H 1

/* Routing in a tunnel's namespace:
 *
 *   - What comes out of the tunnel goes to the OVN router, whatever its
 *     destination, so that OVN's ACLs see it: rule "iif WG".  This holds for
 *     the namespace's own addresses, too, so these rules come before the
 *     kernel's rule for local addresses: what OVN lets pass to one of them
 *     comes back from the router.  Packets to IPv4's multicast and limited
 *     broadcast addresses are received without asking any rule, but nothing
 *     answers them.
 *
 *   - So do WireGuard's own packets, which carry a mark: a peer's prefix that
 *     happens to hold another peer's endpoint does not send them into the
 *     tunnel.
 *
 *   - Everything else is for the local and main tables: tunnel subnets and the
 *     prefixes of sites to the tunnel, the rest to the OVN router.  That is
 *     the way of ICMP errors from the namespace itself, to both sides. */

struct link_ctx;
struct want_tunnel;

int tunnel_routes_sync_rules(struct link_ctx *, const char *wg_ifname);
int tunnel_routes_sync(struct link_ctx *, const struct want_tunnel *,
                       int transit_ifindex, int wg_ifindex);

#endif /* ovn-vpn-controller/tunnel-routes.h */
