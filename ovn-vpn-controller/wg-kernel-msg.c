/* SPDX-License-Identifier: Apache-2.0 */

/* Requests; see ovn-vpn-controller/wg-kernel-msg.h.
 *
 * An attribute's length has 16 bits, so what does not fit into one message
 * continues in the next: peers, and within a peer its allowed IPs. */

#include <config.h>

#include "ovn-vpn-controller/wg-kernel-msg.h"

#include <linux/wireguard.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "packets.h"
#include "util.h"

/* Size of a message.  One with new peers costs the kernel about 50 us for
 * each, and nobody else's tunnel is looked after meanwhile. */
#define MESSAGE_SIZE 32768

/* Upper limits of what a peer without allowed IPs takes, and one of those. */
#define PEER_SIZE 256
#define ALLOWED_IP_SIZE 64

void
wg_kernel_msgs_init(struct wg_kernel_msgs *msgs)
{
    memset(msgs, 0, sizeof *msgs);
}

void
wg_kernel_msgs_destroy(struct wg_kernel_msgs *msgs)
{
    for (size_t i = 0; i < msgs->n; i++) {
        vpn_wipe(nlmsg_hdr(msgs->list[i]),
                 nlmsg_get_max_size(msgs->list[i]));
        nlmsg_free(msgs->list[i]);
    }
    free(msgs->list);
}

static struct nl_msg *
add_msg(struct wg_kernel_msgs *msgs, int family, int cmd, int flags,
        const char *ifname)
{
    struct nl_msg *msg = nlmsg_alloc_size(MESSAGE_SIZE);

    if (!msg) {
        out_of_memory();
    }
    if (msgs->n >= msgs->allocated) {
        msgs->list = x2nrealloc(msgs->list, &msgs->allocated,
                                sizeof *msgs->list);
    }
    msgs->list[msgs->n++] = msg;
    genlmsg_put(msg, 0, 0, family, 0, NLM_F_REQUEST | flags, cmd,
                WG_GENL_VERSION);
    nla_put_string(msg, WGDEVICE_A_IFNAME, ifname);
    return msg;
}

/* Adds the request to read 'ifname'. */
void
wg_kernel_put_get(struct wg_kernel_msgs *msgs, int family, const char *ifname)
{
    add_msg(msgs, family, WG_CMD_GET_DEVICE, NLM_F_DUMP, ifname);
}

/* Where the next attribute goes. */
struct cursor {
    struct wg_kernel_msgs *msgs;
    int family;
    const char *ifname;
    struct nl_msg *msg;
    struct nlattr *peers, *peer, *allowed_ips; /* Open nests. */
};

static void
begin_msg(struct cursor *c)
{
    c->msg = add_msg(c->msgs, c->family, WG_CMD_SET_DEVICE, NLM_F_ACK,
                     c->ifname);
}

static struct nlattr *
begin_nest(struct cursor *c, int type)
{
    struct nlattr *nest = nla_nest_start(c->msg, NLA_F_NESTED | type);

    ovs_assert(nest);
    return nest;
}

static void
begin_peers(struct cursor *c)
{
    c->peers = begin_nest(c, WGDEVICE_A_PEERS);
}

/* A nest with nothing in it goes away. */
static void
end_peers(struct cursor *c)
{
    nla_nest_end(c->msg, c->peers);
}

/* Makes room for 'size' bytes in the current list of peers, or in a new one in
 * another message. */
static void
reserve(struct cursor *c, size_t size)
{
    if (nlmsg_hdr(c->msg)->nlmsg_len + size > MESSAGE_SIZE) {
        end_peers(c);
        begin_msg(c);
        begin_peers(c);
    }
}

static void
begin_peer(struct cursor *c, const struct vpn_key *public_key, uint32_t flags)
{
    reserve(c, PEER_SIZE);
    c->peer = begin_nest(c, 0);
    nla_put(c->msg, WGPEER_A_PUBLIC_KEY, sizeof *public_key, public_key);
    nla_put_u32(c->msg, WGPEER_A_FLAGS, flags);
}

static void
end_peer(struct cursor *c)
{
    nla_nest_end(c->msg, c->peer);
}

static void
put_endpoint(struct cursor *c, const struct wg_endpoint *endpoint)
{
    if (vpn_addr_is_v4(&endpoint->addr)) {
        struct sockaddr_in sin = {
            .sin_family = AF_INET,
            .sin_port = htons(endpoint->port),
            .sin_addr.s_addr = in6_addr_get_mapped_ipv4(&endpoint->addr),
        };
        nla_put(c->msg, WGPEER_A_ENDPOINT, sizeof sin, &sin);
    } else {
        struct sockaddr_in6 sin6 = {
            .sin6_family = AF_INET6,
            .sin6_port = htons(endpoint->port),
            .sin6_addr = endpoint->addr,
        };
        nla_put(c->msg, WGPEER_A_ENDPOINT, sizeof sin6, &sin6);
    }
}

