/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/tunnel-device.h"

#include <errno.h>
#include <stdlib.h>

#include "coverage.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/change.h"
#include "ovn-vpn-controller/tunnel-host.h"
#include "ovn-vpn-controller/want.h"
#include "svec.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(tunnel_device);

COVERAGE_DEFINE(wg_get);
COVERAGE_DEFINE(wg_set);
COVERAGE_DEFINE(wg_lost);

/* Changes in one request: 10 ms of wireguard-go's time. */
#define MAX_CHANGES 100

/* Devices that are not in a hurry are looked at together, at multiples of so
 * much, which wakes the program less often. */
#define POLL_SLOT_MS 250

/* Time between attempts after a request that was refused: it doubles. */
#define MIN_BACKOFF_MS 500
#define MAX_BACKOFF_MS 30000

void
tunnel_device_init(struct tunnel_device *d)
{
    *d = (struct tunnel_device) { .backoff_ms = MIN_BACKOFF_MS };
    wg_device_init(&d->have);
    wg_changes_init(&d->plan);
}

static void
drop_plan(struct tunnel_device *d)
{
    wg_changes_destroy(&d->plan);
    wg_changes_init(&d->plan);
    d->plan_done = 0;
}

static void
forget(struct tunnel_device *d)
{
    drop_plan(d);
    wg_device_destroy(&d->have);
    wg_device_init(&d->have);
    d->known = false;
    d->in_sync = false;
    d->next_poll = 0;
}

/* Lets go of the interface, which stays as it is. */
void
tunnel_device_close(struct tunnel_device *d)
{
    if (d->backend) {
        d->backend->class->close(d->backend);
        d->backend = NULL;
    }
    forget(d);
}

void
tunnel_device_destroy(struct tunnel_device *d)
{
    tunnel_device_close(d);
    wg_device_destroy(&d->have);
    free(d->problem);
}

/* Makes 'd', which must be closed, look for its interface at 'place'. */
void
tunnel_device_place(struct tunnel_device *d,
                    const struct wg_backend_class *class,
                    const struct wg_place *place)
{
    ovs_assert(!d->backend);
    d->backend = class->open(place);
}

/* Makes the interface go away. */
void
tunnel_device_evict(struct tunnel_device *d)
{
    /* What judge_stray() has not found to be ours is not. */
    if (d->backend && d->backend->class->state(d->backend) != WG_STRAY) {
        d->backend->class->evict(d->backend);
    }
    tunnel_device_close(d);
}

static void
set_problem(struct tunnel_device *d, char *problem)
{
    free(d->problem);
    d->problem = problem;
}

static void
take_cost(struct tunnel_device *d)
{
    int cost = MIN(time_usec() - d->asked_usec, 1000000);

    d->cost_usec = d->cost_usec ? (3 * d->cost_usec + cost) / 4 : cost;
}

/* Something that is not in our namespace answers by the interface's name.  If
 * it has the tunnel's private key, then it belongs to a namespace that someone
 * has deleted under it. */
static void
judge_stray(struct tunnel_device *d, const struct want_tunnel *want,
            const struct wg_device *stray)
{
    if (want->device.has_private_key && stray->has_private_key
        && vpn_digest_equals(&want->device.private_key,
                             &stray->private_key)) {
        VLOG_INFO("%s: ending the process of a namespace that is gone",
                  want->name);
        d->backend->class->evict(d->backend);
        d->next_poll = time_msec() + MIN_BACKOFF_MS;
    } else {
        set_problem(d, xstrdup("another WireGuard process has an interface "
                               "of the name that this tunnel needs; stop "
                               "it"));
        d->next_poll = time_msec() + MAX_BACKOFF_MS;
    }
}

