/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/vpn-prefix.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"

/* Number of bits of a v4-mapped address before the IPv4 address. */
#define V4_OFFSET 96

/* Returns the length of 'p' in bits of its v4-mapped or IPv6 address. */
static unsigned int
mapped_plen(const struct vpn_prefix *p)
{
    return p->plen + (vpn_prefix_is_v4(p) ? V4_OFFSET : 0);
}

bool
vpn_addr_is_v4(const struct in6_addr *addr)
{
    return IN6_IS_ADDR_V4MAPPED(addr);
}

/* Parses 's', an IPv4 or IPv6 address without prefix length. */
char *
vpn_addr_parse(const char *s, struct in6_addr *addr)
{
    ovs_be32 ip4;

    if (ip_parse(s, &ip4)) {
        in6_addr_set_mapped_ipv4(addr, ip4);
    } else if (!ipv6_parse(s, addr) || vpn_addr_is_v4(addr)) {
        return xasprintf("\"%s\" is not an IP address", s);
    }
    return NULL;
}

/* Writes 'n' in decimal to 'p'.  Returns the end. */
static char *
put_octet(unsigned int n, char *p)
{
    if (n >= 100) {
        *p++ = '0' + n / 100;
    }
    if (n >= 10) {
        *p++ = '0' + n / 10 % 10;
    }
    *p++ = '0' + n % 10;
    return p;
}

/* Writes 'addr' to 'text'.  IPv4 addresses need no printf(), which takes ten
 * times as long: a large cloud has them in the hundred thousands. */
void
vpn_addr_print(const struct in6_addr *addr, char text[VPN_ADDR_TEXT_SIZE])
{
    if (!vpn_addr_is_v4(addr)) {
        inet_ntop(AF_INET6, addr, text, VPN_ADDR_TEXT_SIZE);
        return;
    }
    for (int i = 12; i < 16; i++) {
        text = put_octet(addr->s6_addr[i], text);
        *text++ = i < 15 ? '.' : '\0';
    }
}

void
vpn_addr_format(const struct in6_addr *addr, struct ds *ds)
{
    char text[VPN_ADDR_TEXT_SIZE];

    vpn_addr_print(addr, text);
    ds_put_cstr(ds, text);
}

/* Returns 'addr' as text, which the caller must free. */
char *
vpn_addr_to_string(const struct in6_addr *addr)
{
    char text[VPN_ADDR_TEXT_SIZE];

    vpn_addr_print(addr, text);
    return xstrdup(text);
}

/* Parses 's', an address with an optional prefix length, which may have host
 * bits: "10.0.0.1/24".  An address alone is a prefix of its full length. */
char *
vpn_prefix_parse_cidr(const char *s, struct vpn_prefix *p)
{
    const char *slash = strchr(s, '/');
    char *host = slash ? xmemdup0(s, slash - s) : xstrdup(s);
    char *error = vpn_addr_parse(host, &p->addr);

    free(host);
    if (error) {
        free(error);
        return xasprintf("\"%s\" is not an IP prefix such as 10.0.0.0/24", s);
    }

    unsigned int max = vpn_addr_is_v4(&p->addr) ? 32 : 128;
    unsigned int plen = max;
    if (slash && (!slash[1] || slash[1 + strspn(slash + 1, "0123456789")]
                  || !str_to_uint(slash + 1, 10, &plen) || plen > max)) {
        return xasprintf("\"%s\" has a prefix length that is not a number "
                         "from 0 to %u", s, max);
    }
    p->plen = plen;
    return NULL;
}

/* Parses 's', a prefix without host bits. */
char *
vpn_prefix_parse(const char *s, struct vpn_prefix *p)
{
    char *error = vpn_prefix_parse_cidr(s, p);

    if (!error) {
        struct vpn_prefix network = vpn_prefix_network(p);

        if (!vpn_prefix_equals(&network, p)) {
            char *right = vpn_prefix_to_string(&network);

            error = xasprintf("\"%s\" has bits set beyond its prefix length "
                              "(the prefix is %s)", s, right);
            free(right);
        }
    }
    return error;
}

/* Parses 's', an address without prefix length, as the prefix that holds it
 * alone. */
char *
vpn_prefix_parse_host(const char *s, struct vpn_prefix *p)
{
    struct in6_addr addr;
    char *error = vpn_addr_parse(s, &addr);

    if (!error) {
        *p = vpn_prefix_host(&addr);
    }
    return error;
}

/* Writes 'p' to 'text'. */
void
vpn_prefix_print(const struct vpn_prefix *p, char text[VPN_PREFIX_TEXT_SIZE])
{
    vpn_addr_print(&p->addr, text);
    text += strlen(text);
    *text++ = '/';
    *put_octet(p->plen, text) = '\0';
}

void
vpn_prefix_format(const struct vpn_prefix *p, struct ds *ds)
{
    char text[VPN_PREFIX_TEXT_SIZE];

    vpn_prefix_print(p, text);
    ds_put_cstr(ds, text);
}

/* Returns 'p' as text, which the caller must free. */
char *
vpn_prefix_to_string(const struct vpn_prefix *p)
{
    char text[VPN_PREFIX_TEXT_SIZE];

    vpn_prefix_print(p, text);
    return xstrdup(text);
}

/* Returns the prefix that holds 'addr' alone. */
struct vpn_prefix
vpn_prefix_host(const struct in6_addr *addr)
{
    return (struct vpn_prefix) {
        .addr = *addr,
        .plen = vpn_addr_is_v4(addr) ? 32 : 128,
    };
}

