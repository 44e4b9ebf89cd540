/* SPDX-License-Identifier: Apache-2.0 */

/* Runs ovn-vpn-controller/takeover.h against a model of peers with a clock of
 * its own, and checks its rules on the way.
 *
 * The model: an initiation reaches its peer after half a round trip, unless
 * the path is not complete yet.  The peer drops it if the last one came less
 * than 20 ms before; otherwise it answers, and the answer counts if the
 * initiation is still the last one.  What confirms the session to it is lost
 * for each third peer, which stays silent until it gets something more.  The
 * device is asked at intervals, and the question takes a while. */

#include <config.h>
#undef NDEBUG
#include "ovn-vpn-controller/takeover.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command-line.h"
#include "tests/ovstest.h"
#include "util.h"

#define MAX_PEERS 20000

struct model_peer {
    bool dead;
    int n_calls;
    long long int sent_at;      /* Last initiation, LLONG_MIN if none. */
    long long int answer_at;    /* To it, LLONG_MAX if none comes. */
    bool back;
    long long int heard_at;     /* First data, LLONG_MAX if none comes. */
};

struct model {
    struct takeover t;
    struct model_peer *peers;
    int n_peers;
    int rtt;
    int dump_ms;                /* What a question to the device takes. */
    long long int path_at;      /* When the path is complete. */
    int max_in_flight;
    int n_initiations, n_hints;
    long long int shortest;     /* Between two initiations to one peer. */
    int first;                  /* Number of the peer called last. */
};

static struct vpn_key
key_of(int number)
{
    struct vpn_key key;

    memset(&key, 0, sizeof key);
    memcpy(key.bytes, &number, sizeof number);
    return key;
}

static int
number_of(const struct vpn_key *key)
{
    int number;

    memcpy(&number, key->bytes, sizeof number);
    return number;
}

/* Lets answers arrive that are due. */
static void
receive(struct model *m, long long int now)
{
    for (int i = 0; i < m->n_peers; i++) {
        struct model_peer *p = &m->peers[i];

        p->back = p->back || p->answer_at <= now;
    }
}

static void
send_initiation(struct model *m, struct model_peer *p, long long int now)
{
    if (p->sent_at != LLONG_MIN) {
        m->shortest = MIN(m->shortest, now - p->sent_at);
    }
    bool arrives = now >= m->path_at && !p->dead;
    bool too_soon = p->sent_at >= m->path_at && now - p->sent_at < 20;
    p->answer_at = arrives && !too_soon ? now + m->rtt : LLONG_MAX;
    p->heard_at = (p->answer_at == LLONG_MAX || (p - m->peers) % 3 == 1
                   ? LLONG_MAX : p->answer_at + m->rtt);
    p->sent_at = now;
    p->n_calls++;
    m->n_initiations++;
}

static void
act(struct model *m, const struct takeover_action *action, long long int now)
{
    int number = number_of(&action->public_key);
    struct model_peer *p = &m->peers[number];

    ovs_assert(action->endpoint.port == number % 65536);
    switch (action->verb) {
    case TAKEOVER_HINT:
        m->n_hints++;
        break;
    case TAKEOVER_CALL:
        /* Newest first: they were seen in the order of their numbers. */
        ovs_assert(!p->n_calls && number > m->first);
        m->first = number;
        send_initiation(m, p, now);
        break;
    case TAKEOVER_AGAIN:
        /* The device was asked after this call's answer was due, and did not
         * have it.  Since then it may have come: that is the price of asking
         * at intervals. */
        ovs_assert(p->n_calls);
        ovs_assert(!p->back || p->answer_at > m->t.observed);
        p->back = false;
        send_initiation(m, p, now);
        break;
    case TAKEOVER_CONFIRM:
        ovs_assert(p->back && p->heard_at > m->t.observed);
        p->heard_at = MIN(p->heard_at, now + m->rtt);
        break;
    }
}

/* Counts initiations whose answers are still on their way. */
static void
count_in_flight(struct model *m, long long int now)
{
    int n = 0;

    for (int i = 0; i < m->n_peers; i++) {
        const struct model_peer *p = &m->peers[i];

        n += (p->sent_at != LLONG_MIN && p->answer_at > now
              && now - p->sent_at < 50);
    }
    m->max_in_flight = MAX(m->max_in_flight, n);
}

/* Asks the device, which answers for the moment of the question. */
static void
observe(struct model *m, long long int asked_at, long long int now)
{
    for (int i = 0; i < m->n_peers; i++) {
        if (m->peers[i].back && m->peers[i].answer_at <= asked_at) {
            struct vpn_key key = key_of(i);

            takeover_back(&m->t, &key, m->peers[i].heard_at <= asked_at, now);
        }
    }
    takeover_observe(&m->t, asked_at);
}

static int
poll_interval(const struct model *m, long long int now)
{
    return MAX(takeover_poll_interval(&m->t, now), 3 * m->dump_ms);
}

static void
simulate(struct model *m)
{
    struct takeover_action actions[400];
    long long int poll_at = 0, reply_at = LLONG_MAX, asked_at = 0;
    long long int now;

    for (now = 0; !takeover_is_done(&m->t) && now < 60000; now++) {
        receive(m, now);
        if (now == reply_at) {
            observe(m, asked_at, now);
            reply_at = LLONG_MAX;
        }
        if (reply_at == LLONG_MAX && now >= takeover_wake_time(&m->t)) {
            size_t n = takeover_run(&m->t, now, actions, ARRAY_SIZE(actions));

            for (size_t i = 0; i < n; i++) {
                act(m, &actions[i], now);
            }
            count_in_flight(m, now);
            poll_at = MIN(poll_at, now + poll_interval(m, now));
        }
        if (reply_at == LLONG_MAX && now >= poll_at) {
            asked_at = now;
            reply_at = now + m->dump_ms;
            poll_at = reply_at + poll_interval(m, now);
        }
    }
    printf("done after %lld ms\n", now);
}

