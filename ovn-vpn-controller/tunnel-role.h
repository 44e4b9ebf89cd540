/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TUNNEL_ROLE_H
#define TUNNEL_ROLE_H 1

/* The role of one tunnel on this chassis, and what is watched on its way to
 * OVN because of that: while it does not serve, whether packets arrive all the
 * same; when it begins to serve, whether packets get through. */

#include <stdbool.h>

struct tunnel;
struct tunnel_env;
struct want_tunnel;

/* How long a takeover waits for the path to the tunnel's router. */
#define TUNNEL_PATH_WAIT_MS 200

void tunnel_role_init(struct tunnel *);
void tunnel_role_destroy(struct tunnel *);
bool tunnel_role_run(struct tunnel *, const struct tunnel_env *,
                     const struct want_tunnel *);
void tunnel_role_watch(struct tunnel *, const struct want_tunnel *);
void tunnel_role_wait(const struct tunnel *);

#endif /* ovn-vpn-controller/tunnel-role.h */
