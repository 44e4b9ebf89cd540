/* SPDX-License-Identifier: Apache-2.0 */

/* What keeps single peers from being served, in rows of Peer_State; see
 * ovn-vpn-controller/report.h. */

#include <config.h>

#include "ovn-vpn-controller/report.h"

#include <stdio.h>
#include <string.h>

#include "lib/ovn-vpn-sb-idl.h"
#include "ovn-vpn-controller/agent.h"
#include "ovn-vpn-controller/want.h"
#include "ovsdb-idl.h"
#include "smap.h"
#include "util.h"
#include "uuid.h"

/* Returns the problem of the peer in 'row', NULL if there is none. */
static const char *
find_problem(const struct agent *agent, const struct vpnsbrec_peer_state *row)
{
    char uuid[UUID_LEN + 1];

    if (!row->peer || !row->tunnel) {
        return NULL;
    }
    const struct tunnel *t = shash_find_data(&agent->tunnels,
                                             row->tunnel->name);
    snprintf(uuid, sizeof uuid, UUID_FMT,
             UUID_ARGS(&row->peer->header_.uuid));
    return t ? smap_get(&t->peer_problems, uuid) : NULL;
}

static void
write_problem(struct report *r, struct ovsdb_idl_txn *txn,
              const char *chassis, const char *uuid_text, const char *problem)
{
    const struct vpnsbrec_peer *peer;
    struct uuid uuid;

    if (!uuid_from_string(&uuid, uuid_text)) {
        return;
    }
    peer = vpnsbrec_peer_get_for_uuid(r->idl, &uuid);
    if (peer && peer->tunnel) {
        const struct vpnsbrec_peer_state *row
            = report_find_peer_state(r, chassis, peer);

        if (!row) {
            row = report_insert_peer_state(txn, chassis, peer);
        }
        if (!nullable_string_is_equal(row->problem, problem)) {
            vpnsbrec_peer_state_set_problem(row, problem);
        }
    }
}

/* Writes the problems of all peers, and clears those that there were. */
void
report_problems_run(struct report *r, struct ovsdb_idl_txn *txn,
                    const char *chassis, const struct agent *agent)
{
    const struct vpnsbrec_peer_state *row;
    const struct shash_node *node;

    VPNSBREC_PEER_STATE_FOR_EACH (row, r->idl) {
        if (row->problem && !strcmp(row->chassis, chassis)
            && !find_problem(agent, row)) {
            vpnsbrec_peer_state_set_problem(row, NULL);
        }
    }
    SHASH_FOR_EACH (node, &agent->tunnels) {
        const struct tunnel *t = node->data;
        const struct smap_node *problem;

        SMAP_FOR_EACH (problem, &t->peer_problems) {
            write_problem(r, txn, chassis, problem->key, problem->value);
        }
    }
}
