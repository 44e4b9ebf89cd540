/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TUNNEL_HOST_H
#define TUNNEL_HOST_H 1

/* The place of one tunnel on this host: a network namespace, the veth pair
 * that joins it to Open vSwitch, and around the WireGuard interface, which the
 * backend makes, addresses, routes and rules.
 *
 * tunnel_host_run() brings all that to what is wanted and leaves alone what is
 * right already.
 *
 * The namespace and all in it belongs to us.  On the host, an interface of our
 * name is ours if its other end is in the namespace or its alias says so. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/vpn-model.h"
#include "openvswitch/token-bucket.h"

struct link_ctx;
struct netns;
struct sset;
struct want_tunnel;

/* Begins the names of our namespaces and the aliases of our interfaces. */
#define TUNNEL_NETNS_PREFIX "ovn-vpn-"
#define TUNNEL_ALIAS_PREFIX "ovn-vpn:"

/* Interface in the namespace that leads to OVN. */
#define TUNNEL_TRANSIT "tr0"

/* Mark of WireGuard's own packets. */
#define TUNNEL_FWMARK 0x6f76

struct tunnel_host {
    char *name;                 /* Of the tunnel. */
    char *netns_name;
    char host_ifname[VPN_IFNAME_SIZE]; /* The veth pair's end here. */
    char wg_ifname[VPN_IFNAME_SIZE];

    /* While the namespace is open. */
    struct netns *netns;
    struct link_ctx *link;
    int events_fd;              /* -1 if not open. */
    int transit_ifindex;        /* 0 if there is none. */
    bool wg_up;                 /* The WireGuard interface is in use. */
    unsigned int epoch;         /* Increases when the namespace is another. */

    bool dirty;                 /* Something may have changed. */
    bool settled;               /* The last attempt succeeded ... */
    uint64_t seq;               /* ... for this 'host_seq'. */
    struct token_bucket bucket; /* Against others who undo our changes. */
    long long int retry_at;
    unsigned int backoff_ms;
    long long int audit_at;
    bool foreign;               /* Another's interface is in the way. */
    char *problem;              /* In words, NULL if there is none. */
};

/* What is the same for all tunnels of a host. */
struct tunnel_host_env {
    struct link_ctx *link;      /* The host's own namespace. */
    bool checksum_in_software;  /* The bridge's datapath needs it. */
    long long int deadline;     /* Look at no more hosts after that: the rest
                                 * of the program needs its turn. */
};

void tunnel_host_init(struct tunnel_host *, const char *name);
void tunnel_host_destroy(struct tunnel_host *);
void tunnel_host_touch(struct tunnel_host *);
void tunnel_host_check_netns(struct tunnel_host *);
void tunnel_host_run(struct tunnel_host *, const struct tunnel_host_env *,
                     const struct want_tunnel *);
void tunnel_host_wait(const struct tunnel_host *);
bool tunnel_host_is_examined(const struct tunnel_host *,
                             const struct want_tunnel *);
void tunnel_host_close(struct tunnel_host *);
char *tunnel_host_alias(const struct tunnel_host *);

/* ovn-vpn-controller/tunnel-remove.c. */
void tunnel_host_remove(struct tunnel_host *, const struct tunnel_host_env *);
void tunnel_host_purge(const struct tunnel_host_env *,
                       const struct sset *wanted);

#endif /* ovn-vpn-controller/tunnel-host.h */
