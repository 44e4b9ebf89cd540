/* SPDX-License-Identifier: Apache-2.0 */

/* Addresses and neighbours of an interface; see ovn-vpn-controller/link.h. */

#include <config.h>

#include "ovn-vpn-controller/link.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <netlink/route/addr.h>
#include <netlink/route/neighbour.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ovn-vpn-controller/link-internal.h"
#include "packets.h"
#include "util.h"

static bool
prefixes_contain(const struct vpn_prefixes *prefixes,
                 const struct vpn_prefix *prefix)
{
    for (size_t i = 0; i < prefixes->n; i++) {
        if (vpn_prefix_equals(&prefixes->list[i], prefix)) {
            return true;
        }
    }
    return false;
}

/* Stores the address in 'o' in '*prefix'.  Returns false if it belongs to
 * another interface than 'ifindex', or is of the kind that the kernel gives to
 * interfaces by itself. */
static bool
parse_address(struct nl_object *o, int ifindex, struct vpn_prefix *prefix)
{
    struct rtnl_addr *addr = (struct rtnl_addr *) o;

    if (rtnl_addr_get_ifindex(addr) != ifindex
        || !link_parse_nl_addr(rtnl_addr_get_local(addr),
                               rtnl_addr_get_family(addr), prefix)) {
        return false;
    }
    prefix->plen = rtnl_addr_get_prefixlen(addr);
    return !IN6_IS_ADDR_LINKLOCAL(&prefix->addr);
}

static int
add_address(struct link_ctx *ctx, int ifindex, const struct vpn_prefix *prefix)
{
    struct rtnl_addr *addr = rtnl_addr_alloc();
    struct nl_addr *local = link_nl_addr(prefix);

    rtnl_addr_set_ifindex(addr, ifindex);
    rtnl_addr_set_local(addr, local);
    if (!vpn_prefix_is_v4(prefix)) {
        /* Every gateway of a service has the same address, and the standby's
         * must be usable at once. */
        rtnl_addr_set_flags(addr, IFA_F_NODAD);
    }
    int error = (link_change(ctx, ifindex, "add address", prefix)
                 ? link_errno(rtnl_addr_add(ctx->nl, addr, 0)) : 0);
    nl_addr_put(local);
    rtnl_addr_put(addr);
    return error == EEXIST ? 0 : error;
}

/* Removes the addresses in 'cache' that are not wanted, and adds those that
 * are to 'found'. */
static int
remove_addresses(struct link_ctx *ctx, struct nl_cache *cache, int ifindex,
                 const struct vpn_prefixes *want, struct vpn_prefixes *found,
                 bool *removed)
{
    int error = 0;

    for (struct nl_object *o = nl_cache_get_first(cache); o;
         o = nl_cache_get_next(o)) {
        struct vpn_prefix prefix;

        if (!parse_address(o, ifindex, &prefix)) {
            continue;
        } else if (prefixes_contain(want, &prefix)) {
            vpn_prefixes_add(found, &prefix);
        } else if (link_change(ctx, ifindex, "delete address", &prefix)) {
            int retval = link_errno(
                rtnl_addr_delete(ctx->nl, (struct rtnl_addr *) o, 0));
            error = error ? error : retval;
            *removed = true;
        }
    }
    return error;
}

/* Makes 'want' the addresses of 'ifindex', except for link-local ones of
 * IPv6. */
int
link_sync_addresses(struct link_ctx *ctx, int ifindex,
                    const struct vpn_prefixes *want)
{
    struct vpn_prefixes found = VPN_PREFIXES_INITIALIZER;
    bool removed;
    int error;

    /* An IPv4 address may take others of its subnet along when it goes, so
     * look again after a removal. */
    int tries = 3;
    do {
        struct nl_cache *cache;

        removed = false;
        found.n = 0;
        error = link_errno(rtnl_addr_alloc_cache(ctx->nl, &cache));
        if (!error) {
            error = remove_addresses(ctx, cache, ifindex, want, &found,
                                     &removed);
            nl_cache_free(cache);
        }
    } while (!error && removed && --tries);

    for (size_t i = 0; !error && i < want->n; i++) {
        if (!prefixes_contain(&found, &want->list[i])) {
            error = add_address(ctx, ifindex, &want->list[i]);
        }
    }
    vpn_prefixes_destroy(&found);
    return error;
}

