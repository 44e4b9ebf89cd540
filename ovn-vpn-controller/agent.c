/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/agent.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/change.h"
#include "ovn-vpn-controller/link.h"
#include "ovn-vpn-controller/netns.h"
#include "ovn-vpn-controller/ovs-port.h"
#include "ovn-vpn-controller/want.h"
#include "sset.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(agent);

/* Hosts are looked at for so long before calls, databases and commands have
 * their turn again. */
#define HOST_BUDGET_MS 20

/* How often an active device is looked at, at most, and how often so that it
 * takes no more than a hundredth of a processor. */
#define MIN_POLL_MS 1000
#define POLL_FACTOR 100

/* A change of the databases on its way. */
struct agent_cfg {
    struct ovs_list list_node;  /* In struct agent's 'pending'. */
    uint64_t seq;               /* Of what is wanted. */
    int64_t nb_cfg;             /* When everything up to there is done. */
};

void
agent_init(struct agent *a)
{
    memset(a, 0, sizeof *a);
    shash_init(&a->tunnels);
    resolver_init(&a->resolver);
    a->env.resolver = &a->resolver;
    wg_choice_init(&a->choice);
    a->netns_fd = -1;
    ovs_list_init(&a->pending);
}

/* Frees 'a' and leaves all tunnels as they are. */
void
agent_destroy(struct agent *a)
{
    struct shash_node *node;
    struct agent_cfg *cfg;

    SHASH_FOR_EACH (node, &a->tunnels) {
        tunnel_destroy(node->data);
    }
    shash_destroy(&a->tunnels);
    LIST_FOR_EACH_POP (cfg, list_node, &a->pending) {
        free(cfg);
    }
    resolver_destroy(&a->resolver);
    wg_choice_destroy(&a->choice);
    link_close(a->env.host.link);
    if (a->netns_fd >= 0) {
        close(a->netns_fd);
    }
    free(a->problem);
}

static void
set_problem(struct agent *a, char *problem)
{
    if (problem && !nullable_string_is_equal(problem, a->problem)) {
        VLOG_WARN("%s", problem);
    }
    free(a->problem);
    a->problem = problem;
}

/* Opens what all tunnels need of the host.  Returns false if that fails. */
static bool
open_host(struct agent *a)
{
    int error = 0;

    if (!a->env.host.link) {
        error = link_open(NULL, &a->env.host.link);
    }
    /* That makes the directory. */
    if (!error && a->netns_fd < 0 && !change_is_dry_run()) {
        error = netns_watch_open(&a->netns_fd);
    }
    set_problem(a, error ? xasprintf("cannot manage network namespaces: %s "
                                     "(it takes root's privileges)",
                                     ovs_strerror(error)) : NULL);
    return !error;
}

/* Removes what earlier runs have left of tunnels that are gone. */
static void
purge(struct agent *a, const struct want *want)
{
    struct sset names = SSET_INITIALIZER(&names);
    struct shash_node *node;

    SHASH_FOR_EACH (node, &want->tunnels) {
        sset_add(&names, node->name);
    }
    tunnel_host_purge(&a->env.host, &names);
    sset_destroy(&names);
    a->purged = true;
}

/* Makes 'a' have the tunnels that are wanted. */
static void
sync_tunnels(struct agent *a, const struct want *want)
{
    struct shash_node *node;

    SHASH_FOR_EACH_SAFE (node, &a->tunnels) {
        if (!shash_find(&want->tunnels, node->name)) {
            tunnel_remove(node->data, &a->env);
            shash_delete(&a->tunnels, node);
        }
    }
    SHASH_FOR_EACH (node, &want->tunnels) {
        if (!shash_find(&a->tunnels, node->name)) {
            shash_add(&a->tunnels, node->name, tunnel_create(node->name));
        }
    }
}

static int
poll_interval(const struct agent *a)
{
    const struct shash_node *node;
    long long int cost_usec = 0;

    SHASH_FOR_EACH (node, &a->tunnels) {
        const struct tunnel *t = node->data;

        if (t->role.role == ROLE_ACTIVE) {
            cost_usec += t->device.cost_usec;
        }
    }
    return MAX(MIN_POLL_MS, POLL_FACTOR * cost_usec / 1000);
}

/* Finds out how much of what the databases want has been done.  To be called
 * while nothing is outstanding in Open vSwitch. */
