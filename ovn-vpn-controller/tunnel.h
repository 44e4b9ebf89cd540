/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TUNNEL_H
#define TUNNEL_H 1

/* One tunnel on this chassis: its place on the host, its WireGuard interface,
 * its role, and takeovers. */

#include <stdbool.h>
#include <stdint.h>

#include "ovn-vpn-controller/path-probe.h"
#include "ovn-vpn-controller/role.h"
#include "ovn-vpn-controller/tunnel-device.h"
#include "ovn-vpn-controller/tunnel-host.h"
#include "ovn-vpn-controller/tunnel-takeover.h"
#include "smap.h"
#include "sset.h"

struct desired;
struct resolver;

struct tunnel {
    char *name;
    char *program;              /* That 'device' was told to use. */
    struct tunnel_host host;
    struct tunnel_device device;
    struct tunnel_takeover takeover;

    struct role_state role;
    struct role_input role_input;
    long long int active_since; /* Wall clock, in ms; 0 if not active. */
    bool external_here;

    /* Where packets that peers send by themselves are looked for, while they
     * tell something: that a standby is active, or that the path to a chassis
     * that has just become active is there. */
    int tap_fd;                 /* -1 if it does not. */
    int tap_ifindex;
    uint16_t tap_port;
    unsigned int tap_epoch;
    long long int tap_at;       /* Next look while active. */

    struct path_probe path;     /* While it is not known to be there. */
    bool path_open;             /* A packet has arrived since the promotion. */
    unsigned int n_chassis_lost; /* That many losses have been looked into. */

    bool found_active;          /* It was when this program started. */

    unsigned int resolver_seqno;
    unsigned int observations;  /* Increases when 'device.have' is fresh. */
    unsigned int reported;      /* That many of them, in the database. */
    unsigned int news;          /* Increases with what is to be reported. */

    struct sset problems;       /* In words. */
    struct smap peer_problems;  /* Of single peers: in words, by the UUID of
                                 * the peer's row. */
    char *port_problem;         /* Of the port in Open vSwitch, or NULL. */
};

/* What is the same for all tunnels. */
struct tunnel_env {
    struct tunnel_host_env host;
    const struct wg_backend_class *backend;
    const char *wireguard_program;
    const struct desired *desired; /* For sightings. */
    struct resolver *resolver;
    bool cut_off;               /* OVN SB was connected, and is not now. */
    unsigned int n_chassis_lost; /* How often BFD has lost one. */
    int poll_interval_ms;       /* Between looks at an active device. */
};

struct tunnel *tunnel_create(const char *name);
void tunnel_destroy(struct tunnel *);
void tunnel_run(struct tunnel *, const struct tunnel_env *,
                const struct want_tunnel *);
void tunnel_wait(const struct tunnel *, const struct tunnel_env *,
                 const struct want_tunnel *);
void tunnel_remove(struct tunnel *, const struct tunnel_env *);
uint64_t tunnel_done_seq(const struct tunnel *, const struct want_tunnel *);
bool tunnel_is_examined(const struct tunnel *, const struct want_tunnel *);

#endif /* ovn-vpn-controller/tunnel.h */
