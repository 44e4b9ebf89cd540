/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/tunnel.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/change.h"
#include "ovn-vpn-controller/desired.h"
#include "ovn-vpn-controller/link.h"
#include "ovn-vpn-controller/netns.h"
#include "ovn-vpn-controller/resolver.h"
#include "ovn-vpn-controller/tunnel-problems.h"
#include "ovn-vpn-controller/tunnel-role.h"
#include "ovn-vpn-controller/want.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(tunnel);

/* A standby's device changes only when we or somebody else change it. */
#define STANDBY_POLL_FACTOR 5

/* While calls are outstanding, looking for answers may take a quarter of
 * a processor: looking, and three times as long not looking. */
#define TAKEOVER_IDLE_FACTOR 3

/* Age from which a site's name is looked up again while it is silent. */
#define SITE_MAX_AGE_MS 30000

/* The same for a chassis that does not call it. */
#define STANDBY_SITE_MAX_AGE_MS 300000

struct tunnel *
tunnel_create(const char *name)
{
    struct tunnel *t = xzalloc(sizeof *t);

    t->name = xstrdup(name);
    tunnel_host_init(&t->host, name);
    tunnel_device_init(&t->device);
    tunnel_takeover_init(&t->takeover);
    tunnel_role_init(t);
    sset_init(&t->problems);
    smap_init(&t->peer_problems);
    return t;
}

/* Frees 't' and leaves what it manages in place. */
void
tunnel_destroy(struct tunnel *t)
{
    if (t) {
        tunnel_role_destroy(t);
        tunnel_takeover_destroy(&t->takeover);
        tunnel_device_destroy(&t->device);
        tunnel_host_destroy(&t->host);
        sset_destroy(&t->problems);
        smap_destroy(&t->peer_problems);
        free(t->port_problem);
        free(t->program);
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
    if (path_probe_is_on(&t->path)) {
        takeover_hold(&t->takeover.t, t->path.started + TUNNEL_PATH_WAIT_MS);
    }
    free(sightings.list);
}

static void
run_takeover(struct tunnel *t, const struct tunnel_env *env,
             const struct want_tunnel *want, bool observed, bool path_found)
{
    if (change_is_dry_run()) {
        /* Calls change nothing of what the interface should be. */
        t->takeover.due = false;
        return;
    }
    bool arrived = path_found || (want->external_here && !t->external_here);

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
    const struct want_tunnel *want;
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
            && resolver_lookup(aux->resolver, peer->site,
                               aux->want->outer_is_v4, LLONG_MAX, endpoint));
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
            && resolver_lookup(env->resolver, peer->site, want->outer_is_v4,
                               SITE_MAX_AGE_MS, &endpoint)
            && !wg_endpoint_equals(&endpoint, &have->endpoint)) {
            wg_changes_add(changes, WG_ENDPOINT, peer)->endpoint = endpoint;
        }
    }
}

/* Has the names of sites looked up where nobody calls these yet, so that a
 * takeover need not wait for the answers. */
static void
look_up_sites(const struct tunnel_env *env, const struct want_tunnel *want)
{
    const struct wg_peer *peer;

    HMAP_FOR_EACH (peer, node, &want->device.peers) {
        struct wg_endpoint endpoint;

        if (peer->site) {
            resolver_lookup(env->resolver, peer->site, want->outer_is_v4,
                            STANDBY_SITE_MAX_AGE_MS, &endpoint);
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

/* Returns true if the device has to be idle at any moment, because calls to
 * its peers cannot wait. */
static bool
is_about_to_call(const struct tunnel *t)
{
    return (tunnel_takeover_is_on(&t->takeover)
            && takeover_is_held(&t->takeover.t, time_msec()));
}

static void
run_device(struct tunnel *t, const struct tunnel_env *env,
           const struct want_tunnel *want, bool path_found)
{
    struct site_aux aux = {
        .tunnel = t, .want = want, .resolver = env->resolver,
    };
    unsigned int events = tunnel_device_run(&t->device, want);
    bool observed = events & TUNNEL_DEVICE_OBSERVED;

    if (events & TUNNEL_DEVICE_LOST) {
        /* All sessions are lost. */
        t->host.wg_up = false;
        tunnel_host_touch(&t->host);
        t->takeover.due = t->role.role == ROLE_ACTIVE;
    }
    if (events & TUNNEL_DEVICE_SET && tunnel_takeover_is_on(&t->takeover)) {
        takeover_sent(&t->takeover.t, time_msec());
    }
    t->observations += observed;
    if (observed && want->n_sites && t->role.role != ROLE_ACTIVE) {
        look_up_sites(env, want);
    }
    run_takeover(t, env, want, observed, path_found);
    if (t->resolver_seqno != env->resolver->seqno) {
        t->resolver_seqno = env->resolver->seqno;
        t->device.in_sync = false;
    }
    if (t->device.known && tunnel_device_is_idle(&t->device)
        && set_urgent(t, env, want, observed)) {
        return;
    }
    if (is_about_to_call(t)) {
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

    free(t->program);
    t->program = xstrdup(env->wireguard_program);
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
    } else if (t->device.backend
               && t->device.backend->class != env->backend) {
        VLOG_INFO("%s: changing to %s WireGuard", t->name, env->backend->name);
        tunnel_device_evict(&t->device);
        t->host.wg_up = false;
        tunnel_host_touch(&t->host);
    } else if (t->device.backend
               && strcmp(t->program, env->wireguard_program)) {
        /* What runs goes on; the next process is another program. */
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
        bool path_found = tunnel_role_run(t, env, want);

        run_device(t, env, want, path_found);
        run_host(t, env, want);
        tunnel_role_watch(t, want);
    }
    tunnel_problems_run(t, env, want);
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
    tunnel_role_wait(t);
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
    uint64_t device = (tunnel_device_problem(&t->device) ? UINT64_MAX
                       : t->device.done_seq);

    if (!want->complete) {
        return 0;
    } else if (!want->valid || t->host.problem
               || (host == want->host_seq && device == want->seq)) {
        return UINT64_MAX;
    }
    return MIN(host == want->host_seq ? UINT64_MAX : host, device);
}

/* Returns true if a dry run has found all that differs from 'want'. */
bool
tunnel_is_examined(const struct tunnel *t, const struct want_tunnel *want)
{
    return (want->complete
            && (!want->valid
                || (tunnel_host_is_examined(&t->host, want)
                    && tunnel_device_is_examined(&t->device, want,
                                                 t->role.role))));
}
