/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TUNNEL_PROBLEMS_H
#define TUNNEL_PROBLEMS_H 1

/* What keeps a tunnel from being served, in words, for its operator. */

struct tunnel;
struct tunnel_env;
struct want_tunnel;

void tunnel_problems_run(struct tunnel *, const struct tunnel_env *,
                         const struct want_tunnel *);

#endif /* ovn-vpn-controller/tunnel-problems.h */
