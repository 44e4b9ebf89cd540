/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/role.h"

#include <limits.h>

#include "util.h"

/* After a demotion, packets that were under way are no sign. */
#define UNDER_WAY_MS 1000

/* How long a sign must persist against a database that seems to be there. */
#define PERSIST_MS 200

/* Packets further apart than this do not make one sign.  WireGuard repeats
 * what gets no answer every 5 s. */
#define SIGN_GAP_MS 15000

/* A chassis that is active by a sign and has heard nothing for ASK_MS asks the
 * router, which answers where the port resides.  One that hears nothing for
 * SILENCE_MS was mistaken. */
#define ASK_MS 2000
#define SILENCE_MS 5000

/* A port that resides nowhere is between two chassis, or its row was made
 * anew.  Sessions are kept for so long. */
#define NOWHERE_MS 5000

const char *
role_to_string(enum role role)
{
    switch (role) {
    case ROLE_UNKNOWN:
        return "unknown";
    case ROLE_STANDBY:
        return "standby";
    case ROLE_ACTIVE:
        return "active";
    }
    OVS_NOT_REACHED();
}

void
role_init(struct role_state *state, long long int now)
{
    *state = (struct role_state) {
        .role = ROLE_UNKNOWN,
        .since = now,
        .first_sign = LLONG_MIN,
        .last_sign = LLONG_MIN,
    };
}

/* Takes note of a sign at 'now': an ARP request of the router if 'strong',
 * otherwise an outer packet. */
void
role_sign(struct role_state *state, bool strong, long long int now)
{
    if (state->role == ROLE_STANDBY && now - state->since < UNDER_WAY_MS) {
        return;
    }
    if (state->last_sign == LLONG_MIN
        || now - state->last_sign > SIGN_GAP_MS) {
        state->first_sign = now;
    }
    if (strong) {
        state->first_sign = MIN(state->first_sign, now - PERSIST_MS);
    }
    state->last_sign = now;
}

static void
set_role(struct role_state *state, enum role role, bool by_sign,
         long long int now)
{
    if (state->role != role) {
        state->role = role;
        state->since = now;
        state->first_sign = state->last_sign = LLONG_MIN;
    }
    state->by_sign = by_sign;
}

static bool
sign_suffices(const struct role_state *state, const struct role_input *in)
{
    return (state->first_sign != LLONG_MIN
            && (in->cut_off
                || state->last_sign - state->first_sign >= PERSIST_MS));
}

/* Returns true if 'state' is active against what 'in' says. */
static bool
is_by_sign_alone(const struct role_state *state, const struct role_input *in)
{
    return (state->role == ROLE_ACTIVE && state->by_sign
            && in->residence != RESIDENCE_HERE
            && in->residence != RESIDENCE_UNKNOWN
            && in->word_at <= state->since);
}

/* Returns the last moment at which something spoke for 'state', which is
 * active by a sign. */
static long long int
last_spoken_for(const struct role_state *state)
{
    return MAX(state->since, state->last_sign);
}

/* Brings 'state' up to date with 'in' and returns the role. */
enum role
role_update(struct role_state *state, const struct role_input *in,
            long long int now)
{
    bool active = state->role == ROLE_ACTIVE;

    if (in->residence == RESIDENCE_HERE) {
        set_role(state, ROLE_ACTIVE, false, now);
    } else if (!active && sign_suffices(state, in)) {
        set_role(state, ROLE_ACTIVE, true, now);
    } else if (in->residence == RESIDENCE_UNKNOWN) {
        /* Stay. */
    } else if (!active) {
        set_role(state, ROLE_STANDBY, false, now);
    } else if (is_by_sign_alone(state, in)) {
        /* The database does not know yet, or the sign was wrong. */
        if (!in->cut_off && now - last_spoken_for(state) >= SILENCE_MS) {
            set_role(state, ROLE_STANDBY, false, now);
        }
    } else if (in->residence == RESIDENCE_ELSEWHERE
               || now - in->word_at >= NOWHERE_MS) {
        set_role(state, ROLE_STANDBY, false, now);
    }
    return state->role;
}

/* Returns the time at which role_update() may decide differently without any
 * new input, LLONG_MAX for never. */
long long int
role_wake_time(const struct role_state *state, const struct role_input *in)
{
    if (state->role != ROLE_ACTIVE || in->residence == RESIDENCE_HERE
        || in->residence == RESIDENCE_UNKNOWN) {
        return LLONG_MAX;
    } else if (is_by_sign_alone(state, in)) {
        return in->cut_off ? LLONG_MAX : last_spoken_for(state) + SILENCE_MS;
    } else {
        return in->word_at + NOWHERE_MS;
    }
}

/* Returns the time from which on the router is to be asked whether the port is
 * here, LLONG_MAX for never.  Its answer is a sign. */
long long int
role_ask_time(const struct role_state *state, const struct role_input *in)
{
    return (is_by_sign_alone(state, in) ? last_spoken_for(state) + ASK_MS
            : LLONG_MAX);
}