static void
put_allowed_ip(struct cursor *c, const struct vpn_prefix *prefix)
{
    struct nlattr *nest = begin_nest(c, 0);
    bool v4 = vpn_prefix_is_v4(prefix);

    nla_put_u16(c->msg, WGALLOWEDIP_A_FAMILY, v4 ? AF_INET : AF_INET6);
    nla_put(c->msg, WGALLOWEDIP_A_IPADDR, v4 ? 4 : 16,
            prefix->addr.s6_addr + (v4 ? 12 : 0));
    nla_put_u8(c->msg, WGALLOWEDIP_A_CIDR_MASK, prefix->plen);
    nla_nest_end(c->msg, nest);
}

/* Adds all allowed IPs of 'want' to the open peer, and continues it in as many
 * messages as it takes. */
static void
put_allowed_ips(struct cursor *c, const struct wg_peer *want)
{
    c->allowed_ips = begin_nest(c, WGPEER_A_ALLOWEDIPS);
    for (size_t i = 0; i < want->allowed_ips.n; i++) {
        if (nlmsg_hdr(c->msg)->nlmsg_len + ALLOWED_IP_SIZE > MESSAGE_SIZE) {
            nla_nest_end(c->msg, c->allowed_ips);
            end_peer(c);
            begin_peer(c, &want->public_key, WGPEER_F_UPDATE_ONLY);
            c->allowed_ips = begin_nest(c, WGPEER_A_ALLOWEDIPS);
        }
        put_allowed_ip(c, &want->allowed_ips.list[i]);
    }
    nla_nest_end(c->msg, c->allowed_ips);
}

static uint32_t
peer_flags(const struct wg_change *change)
{
    return ((change->what & WG_ADD ? 0 : WGPEER_F_UPDATE_ONLY)
            | (change->what & WG_REPLACE_IPS
               ? WGPEER_F_REPLACE_ALLOWEDIPS : 0));
}

static void
put_change(struct cursor *c, const struct wg_change *change,
           const struct wg_secrets *secrets)
{
    static const struct vpn_key none;
    const struct wg_peer *want = change->want;
    struct vpn_key *psk = NULL;

    if (want && change->what & WG_PSK
        && !wg_secrets_get_psk(secrets, want, &psk)) {
        return;
    }
    if (change->what & WG_REMOVE) {
        begin_peer(c, &change->public_key, WGPEER_F_REMOVE_ME);
        end_peer(c);
    }
    if (want) {
        begin_peer(c, &change->public_key, peer_flags(change));
        if (change->what & WG_PSK) {
            nla_put(c->msg, WGPEER_A_PRESHARED_KEY, sizeof none,
                    psk ? psk : &none);
        }
        if (change->what & WG_ENDPOINT) {
            put_endpoint(c, &change->endpoint);
        }
        if (change->what & WG_KEEPALIVE) {
            nla_put_u16(c->msg, WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL,
                        change->keepalive);
        }
        if (change->what & WG_ALLOWED_IPS) {
            put_allowed_ips(c, want);
        }
        end_peer(c);
    }
    vpn_secret_free(psk);
}

/* Adds requests that make 'changes' to 'ifname', with values from 'want' and
 * keys from 'secrets'. */
void
wg_kernel_put_set(struct wg_kernel_msgs *msgs, int family, const char *ifname,
                  const struct wg_device *want,
                  const struct wg_changes *changes,
                  const struct wg_secrets *secrets)
{
    struct cursor c = { .msgs = msgs, .family = family, .ifname = ifname };

    begin_msg(&c);
    /* Only here: what comes in further messages is added.  The kernel sets a
     * private key before it looks at peers. */
    if (changes->replace_peers) {
        nla_put_u32(c.msg, WGDEVICE_A_FLAGS, WGDEVICE_F_REPLACE_PEERS);
    }
    if (changes->private_key) {
        nla_put(c.msg, WGDEVICE_A_PRIVATE_KEY, sizeof *secrets->private_key,
                secrets->private_key);
    }
    if (changes->fwmark) {
        nla_put_u32(c.msg, WGDEVICE_A_FWMARK, want->fwmark);
    }
    if (changes->listen_port) {
        nla_put_u16(c.msg, WGDEVICE_A_LISTEN_PORT, want->listen_port);
    }
    begin_peers(&c);
    for (size_t i = 0; i < changes->n; i++) {
        put_change(&c, &changes->list[i], secrets);
    }
    end_peers(&c);
}
