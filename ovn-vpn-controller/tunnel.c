/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/tunnel.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "coverage.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/desired.h"
#include "ovn-vpn-controller/link.h"
#include "ovn-vpn-controller/netns.h"
#include "ovn-vpn-controller/resolver.h"
#include "ovn-vpn-controller/tap-sign.h"
#include "ovn-vpn-controller/tunnel-problems.h"
#include "ovn-vpn-controller/want.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(tunnel);

COVERAGE_DEFINE(tunnel_promotion);
COVERAGE_DEFINE(tunnel_demotion);

/* A standby's device changes only when we or somebody else change it. */
#define STANDBY_POLL_FACTOR 5

/* While calls are outstanding, looking for answers may take a quarter of
 * a processor: looking, and three times as long not looking. */
#define TAKEOVER_IDLE_FACTOR 3

/* How often a chassis that is active by a sign alone looks for it. */
#define TAP_INTERVAL_MS 500

/* Age from which a site's name is looked up again while it is silent. */
#define SITE_MAX_AGE_MS 30000

struct tunnel *
tunnel_create(const char *name)
{
    struct tunnel *t = xzalloc(sizeof *t);

    t->name = xstrdup(name);
    tunnel_host_init(&t->host, name);
    tunnel_device_init(&t->device);
    tunnel_takeover_init(&t->takeover);
    role_init(&t->role, time_msec());
    t->tap_fd = -1;
    sset_init(&t->problems);
    return t;
}

static void
close_tap(struct tunnel *t)
{
    if (t->tap_fd >= 0) {
        close(t->tap_fd);
        t->tap_fd = -1;
    }
}

/* Frees 't' and leaves what it manages in place. */
void
tunnel_destroy(struct tunnel *t)
{
    if (t) {
        close_tap(t);
        tunnel_takeover_destroy(&t->takeover);
        tunnel_device_destroy(&t->device);
        tunnel_host_destroy(&t->host);
        sset_destroy(&t->problems);
        free(t->port_problem);
        free(t->name);
        free(t);
    }
}

/* Removes what 't' manages, and frees it. */
void
tunnel_remove(struct tunnel *t, const struct tunnel_env *env)
{
    VLOG_INFO("%s: removing the tunnel", t->name);
    tunnel_device_evict(&t->device);
    tunnel_host_remove(&t->host, &env->host);
    tunnel_destroy(t);
}

/* The sign. */

/* Returns true if packets at 't' may tell something. */
static bool
wants_tap(const struct tunnel *t)
{
    return (t->host.transit_ifindex
            && (t->role.role != ROLE_ACTIVE || t->role.by_sign));
}

static void
sync_tap(struct tunnel *t, const struct want_tunnel *want)
{
    if (t->tap_fd >= 0
        && (!wants_tap(t) || t->tap_epoch != t->host.epoch
            || t->tap_ifindex != t->host.transit_ifindex
            || t->tap_port != want->device.listen_port)) {
        close_tap(t);
    }
    if (t->tap_fd < 0 && wants_tap(t)) {
        t->tap_epoch = t->host.epoch;
        t->tap_ifindex = t->host.transit_ifindex;
        t->tap_port = want->device.listen_port;
        int error = tap_sign_open(t->host.netns, t->tap_ifindex, t->tap_port,
                                  &t->tap_fd);
        if (error) {
            static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(1, 5);

            VLOG_WARN_RL(&rl, "%s: cannot watch "TUNNEL_TRANSIT" (%s)",
                         t->name, ovs_strerror(error));
        }
    }
}

static void
run_tap(struct tunnel *t)
{
    long long int now = time_msec();

    if (t->tap_fd >= 0 && (t->role.role != ROLE_ACTIVE || now >= t->tap_at)) {
        t->tap_at = now + TAP_INTERVAL_MS;
        if (tap_sign_run(t->tap_fd)) {
            role_sign(&t->role, now);
        }
    }
}

/* The role. */

static void
run_role(struct tunnel *t, const struct tunnel_env *env,
         const struct want_tunnel *want)
{
    enum role before = t->role.role;

    t->role_input = (struct role_input) {
        .residence = want->residence,
        .word_at = want->residence_at,
        .cut_off = env->cut_off,
    };
    run_tap(t);
    enum role now = role_update(&t->role, &t->role_input, time_msec());
    if (now == before) {
        return;
    }
    VLOG_INFO("%s: %s, was %s%s", t->name, role_to_string(now),
              role_to_string(before),
              (t->role.by_sign ? " (packets arrive here, and the OVN "
               "Southbound database does not know yet)" : ""));
    t->news++;
    t->found_active = before == ROLE_UNKNOWN;
    if (now == ROLE_ACTIVE) {
        COVERAGE_INC(tunnel_promotion);
        t->active_since = time_wall_msec();
        t->takeover.due = true;
    } else if (before == ROLE_ACTIVE) {
        COVERAGE_INC(tunnel_demotion);
        t->active_since = 0;
        tunnel_takeover_cancel(&t->takeover);
    }
}

