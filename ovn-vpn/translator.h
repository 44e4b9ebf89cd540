/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_TRANSLATOR_H
#define OVN_VPN_TRANSLATOR_H 1

/* Passes from what the databases hold to what they should hold.
 *
 * A pass plans from a snapshot what has changed and compares the result with
 * the databases; what differs goes into the open transactions.  A pass over
 * databases that are as they should be writes nothing.  See ovn-vpn/model.h
 * for how it finds out what to do. */

#include <stdbool.h>

#include "openvswitch/vlog.h"

struct ds;
struct ovsdb_idl;
struct ovsdb_idl_loop;

struct translator_dbs {
    struct ovsdb_idl_loop *vpn_nb, *vpn_sb, *ovn_nb;
    struct ovsdb_idl *ovn_sb;       /* Read only. */
};

struct translator;

char *translator_create(const struct translator_dbs *, const char *key_file,
                        struct translator **);
void translator_destroy(struct translator *);

/* Whether the databases and the sealing key allow work. */
char *translator_check(struct translator *, enum vlog_level *);

void translator_reset(struct translator *);
void translator_suspend(struct translator *);
void translator_recompute(struct translator *);

void translator_note_changes(struct translator *, bool active);
void translator_check_commits(struct translator *);
void translator_run(struct translator *);
void translator_wait(struct translator *);
void translator_overlap(struct translator *);

void translator_format_plans(struct translator *, const char *service,
                             struct ds *);

#endif /* ovn-vpn/translator.h */
