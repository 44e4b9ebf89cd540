/* SPDX-License-Identifier: Apache-2.0 */

/* What chassis report, for quick look-up. */

#include <config.h>

#include "ovn-vpn/status-private.h"

#include <stdlib.h>

#include "lib/ovn-vpn-sb-idl.h"
#include "ovn-vpn/status.h"
#include "util.h"
#include "uuid.h"

/* The last handshake of a connection that any chassis has seen. */
struct handshake {
    struct hmap_node node;      /* In 'status.handshakes', by connection. */
    struct uuid connection;
    long long int at;           /* Milliseconds since the epoch. */
};

/* Returns the key of what 'chassis' says of 'subject', a service or a
 * connection. */
static char *
report_key(const struct uuid *subject, const char *chassis)
{
    return xasprintf(UUID_FMT" %s", UUID_ARGS(subject), chassis);
}

static struct handshake *
find_handshake(const struct status *status, const struct uuid *connection)
{
    struct handshake *h;

    HMAP_FOR_EACH_WITH_HASH (h, node, uuid_hash(connection),
                             &status->handshakes) {
        if (uuid_equals(&h->connection, connection)) {
            return h;
        }
    }
    return NULL;
}

static void
load_handshake(struct status *status, const struct vpnsbrec_peer_state *peer)
{
    struct handshake *h = find_handshake(status, &peer->peer->connection);

    if (!h) {
        h = xzalloc(sizeof *h);
        h->connection = peer->peer->connection;
        hmap_insert(&status->handshakes, &h->node, uuid_hash(&h->connection));
    }
    h->at = MAX(h->at, peer->last_handshake[0]);
}

void
status_load_reports(struct status *status, const struct status_input *in)
{
    const struct vpnsbrec_tunnel_state *tunnel;
    const struct vpnsbrec_peer_state *peer;

    VPNSBREC_TUNNEL_STATE_FOR_EACH (tunnel, in->vpn_sb) {
        if (tunnel->tunnel) {
            char *key = report_key(&tunnel->tunnel->service, tunnel->chassis);
            shash_add_once(&status->reports, key, tunnel);
            free(key);
        }
    }
    VPNSBREC_PEER_STATE_FOR_EACH (peer, in->vpn_sb) {
        if (peer->peer && peer->n_last_handshake) {
            load_handshake(status, peer);
        }
        if (peer->peer && peer->problem) {
            char *key = report_key(&peer->peer->connection, peer->chassis);
            shash_add_once(&status->peer_problems, key, peer->problem);
            free(key);
        }
    }
}

void
status_clear_reports(struct status *status)
{
    struct handshake *h;

    shash_clear(&status->reports);
    shash_clear(&status->peer_problems);
    HMAP_FOR_EACH_POP (h, node, &status->handshakes) {
        free(h);
    }
}

/* Returns what the agent on 'chassis' says of the tunnel of 'service', NULL if
 * it says nothing. */
const struct vpnsbrec_tunnel_state *
status_find_report(const struct status *status, const struct uuid *service,
                   const char *chassis)
{
    char *key = report_key(service, chassis);
    const struct vpnsbrec_tunnel_state *state
        = shash_find_data(&status->reports, key);

    free(key);
    return state;
}

/* Returns when 'connection' last shook hands, in milliseconds since the epoch,
 * 0 if never. */
long long int
status_last_handshake(const struct status *status,
                      const struct uuid *connection)
{
    const struct handshake *h = find_handshake(status, connection);

    return h ? h->at : 0;
}

/* Returns what the agent on 'chassis' complains of about 'connection', NULL if
 * of nothing. */
const char *
status_find_peer_problem(const struct status *status,
                         const struct uuid *connection, const char *chassis)
{
    char *key = report_key(connection, chassis);
    const char *problem = shash_find_data(&status->peer_problems, key);

    free(key);
    return problem;
}
