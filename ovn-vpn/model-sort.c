/* SPDX-License-Identifier: Apache-2.0 */

/* What the model holds, oldest first. */

#include <config.h>

#include "ovn-vpn/model.h"

#include <stdlib.h>

#include "util.h"

static int
compare_services_cb(const void *a_, const void *b_)
{
    const struct model_service *const *a = a_, *const *b = b_;

    return vpn_service_compare_age((*a)->service, (*b)->service);
}

/* Returns an array of all services that have been read, oldest first, and
 * stores their number in '*n'.  The caller must free the array. */
struct model_service **
model_sort_services(const struct model *model, size_t *n)
{
    struct model_service **list
        = xcalloc(hmap_count(&model->services) + 1, sizeof *list);
    struct model_service *ms;

    *n = 0;
    HMAP_FOR_EACH (ms, node, &model->services) {
        if (ms->service) {
            list[(*n)++] = ms;
        }
    }
    qsort(list, *n, sizeof *list, compare_services_cb);
    return list;
}

static int
compare_connections_cb(const void *a_, const void *b_)
{
    const struct vpn_connection *const *a = a_, *const *b = b_;

    return vpn_connection_compare_age(*a, *b);
}

/* Returns an array of the sites of 'ms' that are usable at 'now', oldest
 * first, which the caller must free, and stores their number in '*n'. */
const struct vpn_connection **
model_sort_sites(const struct model_service *ms, long long int now, size_t *n)
{
    const struct vpn_connection **sites
        = xcalloc(ovs_list_size(&ms->sites) + 1, sizeof *sites);
    const struct model_connection *mc;

    *n = 0;
    LIST_FOR_EACH (mc, in_sites, &ms->sites) {
        if (vpn_connection_is_usable(&mc->c, now)) {
            sites[(*n)++] = &mc->c;
        }
    }
    qsort(sites, *n, sizeof *sites, compare_connections_cb);
    return sites;
}

/* The same for those whose keys are old. */
const struct vpn_connection **
model_sort_old_keys(const struct model_service *ms, size_t *n)
{
    const struct vpn_connection **list
        = xcalloc(ovs_list_size(&ms->old_keys) + 1, sizeof *list);
    const struct model_connection *mc;

    *n = 0;
    LIST_FOR_EACH (mc, in_old_keys, &ms->old_keys) {
        list[(*n)++] = &mc->c;
    }
    qsort(list, *n, sizeof *list, compare_connections_cb);
    return list;
}
