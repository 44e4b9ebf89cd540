/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>
#undef NDEBUG
#include "tests/swarm-probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "csum.h"
#include "packets.h"
#include "unaligned.h"
#include "util.h"

void
swarm_probe_init(struct swarm_probe *probe, ovs_be32 src, ovs_be32 dst,
                 uint16_t id, bool idle)
{
    *probe = (struct swarm_probe) {
        .src = src,
        .dst = dst,
        .id = id,
        .idle = idle,
    };
}

/* Forgets outages up to now. */
void
swarm_probe_mark(struct swarm_probe *probe, long long int now)
{
    probe->mark = now;
    probe->answered = false;
    probe->outage = 0;
}

/* Returns the outage, which goes on if there was no answer for even longer. */
long long int
swarm_probe_outage(const struct swarm_probe *probe, long long int now)
{
    long long int since = (!probe->idle && probe->last_answer
                           ? probe->last_answer : probe->mark);

    return (probe->idle && probe->answered ? probe->outage
            : MAX(probe->outage, now - since));
}

/* Composes the next echo request. */
void
swarm_probe_compose(struct swarm_probe *probe, uint8_t packet[SWARM_PROBE_LEN])
{
    struct ip_header ip = {
        .ip_ihl_ver = IP_IHL_VER(5, 4),
        .ip_tot_len = htons(SWARM_PROBE_LEN),
        .ip_ttl = 64,
        .ip_proto = IPPROTO_ICMP,
    };
    struct icmp_header icmp = {
        .icmp_type = ICMP4_ECHO_REQUEST,
        .icmp_fields.echo = { htons(probe->id), htons(probe->n_sent) },
    };

    put_16aligned_be32(&ip.ip_src, probe->src);
    put_16aligned_be32(&ip.ip_dst, probe->dst);
    ip.ip_csum = csum(&ip, sizeof ip);
    icmp.icmp_csum = csum(&icmp, ICMP_HEADER_LEN);

    memset(packet, 0, SWARM_PROBE_LEN);
    memcpy(packet, &ip, sizeof ip);
    memcpy(packet + sizeof ip, &icmp, ICMP_HEADER_LEN);
    probe->n_sent++;
}

static void
take_answer(struct swarm_probe *probe, long long int now)
{
    long long int outage = (probe->idle ? now - probe->mark
                            : probe->last_answer ? now - probe->last_answer
                            : 0);

    probe->n_answered++;
    if (!probe->idle || !probe->answered) {
        probe->outage = MAX(probe->outage, outage);
    }
    probe->answered = true;
    probe->last_answer = now;
}

/* Makes the answer to an echo request out of it. */
static void
turn_round(uint8_t *packet, size_t len)
{
    struct ip_header *ip = ALIGNED_CAST(struct ip_header *, packet);
    struct icmp_header *icmp = ALIGNED_CAST(struct icmp_header *, ip + 1);
    ovs_16aligned_be32 src = ip->ip_src;

    ip->ip_src = ip->ip_dst;
    ip->ip_dst = src;
    icmp->icmp_type = ICMP4_ECHO_REPLY;
    icmp->icmp_csum = 0;
    icmp->icmp_csum = csum(icmp, len - sizeof *ip);
}

/* Judges a 2-byte-aligned packet of '*len' bytes, and stores its length
 * without padding there. */
enum swarm_packet
swarm_probe_receive(struct swarm_probe *probe, uint8_t *packet, size_t *len,
                    long long int now)
{
    const struct ip_header *ip = ALIGNED_CAST(struct ip_header *, packet);
    const struct icmp_header *icmp
        = ALIGNED_CAST(const struct icmp_header *, ip + 1);

    if (*len < sizeof *ip + ICMP_HEADER_LEN || ip->ip_ihl_ver != 0x45
        || ip->ip_proto != IPPROTO_ICMP || ntohs(ip->ip_tot_len) > *len
        || ntohs(ip->ip_tot_len) < sizeof *ip + ICMP_HEADER_LEN
        || get_16aligned_be32(&ip->ip_dst) != probe->src) {
        return SWARM_OTHER;
    }
    *len = ntohs(ip->ip_tot_len);
    if (icmp->icmp_type == ICMP4_ECHO_REQUEST) {
        turn_round(packet, *len);
        return SWARM_REQUEST;
    } else if (icmp->icmp_type == ICMP4_ECHO_REPLY
               && icmp->icmp_fields.echo.id == htons(probe->id)
               && get_16aligned_be32(&ip->ip_src) == probe->dst) {
        take_answer(probe, now);
        return SWARM_ANSWER;
    }
    return SWARM_OTHER;
}
