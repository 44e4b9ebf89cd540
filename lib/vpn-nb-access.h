/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_NB_ACCESS_H
#define VPN_NB_ACCESS_H 1

/* From rows of the VPN Northbound database to lib/vpn-access.h. */

struct ovsdb_idl;
struct vpn_service;
struct vpnnbrec_vpn_service;

void vpn_nb_access_add_columns(struct ovsdb_idl *);
char *vpn_nb_access_read(const struct vpnnbrec_vpn_service *,
                         struct vpn_service *);

#endif /* lib/vpn-nb-access.h */