/* Returns 'p' without its host bits. */
struct vpn_prefix
vpn_prefix_network(const struct vpn_prefix *p)
{
    struct in6_addr mask = ipv6_create_mask(mapped_plen(p));

    return (struct vpn_prefix) {
        .addr = ipv6_addr_bitand(&p->addr, &mask),
        .plen = p->plen,
    };
}

/* Stores the 'n'th address of 'p', counted from 0, in '*addr'.  Returns false
 * if 'p' has no more than 'n' addresses. */
bool
vpn_prefix_nth(const struct vpn_prefix *p, uint64_t n, struct in6_addr *addr)
{
    struct vpn_prefix network = vpn_prefix_network(p);
    unsigned int host_bits = 128 - mapped_plen(p);

    if (host_bits < 64 && n >> host_bits) {
        return false;
    }
    *addr = network.addr;
    for (int i = 15; i >= 8; i--) {
        addr->s6_addr[i] |= n & 0xff;
        n >>= 8;
    }
    return true;
}

bool
vpn_prefix_is_v4(const struct vpn_prefix *p)
{
    return vpn_addr_is_v4(&p->addr);
}

bool
vpn_prefix_equals(const struct vpn_prefix *a, const struct vpn_prefix *b)
{
    return a->plen == b->plen && ipv6_addr_equals(&a->addr, &b->addr);
}

/* Orders IPv4 before IPv6, then by address, then by length. */
int
vpn_prefix_compare(const struct vpn_prefix *a, const struct vpn_prefix *b)
{
    if (vpn_prefix_is_v4(a) != vpn_prefix_is_v4(b)) {
        return vpn_prefix_is_v4(a) ? -1 : 1;
    }
    int cmp = memcmp(&a->addr, &b->addr, sizeof a->addr);
    return cmp ? cmp : (int) a->plen - (int) b->plen;
}

uint32_t
vpn_prefix_hash(const struct vpn_prefix *p, uint32_t basis)
{
    return hash_bytes(&p->addr, sizeof p->addr, hash_int(p->plen, basis));
}

bool
vpn_prefix_contains(const struct vpn_prefix *p, const struct in6_addr *addr)
{
    struct vpn_prefix host = { .addr = *addr, .plen = p->plen };

    if (vpn_prefix_is_v4(p) != vpn_addr_is_v4(addr)) {
        return false;
    }
    struct vpn_prefix a = vpn_prefix_network(&host);
    struct vpn_prefix b = vpn_prefix_network(p);
    return ipv6_addr_equals(&a.addr, &b.addr);
}

/* Returns true if 'a' and 'b' have an address in common. */
bool
vpn_prefix_overlaps(const struct vpn_prefix *a, const struct vpn_prefix *b)
{
    return (vpn_prefix_is_v4(a) == vpn_prefix_is_v4(b)
            && (a->plen <= b->plen
                ? vpn_prefix_contains(a, &b->addr)
                : vpn_prefix_contains(b, &a->addr)));
}

void
vpn_prefixes_add(struct vpn_prefixes *ps, const struct vpn_prefix *p)
{
    if (ps->n >= ps->allocated) {
        ps->list = x2nrealloc(ps->list, &ps->allocated, sizeof *ps->list);
    }
    ps->list[ps->n++] = *p;
}

void
vpn_prefixes_clone(struct vpn_prefixes *dst, const struct vpn_prefixes *src)
{
    dst->list = src->n ? xmemdup(src->list, src->n * sizeof *src->list) : NULL;
    dst->n = dst->allocated = src->n;
}

static int
compare_prefixes_cb(const void *a, const void *b)
{
    return vpn_prefix_compare(a, b);
}

/* Sorts 'ps' and drops what stands in it twice. */
void
vpn_prefixes_sort(struct vpn_prefixes *ps)
{
    size_t n = 0;

    if (ps->n < 2) {
        return;
    }
    qsort(ps->list, ps->n, sizeof *ps->list, compare_prefixes_cb);
    for (size_t i = 1; i < ps->n; i++) {
        if (!vpn_prefix_equals(&ps->list[i], &ps->list[n])) {
            ps->list[++n] = ps->list[i];
        }
    }
    ps->n = n + 1;
}

/* Returns true if there is an IPv4 prefix in 'ps', or with '!v4' an IPv6
 * one. */
bool
vpn_prefixes_have_family(const struct vpn_prefixes *ps, bool v4)
{
    for (size_t i = 0; i < ps->n; i++) {
        if (vpn_prefix_is_v4(&ps->list[i]) == v4) {
            return true;
        }
    }
    return false;
}

/* Returns a prefix in 'ps' that overlaps with 'p', or NULL. */
const struct vpn_prefix *
vpn_prefixes_find_overlap(const struct vpn_prefixes *ps,
                          const struct vpn_prefix *p)
{
    for (size_t i = 0; i < ps->n; i++) {
        if (vpn_prefix_overlaps(&ps->list[i], p)) {
            return &ps->list[i];
        }
    }
    return NULL;
}

void
vpn_prefixes_format(const struct vpn_prefixes *ps, const char *separator,
                    struct ds *ds)
{
    for (size_t i = 0; i < ps->n; i++) {
        if (i) {
            ds_put_cstr(ds, separator);
        }
        vpn_prefix_format(&ps->list[i], ds);
    }
}

/* Frees what 'ps' holds and leaves it empty. */
void
vpn_prefixes_destroy(struct vpn_prefixes *ps)
{
    free(ps->list);
    *ps = (struct vpn_prefixes) VPN_PREFIXES_INITIALIZER;
}
