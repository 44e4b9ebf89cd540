/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/tunnel-problems.h"

#include <stdlib.h>

#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/resolver.h"
#include "ovn-vpn-controller/tunnel.h"
#include "ovn-vpn-controller/want.h"
#include "smap.h"
#include "sset.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(tunnel_problems);

static void
add(struct sset *problems, const char *problem)
{
    if (problem) {
        sset_add(problems, problem);
    }
}

static void
add_peers(struct sset *problems, const struct want_tunnel *want)
{
    const struct smap_node *node;

    SMAP_FOR_EACH (node, &want->peer_errors) {
        sset_add_and_free(problems, xasprintf("peer %s is not served: %s",
                                              node->key, node->value));
    }
}

/* Sites matter to the chassis that calls them. */
static void
add_sites(struct sset *problems, const struct tunnel_env *env,
          const struct want_tunnel *want)
{
    const struct wg_peer *peer;

    HMAP_FOR_EACH (peer, node, &want->device.peers) {
        const char *problem = (peer->site
                               ? resolver_problem(env->resolver, peer->site)
                               : NULL);
        if (problem) {
            sset_add_and_free(problems, xasprintf("site address \"%s\" %s",
                                                  peer->site, problem));
        }
    }
}

static void
log_differences(const struct tunnel *t, const struct sset *problems)
{
    const char *problem;

    SSET_FOR_EACH (problem, problems) {
        if (!sset_contains(&t->problems, problem)) {
            VLOG_WARN("%s: %s", t->name, problem);
        }
    }
    SSET_FOR_EACH (problem, &t->problems) {
        if (!sset_contains(problems, problem)) {
            VLOG_INFO("%s: no longer: %s", t->name, problem);
        }
    }
}

/* Brings 't->problems' up to date, and tells the log of what is new. */
void
tunnel_problems_run(struct tunnel *t, const struct tunnel_env *env,
                    const struct want_tunnel *want)
{
    struct sset problems = SSET_INITIALIZER(&problems);

    add(&problems, want->error);
    add(&problems, want->key_error);
    add_peers(&problems, want);
    if (t->role.role == ROLE_ACTIVE && want->n_sites) {
        add_sites(&problems, env, want);
    }
    add(&problems, t->host.problem);
    add(&problems, tunnel_device_problem(&t->device));
    add(&problems, t->port_problem);
    if (!sset_equals(&problems, &t->problems)) {
        log_differences(t, &problems);
        sset_swap(&problems, &t->problems);
        t->news++;
    }
    sset_destroy(&problems);
}
