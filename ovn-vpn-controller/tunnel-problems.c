/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/tunnel-problems.h"

#include <stdio.h>
#include <stdlib.h>

#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/resolver.h"
#include "ovn-vpn-controller/tunnel.h"
#include "ovn-vpn-controller/want.h"
#include "smap.h"
#include "sset.h"
#include "util.h"
#include "uuid.h"

VLOG_DEFINE_THIS_MODULE(tunnel_problems);

static void
add(struct sset *problems, const char *problem)
{
    if (problem) {
        sset_add(problems, problem);
    }
}

static void
add_peer(struct smap *problems, const struct uuid *row, const char *problem)
{
    char uuid[UUID_LEN + 1];

    snprintf(uuid, sizeof uuid, UUID_FMT, UUID_ARGS(row));
    smap_replace(problems, uuid, problem);
}

/* Sites matter to the chassis that calls them. */
static void
add_sites(struct smap *problems, const struct tunnel_env *env,
          const struct want_tunnel *want)
{
    const struct wg_peer *peer;

    HMAP_FOR_EACH (peer, node, &want->device.peers) {
        const char *problem = (peer->site
                               ? resolver_problem(env->resolver, peer->site,
                                                  want->outer_is_v4)
                               : NULL);
        if (problem) {
            char *text = xasprintf("address \"%s\" %s", peer->site, problem);

            add_peer(problems, &peer->uuid, text);
            free(text);
        }
    }
}

/* Brings the problems of single peers up to date. */
static void
run_peers(struct tunnel *t, const struct tunnel_env *env,
          const struct want_tunnel *want)
{
    struct smap problems = SMAP_INITIALIZER(&problems);
    const struct shash_node *node;

    SHASH_FOR_EACH (node, &want->peer_errors) {
        const struct want_peer_error *e = node->data;

        add_peer(&problems, &e->row, e->error);
    }
    if (t->role.role == ROLE_ACTIVE && want->n_sites) {
        add_sites(&problems, env, want);
    }
    if (!smap_equal(&problems, &t->peer_problems)) {
        const struct smap_node *problem;

        SMAP_FOR_EACH (problem, &problems) {
            if (!nullable_string_is_equal(
                    smap_get(&t->peer_problems, problem->key),
                    problem->value)) {
                VLOG_WARN("%s: peer %s is not served: %s", t->name,
                          problem->key, problem->value);
            }
        }
        smap_destroy(&t->peer_problems);
        smap_clone(&t->peer_problems, &problems);
        t->news++;
    }
    smap_destroy(&problems);
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

/* Brings 't->problems' and 't->peer_problems' up to date, and tells the log of
 * what is new. */
void
tunnel_problems_run(struct tunnel *t, const struct tunnel_env *env,
                    const struct want_tunnel *want)
{
    struct sset problems = SSET_INITIALIZER(&problems);

    add(&problems, want->error);
    add(&problems, want->key_error);
    add(&problems, t->host.problem);
    add(&problems, tunnel_device_problem(&t->device));
    add(&problems, t->port_problem);
    if (!sset_equals(&problems, &t->problems)) {
        log_differences(t, &problems);
        sset_swap(&problems, &t->problems);
        t->news++;
    }
    sset_destroy(&problems);
    run_peers(t, env, want);
}
