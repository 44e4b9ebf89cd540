/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/tunnel-host.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "coverage.h"
#include "hash.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/change.h"
#include "ovn-vpn-controller/link.h"
#include "ovn-vpn-controller/netns.h"
#include "ovn-vpn-controller/sysctl.h"
#include "ovn-vpn-controller/tunnel-routes.h"
#include "ovn-vpn-controller/want.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(tunnel_host);

COVERAGE_DEFINE(host_sync);

/* Ethernet's own MTU, and what WireGuard adds to a packet: 40 + 8 + 32. */
#define ETHERNET_MTU 1500
#define WG_OVERHEAD 80

/* Time between attempts after a failure: it doubles. */
#define MIN_BACKOFF_MS 500
#define MAX_BACKOFF_MS 30000

/* Some things change without news, such as offload settings.  The time is up
 * to twice as long, so that hosts are not all looked at together. */
#define AUDIT_MS 60000

/* News makes us look 5 times a second in the long run, 20 times in a burst. */
#define LOOK_TOKENS 200
#define LOOK_BURST (20 * LOOK_TOKENS)

/* One attempt to bring a host to what is wanted. */
struct attempt {
    struct tunnel_host *host;
    const struct tunnel_host_env *env;
    const struct want_tunnel *want;
    int wg_ifindex;             /* 0 if there is none yet. */
};

void
tunnel_host_init(struct tunnel_host *host, const char *name)
{
    memset(host, 0, sizeof *host);
    host->name = xstrdup(name);
    host->netns_name = xasprintf(TUNNEL_NETNS_PREFIX"%s", name);
    vpn_ifname("vpn-", name, host->host_ifname);
    vpn_ifname("wg-", name, host->wg_ifname);
    host->events_fd = -1;
    host->dirty = true;
    host->backoff_ms = MIN_BACKOFF_MS;
    token_bucket_init(&host->bucket, 1, LOOK_BURST);
}

/* Lets go of the namespace, which stays as it is. */
void
tunnel_host_close(struct tunnel_host *host)
{
    link_close(host->link);
    host->link = NULL;
    netns_close(host->netns);
    host->netns = NULL;
    if (host->events_fd >= 0) {
        close(host->events_fd);
        host->events_fd = -1;
    }
    host->transit_ifindex = 0;
    host->wg_up = false;
    host->epoch++;
}

/* Frees what 'host' holds and leaves the namespace in place. */
void
tunnel_host_destroy(struct tunnel_host *host)
{
    tunnel_host_close(host);
    free(host->problem);
    free(host->netns_name);
    free(host->name);
}

/* Makes the next tunnel_host_run() look at everything at once. */
void
tunnel_host_touch(struct tunnel_host *host)
{
    host->dirty = true;
    host->retry_at = 0;
}

/* Names of namespaces have appeared or gone: takes care if it is ours. */
void
tunnel_host_check_netns(struct tunnel_host *host)
{
    if (host->netns && !netns_is_current(host->netns)) {
        host->dirty = true;
    }
}

/* Steps of an attempt.  Each returns 0 or a positive errno value. */

static int
open_netns(struct attempt *a)
{
    struct tunnel_host *host = a->host;

    if (host->netns && netns_is_current(host->netns)) {
        return 0;
    }
    tunnel_host_close(host);
    int error = netns_make(host->netns_name, &host->netns);
    if (!error) {
        error = link_open(host->netns, &host->link);
    }
    if (!error) {
        error = link_events_open(host->netns, &host->events_fd);
    }
    if (error) {
        tunnel_host_close(host);
    }
    return error;
}

static int
sync_loopback(struct attempt *a)
{
    return link_sync(a->host->link, "lo", &(struct link_want) { .mtu = 0 });
}

static int
sync_sysctls(struct attempt *a)
{
    const char *const ifnames[] = {
        "all", "default", TUNNEL_TRANSIT, a->host->wg_ifname, NULL,
    };

    return sysctl_sync_router(a->host->netns, ifnames);
}

/* Returns the alias of the veth pair's end on the host, which the caller must
 * free. */
char *
tunnel_host_alias(const struct tunnel_host *host)
{
    return xasprintf(TUNNEL_ALIAS_PREFIX"%s", host->name);
}

