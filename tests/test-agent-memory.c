/* SPDX-License-Identifier: Apache-2.0 */

/* What the agent's copy of the VPN Southbound database takes by itself, so
 * that a benchmark can tell what the agent adds to it. */

#include <config.h>
#undef NDEBUG

#include <stdio.h>
#include <string.h>

#include "command-line.h"
#include "lib/ovn-sb-idl.h"
#include "lib/ovn-vpn-sb-idl.h"
#include "openvswitch/poll-loop.h"
#include "ovn-vpn-controller/desired.h"
#include "ovn-vpn-controller/report.h"
#include "ovsdb-idl.h"
#include "tests/ovstest.h"
#include "util.h"

/* Prints the resident set size of this process, in kB. */
static void
print_memory(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[128];

    ovs_assert(file);
    while (fgets(line, sizeof line, file)) {
        if (!strncmp(line, "VmRSS:", 6)) {
            fputs(line, stdout);
        }
    }
    fclose(file);
}

/* test-agent-memory VPN-SB: connects, and prints how much memory it has then.
 * There is no other database. */
static void
test_agent_memory_main(int argc, char *argv[])
{
    struct report report;

    set_program_name(argv[0]);
    ovs_assert(argc == 2);
    struct ovsdb_idl *vpn_sb = ovsdb_idl_create(argv[1], &vpnsbrec_idl_class,
                                                false, true);
    struct ovsdb_idl *ovn_sb
        = ovsdb_idl_create_unconnected(&sbrec_idl_class, false);
    struct desired *desired = desired_create(vpn_sb, ovn_sb);

    report_init(&report, vpn_sb);
    for (;;) {
        ovsdb_idl_run(vpn_sb);
        if (ovsdb_idl_has_ever_connected(vpn_sb)) {
            break;
        }
        ovsdb_idl_wait(vpn_sb);
        poll_block();
    }
    print_memory();
    report_destroy(&report);
    desired_destroy(desired);
    ovsdb_idl_destroy(ovn_sb);
    ovsdb_idl_destroy(vpn_sb);
}

OVSTEST_REGISTER("test-agent-memory", test_agent_memory_main);
