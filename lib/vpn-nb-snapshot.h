/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_NB_SNAPSHOT_H
#define VPN_NB_SNAPSHOT_H 1

/* From rows of the VPN Northbound database to lib/vpn-model.h. */

struct ds;
struct ovsdb_idl;
struct vpn_connection;
struct vpn_options;
struct vpn_service;
struct vpnnbrec_nb_global;
struct vpnnbrec_vpn_connection;
struct vpnnbrec_vpn_service;

void vpn_nb_snapshot_add_columns(struct ovsdb_idl *);

void vpn_options_from_row(const struct vpnnbrec_nb_global *,
                          struct vpn_options *, struct ds *problems);
struct vpn_service *vpn_service_from_row(const struct vpnnbrec_vpn_service *);
struct vpn_service *vpn_nb_service_with(
    const struct vpnnbrec_vpn_service *,
    const struct vpnnbrec_vpn_connection *);

/* The parts of vpn_service_from_row(), for who keeps connections apart. */
struct vpn_service *vpn_service_alone_from_row(
    const struct vpnnbrec_vpn_service *);
void vpn_connection_from_row(const struct vpnnbrec_vpn_connection *,
                             struct vpn_connection *);

#endif /* lib/vpn-nb-snapshot.h */
