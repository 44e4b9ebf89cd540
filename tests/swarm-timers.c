/* SPDX-License-Identifier: Apache-2.0 */

/* When a simulated client does what by itself; see tests/swarm-client.h. */

#include <config.h>
#undef NDEBUG
#include "tests/swarm-client.h"

#include <limits.h>

#include "random.h"
#include "util.h"

/* Constants of drivers/net/wireguard/messages.h. */
#define SECOND 1000000LL
#define REKEY_TIMEOUT (5 * SECOND)
#define REKEY_TIMEOUT_JITTER (SECOND / 3)
#define REKEY_AFTER_TIME (120 * SECOND)
#define REJECT_AFTER_TIME (180 * SECOND)
#define KEEPALIVE_TIMEOUT (10 * SECOND)
#define MAX_TIMER_HANDSHAKES 18

/* How often an idle client that has got no answer to its probe tries again. */
#define IDLE_RETRY (SECOND / 4)

void
swarm_timers_init(struct swarm_client *c)
{
    c->timers = (struct swarm_timers) {
        LLONG_MAX, LLONG_MAX, LLONG_MAX, LLONG_MAX, LLONG_MAX
    };
    c->initiated_at = LLONG_MIN / 2;
    c->consumed_at = LLONG_MIN / 2;
}

long long int
swarm_timers_due(const struct swarm_client *c)
{
    const struct swarm_timers *t = &c->timers;

    return MIN(MIN(MIN(t->probe, t->initiate), MIN(t->unanswered, t->passive)),
               t->persistent);
}

static bool
expire(long long int *timer, long long int now)
{
    if (*timer > now) {
        return false;
    }
    *timer = LLONG_MAX;
    return true;
}

/* Sets a timer that may be running already. */
static void
start(long long int *timer, long long int when)
{
    *timer = MIN(*timer, when);
}

bool
swarm_timers_may_initiate(const struct swarm_client *c, long long int now)
{
    return now - c->initiated_at >= REKEY_TIMEOUT;
}

static void
run_probe(struct swarm_client *c, long long int now)
{
    long long int due = c->timers.probe;

    if (!expire(&c->timers.probe, now)) {
        return;
    }
    if (c->config->interval) {
        /* What was missed is not made up for. */
        c->timers.probe = MAX(due + c->config->interval, now);
        swarm_client_send_probe(c, now);
    } else if (!c->probe.answered) {
        c->timers.probe = now + IDLE_RETRY;
        swarm_client_send_probe(c, now);
    }
}

static void
run_initiate(struct swarm_client *c, long long int now)
{
    if (!expire(&c->timers.initiate, now)) {
        return;
    } else if (c->n_attempts > MAX_TIMER_HANDSHAKES) {
        /* Until there is something to send. */
        c->n_attempts = 0;
        c->initiated = false;
    } else {
        swarm_client_initiate(c, now);
    }
}

void
swarm_timers_run(struct swarm_client *c, long long int now)
{
    run_probe(c, now);
    run_initiate(c, now);
    if (expire(&c->timers.unanswered, now)
        && swarm_timers_may_initiate(c, now)) {
        c->n_attempts = 0;
        swarm_client_initiate(c, now);
    }
    if (expire(&c->timers.passive, now)) {
        swarm_client_send_keepalive(c, now);
    }
    if (expire(&c->timers.persistent, now)) {
        swarm_client_send_keepalive(c, now);
        start(&c->timers.persistent, now + c->config->keepalive);
    }
}

/* An initiation was sent. */
void
swarm_timers_initiated(struct swarm_client *c, long long int now)
{
    c->initiated_at = now;
    c->n_attempts++;
    c->timers.initiate = (now + REKEY_TIMEOUT
                          + random_range(REKEY_TIMEOUT_JITTER));
}

/* There is a new session. */
void
swarm_timers_completed(struct swarm_client *c)
{
    c->n_attempts = 0;
    c->timers.initiate = LLONG_MAX;
}

static void
touch_persistent(struct swarm_client *c, long long int now)
{
    if (c->config->keepalive) {
        c->timers.persistent = now + c->config->keepalive;
    }
}

/* Something was sent that the server can authenticate. */
void
swarm_timers_sent(struct swarm_client *c, bool data, long long int now)
{
    const struct wg_session *session = &c->sessions.current;

    c->timers.passive = LLONG_MAX;
    touch_persistent(c, now);
    if (data) {
        start(&c->timers.unanswered, now + KEEPALIVE_TIMEOUT + REKEY_TIMEOUT
              + random_range(REKEY_TIMEOUT_JITTER));
    }
    if (session->valid && session->initiator
        && now - session->created >= REKEY_AFTER_TIME
        && swarm_timers_may_initiate(c, now)) {
        c->timers.initiate = now;
    }
}

/* Something came from the server. */
void
swarm_timers_received(struct swarm_client *c, bool data, long long int now)
{
    const struct wg_session *session = &c->sessions.current;

    c->timers.unanswered = LLONG_MAX;
    touch_persistent(c, now);
    if (data) {
        start(&c->timers.passive, now + KEEPALIVE_TIMEOUT);
    }
    if (session->valid && session->initiator
        && now - session->created >= (REJECT_AFTER_TIME - KEEPALIVE_TIMEOUT
                                      - REKEY_TIMEOUT)
        && swarm_timers_may_initiate(c, now)) {
        c->timers.initiate = now;
    }
}
