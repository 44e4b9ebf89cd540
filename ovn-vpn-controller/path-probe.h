/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PATH_PROBE_H
#define PATH_PROBE_H 1

/* Finds out when OVN's path from a tunnel's namespace to its router is there.
 *
 * When a gateway port comes to a chassis, the database says so some
 * milliseconds before ovn-controller there has put the flows in place, and
 * what is sent in between is lost.  The router answers ARP requests only where
 * its port resides, so the first answer tells that packets get through.  The
 * requests also tell the router, and the switches on the way, where the
 * namespace is.
 *
 * The same tells whether the port may have come here at all, when another
 * chassis is lost and the database says nothing. */

#include <stdbool.h>

#include "openvswitch/types.h"

struct netns;

struct path_probe {
    int fd;                     /* -1 while there is no probe. */
    bool has_come;              /* The port, for certain. */
    struct eth_addr mac;        /* Of the namespace's interface. */
    ovs_be32 address, router;
    long long int started;
    long long int next;         /* Time of the next request. */
};

void path_probe_init(struct path_probe *);
int path_probe_start(struct path_probe *, const struct netns *, int ifindex,
                     struct eth_addr mac, ovs_be32 address, ovs_be32 router,
                     bool has_come);
void path_probe_stop(struct path_probe *);
bool path_probe_is_on(const struct path_probe *);
bool path_probe_run(struct path_probe *);
void path_probe_wait(const struct path_probe *);

#endif /* ovn-vpn-controller/path-probe.h */
