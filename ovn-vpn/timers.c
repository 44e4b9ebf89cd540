/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/timers.h"

#include "skiplist.h"
#include "util.h"

/* Orders timers by time; those that are due at the same time in any way, as
 * long as none equals another. */
static int
compare_timers(const void *a_, const void *b_, const void *conf OVS_UNUSED)
{
    const struct timer *a = a_, *b = b_;

    return (a->at != b->at ? (a->at < b->at ? -1 : 1)
            : a != b ? (a < b ? -1 : 1) : 0);
}

void
timers_init(struct timers *timers)
{
    timers->list = skiplist_create(compare_timers, NULL);
}

void
timers_destroy(struct timers *timers)
{
    skiplist_destroy(timers->list, NULL);
}

/* Makes 'timer' one that is due at 'at', or not at all if that is
 * TIMER_NEVER. */
void
timers_set(struct timers *timers, struct timer *timer, long long int at)
{
    if (timer->at == at) {
        return;
    }
    if (timer->at != TIMER_NEVER) {
        skiplist_delete(timers->list, timer);
    }
    timer->at = at;
    if (timer->at != TIMER_NEVER) {
        skiplist_insert(timers->list, timer);
    }
}

/* Returns the time at which the next timer is due, TIMER_NEVER if none is. */
long long int
timers_next(const struct timers *timers)
{
    struct skiplist_node *first = skiplist_first(timers->list);
    const struct timer *timer = first ? skiplist_get_data(first) : NULL;

    return timer ? timer->at : TIMER_NEVER;
}

/* Unsets and returns a timer that is due at 'now', or returns NULL if none
 * is. */
struct timer *
timers_pop(struct timers *timers, long long int now)
{
    struct skiplist_node *first = skiplist_first(timers->list);
    struct timer *timer = first ? skiplist_get_data(first) : NULL;

    if (!timer || timer->at > now) {
        return NULL;
    }
    timers_set(timers, timer, TIMER_NEVER);
    return timer;
}
