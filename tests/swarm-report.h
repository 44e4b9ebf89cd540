/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SWARM_REPORT_H
#define SWARM_REPORT_H 1

/* What happened to all simulated clients since the mark. */

#include <stddef.h>
#include <stdint.h>

#include "tests/swarm-client.h"

struct ds;
struct json;

struct swarm_report {
    size_t n_clients;
    size_t n_connected;         /* Have a session, and had an answer. */
    size_t n_back;              /* Had an answer since the mark, and lately. */
    long long int *outages;     /* 'n_clients' of them in us, sorted. */
    struct swarm_counters counters; /* Sums, since the beginning. */
    uint64_t n_sent, n_answered;
};

void swarm_report_init(struct swarm_report *, const struct swarm_client *,
                       size_t n, long long int now);
void swarm_report_destroy(struct swarm_report *);
void swarm_report_format(const struct swarm_report *, struct ds *);
struct json *swarm_report_to_json(const struct swarm_report *);

#endif /* tests/swarm-report.h */
