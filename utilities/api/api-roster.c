/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-roster.h"

#include <stdlib.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-claims.h"
#include "lib/vpn-model.h"
#include "lib/vpn-nb-snapshot.h"
#include "lib/vpn-pool.h"
#include "openvswitch/hmap.h"
#include "openvswitch/list.h"
#include "util.h"
#include "utilities/api/api-claims.h"
#include "utilities/api/api-members.h"
#include "utilities/api/api.h"
#include "uuid.h"

/* The place of a service. */
struct entry {
    struct hmap_node node;      /* In 'struct api_roster', by UUID. */
    struct api_roster *roster;
    struct vpn_service *service;    /* Without connections. */
    struct vpn_claims claims;
    struct vpn_pool *pools;     /* One for each tunnel subnet. */
    size_t n;                   /* Connections, with those that are noted. */
    bool is_draft;              /* The transaction has changed the row. */
    struct api_members members; /* The connections that the row has. */
};

/* A connection. */
struct member {
    struct hmap_node node;      /* In 'struct api_roster', by UUID. */
    struct ovs_list note;       /* In 'struct api_roster', if it is a note. */
    struct entry *entry;
    struct vpn_connection connection;
    bool is_note, is_new;
};

struct api_roster {
    struct hmap entries;        /* Contains 'struct entry's. */
    struct hmap members;        /* Contains 'struct member's. */
    struct ovs_list notes;      /* 'struct member's, the oldest first. */
};

struct api_roster *
api_roster_create(void)
{
    struct api_roster *roster = xzalloc(sizeof *roster);

    hmap_init(&roster->entries);
    hmap_init(&roster->members);
    ovs_list_init(&roster->notes);
    return roster;
}

/* Connections. */

/* Takes the single addresses among 'prefixes' from the pools of 'entry', or
 * gives them back. */
static void
use_addresses(struct entry *entry, const struct vpn_prefixes *prefixes,
              bool take)
{
    for (size_t i = 0; i < prefixes->n; i++) {
        const struct vpn_prefix *p = &prefixes->list[i];

        if (p->plen != (vpn_prefix_is_v4(p) ? 32 : 128)) {
            continue;
        }
        for (size_t k = 0; k < entry->service->tunnel_subnets.n; k++) {
            if (take) {
                vpn_pool_take(&entry->pools[k], &p->addr);
            } else {
                vpn_pool_release(&entry->pools[k], &p->addr);
            }
        }
    }
}

static void
use_all_addresses(struct entry *entry, const struct vpn_connection *c,
                  bool take)
{
    use_addresses(entry, &c->addresses, take);
    use_addresses(entry, &c->peer_cidrs, take);
}

/* Makes 'member', whose connection is filled in, a part of 'entry'. */
static void
add_member(struct api_roster *roster, struct entry *entry,
           struct member *member)
{
    member->entry = entry;
    ovs_list_init(&member->note);
    hmap_insert(&roster->members, &member->node,
                uuid_hash(&member->connection.uuid));
    vpn_claims_add(&entry->claims, &member->connection, NULL, NULL);
    use_all_addresses(entry, &member->connection, true);
    entry->n += !member->is_note || member->is_new;
}

static void
add_row(struct api_roster *roster, struct entry *entry,
        const struct vpnnbrec_vpn_connection *row)
{
    struct member *member = xzalloc(sizeof *member);

    vpn_connection_from_row(row, &member->connection);
    add_member(roster, entry, member);
}

static void
drop_member(struct api_roster *roster, struct member *member)
{
    struct entry *entry = member->entry;

    entry->n -= !member->is_note || member->is_new;
    use_all_addresses(entry, &member->connection, false);
    vpn_claims_remove(&entry->claims, &member->connection, NULL, NULL);
    hmap_remove(&roster->members, &member->node);
    ovs_list_remove(&member->note);
    vpn_connection_destroy(&member->connection);
    free(member);
}

/* Returns what 'entry' has of the connection with 'uuid': what was noted last,
 * if anything was. */
static struct member *
find_member(const struct api_roster *roster, const struct entry *entry,
            const struct uuid *uuid)
{
    struct member *member, *found = NULL;

    LIST_FOR_EACH_REVERSE (member, note, &roster->notes) {
        if (member->entry == entry
            && uuid_equals(&member->connection.uuid, uuid)) {
            return member;
        }
    }
    HMAP_FOR_EACH_WITH_HASH (member, node, uuid_hash(uuid),
                             &roster->members) {
        if (member->entry == entry
            && uuid_equals(&member->connection.uuid, uuid)) {
            found = member;
        }
    }
    return found;
}

