/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROLE_H
#define ROLE_H 1

/* Whether this chassis serves a tunnel: a pure decision.
 *
 * OVN decides where a tunnel's gateway port resides, and only there does it
 * deliver packets to the tunnel's namespace.  Two things tell a chassis that
 * it is the one:
 *
 *   - The word of the OVN Southbound database: the port's Port_Binding.
 *
 *   - A sign: outer WireGuard packets that arrive in a standby's namespace.
 *     It counts for the time in which the database cannot be reached, and when
 *     it persists without a word from the database, because a database that
 *     just lost its power looks like one that has nothing to say.  Packets
 *     that were under way while the port moved are no sign.
 *
 *     So do the router's answers to ARP requests, which this chassis sends
 *     when BFD loses another one, and when it is active by a sign and has
 *     heard nothing for a while.
 *
 *     An ARP request of the tunnel's router needs not persist: OVN sends it
 *     only where the port resides, among others when it has just come. */

#include <stdbool.h>

enum role {
    ROLE_UNKNOWN,       /* No word yet: touch no peer's endpoint. */
    ROLE_STANDBY,       /* Have everything ready, call nobody. */
    ROLE_ACTIVE,        /* Serve. */
};
const char *role_to_string(enum role);

/* What the OVN Southbound database says of a port. */
enum residence {
    RESIDENCE_UNKNOWN,  /* There is no such port (yet). */
    RESIDENCE_NONE,     /* It resides nowhere. */
    RESIDENCE_ELSEWHERE,
    RESIDENCE_HERE,
};

/* All times are in milliseconds of the monotonic clock. */
struct role_input {
    enum residence residence;
    long long int word_at;      /* When 'residence' was last said. */
    bool cut_off;               /* OVN SB was connected, and is not now. */
};

struct role_state {
    enum role role;
    long long int since;        /* When 'role' began. */
    bool by_sign;               /* Active against the database's last word. */
    long long int first_sign;   /* LLONG_MIN if there was none. */
    long long int last_sign;
};

void role_init(struct role_state *, long long int now);
void role_sign(struct role_state *, bool strong, long long int now);
enum role role_update(struct role_state *, const struct role_input *,
                      long long int now);
long long int role_wake_time(const struct role_state *,
                             const struct role_input *);
long long int role_ask_time(const struct role_state *,
                            const struct role_input *);

#endif /* ovn-vpn-controller/role.h */
