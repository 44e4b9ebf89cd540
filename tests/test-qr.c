/* SPDX-License-Identifier: Apache-2.0 */

/* test-qr utf8|ascii [colours] < DATA, test-qr png|svg < DATA: draws a QR code
 * of DATA. */

#include <config.h>
#undef NDEBUG
#include "lib/qr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/vpn-keys.h"
#include "openvswitch/dynamic-string.h"
#include "socket-util.h"
#include "tests/ovstest.h"
#include "util.h"

static void
test_qr_main(int argc, char *argv[])
{
    char data[8192];
    struct ds ds = DS_EMPTY_INITIALIZER;
    struct qr *qr;
    size_t n;

    set_program_name(argv[0]);
    vpn_keys_init();
    ovs_assert(argc >= 2);
    ovs_assert(read_fully(STDIN_FILENO, data, sizeof data, &n) == EOF);

    char *error = qr_create(data, n, &qr);
    ovs_assert(!error == !!qr);
    if (error) {
        puts(error);
        free(error);
        return;
    }
    if (!strcmp(argv[1], "png")) {
        qr_format_png(qr, &ds);
    } else if (!strcmp(argv[1], "svg")) {
        qr_format_svg(qr, &ds);
    } else {
        qr_format_terminal(qr, strcmp(argv[1], "ascii") ? QR_UTF8 : QR_ASCII,
                           argc > 2, &ds);
    }
    fwrite(ds.string, 1, ds.length, stdout);
    vpn_wipe_ds(&ds);
    qr_destroy(qr);
}

OVSTEST_REGISTER("test-qr", test_qr_main);