/* Neighbours. */

static int
add_neighbour(struct link_ctx *ctx, int ifindex,
              const struct vpn_prefix *host, const struct eth_addr *mac)
{
    struct rtnl_neigh *neigh = rtnl_neigh_alloc();
    struct nl_addr *dst = link_nl_addr(host);
    struct nl_addr *lladdr = nl_addr_build(AF_LLC, mac, ETH_ADDR_LEN);

    rtnl_neigh_set_ifindex(neigh, ifindex);
    rtnl_neigh_set_dst(neigh, dst);
    rtnl_neigh_set_lladdr(neigh, lladdr);
    rtnl_neigh_set_state(neigh, NUD_PERMANENT);
    int error = (link_change(ctx, ifindex, "set neighbour", host)
                 ? link_errno(rtnl_neigh_add(ctx->nl, neigh,
                                             NLM_F_CREATE | NLM_F_REPLACE))
                 : 0);
    nl_addr_put(lladdr);
    nl_addr_put(dst);
    rtnl_neigh_put(neigh);
    return error;
}

/* Stores in '*host' whose neighbour entry 'o' is.  Returns false unless it is
 * a permanent one of 'ifindex'. */
static bool
parse_neighbour(struct nl_object *o, int ifindex, struct vpn_prefix *host)
{
    struct rtnl_neigh *neigh = (struct rtnl_neigh *) o;

    if (rtnl_neigh_get_ifindex(neigh) != ifindex
        || rtnl_neigh_get_state(neigh) != NUD_PERMANENT
        || !link_parse_nl_addr(rtnl_neigh_get_dst(neigh),
                               rtnl_neigh_get_family(neigh), host)) {
        return false;
    }
    *host = vpn_prefix_host(&host->addr);
    return true;
}

static bool
neighbour_has_mac(struct nl_object *o, const struct eth_addr *mac)
{
    const struct nl_addr *lladdr = rtnl_neigh_get_lladdr(
        (struct rtnl_neigh *) o);

    return (lladdr && nl_addr_get_len(lladdr) == ETH_ADDR_LEN
            && !memcmp(nl_addr_get_binary_addr(lladdr), mac, ETH_ADDR_LEN));
}

/* Makes each of 'hosts' a permanent neighbour of 'ifindex' that has 'mac', and
 * removes other permanent ones. */
int
link_sync_neighbours(struct link_ctx *ctx, int ifindex,
                     const struct vpn_prefixes *hosts,
                     const struct eth_addr *mac)
{
    struct vpn_prefixes found = VPN_PREFIXES_INITIALIZER;
    struct nl_cache *cache;

    int error = link_errno(rtnl_neigh_alloc_cache(ctx->nl, &cache));
    if (error) {
        return error;
    }
    for (struct nl_object *o = nl_cache_get_first(cache); o;
         o = nl_cache_get_next(o)) {
        struct vpn_prefix host;

        if (!parse_neighbour(o, ifindex, &host)) {
            continue;
        } else if (!prefixes_contain(hosts, &host)) {
            if (link_change(ctx, ifindex, "delete neighbour", &host)) {
                int retval = link_errno(
                    rtnl_neigh_delete(ctx->nl, (struct rtnl_neigh *) o, 0));
                error = error ? error : retval;
            }
        } else if (neighbour_has_mac(o, mac)) {
            vpn_prefixes_add(&found, &host);
        }
    }
    nl_cache_free(cache);

    for (size_t i = 0; i < hosts->n; i++) {
        if (!prefixes_contain(&found, &hosts->list[i])) {
            int retval = add_neighbour(ctx, ifindex, &hosts->list[i], mac);
            error = error ? error : retval;
        }
    }
    vpn_prefixes_destroy(&found);
    return error;
}
