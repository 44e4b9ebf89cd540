/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WG_BACKEND_H
#define WG_BACKEND_H 1

/* What ovn-vpn-controller needs of a WireGuard implementation.
 *
 * A backend makes, finds, reads and changes one WireGuard interface in one
 * network namespace.  Nothing here blocks: a caller asks for one thing at a
 * time and runs the backend until there is a reply, so that an implementation
 * that hangs keeps no other tunnel waiting.
 *
 *      b->class->run(b);
 *      while (b->class->reply(b, &reply)) {
 *          ...
 *      }
 *      if (b->class->state(b) == WG_READY && !b->class->is_busy(b)) {
 *          b->class->get(b);       (or set)
 *      }
 *      b->class->wait(b);
 *
 * An interface outlives its backend: closing a backend leaves it in place,
 * running, for the next one to find. */

#include <stdbool.h>

#include "openvswitch/list.h"
#include "ovn-vpn-controller/wg-device.h"

struct link_ctx;
struct netns;

enum wg_state {
    WG_STARTING,        /* The interface is being made or looked for. */
    WG_READY,           /* It can be read and changed. */
    WG_STRAY,           /* Something answers by its name that is not in our
                         * namespace.  It can be read and evicted. */
    WG_FAILED,          /* See 'problem'. */
    WG_ABSENT,          /* It would be made if this were not a dry run. */
};

enum wg_reply_type {
    WG_REPLY_DEVICE,    /* To 'get'. */
    WG_REPLY_SET,       /* To 'set'. */
    WG_REPLY_LOST,      /* The interface is gone, or was made anew, and what
                         * was known of it does not count any more. */
};

struct wg_reply {
    enum wg_reply_type type;
    int error;                  /* 0 or a positive errno value. */
    struct wg_device device;    /* If WG_REPLY_DEVICE and no error. */
    long long int asked_at;     /* Monotonic time of the request. */
};

/* Where to find the secrets to be written.  The keys may be NULL if none is
 * to be written. */
struct wg_secrets {
    const char *service;        /* Owner of the boxes. */
    const struct vpn_key *private_key;
    const struct vpn_key *lock_key; /* Of pre-shared keys' boxes. */
};
bool wg_secrets_get_psk(const struct wg_secrets *, const struct wg_peer *want,
                        struct vpn_key **);

/* What one backend is for.  'netns' and 'link' must outlive the backend. */
struct wg_place {
    const struct netns *netns;
    struct link_ctx *link;      /* In 'netns'. */
    const char *ifname;
    const char *program;        /* Of a userspace implementation. */
};

struct wg_backend {
    const struct wg_backend_class *class;
};

struct wg_backend_class {
    const char *name;           /* "userspace" or "kernel". */
    struct wg_pace pace;

    /* Begins to look for the interface at 'place', and to make it. */
    struct wg_backend *(*open)(const struct wg_place *place);

    /* Frees the backend and leaves the interface alone. */
    void (*close)(struct wg_backend *);

    /* Makes the interface go away: a stray one, or one that is no longer
     * wanted. */
    void (*evict)(struct wg_backend *);

    void (*run)(struct wg_backend *);
    void (*wait)(struct wg_backend *);
    enum wg_state (*state)(const struct wg_backend *);

    /* Returns what is wrong, in words, or NULL. */
    const char *(*problem)(const struct wg_backend *);

    /* Asks for the device, or changes it.  'want' gives the values for
     * 'changes', which are read before these functions return. */
    void (*get)(struct wg_backend *);
    void (*set)(struct wg_backend *, const struct wg_device *want,
                const struct wg_changes *changes, const struct wg_secrets *);
    bool (*is_busy)(const struct wg_backend *);

    /* Takes the oldest reply, of which the caller must destroy the device.
     * Returns false if there is none. */
    bool (*reply)(struct wg_backend *, struct wg_reply *);
};

extern const struct wg_backend_class wg_uapi_class;
extern const struct wg_backend_class wg_kernel_class;

int wg_kernel_probe(void);

/* For backends: replies that the caller has not taken yet. */
void wg_replies_push(struct ovs_list *, enum wg_reply_type, int error,
                     long long int asked_at, struct wg_device *);
bool wg_replies_pop(struct ovs_list *, struct wg_reply *);
void wg_replies_destroy(struct ovs_list *);

#endif /* ovn-vpn-controller/wg-backend.h */
