/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/snapshot.h"

#include <stdlib.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-model.h"
#include "lib/vpn-nb-snapshot.h"
#include "util.h"

static int
compare_age_cb(const void *a_, const void *b_)
{
    const struct vpn_service *const *a = a_, *const *b = b_;

    return vpn_service_compare_age(*a, *b);
}

/* Returns all services, oldest first, and stores their number in '*n'.  The
 * caller must destroy them and free the array. */
struct vpn_service **
snapshot_services(struct ovsdb_idl *vpn_nb, size_t *n)
{
    const struct vpnnbrec_vpn_service *row;
    struct vpn_service **services = NULL;
    size_t allocated = 0;

    *n = 0;
    VPNNBREC_VPN_SERVICE_FOR_EACH (row, vpn_nb) {
        if (*n >= allocated) {
            services = x2nrealloc(services, &allocated, sizeof *services);
        }
        services[(*n)++] = vpn_service_from_row(row);
    }
    if (*n) {
        qsort(services, *n, sizeof *services, compare_age_cb);
    }
    return services;
}
