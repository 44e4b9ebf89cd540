/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LINK_H
#define LINK_H 1

/* Network interfaces, addresses, neighbours, routes and rules of one network
 * namespace.
 *
 * A link_sync_*() function reads what is there, removes what is not wanted,
 * adds what is missing, and touches nothing else.  Each change is counted
 * ("ovn-appctl coverage/show", host_change), so that a test can tell that a
 * second call makes none.
 *
 * All functions return 0 or a positive errno value. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/vpn-prefix.h"
#include "openvswitch/types.h"

struct netns;
struct nl_sock;
struct sset;

/* A namespace to work in. */
struct link_ctx {
    char *where;                /* For people. */
    struct nl_sock *nl;
    int ioctl_fd;
};
int link_open(const struct netns *, struct link_ctx **);
void link_close(struct link_ctx *);

/* Wakes the poll loop when something changes in a namespace, or when an
 * interface does. */
int link_events_open(const struct netns *, int *fd);
int link_events_open_interfaces(const struct netns *, int *fd);
bool link_events_run(int fd);

#define LINK_NAME_SIZE 16
#define LINK_ALIAS_SIZE 256

struct link_info {
    int ifindex;
    char name[LINK_NAME_SIZE];
    char kind[LINK_NAME_SIZE];  /* "veth", "tun", ..., "" if none. */
    char alias[LINK_ALIAS_SIZE];
    int mtu;
    bool up;
    struct eth_addr mac;
    int peer_ifindex;           /* Of a veth, 0 if not known. */
};
int link_get(struct link_ctx *, const char *name, struct link_info *);
int link_list_aliases(struct link_ctx *, const char *prefix, struct sset *);

/* What an interface should be like. */
struct link_want {
    int mtu;                    /* 0 for any. */
    const struct eth_addr *mac; /* NULL for any. */
    const char *alias;          /* NULL for any. */
};
int link_sync(struct link_ctx *, const char *name, const struct link_want *);
int link_add(struct link_ctx *, const char *name, const char *kind);
int link_add_veth(struct link_ctx *, const char *name, const struct netns *,
                  const char *peer_name, const struct eth_addr *peer_mac);
int link_delete(struct link_ctx *, const char *name);
int link_sync_tx_checksum_off(struct link_ctx *, const char *name);

int link_sync_addresses(struct link_ctx *, int ifindex,
                        const struct vpn_prefixes *);

/* Permanent neighbours of an interface, all with the same address. */
int link_sync_neighbours(struct link_ctx *, int ifindex,
                         const struct vpn_prefixes *hosts,
                         const struct eth_addr *mac);

struct link_route {
    uint32_t table;
    struct vpn_prefix dst;
    bool has_gateway;
    struct in6_addr gateway;
    int ifindex;
};
int link_sync_routes(struct link_ctx *, const struct link_route *, size_t n);

/* A rule that is in force for IPv4 and for IPv6. */
struct link_rule {
    uint32_t priority;
    const char *iif;            /* NULL for any. */
    uint32_t mark;              /* 0 for any. */
    uint32_t table;             /* 0 for none: drops the packet. */
};
int link_sync_rules(struct link_ctx *, const struct link_rule *, size_t n);

#endif /* ovn-vpn-controller/link.h */
