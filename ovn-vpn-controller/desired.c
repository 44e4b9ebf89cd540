/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/desired.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-sb-idl.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "openvswitch/hmap.h"
#include "ovn-vpn-controller/desired-rows.h"
#include "ovsdb-idl.h"
#include "smap.h"
#include "util.h"

/* Limits of stats_interval_ms. */
#define MIN_STATS_INTERVAL_MS 100
#define MAX_STATS_INTERVAL_MS 3600000

/* Which peer a row of Peer has become. */
struct peer_row {
    struct hmap_node node;      /* In 'peer_rows', by 'uuid'. */
    struct uuid uuid;
    struct want_tunnel *tunnel;
    char public_key[VPN_KEY_TEXT_LEN + 1];
};

struct desired {
    struct ovsdb_idl *vpn_sb, *ovn_sb;
    struct ovsdb_idl_index *peers_by_tunnel;
    struct ovsdb_idl_index *keys_by_tunnel;
    struct ovsdb_idl_index *states_by_tunnel;
    struct ovsdb_idl_index *ports_by_name;

    char *chassis;
    const struct vpn_sealing_pair *pair;

    struct want want;
    struct hmap tunnels;        /* Contains 'struct want_tunnel's. */
    struct hmap peer_rows;      /* Contains 'struct peer_row's. */
    bool renamed;               /* All rows of Tunnel are to be looked at. */
    bool asked;                 /* For the rows of all 'tunnels'. */
    bool all_complete;
    unsigned int ovn_sb_seqno;
    unsigned int ovn_sb_condition; /* When 'asked' is answered there. */
    struct desired_ear vpn_sb_ear, ovn_sb_ear;
};

struct desired *
desired_create(struct ovsdb_idl *vpn_sb, struct ovsdb_idl *ovn_sb)
{
    struct desired *d = xzalloc(sizeof *d);

    d->vpn_sb = vpn_sb;
    d->ovn_sb = ovn_sb;
    desired_add_columns(vpn_sb, ovn_sb);
    d->peers_by_tunnel = ovsdb_idl_index_create1(
        vpn_sb, &vpnsbrec_peer_col_tunnel);
    d->keys_by_tunnel = ovsdb_idl_index_create1(
        vpn_sb, &vpnsbrec_sealed_key_col_tunnel);
    d->states_by_tunnel = ovsdb_idl_index_create1(
        vpn_sb, &vpnsbrec_peer_state_col_tunnel);
    d->ports_by_name = ovsdb_idl_index_create1(
        ovn_sb, &sbrec_port_binding_col_logical_port);
    want_init(&d->want);
    hmap_init(&d->tunnels);
    hmap_init(&d->peer_rows);
    return d;
}

/* Takes note that 't' is another, and if 'host' is true, also for the host. */
static void
changed(struct desired *d, struct want_tunnel *t, bool host)
{
    t->seq = ++d->want.seq;
    if (host) {
        t->host_seq = t->seq;
    }
}

static void
forget_peer(struct desired *d, struct peer_row *pr)
{
    bool host = desired_drop_peer(pr->tunnel, &pr->uuid, pr->public_key);

    changed(d, pr->tunnel, host);
    hmap_remove(&d->peer_rows, &pr->node);
    free(pr);
}

static void
forget_tunnel(struct desired *d, struct want_tunnel *t)
{
    struct peer_row *pr;

    HMAP_FOR_EACH_SAFE (pr, node, &d->peer_rows) {
        if (pr->tunnel == t) {
            forget_peer(d, pr);
        }
    }
    d->want.seq++;
    shash_find_and_delete(&d->want.tunnels, t->name);
    hmap_remove(&d->tunnels, &t->uuid_node);
    want_tunnel_destroy(t);
}

static void
forget_all(struct desired *d)
{
    struct want_tunnel *t;

    HMAP_FOR_EACH_SAFE (t, uuid_node, &d->tunnels) {
        forget_tunnel(d, t);
    }
}

void
desired_destroy(struct desired *d)
{
    if (d) {
        forget_all(d);
        hmap_destroy(&d->peer_rows);
        hmap_destroy(&d->tunnels);
        want_destroy(&d->want);
        free(d->chassis);
        free(d);
    }
}

const struct want *
desired_get(const struct desired *d)
{
    return &d->want;
}

/* Sets the name of the chassis and the pair to which its secrets are sealed,
 * which must outlive 'd'.  Must be called before the databases' remotes are
 * set, so that nothing else is ever asked for. */
void
desired_set_chassis(struct desired *d, const char *name,
                    const struct vpn_sealing_pair *pair)
{
    if (!nullable_string_is_equal(d->chassis, name)) {
        forget_all(d);
        free(d->chassis);
        d->chassis = xstrdup(name);
        d->renamed = true;
        d->asked = d->all_complete = false;
        d->want.valid = false;
        desired_ask(d->vpn_sb, d->ovn_sb, d->chassis, &d->tunnels,
                    &d->ovn_sb_condition);
    }
    d->pair = pair;
}

