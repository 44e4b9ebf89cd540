/* SPDX-License-Identifier: Apache-2.0 */

/* The model in words, for people and for comparison. */

#include <config.h>

#include "ovn-vpn/model.h"

#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "ovn-vpn/plan.h"
#include "util.h"

static int
compare_age_cb(const void *a_, const void *b_)
{
    const struct model_connection *const *a = a_, *const *b = b_;

    return vpn_connection_compare_age(&(*a)->c, &(*b)->c);
}

static void
format_peer(const struct model_connection *mc, struct ds *ds)
{
    struct plan_peer peer;

    plan_peer_init(&peer, &mc->c);
    ds_put_format(ds, "peer %s: ", mc->c.name);
    vpn_prefixes_format(&peer.allowed_ips, ", ", ds);
    ds_put_char(ds, '\n');
    plan_peer_destroy(&peer);
}

static void
format_connections(const struct model_service *ms, long long int now,
                   struct ds *ds)
{
    struct model_connection **list = xcalloc(ms->n_members + 1, sizeof *list);
    struct model_connection *mc;
    size_t n = 0;

    LIST_FOR_EACH (mc, in_service, &ms->connections) {
        list[n++] = mc;
    }
    qsort(list, n, sizeof *list, compare_age_cb);
    for (size_t i = 0; i < n; i++) {
        if (ms->plan->tunnel && model_connection_is_usable(list[i], now)) {
            format_peer(list[i], ds);
        }
    }
    for (size_t i = 0; i < n; i++) {
        const char *error = model_connection_error(list[i]);

        error = error ? error : list[i]->site_conflict;
        if (error) {
            ds_put_format(ds, "connection %s: error: %s\n", list[i]->c.name,
                          error);
        }
    }
    free(list);
}

/* Appends the plans in 'model' to 'ds', or that of 'service' if it is nonnull.
 * 'now' is in milliseconds since the epoch. */
void
model_format(const struct model *model, const char *service,
             long long int now, struct ds *ds)
{
    size_t n;
    struct model_service **list = model_sort_services(model, &n);

    for (size_t i = 0; i < n; i++) {
        if (list[i]->plan
            && (!service || !strcmp(list[i]->service->name, service))) {
            /* Otherwise that is done when they are written. */
            if (list[i]->sets_stale) {
                model_fill_sets(list[i], now);
            }
            plan_format(list[i]->plan, ds);
            format_connections(list[i], now, ds);
        }
    }
    free(list);
}
