/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/tunnel-role.h"

#include <poll.h>
#include <unistd.h>

#include "coverage.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/change.h"
#include "ovn-vpn-controller/tap-sign.h"
#include "ovn-vpn-controller/tunnel.h"
#include "ovn-vpn-controller/want.h"
#include "packets.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(tunnel_role);

COVERAGE_DEFINE(tunnel_promotion);
COVERAGE_DEFINE(tunnel_demotion);

/* How often a chassis that is active by a sign alone looks for it. */
#define TAP_INTERVAL_MS 500

void
tunnel_role_init(struct tunnel *t)
{
    role_init(&t->role, time_msec());
    path_probe_init(&t->path);
    t->tap_fd = -1;
}

static void
close_tap(struct tunnel *t)
{
    if (t->tap_fd >= 0) {
        close(t->tap_fd);
        t->tap_fd = -1;
    }
}

void
tunnel_role_destroy(struct tunnel *t)
{
    path_probe_stop(&t->path);
    close_tap(t);
}

/* Returns the first IPv4 address of 'prefixes', 0 if there is none. */
static ovs_be32
first_ipv4(const struct vpn_prefixes *prefixes)
{
    for (size_t i = 0; i < prefixes->n; i++) {
        if (vpn_prefix_is_v4(&prefixes->list[i])) {
            return in6_addr_get_mapped_ipv4(&prefixes->list[i].addr);
        }
    }
    return 0;
}

/* The sign. */

/* Returns true if peers of 't' are being called, or will be, and none has been
 * heard yet. */
static bool
awaits_first_packet(const struct tunnel *t)
{
    return (!t->path_open
            && (t->takeover.due || tunnel_takeover_is_on(&t->takeover)));
}

/* Returns true if packets at 't' may tell something. */
static bool
wants_tap(const struct tunnel *t)
{
    return (t->host.transit_ifindex
            && (t->role.role != ROLE_ACTIVE || t->role.by_sign
                || awaits_first_packet(t)));
}

/* Returns true if packets at 't' are looked for at intervals only: there are
 * many. */
static bool
samples_tap(const struct tunnel *t)
{
    return t->role.role == ROLE_ACTIVE && !awaits_first_packet(t);
}

/* Watches for the sign where, and while, it counts. */
void
tunnel_role_watch(struct tunnel *t, const struct want_tunnel *want)
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
                                  first_ipv4(&want->router_addresses),
                                  &t->tap_fd);
        if (error) {
            static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(1, 5);

            VLOG_WARN_RL(&rl, "%s: cannot watch "TUNNEL_TRANSIT" (%s)",
                         t->name, ovs_strerror(error));
        }
    }
}

/* Returns true if a packet has arrived, as far as that tells something. */
static bool
run_tap(struct tunnel *t)
{
    long long int now = time_msec();

    if (t->tap_fd >= 0 && (!samples_tap(t) || now >= t->tap_at)) {
        t->tap_at = now + TAP_INTERVAL_MS;
        enum tap_sign sign = tap_sign_run(t->tap_fd);

        if (sign != TAP_SIGN_NONE) {
            role_sign(&t->role, sign == TAP_SIGN_ROUTER, now);
            return true;
        }
    }
    return false;
}

/* The path. */

static void
start_path_probe(struct tunnel *t, const struct want_tunnel *want,
                 bool has_come)
{
    ovs_be32 address = first_ipv4(&want->transit_addresses);
    ovs_be32 router = first_ipv4(&want->router_addresses);

    if (t->host.transit_ifindex && address && router
        && !change_is_dry_run()) {
        int error = path_probe_start(&t->path, t->host.netns,
                                     t->host.transit_ifindex, want->mac,
                                     address, router, has_come);
        if (error) {
            static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(1, 5);

            VLOG_WARN_RL(&rl, "%s: cannot probe the path to the router (%s)",
                         t->name, ovs_strerror(error));
        }
    }
}

/* When a chassis is lost, its ports may come here, and the database that would
 * say so may be lost with it: asks the router. */
static void
look_into_loss(struct tunnel *t, const struct tunnel_env *env,
               const struct want_tunnel *want)
{
    if (t->n_chassis_lost != env->n_chassis_lost) {
        t->n_chassis_lost = env->n_chassis_lost;
        if (t->role.role == ROLE_STANDBY
            && want->residence == RESIDENCE_ELSEWHERE) {
            start_path_probe(t, want, false);
        }
    }
}

/* Active by a sign, which has not come again for a while: asks the router. */
static void
look_into_silence(struct tunnel *t, const struct want_tunnel *want)
{
    if (!path_probe_is_on(&t->path)
        && time_msec() >= role_ask_time(&t->role, &t->role_input)) {
        start_path_probe(t, want, true);
    }
}

/* The role. */

static void
change_role(struct tunnel *t, const struct want_tunnel *want,
            enum role before)
{
    enum role now = t->role.role;

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
        /* Where packets arrive, the path is there. */
        t->path_open = t->role.by_sign;
        path_probe_stop(&t->path);
        if (!t->path_open) {
            start_path_probe(t, want, true);
        }
    } else if (before == ROLE_ACTIVE) {
        COVERAGE_INC(tunnel_demotion);
        t->active_since = 0;
        tunnel_takeover_cancel(&t->takeover);
        path_probe_stop(&t->path);
    }
}

/* Brings the role of 't' up to date.  Returns true if it has just turned out
 * that packets from here get through to OVN: by packets, or by the database's
 * confirmation of a sign, which may have come too early. */
bool
tunnel_role_run(struct tunnel *t, const struct tunnel_env *env,
                const struct want_tunnel *want)
{
    enum role before = t->role.role;
    bool by_sign = t->role.by_sign;

    look_into_loss(t, env, want);
    bool found = path_probe_run(&t->path);
    if (found && (before == ROLE_STANDBY || by_sign)) {
        role_sign(&t->role, false, time_msec());
        found = false;
    }
    t->role_input = (struct role_input) {
        .residence = want->residence,
        .word_at = want->residence_at,
        .cut_off = env->cut_off,
    };
    bool heard = run_tap(t) && awaits_first_packet(t);
    t->path_open |= heard;
    if (role_update(&t->role, &t->role_input, time_msec()) != before) {
        change_role(t, want, before);
        found = path_probe_run(&t->path) || found;
    }
    look_into_silence(t, want);
    return (found || heard
            || (by_sign && want->residence == RESIDENCE_HERE));
}

static void
wait_tap(const struct tunnel *t)
{
    if (t->tap_fd < 0) {
        return;
    } else if (samples_tap(t)) {
        poll_timer_wait_until(t->tap_at);
    } else {
        poll_fd_wait(t->tap_fd, POLLIN);
    }
}

void
tunnel_role_wait(const struct tunnel *t)
{
    wait_tap(t);
    path_probe_wait(&t->path);
    poll_timer_wait_until(role_wake_time(&t->role, &t->role_input));
}
