/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-members.h"

#include <stdlib.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "util.h"
#include "uuid.h"

void
api_members_destroy(struct api_members *members)
{
    free(members->uuids);
}

static void
say_gone(const struct uuid *uuid, api_members_go_func *go, void *aux)
{
    if (go) {
        go(uuid, aux);
    }
}

/* Makes 'members' the connections of 'row'.  Calls 'go' for those that were
 * there before and are not any more, then 'come' for those that are new, each
 * with 'aux'. */
void
api_members_update(struct api_members *members,
                   const struct vpnnbrec_vpn_service *row,
                   api_members_come_func *come, api_members_go_func *go,
                   void *aux)
{
    size_t n = row->n_connections;
    struct uuid *uuids = xmalloc(n * sizeof *uuids);
    size_t *new = xmalloc(n * sizeof *new);
    size_t n_new = 0, j = 0;

    /* The replica keeps sets sorted. */
    for (size_t i = 0; i < n; i++) {
        int order = 1;

        uuids[i] = row->connections[i];
        ovs_assert(!i || uuid_compare_3way(&uuids[i - 1], &uuids[i]) < 0);
        while (j < members->n
               && (order = uuid_compare_3way(&members->uuids[j],
                                             &uuids[i])) < 0) {
            say_gone(&members->uuids[j++], go, aux);
        }
        if (j < members->n && !order) {
            j++;
        } else {
            new[n_new++] = i;
        }
    }
    while (j < members->n) {
        say_gone(&members->uuids[j++], go, aux);
    }
    for (size_t i = 0; come && i < n_new; i++) {
        come(vpnnbrec_vpn_connection_get_for_uuid(row->header_.table->idl,
                                                  &uuids[new[i]]), aux);
    }
    free(new);
    free(members->uuids);
    members->uuids = uuids;
    members->n = n;
}
