/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WG_CHOICE_H
#define WG_CHOICE_H 1

/* Which WireGuard implementation this chassis uses: what the settings say, and
 * what the kernel has. */

#include <stdbool.h>

struct wg_backend_class;

struct wg_choice {
    char *setting;              /* "auto", "kernel" or "userspace". */
    const struct wg_backend_class *class; /* Never NULL. */
    bool decided;               /* If not, nothing may be done with 'class'. */
    char *problem;              /* In words, NULL if there is none. */
    long long int retry_at;     /* If 'problem'. */
};

/* True if 'setting' is one of those. */
bool wg_choice_is_valid(const char *setting);

void wg_choice_init(struct wg_choice *);
void wg_choice_destroy(struct wg_choice *);
void wg_choice_set(struct wg_choice *, const char *setting);
bool wg_choice_store(struct wg_choice *, const char *setting);
void wg_choice_decide(struct wg_choice *, int error);
void wg_choice_run(struct wg_choice *);
void wg_choice_wait(const struct wg_choice *);

#endif /* ovn-vpn-controller/wg-choice.h */
