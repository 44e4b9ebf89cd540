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
#include "ovn-vpn/plan-set.h"
#include "ovn-vpn/plan.h"
#include "tests/fake-db.h"
#include "tests/ovstest.h"
#include "util.h"

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
    struct plan_set set;

    ovs_assert(argc == 2);
    set_program_name(argv[0]);
    vpn_keys_init();
    load(dbs, argv[1]);

    plan_set_init(&set);
    vpn_options_from_row(vpnnbrec_nb_global_first(dbs[VPN_NB].idl),
                         &set.options, &ds);
    snapshot_chassis(dbs[OVN_SB].idl, dbs[VPN_NB].idl, dbs[VPN_SB].idl,
                     &set.chassis);
    snapshot_hosts(dbs[OVN_SB].idl, &set.hosts);
    plan_set_run(&set, dbs[VPN_NB].idl, dbs[VPN_SB].idl, dbs[OVN_NB].idl,
                 1000);
    for (size_t i = 0; i < set.n; i++) {
        const struct vpn_service *service = set.services[i];

        plan_format(set.plans[i], &ds);
        for (size_t j = 0; j < service->n_connections; j++) {
            const char *error = service->connections[j].error;

            error = error ? error : set.plans[i]->connection_errors[j];
            error = error ? error : set.plans[i]->connection_conflicts[j];
            if (error) {
                ds_put_format(&ds, "connection %s: error: %s\n",
                              service->connections[j].name, error);
            }
        }
    }
    fputs(ds_cstr(&ds), stdout);

    ds_destroy(&ds);
    plan_set_destroy(&set);
    for (int i = 0; i < N_DBS; i++) {
        fake_db_destroy(&dbs[i]);
    }
}

OVSTEST_REGISTER("test-plan", test_plan_main);
