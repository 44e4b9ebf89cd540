/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OPTIONS_H
#define OPTIONS_H 1

/* The command line of ovn-vpn-controller. */

#include <stdbool.h>

struct options {
    char *ovs_remote;           /* The local Open vSwitch database. */
    char *sealing_key_file;
    bool cleanup;               /* Remove all that is ours, and exit. */
    bool dry_run;               /* Change nothing, tell what, and exit. */
    const char *unixctl_path;   /* NULL for the default. */

    /* NULL if not given, and then the database says. */
    const char *ssl_private_key;
    const char *ssl_certificate;
    const char *ssl_ca_cert;
    const char *bootstrap_ca_cert;
};

void options_parse(int argc, char *argv[], struct options *);
void options_destroy(struct options *);

#endif /* ovn-vpn-controller/options.h */