/* simulate PEERS DEAD OLD RTT PATH-MS DUMP-MS [IN-FLIGHT IN-FLIGHT-MS]: of
 * PEERS, the first DEAD (the most recently seen) do not answer, and the last
 * OLD were not seen lately. */
static void
test_simulate(struct ovs_cmdl_context *ctx)
{
    int n = atoi(ctx->argv[1]), dead = atoi(ctx->argv[2]);
    int old = atoi(ctx->argv[3]);
    struct model m = {
        .n_peers = n,
        .rtt = atoi(ctx->argv[4]),
        .path_at = atoi(ctx->argv[5]),
        .dump_ms = atoi(ctx->argv[6]),
        .shortest = LLONG_MAX,
        .first = -1,
    };

    const struct wg_pace pace = {
        .max_in_flight = ctx->argc > 7 ? atoi(ctx->argv[7]) : 100,
        .in_flight_ms = ctx->argc > 8 ? atoi(ctx->argv[8]) : 70,
    };

    ovs_assert(n <= MAX_PEERS);
    m.peers = xcalloc(n + 1, sizeof *m.peers);
    takeover_init(&m.t, &pace, 0);
    for (int i = n - 1; i >= 0; i--) {
        struct wg_endpoint endpoint = { .port = i % 65536 };
        struct vpn_key key = key_of(i);

        m.peers[i] = (struct model_peer) {
            .dead = i < dead, .sent_at = LLONG_MIN,
            .answer_at = LLONG_MAX, .heard_at = LLONG_MAX,
        };
        takeover_add(&m.t, &key, &endpoint, 1000000 - i, i < n - old);
    }
    simulate(&m);
    ovs_assert(m.max_in_flight <= pace.max_in_flight);
    ovs_assert(m.shortest >= 20);
    ovs_assert(m.t.n_called == n - old && m.n_hints == old);
    printf("called %"PRIuSIZE", back %"PRIuSIZE" within %lld ms\n",
           m.t.n_called, m.t.n_back, m.t.last_back);
    printf("initiations %d, at most %d in flight\n", m.n_initiations,
           m.max_in_flight);
    for (int i = 0; i < n; i++) {
        ovs_assert(!m.peers[i].back || m.peers[i].heard_at <= m.t.observed);
    }
    takeover_destroy(&m.t);
    free(m.peers);
}

/* Says what 't' does at 'now'. */
static void
print_actions(struct takeover *t, long long int now)
{
    static const char *const verbs[] = { "hint", "call", "again", "confirm" };
    struct takeover_action actions[4];

    size_t n = takeover_run(t, now, actions, ARRAY_SIZE(actions));
    printf("%lld:", now);
    for (size_t i = 0; i < n; i++) {
        printf(" %s %d", verbs[actions[i].verb],
               number_of(&actions[i].public_key));
    }
    puts(n ? "" : " nothing");
}

/* script COMMAND...: "add=NUMBER" at time 0, then at TIME "TIME:run",
 * "TIME:observe", "TIME:back=NUMBER", "TIME:heard=NUMBER", "TIME:sent",
 * "TIME:hurry", "TIME:hold=UNTIL", "TIME:drop=NUMBER". */
static void
test_script(struct ovs_cmdl_context *ctx)
{
    const struct wg_pace pace = { 100, 70 };
    struct wg_endpoint endpoint = { .port = 1 };
    struct takeover t;

    takeover_init(&t, &pace, 0);
    for (int i = 1; i < ctx->argc; i++) {
        const char *equals = strchr(ctx->argv[i], '=');
        struct vpn_key key = key_of(equals ? atoi(equals + 1) : 0);
        char *what;
        long long int now = strtoll(ctx->argv[i], &what, 10);

        what += *what == ':';
        if (!strncmp(what, "add=", 4)) {
            takeover_add(&t, &key, &endpoint, number_of(&key), true);
        } else if (!strcmp(what, "run")) {
            print_actions(&t, now);
        } else if (!strcmp(what, "observe")) {
            takeover_observe(&t, now);
        } else if (!strncmp(what, "back=", 5)) {
            takeover_back(&t, &key, false, now);
        } else if (!strncmp(what, "heard=", 6)) {
            takeover_back(&t, &key, true, now);
        } else if (!strcmp(what, "sent")) {
            takeover_sent(&t, now);
        } else if (!strcmp(what, "hurry")) {
            takeover_hurry(&t, now);
        } else if (!strncmp(what, "hold=", 5)) {
            takeover_hold(&t, atoi(equals + 1));
        } else if (!strncmp(what, "drop=", 5)) {
            takeover_drop(&t, &key);
        } else {
            ovs_fatal(0, "%s: what is that?", what);
        }
    }
    puts(takeover_is_done(&t) ? "done" : "not done");
    takeover_destroy(&t);
}

static void
test_takeover_main(int argc, char *argv[])
{
    static const struct ovs_cmdl_command commands[] = {
        { "simulate", NULL, 6, 8, test_simulate, OVS_RO },
        { "script", NULL, 1, INT_MAX, test_script, OVS_RO },
        { NULL, NULL, 0, 0, NULL, OVS_RO },
    };
    struct ovs_cmdl_context ctx = { .argc = argc - 1, .argv = argv + 1 };

    set_program_name(argv[0]);
    ovs_cmdl_run_command(&ctx, commands);
}

OVSTEST_REGISTER("test-takeover", test_takeover_main);
