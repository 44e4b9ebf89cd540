/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_TRANSLATOR_PRIVATE_H
#define OVN_VPN_TRANSLATOR_PRIVATE_H 1

/* What the files of the translator share: translator.c decides when a pass is
 * made, translator-pass.c makes it. */

#include <stdbool.h>
#include <stdint.h>

#include "ovn-vpn/changes.h"
#include "ovn-vpn/chassis.h"
#include "ovn-vpn/failures.h"
#include "ovn-vpn/health.h"
#include "ovn-vpn/keyring.h"
#include "ovn-vpn/model.h"
#include "ovn-vpn/nb-global.h"
#include "ovn-vpn/snapshot.h"
#include "ovn-vpn/status.h"
#include "ovn-vpn/translator.h"

struct nb_sync;
struct sb_sync;

struct translator {
    struct translator_dbs dbs;
    struct keyring keyring;
    struct nb_sync *nb_sync;
    struct sb_sync *sb_sync;
    struct nb_global nb_global;
    struct status status;
    struct chassis_pulse pulse;
    struct health health;
    struct failures failures;       /* What OVN's database refused. */
    struct changes changes;         /* Since the last pass, */
    struct model model;             /* with marks. */
    struct snapshot snapshot;
    bool bulk;                      /* The last pass could not take all peers
                                     * that are to be inserted. */
    struct ovsdb_idl_txn *in_flight;    /* See translator_overlap(). */
    unsigned int seqno;             /* Of the databases in the last pass. */
    int64_t sb_cfg;                 /* As written in the last pass. */
    bool trim;                      /* Much memory may be free soon. */
    bool was_connected;             /* To all databases. */
    bool forced;                    /* A pass is due in any case. */
    long long int grace_until;      /* Until then, wait for chassis. */
    long long int retry_at;         /* No pass before. */
    long long int next_pulse;       /* A chassis will be taken for dead. */
    long long int next_health;      /* One will be taken for ill or well. */
    long long int next_key;         /* A key is due; on the wall clock. */
    int64_t seen_nb_cfg;            /* nb_cfg in the last pass. */
    char *option_problems;          /* As last logged. */
};

void translator_update_model(struct translator *);
void translator_write(struct translator *);

#endif /* ovn-vpn/translator-private.h */