/* Tunnels. */

static struct want_tunnel *
find_tunnel(const struct desired *d, const struct uuid *uuid)
{
    struct want_tunnel *t;

    HMAP_FOR_EACH_WITH_HASH (t, uuid_node, uuid_hash(uuid), &d->tunnels) {
        if (uuid_equals(&t->uuid, uuid)) {
            return t;
        }
    }
    return NULL;
}

static struct peer_row *
find_peer_row(const struct desired *d, const struct uuid *uuid)
{
    struct peer_row *pr;

    HMAP_FOR_EACH_WITH_HASH (pr, node, uuid_hash(uuid), &d->peer_rows) {
        if (uuid_equals(&pr->uuid, uuid)) {
            return pr;
        }
    }
    return NULL;
}

/* Reads peer 'row' of 't' again. */
static void
update_peer(struct desired *d, struct want_tunnel *t,
            const struct vpnsbrec_peer *row)
{
    struct peer_row *pr = find_peer_row(d, &row->header_.uuid);

    if (pr && (pr->tunnel != t || strcmp(pr->public_key, row->public_key))) {
        forget_peer(d, pr);
        pr = NULL;
    }
    if (!pr) {
        pr = xzalloc(sizeof *pr);
        pr->uuid = row->header_.uuid;
        pr->tunnel = t;
        ovs_strlcpy(pr->public_key, row->public_key, sizeof pr->public_key);
        hmap_insert(&d->peer_rows, &pr->node, uuid_hash(&pr->uuid));
    }
    changed(d, t, desired_read_peer(row, t));
}

static void
update_all_peers(struct desired *d, struct want_tunnel *t,
                 const struct vpnsbrec_tunnel *row)
{
    struct vpnsbrec_peer *target = vpnsbrec_peer_index_init_row(
        d->peers_by_tunnel);
    const struct vpnsbrec_peer *peer;

    vpnsbrec_peer_index_set_tunnel(target, row);
    VPNSBREC_PEER_FOR_EACH_EQUAL (peer, target, d->peers_by_tunnel) {
        update_peer(d, t, peer);
    }
    vpnsbrec_peer_index_destroy_row(target);
}

/* Opens the private key of 't' if its box is another one. */
static void
update_key(struct desired *d, struct want_tunnel *t,
           const struct vpnsbrec_tunnel *row)
{
    const char *box = desired_find_box(d->keys_by_tunnel, row, d->chassis);

    if (desired_read_key(row, box, d->pair, t)) {
        update_all_peers(d, t, row);
        changed(d, t, false);
    }
}

static void
update_tunnel(struct desired *d, const struct vpnsbrec_tunnel *row)
{
    const struct uuid *uuid = &row->header_.uuid;
    struct want_tunnel *t = find_tunnel(d, uuid);
    bool new = !t;

    if (new) {
        t = want_tunnel_create(row->name, uuid);
        shash_add_assert(&d->want.tunnels, t->name, t);
        hmap_insert(&d->tunnels, &t->uuid_node, uuid_hash(uuid));
        d->all_complete = false;
    }
    desired_read_tunnel(row, t);
    changed(d, t, true);
    /* The ports to watch may be others. */
    d->asked = false;
    update_key(d, t, row);
    if (new) {
        update_all_peers(d, t, row);
    }
}

/* Rows that changed. */

/* Returns the row of Tunnel with 'uuid', NULL if this chassis has nothing to
 * do with it. */
static const struct vpnsbrec_tunnel *
find_row(const struct desired *d, const struct uuid *uuid)
{
    return desired_find_tunnel(d->vpn_sb, d->chassis, uuid);
}

/* Forgets peers whose rows are not there any more. */
static void
forget_gone_peers(struct desired *d)
{
    struct peer_row *pr;

    HMAP_FOR_EACH_SAFE (pr, node, &d->peer_rows) {
        if (!desired_find_peer(d->vpn_sb, &pr->uuid)) {
            forget_peer(d, pr);
        }
    }
}

static void
run_tunnels(struct desired *d, bool all)
{
    const struct vpnsbrec_tunnel *row;
    struct want_tunnel *t;

    if (!all && !d->renamed && !vpnsbrec_tunnel_track_get_first(d->vpn_sb)) {
        return;
    }
    /* Removals first: another row may have the same name. */
    HMAP_FOR_EACH_SAFE (t, uuid_node, &d->tunnels) {
        if (!find_row(d, &t->uuid)) {
            forget_tunnel(d, t);
            d->asked = false;
        }
    }
    VPNSBREC_TUNNEL_FOR_EACH_TRACKED (row, d->vpn_sb) {
        const struct vpnsbrec_tunnel *now = find_row(d, &row->header_.uuid);

        if (now) {
            update_tunnel(d, now);
        }
    }
    if (d->renamed) {
        /* Rows that are for the old name, too, have not changed. */
        VPNSBREC_TUNNEL_FOR_EACH (row, d->vpn_sb) {
            if (find_row(d, &row->header_.uuid)
                && !find_tunnel(d, &row->header_.uuid)) {
                update_tunnel(d, row);
            }
        }
        d->renamed = false;
    }
}

