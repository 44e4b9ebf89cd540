/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_ENDPOINT_H
#define VPN_ENDPOINT_H 1

/* Where a peer can be called: "HOST:PORT".
 *
 * HOST is an IPv4 address, an IPv6 address in brackets, or a domain name, PORT
 * a number from 1 to 65535.  All programs parse it here, so that none writes
 * what another one cannot read. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct vpn_endpoint {
    char *name;                 /* Domain name, NULL if HOST is an address. */
    struct in6_addr addr;       /* If 'name' is NULL. */
    uint16_t port;
};

char *vpn_endpoint_parse(const char *, struct vpn_endpoint *);
void vpn_endpoint_destroy(struct vpn_endpoint *);

bool vpn_domain_is_valid(const char *);

#endif /* lib/vpn-endpoint.h */
