/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_FAILURES_H
#define OVN_VPN_FAILURES_H 1

/* What the OVN Northbound database refuses although planning foresaw nothing.
 *
 * One transaction normally holds the changes of all services, so that one bad
 * row would keep all others out.  After a refusal, services are therefore
 * written one at a time, in isolation, until all that can be is written.  The
 * one whose transaction is refused again is at fault; it is left alone for a
 * while. */

#include <stdbool.h>

#include "openvswitch/hmap.h"
#include "openvswitch/uuid.h"

/* Time after which a refused service is tried again. */
#define FAILURES_RETRY_MS 30000

struct model;

struct failures {
    struct hmap services;       /* Contains 'struct failure's. */
    bool isolate;               /* Write one service at a time. */
    bool has_suspect;
    struct uuid suspect;        /* Written in the last transaction, alone. */
};

void failures_init(struct failures *);
void failures_destroy(struct failures *);
void failures_clear(struct failures *);
void failures_sweep(struct failures *, const struct model *);

void failures_suspect(struct failures *, const struct uuid *service);
void failures_clear_suspect(struct failures *);
void failures_note(struct failures *, const char *error, long long int now);
const char *failures_find(struct failures *, const struct uuid *service,
                          long long int now);
long long int failures_next_retry(const struct failures *);

#endif /* ovn-vpn/failures.h */