void
agent_run_nb_cfg(struct agent *a, const struct want *want)
{
    const struct agent_cfg *last = (ovs_list_is_empty(&a->pending) ? NULL
                                    : CONTAINER_OF(ovs_list_back(&a->pending),
                                                   struct agent_cfg,
                                                   list_node));
    uint64_t done = UINT64_MAX;
    struct shash_node *node;
    struct agent_cfg *cfg;

    if (!want->valid || !a->purged) {
        return;
    }
    if (last ? last->nb_cfg != want->nb_cfg
        : !a->has_nb_cfg || a->nb_cfg != want->nb_cfg) {
        cfg = xmalloc(sizeof *cfg);
        cfg->seq = want->seq;
        cfg->nb_cfg = want->nb_cfg;
        ovs_list_push_back(&a->pending, &cfg->list_node);
    }
    if (ovs_list_is_empty(&a->pending)) {
        return;
    }
    SHASH_FOR_EACH (node, &want->tunnels) {
        const struct tunnel *t = shash_find_data(&a->tunnels, node->name);

        done = MIN(done, tunnel_done_seq(t, node->data));
    }
    LIST_FOR_EACH_SAFE (cfg, list_node, &a->pending) {
        if (cfg->seq > done) {
            break;
        }
        a->nb_cfg = cfg->nb_cfg;
        a->has_nb_cfg = true;
        ovs_list_remove(&cfg->list_node);
        free(cfg);
    }
}

/* Brings all tunnels to 'want'. */
void
agent_run(struct agent *a, const struct want *want)
{
    struct shash_node *node;

    if (!want->valid || !open_host(a)) {
        return;
    }
    resolver_run(&a->resolver);
    wg_choice_run(&a->choice);
    if (!a->choice.decided) {
        return;
    }
    a->env.backend = a->choice.class;
    if (!a->purged) {
        purge(a, want);
    }
    sync_tunnels(a, want);
    if (a->netns_fd >= 0 && netns_watch_run(a->netns_fd)) {
        SHASH_FOR_EACH (node, &a->tunnels) {
            struct tunnel *t = node->data;

            tunnel_host_check_netns(&t->host);
        }
    }
    a->env.poll_interval_ms = poll_interval(a);
    a->env.host.deadline = time_msec() + HOST_BUDGET_MS;
    SHASH_FOR_EACH (node, &a->tunnels) {
        tunnel_run(node->data, &a->env,
                   shash_find_data(&want->tunnels, node->name));
    }
}

void
agent_wait(const struct agent *a, const struct want *want)
{
    const struct shash_node *node;

    if (!want->valid) {
        return;
    } else if (a->problem) {
        poll_timer_wait(MIN_POLL_MS);
        return;
    }
    resolver_wait(&a->resolver);
    wg_choice_wait(&a->choice);
    if (a->netns_fd >= 0) {
        poll_fd_wait(a->netns_fd, POLLIN);
    }
    SHASH_FOR_EACH (node, &a->tunnels) {
        const struct want_tunnel *wt = shash_find_data(&want->tunnels,
                                                       node->name);
        if (wt) {
            tunnel_wait(node->data, &a->env, wt);
        }
    }
}

/* Returns true if a dry run has found all that differs from 'want', or cannot
 * find it and says why. */
bool
agent_is_examined(const struct agent *a, const struct want *want)
{
    const struct shash_node *node;

    if (a->problem) {
        return true;
    } else if (!want->valid || !a->purged) {
        return false;
    }
    SHASH_FOR_EACH (node, &want->tunnels) {
        const struct tunnel *t = shash_find_data(&a->tunnels, node->name);

        if (!t || !tunnel_is_examined(t, node->data)) {
            return false;
        }
    }
    return true;
}

/* Adds to 'ports' a 'struct ovs_port' for each tunnel.  The caller must give
 * 'ports' to agent_take_ports(). */
void
agent_get_ports(const struct agent *a, const struct want *want,
                struct shash *ports)
{
    const struct shash_node *node;

    SHASH_FOR_EACH (node, &a->tunnels) {
        const struct tunnel *t = node->data;
        const struct want_tunnel *wt = shash_find_data(&want->tunnels,
                                                       node->name);

        if (wt) {
            struct ovs_port *port = xzalloc(sizeof *port);

            port->service = xstrdup(t->name);
            port->tag = wt->tag;
            /* A dry run does not have what it would make. */
            port->ready = t->host.transit_ifindex || change_is_dry_run();
            shash_add(ports, t->host.host_ifname, port);
        }
    }
}

/* Frees 'ports', and gives the problems in there to the tunnels if the ports
 * have been checked. */
void
agent_take_ports(struct agent *a, struct shash *ports, bool checked)
{
    struct shash_node *node;

    SHASH_FOR_EACH (node, ports) {
        struct ovs_port *port = node->data;
        struct tunnel *t = shash_find_data(&a->tunnels, port->service);

        if (t && checked
            && !nullable_string_is_equal(t->port_problem, port->problem)) {
            free(t->port_problem);
            t->port_problem = nullable_xstrdup(port->problem);
            poll_immediate_wake();
        }
        free(port->service);
        free(port->problem);
        free(port);
    }
    shash_destroy(ports);
}
