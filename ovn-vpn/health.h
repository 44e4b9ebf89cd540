/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_HEALTH_H
#define OVN_VPN_HEALTH_H 1

/* Which chassis had better not serve which services, by what agents report.
 *
 * A pure memory with a clock of its caller's: a chassis has to be ill for some
 * time before it is taken for unwell, because agents mend most things faster
 * than a service moves, and has to be well for longer before it is trusted
 * again, so that a service does not move to and fro.  A chassis that comes
 * back after it has lost its power is not trusted before its agent is there.
 *
 * Times are in milliseconds of the monotonic clock. */

#include <stdbool.h>

#include "openvswitch/hmap.h"
#include "openvswitch/uuid.h"

#define HEALTH_ILL_MS 1000
#define HEALTH_WELL_MS 10000

struct uuidset;

struct health {
    struct hmap cases;          /* Contains 'struct health_case's. */
};

void health_init(struct health *);
void health_destroy(struct health *);

void health_note(struct health *, const struct uuid *service,
                 const char *chassis, long long int now);
long long int health_run(struct health *, long long int now,
                         struct uuidset *changed);
bool health_is_unwell(const struct health *, const struct uuid *service,
                      const char *chassis);

#endif /* ovn-vpn/health.h */
