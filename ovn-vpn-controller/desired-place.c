/* SPDX-License-Identifier: Apache-2.0 */

/* Where ports reside, and where peers were seen; see
 * ovn-vpn-controller/desired.h. */

#include <config.h>

#include "ovn-vpn-controller/desired-rows.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-sb-idl.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-model.h"
#include "openvswitch/hmap.h"
#include "ovsdb-data.h"
#include "ovsdb-idl.h"
#include "timeval.h"
#include "util.h"

/* Residences. */

/* Returns the row of the chassis called 'name', NULL if it has none. */
const struct sbrec_chassis *
desired_find_chassis(struct ovsdb_idl *ovn_sb, const char *name)
{
    const struct sbrec_chassis *chassis;

    SBREC_CHASSIS_FOR_EACH (chassis, ovn_sb) {
        if (!strcmp(chassis->name, name)) {
            return chassis;
        }
    }
    return NULL;
}

static const struct sbrec_port_binding *
find_port(struct ovsdb_idl_index *ports_by_name, const char *name)
{
    struct sbrec_port_binding *target = sbrec_port_binding_index_init_row(
        ports_by_name);

    sbrec_port_binding_index_set_logical_port(target, name);
    const struct sbrec_port_binding *port = sbrec_port_binding_index_find(
        ports_by_name, target);
    sbrec_port_binding_index_destroy_row(target);
    return port;
}

/* Tells where 'port' is, and the row of the chassis there, zeros if it is
 * nowhere.  Rows of other chassis are not here, but their UUIDs are. */
static enum residence
port_residence(const struct sbrec_port_binding *port,
               const struct sbrec_chassis *own, struct uuid *chassis)
{
    *chassis = UUID_ZERO;
    if (!port) {
        return RESIDENCE_UNKNOWN;
    }
    const struct ovsdb_datum *datum = sbrec_port_binding_get_chassis(
        port, OVSDB_TYPE_UUID);
    if (!datum->n) {
        return RESIDENCE_NONE;
    }
    *chassis = datum->keys[0].uuid;
    return (own && uuid_equals(chassis, &own->header_.uuid)
            ? RESIDENCE_HERE : RESIDENCE_ELSEWHERE);
}

/* Reads where 't''s ports are.  'own' is the row of this chassis, NULL if it
 * has none. */
void
desired_read_residence(struct ovsdb_idl_index *ports_by_name,
                       const struct sbrec_chassis *own, struct want_tunnel *t)
{
    struct uuid chassis;

    enum residence residence = port_residence(
        find_port(ports_by_name, t->gateway_port), own, &chassis);
    if (residence != t->residence
        || !uuid_equals(&chassis, &t->residence_chassis)) {
        t->residence = residence;
        t->residence_chassis = chassis;
        t->residence_at = time_msec();
    }
    t->external_here = (t->external_port
                        && (port_residence(find_port(ports_by_name,
                                                     t->external_port),
                                           own, &chassis)
                            == RESIDENCE_HERE));
}

/* Sightings. */

/* Clocks of chassis that are kept right differ by less than this. */
#define MAX_SKEW_MS 10000

/* Returns when at 'now' the handshake counts to have been that 'state' tells
 * of, 0 for never.  A time in the future, from a chassis whose clock is wrong
 * or that lies, says no more than that there may be a session, and so is the
 * time of the oldest one: any other chassis that knows of a session is
 * believed first. */
static long long int
last_handshake(const struct vpnsbrec_peer_state *state, long long int now)
{
    long long int at = state->n_last_handshake ? state->last_handshake[0] : 0;

    return at > now + MAX_SKEW_MS ? now - VPN_SESSION_MAX_MS : MIN(at, now);
}

struct sighting_node {
    struct hmap_node node;      /* By UUID of the peer. */
    size_t index;               /* In the array of sightings. */
};

static struct want_sighting *
find_or_make_sighting(struct want_sightings *sightings, struct hmap *by_peer,
                      const struct uuid *peer)
{
    uint32_t hash = uuid_hash(peer);
    struct sighting_node *node;

    HMAP_FOR_EACH_WITH_HASH (node, node, hash, by_peer) {
        struct want_sighting *s = &sightings->list[node->index];

        if (uuid_equals(&s->peer, peer)) {
            return s;
        }
    }
    if (sightings->n >= sightings->allocated) {
        sightings->list = x2nrealloc(sightings->list, &sightings->allocated,
                                     sizeof *sightings->list);
    }
    node = xmalloc(sizeof *node);
    node->index = sightings->n++;
    hmap_insert(by_peer, &node->node, hash);
    struct want_sighting *s = &sightings->list[node->index];
    *s = (struct want_sighting) { .peer = *peer, .seen = -1 };
    return s;
}

/* Takes note of 'state' unless another chassis has seen the peer later. */
static void
add_sighting(struct want_sightings *sightings, struct hmap *by_peer,
             const struct vpnsbrec_peer_state *state, long long int now)
{
    struct wg_endpoint endpoint;
    long long int seen = last_handshake(state, now);

    if (state->peer && state->endpoint
        && wg_endpoint_parse(state->endpoint, &endpoint)) {
        struct want_sighting *s = find_or_make_sighting(
            sightings, by_peer, &state->peer->header_.uuid);

        if (seen > s->seen) {
            s->endpoint = endpoint;
            s->seen = seen;
        }
    }
}

void
desired_read_sightings(struct ovsdb_idl_index *states_by_tunnel,
                       const struct vpnsbrec_tunnel *tunnel,
                       struct want_sightings *sightings)
{
    struct vpnsbrec_peer_state *target = vpnsbrec_peer_state_index_init_row(
        states_by_tunnel);
    struct hmap by_peer = HMAP_INITIALIZER(&by_peer);
    long long int now = time_wall_msec();
    const struct vpnsbrec_peer_state *state;
    struct sighting_node *node;

    vpnsbrec_peer_state_index_set_tunnel(target, tunnel);
    VPNSBREC_PEER_STATE_FOR_EACH_EQUAL (state, target, states_by_tunnel) {
        add_sighting(sightings, &by_peer, state, now);
    }
    vpnsbrec_peer_state_index_destroy_row(target);
    HMAP_FOR_EACH_POP (node, node, &by_peer) {
        free(node);
    }
    hmap_destroy(&by_peer);
}