/* Takeovers. */

/* Returns true if peers can be called: the interface is there, and has the
 * right key and port. */
static bool
is_ready_to_call(const struct tunnel *t, const struct want_tunnel *want)
{
    const struct wg_device *have = &t->device.have;

    return (t->device.known && t->host.wg_up && want->private_key
            && have->has_private_key
            && vpn_digest_equals(&have->private_key,
                                 &want->device.private_key)
            && have->listen_port == want->device.listen_port);
}

static void
begin_takeover(struct tunnel *t, const struct tunnel_env *env,
               const struct want_tunnel *want)
{
    struct want_sightings sightings = { NULL, 0, 0 };

    desired_get_sightings(env->desired, &want->uuid, &sightings);
    tunnel_takeover_begin(&t->takeover, want, &t->device, &sightings,
                          env->resolver);
    free(sightings.list);
}

static void
run_takeover(struct tunnel *t, const struct tunnel_env *env,
             const struct want_tunnel *want, bool observed)
{
    bool arrived = want->external_here && !t->external_here;

    t->external_here = want->external_here;
    if (t->takeover.due && is_ready_to_call(t, want)) {
        begin_takeover(t, env, want);
    } else if (tunnel_takeover_is_on(&t->takeover)) {
        if (observed) {
            tunnel_takeover_observe(&t->takeover, &t->device);
        }
        if (arrived) {
            takeover_hurry(&t->takeover.t, time_msec());
        }
        tunnel_takeover_finish(&t->takeover, want);
        t->news += t->takeover.over;
    }
}

/* Sites. */

struct site_aux {
    const struct tunnel *tunnel;
    struct resolver *resolver;
};

/* Where the diff finds a site, unless the takeover is about to call it. */
static bool
find_site(const struct wg_peer *peer, struct wg_endpoint *endpoint, void *aux_)
{
    const struct site_aux *aux = aux_;
    const struct tunnel_takeover *tt = &aux->tunnel->takeover;

    return (!tt->due
            && !(tunnel_takeover_is_on(tt)
                 && takeover_has_open(&tt->t, &peer->public_key))
            && resolver_lookup(aux->resolver, peer->site, LLONG_MAX,
                               endpoint));
}

/* Adds to 'changes' the configured places of sites that are silent at the
 * place where the device looks for them. */
static void
find_moved_sites(const struct tunnel *t, const struct tunnel_env *env,
                 const struct want_tunnel *want, struct wg_changes *changes)
{
    long long int now = time_wall_msec();
    const struct wg_peer *peer;

    HMAP_FOR_EACH (peer, node, &want->device.peers) {
        struct wg_endpoint endpoint;

        if (!peer->site) {
            continue;
        }
        const struct wg_peer *have = wg_device_find(&t->device.have,
                                                    &peer->public_key);
        if (have && have->has_endpoint
            && now - have->last_handshake >= VPN_SESSION_MAX_MS
            && resolver_lookup(env->resolver, peer->site, SITE_MAX_AGE_MS,
                               &endpoint)
            && !wg_endpoint_equals(&endpoint, &have->endpoint)) {
            wg_changes_add(changes, WG_ENDPOINT, peer)->endpoint = endpoint;
        }
    }
}

/* The device. */

static int
poll_interval(const struct tunnel *t, const struct tunnel_env *env)
{
    if (tunnel_takeover_is_on(&t->takeover)) {
        return MAX(takeover_poll_interval(&t->takeover.t, time_msec()),
                   TAKEOVER_IDLE_FACTOR * t->device.cost_usec / 1000);
    } else if (t->role.role == ROLE_ACTIVE) {
        return env->poll_interval_ms;
    } else {
        return env->poll_interval_ms * STANDBY_POLL_FACTOR;
    }
}

/* Makes the changes that cannot wait.  Returns true if there were any. */
static bool
set_urgent(struct tunnel *t, const struct tunnel_env *env,
           const struct want_tunnel *want, bool observed)
{
    struct wg_changes changes;

    wg_changes_init(&changes);
    if (tunnel_takeover_is_on(&t->takeover)) {
        tunnel_takeover_act(&t->takeover, want, &t->device, &changes);
    } else if (observed && want->n_sites && t->role.role == ROLE_ACTIVE) {
        find_moved_sites(t, env, want, &changes);
    }
    bool any = !wg_changes_is_empty(&changes);
    if (any) {
        tunnel_device_set(&t->device, want, &changes);
    }
    wg_changes_destroy(&changes);
    return any;
}

