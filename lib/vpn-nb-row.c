/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/vpn-nb-row.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-model.h"
#include "lib/vpn-parse.h"
#include "timeval.h"
#include "util.h"
#include "uuid.h"

/* Finding and touching. */

/* Returns false if the current transaction deletes 'row': then nothing can be
 * written to it any more, and what it held before may be gone. */
bool
vpn_nb_has_row(const struct ovsdb_idl_row *row)
{
    return row->new_datum != NULL;
}

/* Returns the service whose name or UUID is 'id', or NULL.  A UUID must be
 * complete: "svc-del beef" shall not delete what happens to begin so. */
const struct vpnnbrec_vpn_service *
vpn_nb_find_service(struct ovsdb_idl *idl, const char *id)
{
    const struct vpnnbrec_vpn_service *service;
    struct uuid uuid;

    VPNNBREC_VPN_SERVICE_FOR_EACH (service, idl) {
        if (!strcmp(service->name, id)) {
            return service;
        }
    }
    service = (uuid_from_string(&uuid, id)
               ? vpnnbrec_vpn_service_get_for_uuid(idl, &uuid) : NULL);
    return service && vpn_nb_has_row(&service->header_) ? service : NULL;
}

/* Returns the connection of 'service' whose name or UUID is 'id', or NULL. */
const struct vpnnbrec_vpn_connection *
vpn_nb_find_connection(const struct vpnnbrec_vpn_service *service,
                      const char *id)
{
    const struct vpnnbrec_vpn_connection *c;
    struct uuid uuid;
    bool is_uuid = uuid_from_string(&uuid, id);

    VPN_NB_CONNECTION_FOR_EACH (c, service) {
        if (!strcmp(c->name, id)
            || (is_uuid && uuid_equals(&c->header_.uuid, &uuid))) {
            return c;
        }
    }
    return NULL;
}

/* Returns the connection of 'service' at '*position', and moves that on; NULL
 * if there is none any more.  Leaves those out that the current transaction
 * has deleted. */
const struct vpnnbrec_vpn_connection *
vpn_nb_next_connection(const struct vpnnbrec_vpn_service *service,
                       size_t *position)
{
    const struct ovsdb_idl *idl = service->header_.table->idl;

    while (*position < service->n_connections) {
        const struct vpnnbrec_vpn_connection *c
            = vpnnbrec_vpn_connection_get_for_uuid(
                idl, &service->connections[(*position)++]);

        /* An access rule may refer to one that is not there. */
        if (c && vpn_nb_has_row(&c->header_)) {
            return c;
        }
    }
    return NULL;
}

/* Takes 'rule' off 'service' and deletes it. */
void
vpn_nb_remove_rule(const struct vpnnbrec_vpn_service *service,
                   const struct vpnnbrec_access_rule *rule)
{
    struct vpnnbrec_access_rule **rules
        = xmalloc(service->n_access_rules * sizeof *rules);
    size_t n = 0;

    for (size_t i = 0; i < service->n_access_rules; i++) {
        if (service->access_rules[i] != rule) {
            rules[n++] = service->access_rules[i];
        }
    }
    vpnnbrec_vpn_service_verify_access_rules(service);
    vpnnbrec_vpn_service_set_access_rules(service, rules, n);
    vpnnbrec_access_rule_delete(rule);
    free(rules);
}

/* Takes 'connection' out of 'rule', which belongs to 'service'.  If it is
 * about nobody else, it goes: it would be about all then. */
static void
forget_in_rule(const struct vpnnbrec_vpn_service *service,
               const struct vpnnbrec_access_rule *rule,
               const struct vpnnbrec_vpn_connection *connection)
{
    struct vpnnbrec_vpn_connection **rest
        = xmalloc(rule->n_connections * sizeof *rest);
    size_t n = 0;

    for (size_t i = 0; i < rule->n_connections; i++) {
        if (rule->connections[i] != connection) {
            rest[n++] = rule->connections[i];
        }
    }
    if (n < rule->n_connections) {
        vpnnbrec_access_rule_verify_connections(rule);
        vpnnbrec_access_rule_set_connections(rule, rest, n);
        if (!n && !rule->n_groups) {
            vpn_nb_remove_rule(service, rule);
        }
    }
    free(rest);
}

/* Takes 'connection', which is about to be deleted, out of the access rules of
 * 'service'. */
void
vpn_nb_forget_connection(const struct vpnnbrec_vpn_service *service,
                         const struct vpnnbrec_vpn_connection *connection)
{
    for (size_t i = service->n_access_rules; i-- > 0; ) {
        const struct vpnnbrec_access_rule *rule = service->access_rules[i];

        if (vpn_nb_has_row(&rule->header_)) {
            forget_in_rule(service, rule, connection);
        }
    }
}

/* Notes that 'service' or one of its connections is being changed: of two
 * transactions that do so at the same time, one fails and is tried again.
 * Returns the time of the change. */