static void
refused(struct tunnel_device *d, const struct want_tunnel *want, int error)
{
    set_problem(d, (error == EADDRINUSE
                    ? xasprintf("UDP port %d is in use in the tunnel's "
                                "network namespace",
                                want->device.listen_port)
                    : xasprintf("WireGuard refused a change: %s",
                                ovs_strerror(error))));
    /* Nobody knows how much of it was done. */
    forget(d);
    d->retry_at = time_msec() + d->backoff_ms;
    d->backoff_ms = MIN(d->backoff_ms * 2, MAX_BACKOFF_MS);
}

static unsigned int
take_reply(struct tunnel_device *d, const struct want_tunnel *want,
           struct wg_reply *reply)
{
    switch (reply->type) {
    case WG_REPLY_DEVICE:
        take_cost(d);
        if (reply->error) {
            return 0;
        } else if (d->backend->class->state(d->backend) == WG_STRAY) {
            judge_stray(d, want, &reply->device);
            return 0;
        }
        wg_device_swap(&d->have, &reply->device);
        drop_plan(d);
        d->observed_at = reply->asked_at;
        d->known = true;
        d->in_sync = false;
        return TUNNEL_DEVICE_OBSERVED;

    case WG_REPLY_SET:
        if (reply->error) {
            refused(d, want, reply->error);
        } else {
            d->backoff_ms = MIN_BACKOFF_MS;
            d->done_seq = MAX(d->done_seq, d->set_seq);
        }
        return TUNNEL_DEVICE_SET;

    case WG_REPLY_LOST:
        COVERAGE_INC(wg_lost);
        forget(d);
        return TUNNEL_DEVICE_LOST;
    }
    OVS_NOT_REACHED();
}

/* Takes replies and returns TUNNEL_DEVICE_* for what they told. */
unsigned int
tunnel_device_run(struct tunnel_device *d, const struct want_tunnel *want)
{
    unsigned int events = 0;
    struct wg_reply reply;

    if (d->backend) {
        d->backend->class->run(d->backend);
        while (d->backend->class->reply(d->backend, &reply)) {
            events |= take_reply(d, want, &reply);
            wg_device_destroy(&reply.device);
        }
    }
    return events;
}

void
tunnel_device_wait(const struct tunnel_device *d)
{
    if (!d->backend) {
        return;
    }
    d->backend->class->wait(d->backend);
    if (tunnel_device_is_idle(d)) {
        poll_timer_wait_until(d->known ? d->next_poll
                              : MAX(d->next_poll, d->retry_at));
        if (d->known && !d->in_sync) {
            poll_timer_wait_until(d->retry_at);
        }
    }
}

/* Returns true if a request can be made. */
bool
tunnel_device_is_idle(const struct tunnel_device *d)
{
    return d->backend && !d->backend->class->is_busy(d->backend);
}

/* Returns true if 'changes' may be made. */
static bool
changes_are_due(const struct want_tunnel *want,
                const struct wg_changes *changes)
{
    if (!change_is_dry_run()) {
        return true;
    }

    char *where = xasprintf(TUNNEL_NETNS_PREFIX"%s", want->name);
    struct svec lines = SVEC_EMPTY_INITIALIZER;
    const char *line;
    size_t i;

    wg_changes_describe(changes, &lines);
    SVEC_FOR_EACH (i, line, &lines) {
        change_is_due(where, "WireGuard: %s", line);
    }
    svec_destroy(&lines);
    free(where);
    return false;
}

static void
request(struct tunnel_device *d, const struct want_tunnel *want,
        const struct wg_changes *changes)
{
    struct wg_secrets secrets = {
        .service = want->name,
        .private_key = want->private_key,
        .lock_key = want->lock_key,
    };

    if (VLOG_IS_DBG_ENABLED()) {
        struct ds s = DS_EMPTY_INITIALIZER;

        wg_changes_format(changes, &s);
        VLOG_DBG("%s: changes:\n%s", want->name, ds_cstr(&s));
        ds_destroy(&s);
    }
    COVERAGE_INC(wg_set);
    d->in_sync = false;
    wg_device_apply(&d->have, &want->device, changes);
    if (changes_are_due(want, changes)) {
        d->backend->class->set(d->backend, &want->device, changes, &secrets);
    } else {
        d->done_seq = MAX(d->done_seq, d->set_seq);
    }
}