/* Removes whatever stands in the way of a new veth pair. */
static int
clear_veth(struct tunnel_host *host, const struct link_info *on_host)
{
    int error = link_delete(host->link, TUNNEL_TRANSIT);

    if (!error && on_host) {
        char *alias = tunnel_host_alias(host);

        host->foreign = strcmp(on_host->alias, alias) != 0;
        error = host->foreign ? EEXIST : 0;
        free(alias);
    }
    return error;
}

static int
sync_veth_pair(struct attempt *a)
{
    struct tunnel_host *host = a->host;
    struct link_info inside, outside;

    int in_error = link_get(host->link, TUNNEL_TRANSIT, &inside);
    int out_error = link_get(a->env->link, host->host_ifname, &outside);
    if (!in_error && !out_error && inside.peer_ifindex == outside.ifindex
        && outside.peer_ifindex == inside.ifindex
        && !strcmp(inside.kind, "veth")) {
        host->transit_ifindex = inside.ifindex;
        return 0;
    } else if (in_error && in_error != ENODEV) {
        return in_error;
    } else if (out_error && out_error != ENODEV) {
        return out_error;
    }

    host->transit_ifindex = 0;
    int error = clear_veth(host, out_error ? NULL : &outside);
    if (!error) {
        error = link_delete(a->env->link, host->host_ifname);
    }
    if (!error) {
        error = link_add_veth(a->env->link, host->host_ifname, host->netns,
                              TUNNEL_TRANSIT, &a->want->mac);
    }
    if (!error) {
        error = link_get(host->link, TUNNEL_TRANSIT, &inside);
        host->transit_ifindex = error ? 0 : inside.ifindex;
    }
    /* A dry run goes on with what does not need it. */
    return error == CHANGE_NOT_MADE ? 0 : error;
}

static int
transit_mtu(const struct want_tunnel *want)
{
    return MAX(ETHERNET_MTU, want->mtu + WG_OVERHEAD);
}

static int
sync_veth_outside(struct attempt *a)
{
    char *alias = tunnel_host_alias(a->host);
    struct link_want want = { .mtu = transit_mtu(a->want), .alias = alias };

    int error = link_sync(a->env->link, a->host->host_ifname, &want);
    free(alias);
    return error;
}

static int
sync_veth_inside(struct attempt *a)
{
    struct link_want want = {
        .mtu = transit_mtu(a->want), .mac = &a->want->mac,
    };

    int error = link_sync(a->host->link, TUNNEL_TRANSIT, &want);
    if (!error && a->env->checksum_in_software) {
        error = link_sync_tx_checksum_off(a->host->link, TUNNEL_TRANSIT);
    }
    return error;
}

static int
sync_transit_addresses(struct attempt *a)
{
    return link_sync_addresses(a->host->link, a->host->transit_ifindex,
                               &a->want->transit_addresses);
}

static int
sync_router_neighbour(struct attempt *a)
{
    return link_sync_neighbours(a->host->link, a->host->transit_ifindex,
                                &a->want->router_addresses,
                                &a->want->router_mac);
}

static int
sync_wg_link(struct attempt *a)
{
    struct link_want want = { .mtu = a->want->mtu };
    struct link_info info;

    int error = link_get(a->host->link, a->host->wg_ifname, &info);
    if (error) {
        return error == ENODEV ? 0 : error;
    }
    a->wg_ifindex = info.ifindex;
    error = link_sync(a->host->link, a->host->wg_ifname, &want);
    a->host->wg_up = !error;
    /* The kernel opens the UDP socket when the interface comes up.  libnl
     * makes this one of EADDRINUSE. */
    return error == EEXIST ? EADDRINUSE : error;
}

static int
sync_wg_addresses(struct attempt *a)
{
    return (a->wg_ifindex
            ? link_sync_addresses(a->host->link, a->wg_ifindex,
                                  &a->want->addresses)
            : 0);
}

static int
sync_rules(struct attempt *a)
{
    return tunnel_routes_sync_rules(a->host->link, a->host->wg_ifname);
}

static int
sync_routes(struct attempt *a)
{
    return tunnel_routes_sync(a->host->link, a->want, a->host->transit_ifindex,
                              a->wg_ifindex);
}

