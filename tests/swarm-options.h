/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SWARM_OPTIONS_H
#define SWARM_OPTIONS_H 1

/* The command line of the swarm. */

#include "tests/swarm-client.h"
#include "tests/swarm-loop.h"
#include "tests/swarm-peers.h"

struct swarm_options {
    struct swarm_peers peers;
    struct swarm_config config;
    struct vpn_key server_key;
    struct swarm_source source;
    ovs_be32 target;
    unsigned int rate;
    char *unixctl_path;
    char **args;                /* Command and its arguments. */
    int n_args;
};

void swarm_options_parse(int argc, char *argv[], struct swarm_options *);

#endif /* tests/swarm-options.h */
