/* SPDX-License-Identifier: Apache-2.0 */

/* Answers; see ovn-vpn-controller/wg-kernel-msg.h.
 *
 * A device comes in several messages, and a peer that does not fit into one
 * continues in the next, with its public key and more allowed IPs. */

#include <config.h>

#include "ovn-vpn-controller/wg-kernel-msg.h"

#include <errno.h>
#include <linux/wireguard.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <string.h>
#include <sys/socket.h>

#include "packets.h"
#include "util.h"

/* Of attributes that are not listed here nothing is known, and newer kernels
 * may add some. */
static struct nla_policy device_policy[WGDEVICE_A_MAX + 1] = {
    [WGDEVICE_A_PRIVATE_KEY] = { .minlen = VPN_KEY_LEN },
    [WGDEVICE_A_LISTEN_PORT] = { .type = NLA_U16 },
    [WGDEVICE_A_FWMARK] = { .type = NLA_U32 },
    [WGDEVICE_A_PEERS] = { .type = NLA_NESTED },
};

static struct nla_policy peer_policy[WGPEER_A_MAX + 1] = {
    [WGPEER_A_PUBLIC_KEY] = { .minlen = VPN_KEY_LEN },
    [WGPEER_A_PRESHARED_KEY] = { .minlen = VPN_KEY_LEN },
    [WGPEER_A_ENDPOINT] = { .minlen = sizeof(struct sockaddr) },
    [WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL] = { .type = NLA_U16 },
    [WGPEER_A_LAST_HANDSHAKE_TIME] = { .minlen = 2 * sizeof(int64_t) },
    [WGPEER_A_RX_BYTES] = { .type = NLA_U64 },
    [WGPEER_A_TX_BYTES] = { .type = NLA_U64 },
    [WGPEER_A_ALLOWEDIPS] = { .type = NLA_NESTED },
};

static struct nla_policy allowed_ip_policy[WGALLOWEDIP_A_MAX + 1] = {
    [WGALLOWEDIP_A_FAMILY] = { .type = NLA_U16 },
    [WGALLOWEDIP_A_IPADDR] = { .minlen = sizeof(struct in_addr) },
    [WGALLOWEDIP_A_CIDR_MASK] = { .type = NLA_U8 },
};

/* Stores the digest of the secret in 'attr' in '*digest'.  Returns false if
 * there is none, or zeros, which stand for none. */
static bool
parse_secret(const struct nlattr *attr, struct vpn_digest *digest)
{
    const struct vpn_key *key = attr ? nla_data(attr) : NULL;

    if (!key || vpn_key_is_zero(key)) {
        return false;
    }
    vpn_secret_digest(key, digest);
    return true;
}

static bool
parse_endpoint(const struct nlattr *attr, struct wg_endpoint *endpoint)
{
    struct sockaddr_in6 sin6;
    struct sockaddr_in sin;
    sa_family_t family;

    memcpy(&family, nla_data(attr), sizeof family);
    if (family == AF_INET && nla_len(attr) >= sizeof sin) {
        memcpy(&sin, nla_data(attr), sizeof sin);
        in6_addr_set_mapped_ipv4(&endpoint->addr, sin.sin_addr.s_addr);
        endpoint->port = ntohs(sin.sin_port);
        return true;
    } else if (family == AF_INET6 && nla_len(attr) >= sizeof sin6) {
        memcpy(&sin6, nla_data(attr), sizeof sin6);
        endpoint->addr = sin6.sin6_addr;
        endpoint->port = ntohs(sin6.sin6_port);
        return true;
    }
    return false;
}

static int
parse_allowed_ip(struct nlattr *nest, struct vpn_prefixes *prefixes)
{
    struct nlattr *attrs[WGALLOWEDIP_A_MAX + 1];
    struct vpn_prefix prefix;

    if (nla_parse_nested(attrs, WGALLOWEDIP_A_MAX, nest, allowed_ip_policy)
        || !attrs[WGALLOWEDIP_A_FAMILY] || !attrs[WGALLOWEDIP_A_IPADDR]
        || !attrs[WGALLOWEDIP_A_CIDR_MASK]) {
        return EPROTO;
    }
    bool v4 = nla_get_u16(attrs[WGALLOWEDIP_A_FAMILY]) == AF_INET;
    size_t len = v4 ? 4 : 16;
    if (nla_len(attrs[WGALLOWEDIP_A_IPADDR]) < len) {
        return EPROTO;
    }
    memset(&prefix, 0, sizeof prefix);
    if (v4) {
        in6_addr_set_mapped_ipv4(&prefix.addr, 0);
    }
    memcpy(prefix.addr.s6_addr + 16 - len,
           nla_data(attrs[WGALLOWEDIP_A_IPADDR]), len);
    prefix.plen = nla_get_u8(attrs[WGALLOWEDIP_A_CIDR_MASK]);
    vpn_prefixes_add(prefixes, &prefix);
    return 0;
}