static const struct {
    int (*run)(struct attempt *);
    bool on_transit;            /* Has nothing to do without TUNNEL_TRANSIT. */
    const char *what;
} steps[] = {
    { open_netns, false, "open the network namespace" },
    { sync_loopback, false, "bring up the loopback interface" },
    { sync_sysctls, false, "write kernel settings" },
    /* Before there is anything from which packets can come. */
    { sync_rules, false, "set routing rules" },
    { sync_veth_pair, false, "make the veth pair to Open vSwitch" },
    { sync_veth_outside, true, "configure the host's end of the veth pair" },
    { sync_veth_inside, true, "configure "TUNNEL_TRANSIT },
    { sync_wg_link, false, "configure the WireGuard interface" },
    { sync_transit_addresses, true, "set the addresses of "TUNNEL_TRANSIT },
    { sync_router_neighbour, true, "set the router's Ethernet address" },
    { sync_wg_addresses, false,
      "set the addresses of the WireGuard interface" },
    { sync_routes, false, "set routes" },
};

/* Returns what went wrong, in words, which the caller must free. */
static char *
format_problem(const struct tunnel_host *host, const char *what, int error)
{
    if (host->foreign) {
        return xasprintf("cannot %s: an interface called %s exists that "
                         "ovn-vpn did not make (delete or rename it)", what,
                         host->host_ifname);
    }
    return xasprintf("cannot %s in network namespace %s: %s", what,
                     host->netns_name, ovs_strerror(error));
}

static void
attempt(struct tunnel_host *host, const struct tunnel_host_env *env,
        const struct want_tunnel *want)
{
    struct attempt a = { .host = host, .env = env, .want = want };
    long long int now = time_msec();

    COVERAGE_INC(host_sync);
    free(host->problem);
    host->problem = NULL;
    host->settled = true;
    host->seq = want->host_seq;
    host->wg_up = false;
    host->foreign = false;
    host->audit_at = now + AUDIT_MS + hash_string(host->name, 0) % AUDIT_MS;
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        if (steps[i].on_transit && !host->transit_ifindex) {
            continue;
        }
        int error = steps[i].run(&a);
        if (error == CHANGE_NOT_MADE) {
            break;
        } else if (error) {
            host->problem = format_problem(host, steps[i].what, error);
            host->settled = false;
            host->retry_at = now + host->backoff_ms;
            host->backoff_ms = MIN(host->backoff_ms * 2, MAX_BACKOFF_MS);
            return;
        }
    }
    host->retry_at = 0;
    host->backoff_ms = MIN_BACKOFF_MS;
}

/* Brings the host to 'want' if something may have changed. */
void
tunnel_host_run(struct tunnel_host *host, const struct tunnel_host_env *env,
                const struct want_tunnel *want)
{
    long long int now = time_msec();

    if (host->seq != want->host_seq) {
        tunnel_host_touch(host);
    }
    if (host->events_fd >= 0 && link_events_run(host->events_fd)) {
        host->dirty = true;
    }
    if (!host->settled && now >= host->retry_at) {
        host->dirty = true;
    }
    if (now >= host->audit_at) {
        host->dirty = true;
    }
    /* After a failure what we try makes news by itself. */
    if (host->dirty && now >= host->retry_at && now < env->deadline
        && token_bucket_withdraw(&host->bucket, LOOK_TOKENS)) {
        host->dirty = false;
        attempt(host, env, want);
    }
}

void
tunnel_host_wait(const struct tunnel_host *host)
{
    if (host->events_fd >= 0) {
        poll_fd_wait(host->events_fd, POLLIN);
    }
    if (host->dirty && time_msec() >= host->retry_at) {
        token_bucket_wait(CONST_CAST(struct token_bucket *, &host->bucket),
                          LOOK_TOKENS);
    } else if (host->dirty || !host->settled) {
        poll_timer_wait_until(host->retry_at);
    }
    poll_timer_wait_until(host->audit_at);
}

/* Returns true if all of the host has been looked at for 'want'. */
bool
tunnel_host_is_examined(const struct tunnel_host *host,
                        const struct want_tunnel *want)
{
    return host->seq == want->host_seq && !host->dirty;
}
