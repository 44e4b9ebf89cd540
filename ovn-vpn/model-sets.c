/* SPDX-License-Identifier: Apache-2.0 */

/* Groups of connections, and which of them are in the address sets of their
 * service: those that are usable. */

#include <config.h>

#include "ovn-vpn/model.h"

#include <stdlib.h>

#include "hash.h"
#include "openvswitch/shash.h"
#include "ovn-vpn/plan.h"
#include "svec.h"
#include "util.h"
#include "uuid.h"

/* Notes the groups of 'mc', which has just been read. */
void
model_add_to_groups(struct model *model, struct model_connection *mc)
{
    struct shash *groups = &mc->service->groups;

    for (size_t i = 0; i < mc->c.groups.n; i++) {
        const char *name = mc->c.groups.names[i];
        struct shash_node *node = shash_find(groups, name);

        if (!node) {
            node = shash_add(groups, name, NULL);
            model_mark_service(model, mc->service, MODEL_PLAN);
        }
        node->data = (void *) ((uintptr_t) node->data + 1);
    }
}

/* Forgets the groups of 'mc', which is about to change or go. */
void
model_remove_from_groups(struct model *model, struct model_connection *mc)
{
    struct shash *groups = &mc->service->groups;

    for (size_t i = 0; i < mc->c.groups.n; i++) {
        struct shash_node *node = shash_find(groups, mc->c.groups.names[i]);

        node->data = (void *) ((uintptr_t) node->data - 1);
        if (!node->data) {
            shash_delete(groups, node);
            model_mark_service(model, mc->service, MODEL_PLAN);
        }
    }
}

/* Initializes 'names' with the names of the groups of 'ms', sorted. */
void
model_get_groups(const struct model_service *ms, struct svec *names)
{
    const struct shash_node *node;

    svec_init(names);
    SHASH_FOR_EACH (node, &ms->groups) {
        svec_add(names, node->name);
    }
    svec_sort(names);
}

/* Returns true if address sets should hold 'mc' at 'now'.  Whether its
 * pre-shared key can be opened does not matter: that is found out later. */
static bool
is_member(const struct model_connection *mc, long long int now)
{
    return !mc->site_error && vpn_connection_is_usable(&mc->c, now);
}

/* Returns a digest of what 'mc' adds to address sets at 'now', 0 if it adds
 * nothing. */
static uint32_t
digest_sets(const struct model_connection *mc, long long int now)
{
    const struct vpn_connection *c = &mc->c;
    uint32_t digest = 1;

    if (!is_member(mc, now)) {
        return 0;
    }
    for (size_t i = 0; i < c->addresses.n; i++) {
        digest = vpn_prefix_hash(&c->addresses.list[i], digest);
    }
    for (size_t i = 0; i < c->peer_cidrs.n; i++) {
        digest = vpn_prefix_hash(&c->peer_cidrs.list[i], digest);
    }
    for (size_t i = 0; i < c->groups.n; i++) {
        digest = hash_string(c->groups.names[i], digest);
    }
    return digest ? digest : 1;
}

/* Looks whether the connections of 'ms' on which this pass works add other
 * members to its address sets at 'now' than before, in milliseconds since the
 * epoch.  Returns true if the sets have to be filled. */
bool
model_update_sets(struct model_service *ms, long long int now)
{
    struct model_connection *mc;

    LIST_FOR_EACH (mc, in_todo, &ms->todo) {
        uint32_t digest = digest_sets(mc, now);

        if (digest != mc->in_sets) {
            mc->in_sets = digest;
            ms->sets_stale = true;
        }
    }
    return ms->sets_stale;
}

/* Fills the address sets of the plan of 'ms' with the connections that are
 * usable at 'now', in milliseconds since the epoch. */
void
model_fill_sets(struct model_service *ms, long long int now)
{
    const struct vpn_connection **list = xcalloc(ms->n_members + 1,
                                                 sizeof *list);
    struct model_connection *mc;
    size_t n = 0;

    LIST_FOR_EACH (mc, in_service, &ms->connections) {
        if (ms->plan->tunnel && is_member(mc, now)) {
            list[n++] = &mc->c;
        }
    }
    plan_fill_sets(ms->plan, list, n);
    ms->sets_stale = false;
    free(list);
}