/* Services. */

static struct entry *
find_entry(const struct api_roster *roster, const struct uuid *uuid)
{
    struct entry *entry;

    HMAP_FOR_EACH_WITH_HASH (entry, node, uuid_hash(uuid), &roster->entries) {
        if (uuid_equals(&entry->service->uuid, uuid)) {
            return entry;
        }
    }
    return NULL;
}

/* Drops 'entry', which has no members any more. */
static void
drop_empty(struct api_roster *roster, struct entry *entry)
{
    api_members_destroy(&entry->members);
    for (size_t i = 0; i < entry->service->tunnel_subnets.n; i++) {
        vpn_pool_destroy(&entry->pools[i]);
    }
    free(entry->pools);
    vpn_claims_destroy(&entry->claims);
    vpn_service_destroy(entry->service);
    hmap_remove(&roster->entries, &entry->node);
    free(entry);
}

static void
drop_entry(struct api_roster *roster, struct entry *entry)
{
    struct member *member;

    HMAP_FOR_EACH_SAFE (member, node, &roster->members) {
        if (member->entry == entry) {
            drop_member(roster, member);
        }
    }
    drop_empty(roster, entry);
}

static void
drop_all(struct api_roster *roster)
{
    struct member *member;
    struct entry *entry;

    HMAP_FOR_EACH_SAFE (member, node, &roster->members) {
        drop_member(roster, member);
    }
    HMAP_FOR_EACH_SAFE (entry, node, &roster->entries) {
        drop_empty(roster, entry);
    }
}

void
api_roster_destroy(struct api_roster *roster)
{
    drop_all(roster);
    hmap_destroy(&roster->entries);
    hmap_destroy(&roster->members);
    free(roster);
}

static void
come_cb(const struct vpnnbrec_vpn_connection *row, void *entry_)
{
    struct entry *entry = entry_;

    add_row(entry->roster, entry, row);
}

static void
go_cb(const struct uuid *uuid, void *entry_)
{
    struct entry *entry = entry_;

    drop_member(entry->roster, find_member(entry->roster, entry, uuid));
}

static struct entry *
add_entry(struct api_roster *roster, const struct vpnnbrec_vpn_service *row)
{
    struct entry *entry = xzalloc(sizeof *entry);
    const struct vpn_prefixes *subnets;

    entry->roster = roster;
    entry->service = vpn_service_alone_from_row(row);
    entry->is_draft = row->header_.new_datum != row->header_.old_datum;
    subnets = &entry->service->tunnel_subnets;
    entry->pools = xcalloc(subnets->n, sizeof *entry->pools);
    for (size_t i = 0; i < subnets->n; i++) {
        vpn_pool_init(&entry->pools[i], &subnets->list[i]);
    }
    vpn_claims_init(&entry->claims);
    hmap_insert(&roster->entries, &entry->node,
                uuid_hash(&row->header_.uuid));
    api_members_update(&entry->members, row, come_cb, go_cb, entry);
    return entry;
}

static struct entry *
get_entry(struct api *api, const struct vpnnbrec_vpn_service *row)
{
    struct entry *entry = find_entry(api->roster, &row->header_.uuid);

    return entry ? entry : add_entry(api->roster, row);
}

/* The database. */

static void
note_service(struct api_roster *roster, const struct vpnnbrec_vpn_service *row)
{
    struct entry *entry = find_entry(roster, &row->header_.uuid);

    if (!entry) {
        /* Now, rather than when the first client waits for it. */
        if (vpnnbrec_vpn_service_is_new(row)
            && !vpnnbrec_vpn_service_is_deleted(row)) {
            add_entry(roster, row);
        }
    } else if (vpnnbrec_vpn_service_is_deleted(row)
               || api_service_claims_changed(row)
               || entry->service->error) {
        /* A mistake may be one in a row that the service refers to: the
         * service is among the changes then, but none of its columns is. */
        drop_entry(roster, entry);
    } else if (vpnnbrec_vpn_service_is_updated(
                   row, VPNNBREC_VPN_SERVICE_COL_CONNECTIONS)) {
        api_members_update(&entry->members, row, come_cb, go_cb, entry);
    }
}

static void
note_connection(struct api_roster *roster,
                const struct vpnnbrec_vpn_connection *row)
{
    const struct uuid *uuid = &row->header_.uuid;
    struct member *member;

    HMAP_FOR_EACH_WITH_HASH (member, node, uuid_hash(uuid),
                             &roster->members) {
        if (uuid_equals(&member->connection.uuid, uuid)) {
            struct entry *entry = member->entry;

            drop_member(roster, member);
            add_row(roster, entry, row);
            break;
        }
    }
}

