/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>
#undef NDEBUG
#include "tests/swarm-report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "util.h"

#define SECOND 1000000LL

/* A client is not back if it has been without answers for this long, or for so
 * many of its intervals. */
#define SILENCE_USEC SECOND
#define SILENCE_INTERVALS 3

static bool
is_back(const struct swarm_client *c, long long int now)
{
    long long int silence = now - c->probe.last_answer;

    return (c->probe.answered
            && (c->probe.idle
                || silence < MAX(SILENCE_USEC, (SILENCE_INTERVALS
                                                * c->config->interval))));
}

static int
compare_outages(const void *a_, const void *b_)
{
    const long long int *a = a_, *b = b_;

    return *a < *b ? -1 : *a > *b;
}

static void
add_counters(struct swarm_counters *sum, const struct swarm_counters *c)
{
    sum->n_initiated += c->n_initiated;
    sum->n_responded += c->n_responded;
    sum->n_completed += c->n_completed;
    sum->n_cookies += c->n_cookies;
    sum->n_unsent += c->n_unsent;
    sum->n_refused += c->n_refused;
    sum->n_stale += c->n_stale;
}

void
swarm_report_init(struct swarm_report *r, const struct swarm_client *clients,
                  size_t n, long long int now)
{
    *r = (struct swarm_report) {
        .n_clients = n,
        .outages = xmalloc(n * sizeof *r->outages),
    };
    for (size_t i = 0; i < n; i++) {
        const struct swarm_client *c = &clients[i];

        r->n_connected += (swarm_client_has_session(c, now)
                           && c->probe.last_answer);
        r->n_back += is_back(c, now);
        r->outages[i] = swarm_probe_outage(&c->probe, now);
        add_counters(&r->counters, &c->counters);
        r->n_sent += c->probe.n_sent;
        r->n_answered += c->probe.n_answered;
    }
    qsort(r->outages, n, sizeof *r->outages, compare_outages);
}

void
swarm_report_destroy(struct swarm_report *r)
{
    free(r->outages);
}

/* The outage of at least 'percent' of the clients, in seconds, by nearest
 * rank. */
static double
percentile(const struct swarm_report *r, int percent)
{
    size_t rank = DIV_ROUND_UP(r->n_clients * percent, 100);

    return r->outages[MAX(rank, 1) - 1] / (double) SECOND;
}

/* How many percent of the clients had an outage of at most 'limit'. */
static double
share_within(const struct swarm_report *r, long long int limit)
{
    size_t n = 0;

    while (n < r->n_clients && r->outages[n] <= limit) {
        n++;
    }
    return 100.0 * n / r->n_clients;
}

void
swarm_report_format(const struct swarm_report *r, struct ds *s)
{
    const struct swarm_counters *c = &r->counters;

    ds_put_format(s, "clients: %"PRIuSIZE"\nconnected: %"PRIuSIZE"\n"
                  "back: %"PRIuSIZE"\n", r->n_clients, r->n_connected,
                  r->n_back);
    ds_put_format(s, "handshakes-initiated: %"PRIu64"\n"
                  "handshakes-responded: %"PRIu64"\n"
                  "handshakes-completed: %"PRIu64"\n"
                  "cookies: %"PRIu64"\nunsent: %"PRIu64"\n"
                  "refused: %"PRIu64"\nstale: %"PRIu64"\n",
                  c->n_initiated, c->n_responded, c->n_completed,
                  c->n_cookies, c->n_unsent, c->n_refused, c->n_stale);
    ds_put_format(s, "probes-sent: %"PRIu64"\nprobes-answered: %"PRIu64"\n",
                  r->n_sent, r->n_answered);
    ds_put_format(s, "outage-median: %.3f s\noutage-p95: %.3f s\n"
                  "outage-p99: %.3f s\noutage-max: %.3f s\n",
                  percentile(r, 50), percentile(r, 95), percentile(r, 99),
                  percentile(r, 100));
    ds_put_format(s, "within-1s: %.1f %%\nwithin-2s: %.1f %%\n",
                  share_within(r, SECOND), share_within(r, 2 * SECOND));
}

static void
put_number(struct json *object, const char *name, uint64_t value)
{
    json_object_put(object, name, json_integer_create(value));
}

/* Returns an object; times are in seconds.  The caller must destroy it. */
struct json *
swarm_report_to_json(const struct swarm_report *r)
{
    struct json *object = json_object_create();
    struct json *outages = json_array_create_empty();

    put_number(object, "clients", r->n_clients);
    put_number(object, "connected", r->n_connected);
    put_number(object, "back", r->n_back);
    put_number(object, "handshakes-initiated", r->counters.n_initiated);
    put_number(object, "handshakes-responded", r->counters.n_responded);
    put_number(object, "handshakes-completed", r->counters.n_completed);
    put_number(object, "cookies", r->counters.n_cookies);
    put_number(object, "unsent", r->counters.n_unsent);
    put_number(object, "refused", r->counters.n_refused);
    put_number(object, "stale", r->counters.n_stale);
    put_number(object, "probes-sent", r->n_sent);
    put_number(object, "probes-answered", r->n_answered);
    for (size_t i = 0; i < r->n_clients; i++) {
        json_array_add(outages,
                       json_real_create(r->outages[i] / (double) SECOND));
    }
    json_object_put(object, "outages", outages);
    return object;
}
