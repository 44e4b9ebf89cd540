/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TUNNEL_DEVICE_H
#define TUNNEL_DEVICE_H 1

/* The WireGuard interface of one tunnel: what is known of it, and how it comes
 * to be what is wanted.
 *
 * tunnel_device_run() takes replies.  When the device is idle after that, its
 * owner has one request: its own changes (tunnel_device_set()), those that
 * bring it to what is wanted (tunnel_device_converge()), or to look at it
 * again (tunnel_device_poll()), in this order. */

#include <stdbool.h>
#include <stdint.h>

#include "ovn-vpn-controller/role.h"
#include "ovn-vpn-controller/wg-backend.h"

struct want_tunnel;

struct tunnel_device {
    struct wg_backend *backend; /* NULL if there is no place for it yet. */

    bool known;                 /* Is 'have' true? */
    struct wg_device have;
    long long int observed_at;  /* When it was asked for; monotonic, in ms. */

    bool in_sync;               /* 'have' is what is wanted ... */
    uint64_t seq;               /* ... as of this 'seq' ... */
    enum role role;             /* ... in this role. */
    struct wg_changes plan;     /* Leads there from 'have' ... */
    size_t plan_done;           /* ... and begins after so many changes.  It
                                 * borrows peers of that 'seq'. */
    uint64_t set_seq;           /* What the last request leads to. */
    uint64_t done_seq;          /* Has been done. */

    long long int next_poll;
    long long int asked_usec;
    int cost_usec;              /* Of asking, averaged. */
    long long int retry_at;     /* After a request that was refused. */
    unsigned int backoff_ms;
    char *problem;              /* In words, NULL if there is none. */
};

/* What has happened in tunnel_device_run(). */
#define TUNNEL_DEVICE_OBSERVED (1u << 0) /* 'have' is fresh. */
#define TUNNEL_DEVICE_LOST     (1u << 1) /* The interface is a new one. */
#define TUNNEL_DEVICE_SET      (1u << 2) /* A request has been carried out. */

void tunnel_device_init(struct tunnel_device *);
void tunnel_device_destroy(struct tunnel_device *);
void tunnel_device_close(struct tunnel_device *);
void tunnel_device_place(struct tunnel_device *,
                         const struct wg_backend_class *,
                         const struct wg_place *);
void tunnel_device_evict(struct tunnel_device *);

unsigned int tunnel_device_run(struct tunnel_device *,
                               const struct want_tunnel *);
void tunnel_device_wait(const struct tunnel_device *);
bool tunnel_device_is_idle(const struct tunnel_device *);

void tunnel_device_set(struct tunnel_device *, const struct want_tunnel *,
                       const struct wg_changes *);
void tunnel_device_converge(struct tunnel_device *, const struct want_tunnel *,
                            enum role, wg_site_func *, void *aux);
void tunnel_device_poll(struct tunnel_device *, int interval_ms);
bool tunnel_device_is_examined(const struct tunnel_device *,
                               const struct want_tunnel *, enum role);
const char *tunnel_device_problem(const struct tunnel_device *);

#endif /* ovn-vpn-controller/tunnel-device.h */
