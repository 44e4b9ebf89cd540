/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_NB_SETTING_H
#define VPN_NB_SETTING_H 1

/* What front doors write into a service's row. */

struct vpnnbrec_vpn_service;

char *vpn_nb_set_service(const struct vpnnbrec_vpn_service *, const char *key,
                         const char *value);

#endif /* lib/vpn-nb-setting.h */
