/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_CONTROL_H
#define OVN_VPN_CONTROL_H 1

/* The daemon as "ovn-appctl -t ovn-vpn" sees and steers it. */

#include <stdbool.h>

#include "ovsdb-idl.h"

struct translator;

/* The daemon's state. */
struct daemon_state {
    struct ovsdb_idl_loop vpn_nb, vpn_sb, ovn_nb, ovn_sb;
    struct translator *translator;
    bool exiting;
    bool paused;
    bool active;                /* Has the lock and may work. */
    char *not_ready;            /* Why it may not work, or NULL. */
};

void control_register(struct daemon_state *);

#endif /* ovn-vpn/control.h */
