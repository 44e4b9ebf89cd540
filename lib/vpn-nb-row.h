/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_NB_ROW_H
#define VPN_NB_ROW_H 1

/* Rows of the VPN Northbound database: how front doors find and write them.
 *
 * Functions that return 'char *' return NULL if successful and otherwise a
 * message for the user, which the caller must free. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ovsdb_idl;
struct ovsdb_idl_row;
struct vpn_connection;
struct vpn_key;
struct vpnnbrec_access_rule;
struct vpnnbrec_nb_global;
struct vpnnbrec_vpn_connection;
struct vpnnbrec_vpn_service;

bool vpn_nb_has_row(const struct ovsdb_idl_row *);
const struct vpnnbrec_vpn_service *vpn_nb_find_service(struct ovsdb_idl *,
                                                       const char *id);
const struct vpnnbrec_vpn_connection *vpn_nb_find_connection(
    const struct vpnnbrec_vpn_service *, const char *id);
const struct vpnnbrec_vpn_connection *vpn_nb_next_connection(
    const struct vpnnbrec_vpn_service *, size_t *position);

/* Iterates over the connections of SERVICE, in the order of their UUIDs. */
#define VPN_NB_CONNECTION_FOR_EACH(CONNECTION, SERVICE)                     \
    for (size_t position__ = 0;                                             \
         ((CONNECTION) = vpn_nb_next_connection(SERVICE, &position__)); )

void vpn_nb_remove_rule(const struct vpnnbrec_vpn_service *,
                        const struct vpnnbrec_access_rule *);
void vpn_nb_forget_connection(const struct vpnnbrec_vpn_service *,
                              const struct vpnnbrec_vpn_connection *);
int64_t vpn_nb_touch(const struct vpnnbrec_vpn_service *);
void vpn_nb_rekey_service(const struct vpnnbrec_vpn_service *,
                          int64_t cutover);

void vpn_nb_write_connection(const struct vpnnbrec_vpn_connection *,
                             const struct vpn_connection *,
                             bool has_addresses, bool has_peer_cidrs);
void vpn_nb_write_public_key(const struct vpnnbrec_vpn_connection *,
                             const struct vpn_key *public_key);
void vpn_nb_set_sealed_psk(const struct vpnnbrec_vpn_connection *,
                           const char *box);
char *vpn_nb_write_psk(const struct vpnnbrec_vpn_connection *,
                       const struct vpnnbrec_nb_global *, const char *service,
                       const struct vpn_key *public_key,
                       const struct vpn_key *psk);

#endif /* lib/vpn-nb-row.h */