/* Returns the time in 'attr', a struct __kernel_timespec, in ms. */
static long long int
parse_time(const struct nlattr *attr)
{
    int64_t time[2];

    memcpy(time, nla_data(attr), sizeof time);
    return time[0] * 1000LL + time[1] / 1000000;
}

/* Takes over what only the first part of a peer has. */
static void
parse_peer_attrs(struct nlattr *const attrs[], struct wg_peer *peer)
{
    const struct nlattr *keepalive
        = attrs[WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL];

    if (attrs[WGPEER_A_PRESHARED_KEY]) {
        peer->has_psk = parse_secret(attrs[WGPEER_A_PRESHARED_KEY],
                                     &peer->psk);
    }
    if (attrs[WGPEER_A_ENDPOINT]) {
        peer->has_endpoint = parse_endpoint(attrs[WGPEER_A_ENDPOINT],
                                            &peer->endpoint);
    }
    if (keepalive) {
        peer->keepalive = nla_get_u16(keepalive);
    }
    if (attrs[WGPEER_A_LAST_HANDSHAKE_TIME]) {
        peer->last_handshake = parse_time(attrs[WGPEER_A_LAST_HANDSHAKE_TIME]);
    }
    if (attrs[WGPEER_A_RX_BYTES]) {
        peer->rx_bytes = nla_get_u64(attrs[WGPEER_A_RX_BYTES]);
    }
    if (attrs[WGPEER_A_TX_BYTES]) {
        peer->tx_bytes = nla_get_u64(attrs[WGPEER_A_TX_BYTES]);
    }
}

static int
parse_peer(struct nlattr *nest, struct wg_device *device)
{
    struct nlattr *attrs[WGPEER_A_MAX + 1];
    struct nlattr *allowed_ip;
    struct vpn_key public_key;
    int error = 0, rest;

    if (nla_parse_nested(attrs, WGPEER_A_MAX, nest, peer_policy)
        || !attrs[WGPEER_A_PUBLIC_KEY]) {
        return EPROTO;
    }
    memcpy(&public_key, nla_data(attrs[WGPEER_A_PUBLIC_KEY]),
           sizeof public_key);
    struct wg_peer *peer = wg_device_find(device, &public_key);
    if (!peer) {
        peer = wg_peer_create(&public_key);
        wg_device_add(device, peer);
    }
    parse_peer_attrs(attrs, peer);
    if (attrs[WGPEER_A_ALLOWEDIPS]) {
        nla_for_each_nested (allowed_ip, attrs[WGPEER_A_ALLOWEDIPS], rest) {
            error = error ? error : parse_allowed_ip(allowed_ip,
                                                     &peer->allowed_ips);
        }
    }
    return error;
}

/* Adds what 'message' tells to 'device'.  Returns 0 or a positive errno
 * value. */
int
wg_kernel_parse(const struct nlmsghdr *message, struct wg_device *device)
{
    struct nlmsghdr *hdr = CONST_CAST(struct nlmsghdr *, message);
    struct nlattr *attrs[WGDEVICE_A_MAX + 1];
    struct nlattr *peer;
    int error = 0, rest;

    if (genlmsg_parse(hdr, 0, attrs, WGDEVICE_A_MAX, device_policy)) {
        return EPROTO;
    }
    if (attrs[WGDEVICE_A_PRIVATE_KEY]) {
        device->has_private_key = parse_secret(attrs[WGDEVICE_A_PRIVATE_KEY],
                                               &device->private_key);
    }
    if (attrs[WGDEVICE_A_LISTEN_PORT]) {
        device->listen_port = nla_get_u16(attrs[WGDEVICE_A_LISTEN_PORT]);
    }
    if (attrs[WGDEVICE_A_FWMARK]) {
        device->fwmark = nla_get_u32(attrs[WGDEVICE_A_FWMARK]);
    }
    if (attrs[WGDEVICE_A_PEERS]) {
        nla_for_each_nested (peer, attrs[WGDEVICE_A_PEERS], rest) {
            error = error ? error : parse_peer(peer, device);
        }
    }
    return error;
}

/* To be called when all messages about 'device' have been parsed. */
void
wg_kernel_parse_end(struct wg_device *device)
{
    struct wg_peer *peer;

    HMAP_FOR_EACH (peer, node, &device->peers) {
        vpn_prefixes_sort(&peer->allowed_ips);
    }
}
