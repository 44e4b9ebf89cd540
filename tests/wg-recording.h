/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WG_RECORDING_H
#define WG_RECORDING_H 1

/* A WireGuard implementation in memory, which keeps what it was told to do. */

#include "openvswitch/dynamic-string.h"
#include "ovn-vpn-controller/wg-backend.h"

/* The one interface there is.  It outlives its backends, as they do. */
struct wg_recording {
    struct wg_device device;
    struct ds log;              /* Changes, as text. */
    int n_sets;
    int refuse;                 /* errno value for the next change, or 0. */
    bool vanish;                /* Lose the interface at the next run. */
};
extern struct wg_recording wg_recording;

void wg_recording_init(void);
void wg_recording_destroy(void);

extern const struct wg_backend_class wg_recording_class;

#endif /* tests/wg-recording.h */