/* Requests 'changes', and takes them for made.  'd' must be idle and known. */
void
tunnel_device_set(struct tunnel_device *d, const struct want_tunnel *want,
                  const struct wg_changes *changes)
{
    drop_plan(d);
    request(d, want, changes);
}

/* Adds to 'changes' the removal of peers of which there is no row any more. */
static void
remove_unknown_peers(const struct tunnel_device *d,
                     const struct want_tunnel *want,
                     struct wg_changes *changes)
{
    const struct wg_peer *peer;

    HMAP_FOR_EACH (peer, node, &d->have.peers) {
        char text[VPN_KEY_TEXT_LEN + 1];

        vpn_key_format(&peer->public_key, text);
        if (!wg_device_find(&want->device, &peer->public_key)
            && !shash_find(&want->peer_errors, text)) {
            wg_changes_add(changes, WG_REMOVE, peer);
        }
    }
}

/* Makes a plan that leads to what is wanted.  A large one is made once, and
 * not for each of the many requests that it takes. */
static void
make_plan(struct tunnel_device *d, const struct want_tunnel *want,
          enum role role, wg_site_func *site, void *aux)
{
    drop_plan(d);
    if (want->private_key) {
        wg_device_diff(&d->have, &want->device, role, site, aux, &d->plan);
    } else {
        /* Until the key can be read, the interface stays what it is, but a
         * connection that was deleted must not go on. */
        remove_unknown_peers(d, want, &d->plan);
    }
}

/* Requests changes that bring the interface to what is wanted, if there are
 * any.  'd' must be idle. */
void
tunnel_device_converge(struct tunnel_device *d,
                       const struct want_tunnel *want, enum role role,
                       wg_site_func *site, void *aux)
{
    struct wg_changes slice;

    if (d->seq != want->seq || d->role != role) {
        d->seq = want->seq;
        d->role = role;
        d->in_sync = false;
        drop_plan(d);
    }
    if (d->in_sync || !d->known || time_msec() < d->retry_at) {
        return;
    }
    if (d->plan_done >= d->plan.n) {
        make_plan(d, want, role, site, aux);
    }
    if (wg_changes_is_empty(&d->plan)) {
        d->in_sync = true;
        d->done_seq = want->seq;
        set_problem(d, NULL);
    } else {
        wg_changes_slice(&d->plan, &d->plan_done, MAX_CHANGES, &slice);
        d->set_seq = slice.more ? 0 : want->seq;
        request(d, want, &slice);
    }
}

/* Asks for the device if that was not done for 'interval_ms', or if nothing is
 * known of it.  'd' must be idle. */
void
tunnel_device_poll(struct tunnel_device *d, int interval_ms)
{
    long long int now = time_msec();
    long long int next = now + interval_ms;

    if (interval_ms > POLL_SLOT_MS) {
        next = ROUND_UP(next, POLL_SLOT_MS);
    }
    d->next_poll = MIN(d->next_poll, next);
    if (now >= d->next_poll && (d->known || now >= d->retry_at)) {
        COVERAGE_INC(wg_get);
        d->next_poll = next;
        d->asked_usec = time_usec();
        d->backend->class->get(d->backend);
    }
}

/* Returns true if all that is different from 'want' in 'role' is known. */
bool
tunnel_device_is_examined(const struct tunnel_device *d,
                          const struct want_tunnel *want, enum role role)
{
    return (!d->backend || tunnel_device_problem(d)
            || d->backend->class->state(d->backend) == WG_ABSENT
            || (d->in_sync && d->seq == want->seq && d->role == role));
}

/* Returns what is wrong, in words, or NULL. */
const char *
tunnel_device_problem(const struct tunnel_device *d)
{
    const char *problem = (d->backend ? d->backend->class->problem(d->backend)
                           : NULL);

    return problem ? problem : d->problem;
}
