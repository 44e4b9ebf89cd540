/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TUNNEL_TAKEOVER_H
#define TUNNEL_TAKEOVER_H 1

/* A takeover of one tunnel: which peers to call, and what that means for the
 * device.  The rules are in ovn-vpn-controller/takeover.h. */

#include <stdbool.h>

#include "ovn-vpn-controller/takeover.h"

struct resolver;
struct tunnel_device;
struct want_sightings;
struct want_tunnel;

struct tunnel_takeover {
    bool due;                   /* To begin as soon as the device is known. */
    bool begun;                 /* There is, or was, one. */
    bool over;                  /* It is done, and logged. */
    struct takeover t;          /* If 'begun'. */
    long long int at;           /* When it began; wall clock, in ms. */
};

void tunnel_takeover_init(struct tunnel_takeover *);
void tunnel_takeover_destroy(struct tunnel_takeover *);
void tunnel_takeover_cancel(struct tunnel_takeover *);

void tunnel_takeover_begin(struct tunnel_takeover *,
                           const struct want_tunnel *,
                           const struct tunnel_device *,
                           const struct want_sightings *, struct resolver *);
void tunnel_takeover_observe(struct tunnel_takeover *,
                             const struct tunnel_device *);
bool tunnel_takeover_act(struct tunnel_takeover *, const struct want_tunnel *,
                         const struct tunnel_device *, struct wg_changes *);
void tunnel_takeover_finish(struct tunnel_takeover *,
                            const struct want_tunnel *);
bool tunnel_takeover_is_on(const struct tunnel_takeover *);
int tunnel_takeover_ms(const struct tunnel_takeover *);

#endif /* ovn-vpn-controller/tunnel-takeover.h */