static void
run_keys(struct desired *d, bool all)
{
    struct want_tunnel *t;

    if (!all && !vpnsbrec_sealed_key_track_get_first(d->vpn_sb)) {
        return;
    }
    HMAP_FOR_EACH (t, uuid_node, &d->tunnels) {
        const struct vpnsbrec_tunnel *row = find_row(d, &t->uuid);

        if (row) {
            update_key(d, t, row);
        }
    }
}

static void
run_peers(struct desired *d)
{
    const struct vpnsbrec_peer *row;

    VPNSBREC_PEER_FOR_EACH_TRACKED (row, d->vpn_sb) {
        const struct uuid *uuid = &row->header_.uuid;
        const struct vpnsbrec_peer *now = desired_find_peer(d->vpn_sb, uuid);
        struct want_tunnel *t = (now && now->tunnel
                                 ? find_tunnel(d, &now->tunnel->header_.uuid)
                                 : NULL);

        if (t) {
            update_peer(d, t, now);
        } else {
            struct peer_row *pr = find_peer_row(d, uuid);

            if (pr) {
                forget_peer(d, pr);
            }
        }
    }
}

/* Where ports reside. */

static void
run_residences(struct desired *d)
{
    unsigned int seqno = ovsdb_idl_get_seqno(d->ovn_sb);
    struct want_tunnel *t;

    if (d->asked && seqno == d->ovn_sb_seqno) {
        return;
    }
    d->ovn_sb_seqno = seqno;
    const struct sbrec_chassis *own = desired_find_chassis(d->ovn_sb,
                                                           d->chassis);
    HMAP_FOR_EACH (t, uuid_node, &d->tunnels) {
        desired_read_residence(d->ports_by_name, own, t);
    }
}

/* Brings what is wanted up to date with the databases. */
void
desired_run(struct desired *d)
{
    const struct vpnsbrec_sb_global *global = desired_find_global(d->vpn_sb);

    desired_listen(d->vpn_sb, &d->vpn_sb_ear);
    desired_listen(d->ovn_sb, &d->ovn_sb_ear);
    if (!d->chassis || !d->pair) {
        return;
    }
    if (global) {
        /* After a while without a connection, all rows are new ones, and those
         * that went meanwhile are not among the tracked changes. */
        bool all_new = vpnsbrec_sb_global_is_new(global);

        run_tunnels(d, all_new);
        run_keys(d, all_new);
        if (all_new) {
            forget_gone_peers(d);
        }
        run_peers(d);
        d->want.valid = true;
        d->want.nb_cfg = global->nb_cfg;
        int interval = smap_get_int(&global->options, "stats_interval_ms",
                                    WANT_STATS_INTERVAL_MS);
        d->want.stats_interval_ms = MIN(MAX(interval, MIN_STATS_INTERVAL_MS),
                                        MAX_STATS_INTERVAL_MS);
        ovsdb_idl_track_clear(d->vpn_sb);
    }
    run_residences(d);
    if (!d->asked || !d->all_complete) {
        struct want_tunnel *t;

        d->asked = true;
        d->all_complete = (desired_ask(d->vpn_sb, d->ovn_sb, d->chassis,
                                       &d->tunnels, &d->ovn_sb_condition)
                           && d->vpn_sb_ear.heard);
        HMAP_FOR_EACH (t, uuid_node, &d->tunnels) {
            t->complete = t->complete || d->all_complete;
        }
    }
}

/* Returns true if all that was asked for has been received, in both
 * databases. */
bool
desired_is_current(struct desired *d)
{
    if (!d->want.valid || !d->asked || !d->all_complete
        || !d->ovn_sb_ear.heard) {
        return false;
    }
    /* When that will be so is another number after a new connection. */
    desired_ask(d->vpn_sb, d->ovn_sb, d->chassis, &d->tunnels,
                &d->ovn_sb_condition);
    return ovsdb_idl_get_condition_seqno(d->ovn_sb) == d->ovn_sb_condition;
}

/* Adds to 'sightings' where each peer of 'tunnel' was last seen, by any
 * chassis.  The caller must free 'sightings->list'. */
void
desired_get_sightings(const struct desired *d, const struct uuid *tunnel,
                      struct want_sightings *sightings)
{
    const struct vpnsbrec_tunnel *row = find_row(d, tunnel);

    if (row) {
        desired_read_sightings(d->states_by_tunnel, row, sightings);
    }
}
