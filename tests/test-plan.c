/* SPDX-License-Identifier: Apache-2.0 */

/* test-plan FILE: plans the services of four databases without a server.  FILE
 * holds a JSON object whose members "ovn_nb", "ovn_sb", "vpn_nb" and "vpn_sb"
 * are in the form that tests/fake-db.h describes. */

#include <config.h>
#undef NDEBUG

#include <stdio.h>
#include <stdlib.h>

#include "lib/ovn-nb-idl.h"
#include "lib/ovn-sb-idl.h"
#include "lib/ovn-vpn-nb-idl.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "lib/vpn-keys.h"
#include "lib/vpn-nb-snapshot.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/shash.h"
#include "ovn-vpn/model.h"
#include "ovn-vpn/plan-set.h"
#include "ovn-vpn/snapshot.h"
#include "tests/fake-db.h"
#include "tests/ovstest.h"
#include "util.h"

/* Milliseconds since the epoch. */
#define NOW 1000

enum { OVN_NB, OVN_SB, VPN_NB, VPN_SB, N_DBS };

static void
load(struct fake_db dbs[N_DBS], const char *file_name)
{
    static const struct {
        const char *name;
        const struct ovsdb_idl_class *class;
    } classes[N_DBS] = {
        { "ovn_nb", &nbrec_idl_class },
        { "ovn_sb", &sbrec_idl_class },
        { "vpn_nb", &vpnnbrec_idl_class },
        { "vpn_sb", &vpnsbrec_idl_class },
    };
    struct json *json = json_from_file(file_name);

    if (json->type == JSON_STRING) {
        ovs_fatal(0, "%s: %s", file_name, json_string(json));
    }
    for (int i = 0; i < N_DBS; i++) {
        fake_db_init(&dbs[i], classes[i].class);
        fake_db_load(&dbs[i], classes[i].class,
                     shash_find_data(json_object(json), classes[i].name));
    }
    json_destroy(json);
}

static void
test_plan_main(int argc, char *argv[])
{
    struct ds ds = DS_EMPTY_INITIALIZER;
    struct fake_db dbs[N_DBS];
    struct snapshot snapshot;
    struct model model;

    ovs_assert(argc == 2);
    set_program_name(argv[0]);
    vpn_keys_init();
    load(dbs, argv[1]);

    model_init(&model);
    snapshot_init(&snapshot);
    vpn_options_from_row(vpnnbrec_nb_global_first(dbs[VPN_NB].idl),
                         &model.options, &ds);
    snapshot_chassis(dbs[OVN_SB].idl, dbs[VPN_NB].idl, dbs[VPN_SB].idl,
                     &model.chassis);
    snapshot_hosts(dbs[OVN_SB].idl, &model.hosts);
    snapshot_pools(dbs[VPN_NB].idl, &model);
    snapshot_mark_all(dbs[VPN_NB].idl, &model);
    snapshot_refresh(&snapshot, dbs[OVN_NB].idl);
    snapshot_read_held(&snapshot, dbs[VPN_SB].idl);
    do {
        snapshot_services(dbs[VPN_NB].idl, &model, NOW);
    } while (!plan_set_run(&model, &snapshot, NOW));
    model_format(&model, NULL, NOW, &ds);
    fputs(ds_cstr(&ds), stdout);

    ds_destroy(&ds);
    snapshot_destroy(&snapshot);
    model_destroy(&model);
    for (int i = 0; i < N_DBS; i++) {
        fake_db_destroy(&dbs[i]);
    }
}

OVSTEST_REGISTER("test-plan", test_plan_main);
