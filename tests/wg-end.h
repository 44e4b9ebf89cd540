/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WG_END_H
#define WG_END_H 1

/* Real WireGuard interfaces in a network namespace of the test's own, with
 * what is wanted of them.  Functions return when what they do is done. */

#include "ovn-vpn-controller/netns.h"
#include "ovn-vpn-controller/wg-backend.h"

/* Where all interfaces are, and by which backend. */
struct world {
    const struct wg_backend_class *class;
    struct netns *netns;
    struct link_ctx *link;
};
extern struct world world;
void world_open(const char *backend);
void world_close(void);
void world_pause(int ms);

struct end {
    const char *ifname;
    struct wg_backend *backend;
    struct vpn_key *private, *lock_key;
    struct vpn_key public;
    struct wg_device want;
    struct wg_device have;      /* As it was last read. */
    unsigned int n_lost;        /* How often it was lost. */
    struct end *beside;         /* To be run at the same time, or NULL. */
};

void end_init(struct end *, const char *ifname, uint16_t port);
void end_destroy(struct end *);
void end_attach(struct end *);
void end_detach(struct end *);
void end_bring_up(const struct end *);

int end_await(struct end *);
void end_await_ready(struct end *);
void end_look(struct end *);
int end_set(struct end *, const struct wg_changes *);
bool end_converge(struct end *, enum role);
void end_sync(struct end *, enum role);

/* What is wanted. */
struct wg_peer *end_want(struct end *, const struct vpn_key *public_key);
struct wg_peer *end_want_number(struct end *, unsigned int number);
void end_want_psk(struct end *, struct wg_peer *, const struct vpn_key *psk);
void end_want_ip(struct wg_peer *, const char *ip);
void end_want_site(struct wg_peer *, const char *site, int keepalive);
const struct wg_peer *end_found(const struct end *, const struct wg_peer *);

#endif /* tests/wg-end.h */