int64_t
vpn_nb_touch(const struct vpnnbrec_vpn_service *service)
{
    int64_t old = service->n_updated_at ? service->updated_at[0] : 0;
    int64_t now = MAX(time_wall_msec(), old + 1);

    vpnnbrec_vpn_service_verify_updated_at(service);
    vpnnbrec_vpn_service_set_updated_at(service, &now, 1);
    return now;
}

/* Makes the key of 'row' change at 'cutover', in milliseconds since the epoch,
 * or not at all if that is 0.  ovn-vpn makes the next key pair; one that is
 * there already stays, so that configurations that name it stay good. */
void
vpn_nb_rekey_service(const struct vpnnbrec_vpn_service *row, int64_t cutover)
{
    vpnnbrec_vpn_service_verify_next_public_key(row);
    vpnnbrec_vpn_service_set_cutover_at(row, &cutover, cutover != 0);
    if (!cutover) {
        vpnnbrec_vpn_service_set_next_public_key(row, NULL);
        vpnnbrec_vpn_service_set_sealed_next_private_key(row, NULL);
    }
    vpn_nb_touch(row);
}

/* Connections. */

static void
write_addresses(const struct vpnnbrec_vpn_connection *row,
                const struct vpn_connection *c)
{
    char **addresses = vpn_address_strings(&c->addresses);

    vpnnbrec_vpn_connection_set_addresses(row, (const char **) addresses,
                                          c->addresses.n);
    vpn_free_strings(addresses, c->addresses.n);
}

static void
write_peer_cidrs(const struct vpnnbrec_vpn_connection *row,
                 const struct vpn_connection *c)
{
    char **peer_cidrs = vpn_prefix_strings(&c->peer_cidrs);

    vpnnbrec_vpn_connection_set_peer_cidrs(row, (const char **) peer_cidrs,
                                           c->peer_cidrs.n);
    vpn_free_strings(peer_cidrs, c->peer_cidrs.n);
}

/* Writes to 'row' what 'c' says about types, networks and times.  A list of a
 * row that is not new is written only if it 'has_' been given: 'c' does not
 * have what could not be read of it. */
void
vpn_nb_write_connection(const struct vpnnbrec_vpn_connection *row,
                        const struct vpn_connection *c,
                        bool has_addresses, bool has_peer_cidrs)
{
    bool is_new = !row->header_.old_datum;
    int64_t keepalive = c->keepalive;
    int64_t expires_at = c->expires_at;

    vpnnbrec_vpn_connection_set_type(row, c->is_site ? "site" : "client");
    if (is_new || has_addresses) {
        write_addresses(row, c);
    }
    if (is_new || has_peer_cidrs) {
        write_peer_cidrs(row, c);
    }
    vpnnbrec_vpn_connection_set_peer_address(row, c->peer_address);
    vpnnbrec_vpn_connection_set_keepalive(row, &keepalive, keepalive >= 0);
    vpnnbrec_vpn_connection_set_expires_at(row, &expires_at, expires_at != 0);
}

/* Writes 'public_key' to 'row' as one that is new. */
void
vpn_nb_write_public_key(const struct vpnnbrec_vpn_connection *row,
                        const struct vpn_key *public_key)
{
    char text[VPN_KEY_TEXT_LEN + 1];
    int64_t now = time_wall_msec();

    vpn_key_format(public_key, text);
    vpnnbrec_vpn_connection_set_public_key(row, text);
    vpnnbrec_vpn_connection_set_key_created_at(row, &now, 1);
}

/* Writes 'box', a pre-shared key that is new, to 'row'.  NULL removes the one
 * that is there. */
void
vpn_nb_set_sealed_psk(const struct vpnnbrec_vpn_connection *row,
                      const char *box)
{
    int64_t now = time_wall_msec();

    vpnnbrec_vpn_connection_set_sealed_psk(row, box);
    vpnnbrec_vpn_connection_set_psk_created_at(row, &now, box != NULL);
}

/* Writes 'psk', a pre-shared key for the peer with 'public_key' of 'service',
 * to 'row', in a box for ovn-vpn.  Removes the one that is there if 'psk' is
 * NULL. */
char *
vpn_nb_write_psk(const struct vpnnbrec_vpn_connection *row,
                 const struct vpnnbrec_nb_global *global, const char *service,
                 const struct vpn_key *public_key, const struct vpn_key *psk)
{
    char text[VPN_KEY_TEXT_LEN + 1];
    struct vpn_key recipient;

    if (!psk) {
        vpn_nb_set_sealed_psk(row, NULL);
        return NULL;
    }

    /* A box that is sealed to a key just when that is replaced would be lost:
     * then this transaction is tried again. */
    vpnnbrec_nb_global_verify_sealing_public_key(global);
    char *error = vpn_public_key_parse(global->sealing_public_key, &recipient);
    if (!error) {
        vpn_key_format(public_key, text);
        char *owner = vpn_box_owner_peer(service, text);
        char *box = vpn_box_seal(&recipient, VPN_BOX_PSK, owner, psk);

        vpn_nb_set_sealed_psk(row, box);
        if (!box[0]) {
            error = xstrdup("nothing can be sealed to the public key");
        }
        free(box);
        free(owner);
    }
    return vpn_label("sealing_public_key in NB_Global", error);
}