/* Follows what the database has changed.  Must be called for each change,
 * before it is forgotten, and while nothing is noted. */
void
api_roster_run(struct api *api)
{
    const struct vpnnbrec_vpn_connection *connection;
    const struct vpnnbrec_vpn_service *service;
    struct api_roster *roster = api->roster;

    ovs_assert(ovs_list_is_empty(&roster->notes));
    if (api->is_read_anew) {
        drop_all(roster);
    }
    VPNNBREC_VPN_SERVICE_FOR_EACH_TRACKED (service, api->idl) {
        note_service(roster, service);
    }
    VPNNBREC_VPN_CONNECTION_FOR_EACH_TRACKED (connection, api->idl) {
        if (!vpnnbrec_vpn_connection_is_new(connection)
            && !vpnnbrec_vpn_connection_is_deleted(connection)
            && api_connection_claims_changed(connection)) {
            note_connection(roster, connection);
        }
    }
}

/* Questions. */

/* Returns the service of 'row', without its connections, and with the mistakes
 * that it holds by itself.  It belongs to the roster. */
const struct vpn_service *
api_roster_service(struct api *api, const struct vpnnbrec_vpn_service *row)
{
    return get_entry(api, row)->service;
}

/* Returns how many connections the service has. */
size_t
api_roster_count(struct api *api, const struct vpnnbrec_vpn_service *row)
{
    return get_entry(api, row)->n;
}

/* Returns the connection with 'uuid', which must be one of the service's, as
 * the transaction has left it. */
const struct vpn_connection *
api_roster_find(struct api *api, const struct vpnnbrec_vpn_service *row,
                const struct uuid *uuid)
{
    return &find_member(api->roster, get_entry(api, row), uuid)->connection;
}

/* Stores in '*addr' the lowest address of the service's 'subnet'th tunnel
 * subnet that no connection has.  Returns false if there is none. */
bool
api_roster_allocate(struct api *api, const struct vpnnbrec_vpn_service *row,
                    size_t subnet, struct in6_addr *addr)
{
    return vpn_pool_next(&get_entry(api, row)->pools[subnet], addr);
}

/* Adds to the claims of 'entry' all that it has of the connection with 'uuid',
 * or removes it. */
static void
claim(struct entry *entry, const struct uuid *uuid, bool add)
{
    struct member *member;

    if (uuid_is_zero(uuid)) {
        return;                 /* All that are new have this one. */
    }
    HMAP_FOR_EACH_WITH_HASH (member, node, uuid_hash(uuid),
                             &entry->roster->members) {
        if (member->entry == entry
            && uuid_equals(&member->connection.uuid, uuid)) {
            (add ? vpn_claims_add : vpn_claims_remove)(
                &entry->claims, &member->connection, NULL, NULL);
        }
    }
}

/* Returns NULL if no other connection of the service has what 'c' claims,
 * otherwise a message for the user, which the caller must free, and the name
 * of the column at fault in '*columnp'. */
char *
api_roster_check(struct api *api, const struct vpnnbrec_vpn_service *row,
                 const struct vpn_connection *c, const char **columnp)
{
    struct entry *entry = get_entry(api, row);

    /* What it was before does not stand in its own way. */
    claim(entry, &c->uuid, false);
    char *error = vpn_claims_check(&entry->claims, c, columnp);
    claim(entry, &c->uuid, true);
    return error;
}

/* Notes that the transaction makes 'c', a new connection of the service if its
 * UUID is all zeros. */
void
api_roster_note(struct api *api, const struct vpnnbrec_vpn_service *row,
                const struct vpn_connection *c)
{
    struct member *member = xzalloc(sizeof *member);

    vpn_connection_clone(&member->connection, c);
    member->is_note = true;
    member->is_new = uuid_is_zero(&c->uuid);
    add_member(api->roster, get_entry(api, row), member);
    ovs_list_push_back(&api->roster->notes, &member->note);
}

/* Forgets what was noted: the transaction has been filled, and its outcome is
 * up to the database. */
void
api_roster_forget_notes(struct api_roster *roster)
{
    struct member *member;
    struct entry *entry;

    LIST_FOR_EACH_SAFE (member, note, &roster->notes) {
        drop_member(roster, member);
    }
    HMAP_FOR_EACH_SAFE (entry, node, &roster->entries) {
        if (entry->is_draft) {
            drop_entry(roster, entry);
        }
    }
}
