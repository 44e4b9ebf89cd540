/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/tap-sign.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ovn-vpn-controller/netns.h"
#include "util.h"

/* Enough for a few packets: what counts is that there is one. */
#define RECEIVE_BUFFER 4096

/* Operation of an ARP packet. */
#define ARP_REQUEST 1

/* First byte of a handshake response. */
#define WG_RESPONSE 2

/* Attaches to 'fd' a filter for UDP packets to 'port' that came in, and for
 * ARP requests of 'router'.  Such a socket sees packets from their network
 * header on.  Fragments other than the first one have no port; the first one
 * is enough. */
static int
attach_filter(int fd, uint16_t port, ovs_be32 router)
{
    struct sock_filter code[] = {
        /* ARP: operation, sender's address. */
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, SKF_AD_OFF + SKF_AD_PROTOCOL),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_ARP, 0, 6),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 26, 0),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARP_REQUEST, 0, 24),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 14),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ntohl(router), 21, 22),
        /* Only what is addressed to us, not what we send ourselves. */
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_HOST, 0, 20),
        /* The IP version is in the upper half of the first byte. */
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 4),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 4, 0, 9),
        /* IPv4: protocol, offset of a fragment, port behind the header. */
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 15),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 13, 0),
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 10),
        BPF_STMT(BPF_LD | BPF_B | BPF_IND, 8),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, WG_RESPONSE, 8, 7),
        /* IPv6: next header, port behind the fixed header. */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 6, 0, 7),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 5),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 42),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, port, 0, 3),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 48),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, WG_RESPONSE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, 64),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {
        .len = ARRAY_SIZE(code), .filter = code,
    };

    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
                      sizeof program) ? errno : 0;
}

static int
open_in_current(int ifindex, uint16_t port, ovs_be32 router, int *fdp)
{
    struct sockaddr_ll sll = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons(ETH_P_ALL),
        .sll_ifindex = ifindex,
    };
    int size = RECEIVE_BUFFER;

    /* Protocol 0 receives nothing until bind(), and so nothing that the
     * filter has not seen. */
    int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return errno;
    }
    int error = attach_filter(fd, port, router);
    if (!error
        && (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size)
            || bind(fd, (struct sockaddr *) &sll, sizeof sll))) {
        error = errno;
    }
    if (error) {
        close(fd);
    } else {
        *fdp = fd;
    }
    return error;
}

/* Opens in '*fd' a socket that becomes readable when a WireGuard packet to
 * 'port' arrives at interface 'ifindex' of 'netns', unless it is an answer to
 * one of ours, or an ARP request of 'router'.  The caller must close it. */
int
tap_sign_open(const struct netns *netns, int ifindex, uint16_t port,
              ovs_be32 router, int *fd)
{
    int previous;

    *fd = -1;
    int error = netns_enter(netns, &previous);
    if (!error) {
        error = open_in_current(ifindex, port, router, fd);
        netns_leave(previous);
    }
    return error;
}

/* Returns the strongest sign since the last call.  Sets errors of the socket,
 * such as that its interface went down, aside: the namespace's own events tell
 * of these. */
enum tap_sign
tap_sign_run(int fd)
{
    enum tap_sign sign = TAP_SIGN_NONE;

    for (;;) {
        struct sockaddr_ll from;
        socklen_t len = sizeof from;
        char byte;
        ssize_t n = recvfrom(fd, &byte, sizeof byte, MSG_DONTWAIT | MSG_TRUNC,
                             (struct sockaddr *) &from, &len);

        if (n >= 0) {
            sign = MAX(sign, (from.sll_protocol == htons(ETH_P_ARP)
                              ? TAP_SIGN_ROUTER : TAP_SIGN_PACKET));
        } else if (errno != EINTR) {
            return sign;
        }
    }
}
