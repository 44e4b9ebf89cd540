/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_H
#define AGENT_H 1

/* All tunnels of this chassis. */

#include <stdbool.h>
#include <stdint.h>

#include "openvswitch/list.h"
#include "openvswitch/shash.h"
#include "ovn-vpn-controller/resolver.h"
#include "ovn-vpn-controller/tunnel.h"
#include "ovn-vpn-controller/wg-choice.h"

struct want;

struct agent {
    struct shash tunnels;       /* Contains 'struct tunnel's. */
    struct tunnel_env env;
    struct resolver resolver;
    struct wg_choice choice;    /* For 'env.backend'. */
    int netns_fd;               /* News of namespaces, -1 if not open. */
    bool purged;                /* What earlier runs have left is gone. */
    char *problem;              /* Of all tunnels, in words, or NULL. */

    /* How far the databases' changes have been applied. */
    struct ovs_list pending;    /* Contains 'struct agent_cfg's, in order. */
    int64_t nb_cfg;             /* All of this has been. */
    bool has_nb_cfg;
};

void agent_init(struct agent *);
void agent_destroy(struct agent *);
void agent_run(struct agent *, const struct want *);
void agent_wait(const struct agent *, const struct want *);
bool agent_is_examined(const struct agent *, const struct want *);

/* Ports that the tunnels need in Open vSwitch: 'struct ovs_port's. */
void agent_get_ports(const struct agent *, const struct want *,
                     struct shash *ports);
void agent_take_ports(struct agent *, struct shash *ports, bool checked);

void agent_run_nb_cfg(struct agent *, const struct want *);

#endif /* ovn-vpn-controller/agent.h */
