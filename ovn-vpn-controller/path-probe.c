/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/path-probe.h"

#include <errno.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "coverage.h"
#include "dp-packet.h"
#include "openvswitch/poll-loop.h"
#include "ovn-vpn-controller/netns.h"
#include "packets.h"
#include "timeval.h"
#include "util.h"

COVERAGE_DEFINE(path_probe_sent);
COVERAGE_DEFINE(path_probe_answered);

/* Time between two requests: OVN's flows are mostly there within 50 ms. */
#define YOUNG_MS 100
#define YOUNG_INTERVAL_MS 5
#define OLD_INTERVAL_MS 20

/* An ARP packet, without padding. */
#define FRAME_LEN (ETH_HEADER_LEN + ARP_ETH_HEADER_LEN)

/* A router that has not answered by then does not answer: if its port has come
 * here, and if it may have.  In the latter case all standby tunnels ask at the
 * same time. */
#define GIVE_UP_MS 2000
#define GIVE_UP_GUESS_MS 1000

void
path_probe_init(struct path_probe *p)
{
    p->fd = -1;
}

static int
open_in_current(int ifindex, int *fdp)
{
    struct sockaddr_ll sll = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons(ETH_TYPE_ARP),
        .sll_ifindex = ifindex,
    };

    /* Protocol 0 receives nothing until bind(). */
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return errno;
    }
    if (bind(fd, (struct sockaddr *) &sll, sizeof sll)) {
        int error = errno;

        close(fd);
        return error;
    }
    *fdp = fd;
    return 0;
}

/* Begins to ask for 'router' on interface 'ifindex' of 'netns', which has
 * 'mac' and 'address'.  'has_come' says whether the port is known to be here.
 * Returns 0 if successful, otherwise a positive errno value. */
int
path_probe_start(struct path_probe *p, const struct netns *netns, int ifindex,
                 struct eth_addr mac, ovs_be32 address, ovs_be32 router,
                 bool has_come)
{
    int previous;

    path_probe_stop(p);
    int error = netns_enter(netns, &previous);
    if (!error) {
        error = open_in_current(ifindex, &p->fd);
        netns_leave(previous);
    }
    p->mac = mac;
    p->address = address;
    p->router = router;
    p->has_come = has_come;
    p->started = p->next = time_msec();
    return error;
}

void
path_probe_stop(struct path_probe *p)
{
    if (p->fd >= 0) {
        close(p->fd);
        p->fd = -1;
    }
}

bool
path_probe_is_on(const struct path_probe *p)
{
    return p->fd >= 0;
}

static void
send_request(const struct path_probe *p)
{
    uint64_t stub[DIV_ROUND_UP(FRAME_LEN, 8)];
    struct dp_packet packet;

    dp_packet_use_stub(&packet, stub, sizeof stub);
    compose_arp(&packet, ARP_OP_REQUEST, p->mac, eth_addr_zero, true,
                p->address, p->router);
    /* What is not sent is not answered, and is sent again. */
    ignore(send(p->fd, dp_packet_data(&packet), dp_packet_size(&packet), 0));
    dp_packet_uninit(&packet);
    COVERAGE_INC(path_probe_sent);
}

/* Returns true if an answer has come. */
static bool
receive(const struct path_probe *p)
{
    uint16_t frame[FRAME_LEN / 2];
    const struct arp_eth_header *arp
        = ALIGNED_CAST(const struct arp_eth_header *,
                       (const char *) frame + ETH_HEADER_LEN);

    for (;;) {
        ssize_t n = recv(p->fd, frame, sizeof frame, 0);

        if (n < 0) {
            if (errno != EINTR) {
                return false;
            }
        } else if (n == sizeof frame && arp->ar_op == htons(ARP_OP_REPLY)
                   && get_16aligned_be32(&arp->ar_spa) == p->router) {
            return true;
        }
    }
}

static int
interval(const struct path_probe *p, long long int now)
{
    return (p->has_come && now - p->started < YOUNG_MS ? YOUNG_INTERVAL_MS
            : OLD_INTERVAL_MS);
}

/* Returns true when the router has answered.  The probe ends with the first
 * answer, or, if it was not known whether the port has come, after some time,
 * because then it matters whether it stays. */
bool
path_probe_run(struct path_probe *p)
{
    long long int now = time_msec();

    if (!path_probe_is_on(p)) {
        return false;
    }
    bool answered = receive(p);
    if (answered) {
        COVERAGE_INC(path_probe_answered);
    }
    if ((answered && p->has_come)
        || now - p->started >= (p->has_come ? GIVE_UP_MS : GIVE_UP_GUESS_MS)) {
        path_probe_stop(p);
    } else if (now >= p->next) {
        send_request(p);
        p->next = now + interval(p, now);
    }
    return answered;
}

void
path_probe_wait(const struct path_probe *p)
{
    if (path_probe_is_on(p)) {
        poll_fd_wait(p->fd, POLLIN);
        poll_timer_wait_until(p->next);
    }
}
