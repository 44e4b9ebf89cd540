/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_DIRS_H
#define VPN_DIRS_H 1

/* Where programs find one another.
 *
 * ovn-vpn keeps its sockets and process ids where OVN keeps its own, so that
 * "ovn-appctl -t ovn-vpn" finds them.  libopenvswitch knows Open vSwitch's
 * directories only; vpn_dirs_init() points it to OVN's. */

void vpn_dirs_init(void);

const char *vpn_ovs_rundir(void);
const char *vpn_sysconfdir(void);

const char *vpn_default_nb_db(void);
const char *vpn_default_sb_db(void);
const char *vpn_default_ovn_nb_db(void);
const char *vpn_default_ovn_sb_db(void);
char *vpn_check_db(const char *name, const char *db);

#endif /* lib/vpn-dirs.h */