static void
run_device(struct tunnel *t, const struct tunnel_env *env,
           const struct want_tunnel *want)
{
    struct site_aux aux = { .tunnel = t, .resolver = env->resolver };
    unsigned int events = tunnel_device_run(&t->device, want);
    bool observed = events & TUNNEL_DEVICE_OBSERVED;

    if (events & TUNNEL_DEVICE_LOST) {
        /* All sessions are lost. */
        t->host.wg_up = false;
        tunnel_host_touch(&t->host);
        t->takeover.due = t->role.role == ROLE_ACTIVE;
    }
    t->observations += observed;
    run_takeover(t, env, want, observed);
    if (t->resolver_seqno != env->resolver->seqno) {
        t->resolver_seqno = env->resolver->seqno;
        t->device.in_sync = false;
    }
    if (t->device.known && tunnel_device_is_idle(&t->device)
        && set_urgent(t, env, want, observed)) {
        return;
    }
    if (tunnel_device_is_idle(&t->device)) {
        tunnel_device_converge(&t->device, want, t->role.role, find_site,
                               &aux);
    }
    if (tunnel_device_is_idle(&t->device)) {
        tunnel_device_poll(&t->device, poll_interval(t, env));
    }
}

/* Makes the device look for its interface in the host's namespace. */
static void
place_device(struct tunnel *t, const struct tunnel_env *env)
{
    struct wg_place place = {
        .netns = t->host.netns,
        .link = t->host.link,
        .ifname = t->host.wg_ifname,
        .program = env->wireguard_program,
    };

    tunnel_device_place(&t->device, env->backend, &place);
    t->takeover.due = t->role.role == ROLE_ACTIVE;
    poll_immediate_wake();
}

static void
run_host(struct tunnel *t, const struct tunnel_env *env,
         const struct want_tunnel *want)
{
    unsigned int epoch = t->host.epoch;

    tunnel_host_run(&t->host, &env->host, want);
    if (t->host.epoch != epoch) {
        tunnel_device_close(&t->device);
    }
    if (t->host.link && !t->device.backend) {
        place_device(t, env);
    }
}

/* Returns true if 'want' says enough to act upon. */
static bool
is_runnable(const struct want_tunnel *want)
{
    return want->complete && want->valid;
}

/* Brings 't' to 'want'.  The device comes first: that is where a packet
 * waits. */
void
tunnel_run(struct tunnel *t, const struct tunnel_env *env,
           const struct want_tunnel *want)
{
    if (is_runnable(want)) {
        run_role(t, env, want);
        run_device(t, env, want);
        run_host(t, env, want);
        sync_tap(t, want);
    }
    tunnel_problems_run(t, env, want);
}

static void
wait_tap(const struct tunnel *t)
{
    if (t->tap_fd < 0) {
        return;
    } else if (t->role.role == ROLE_ACTIVE) {
        poll_timer_wait_until(t->tap_at);
    } else {
        poll_fd_wait(t->tap_fd, POLLIN);
    }
}

void
tunnel_wait(const struct tunnel *t, const struct tunnel_env *env,
            const struct want_tunnel *want)
{
    if (!is_runnable(want)) {
        return;
    }
    tunnel_host_wait(&t->host);
    tunnel_device_wait(&t->device);
    wait_tap(t);
    poll_timer_wait_until(role_wake_time(&t->role, &t->role_input));
    if (tunnel_device_is_idle(&t->device)
        && tunnel_takeover_is_on(&t->takeover)) {
        poll_timer_wait_until(takeover_wake_time(&t->takeover.t));
    }
    if (t->resolver_seqno != env->resolver->seqno) {
        poll_immediate_wake();
    }
}

/* Returns the 'seq' up to which everything that 't' was given has been done,
 * or cannot be done and 't->problems' says why. */
uint64_t
tunnel_done_seq(const struct tunnel *t, const struct want_tunnel *want)
{
    uint64_t host = t->host.settled ? t->host.seq : 0;
    uint64_t device = t->device.done_seq;

    if (!want->complete) {
        return 0;
    } else if (!sset_is_empty(&t->problems)
               || (host == want->host_seq && device == want->seq)) {
        return UINT64_MAX;
    }
    return MIN(host == want->host_seq ? UINT64_MAX : host, device);
}
