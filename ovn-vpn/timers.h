/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_TIMERS_H
#define OVN_VPN_TIMERS_H 1

/* Points in time at which something has to be looked at again, for any number
 * of things, each of which has at most one. */

#include <limits.h>
#include <stdbool.h>

struct skiplist;

/* "Never". */
#define TIMER_NEVER LLONG_MAX

/* Embedded in what has to be looked at. */
struct timer {
    long long int at;           /* TIMER_NEVER if it is not set. */
};
#define TIMER_INITIALIZER { TIMER_NEVER }

/* A set of timers, all on the same clock. */
struct timers {
    struct skiplist *list;      /* Those that are set, by time. */
};

void timers_init(struct timers *);
void timers_destroy(struct timers *);
void timers_set(struct timers *, struct timer *, long long int at);
long long int timers_next(const struct timers *);
struct timer *timers_pop(struct timers *, long long int now);

#endif /* ovn-vpn/timers.h */
