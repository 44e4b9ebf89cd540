/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_PREFIX_H
#define VPN_PREFIX_H 1

/* IPv4 and IPv6 prefixes in one type.
 *
 * An IPv4 address stands in 'struct in6_addr' in its v4-mapped form
 * (::ffff:a.b.c.d), as elsewhere in Open vSwitch; a prefix length counts the
 * bits of the address's own family, 0 to 32 or 0 to 128.
 *
 * Parsers return NULL on success and otherwise a message for the user that
 * quotes what is wrong, which the caller must free. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ds;

struct vpn_prefix {
    struct in6_addr addr;
    uint8_t plen;
};

/* An array of prefixes that grows. */
struct vpn_prefixes {
    struct vpn_prefix *list;
    size_t n, allocated;
};
#define VPN_PREFIXES_INITIALIZER { NULL, 0, 0 }

/* Room for an address, and for a prefix, as text. */
#define VPN_ADDR_TEXT_SIZE INET6_ADDRSTRLEN
#define VPN_PREFIX_TEXT_SIZE (INET6_ADDRSTRLEN + 4)

char *vpn_addr_parse(const char *, struct in6_addr *);
void vpn_addr_print(const struct in6_addr *, char text[VPN_ADDR_TEXT_SIZE]);
void vpn_addr_format(const struct in6_addr *, struct ds *);
char *vpn_addr_to_string(const struct in6_addr *);
bool vpn_addr_is_v4(const struct in6_addr *);

char *vpn_prefix_parse(const char *, struct vpn_prefix *);
char *vpn_prefix_parse_host(const char *, struct vpn_prefix *);
char *vpn_prefix_parse_cidr(const char *, struct vpn_prefix *);
void vpn_prefix_print(const struct vpn_prefix *,
                      char text[VPN_PREFIX_TEXT_SIZE]);
void vpn_prefix_format(const struct vpn_prefix *, struct ds *);
char *vpn_prefix_to_string(const struct vpn_prefix *);

struct vpn_prefix vpn_prefix_host(const struct in6_addr *);
struct vpn_prefix vpn_prefix_network(const struct vpn_prefix *);
bool vpn_prefix_nth(const struct vpn_prefix *, uint64_t n, struct in6_addr *);

bool vpn_prefix_is_v4(const struct vpn_prefix *);
bool vpn_prefix_equals(const struct vpn_prefix *, const struct vpn_prefix *);
int vpn_prefix_compare(const struct vpn_prefix *, const struct vpn_prefix *);
uint32_t vpn_prefix_hash(const struct vpn_prefix *, uint32_t basis);
bool vpn_prefix_contains(const struct vpn_prefix *, const struct in6_addr *);
bool vpn_prefix_overlaps(const struct vpn_prefix *,
                         const struct vpn_prefix *);

void vpn_prefixes_add(struct vpn_prefixes *, const struct vpn_prefix *);
void vpn_prefixes_clone(struct vpn_prefixes *, const struct vpn_prefixes *);
void vpn_prefixes_sort(struct vpn_prefixes *);
bool vpn_prefixes_have_family(const struct vpn_prefixes *, bool v4);
const struct vpn_prefix *vpn_prefixes_find_overlap(
    const struct vpn_prefixes *, const struct vpn_prefix *);
void vpn_prefixes_format(const struct vpn_prefixes *, const char *separator,
                         struct ds *);
void vpn_prefixes_destroy(struct vpn_prefixes *);

#endif /* lib/vpn-prefix.h */
