/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_PHASE_H
#define OVN_VPN_PHASE_H 1

/* How far a service is, in words for its row. */

#include <stdbool.h>

struct chassis;
struct plan;

/* Time for which a planned service may be without a chassis before that is
 * called an error, in milliseconds. */
#define PHASE_PATIENCE_MS 10000

struct phase_input {
    const struct plan *plan;
    const struct chassis *host; /* Where its gateway port resides, or NULL. */
    bool reported;              /* The agent there says that it is active. */
    const char *problems;       /* What the agent there complains of, NULL if
                                 * of nothing. */
    long long int waiting_ms;   /* For how long it has not been served. */
};

struct phase {
    const char *name;           /* "pending", "active" or "error". */
    char *error;                /* NULL unless in phase "error". */
};

void phase_decide(const struct phase_input *, struct phase *);

#endif /* ovn-vpn/phase.h */
