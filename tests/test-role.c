/* SPDX-License-Identifier: Apache-2.0 */

/* Runs ovn-vpn-controller/role.h by a script with a clock of its own.
 *
 * Each argument is a time in milliseconds and what happens then, such as
 * "100:elsewhere".  The role is looked at whenever something happens and when
 * role_wake_time() says so.  Its changes are printed, and the time at which to
 * ask the router. */

#include <config.h>
#undef NDEBUG
#include "ovn-vpn-controller/role.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ovstest.h"
#include "util.h"

static void
look(struct role_state *state, const struct role_input *in, long long int now)
{
    enum role before = state->role;
    bool by_sign = state->by_sign;

    role_update(state, in, now);
    if (state->role != before || state->by_sign != by_sign) {
        long long int ask = role_ask_time(state, in);

        printf("%lld: %s%s", now, role_to_string(state->role),
               state->by_sign ? " by sign" : "");
        if (ask != LLONG_MAX) {
            printf(", ask at %lld", ask);
        }
        putchar('\n');
    }
}

static void
say(struct role_input *in, enum residence residence, long long int now)
{
    in->residence = residence;
    in->word_at = now;
}

static void
happen(struct role_state *state, struct role_input *in, const char *what,
       long long int now)
{
    if (!strcmp(what, "here")) {
        say(in, RESIDENCE_HERE, now);
    } else if (!strcmp(what, "elsewhere")) {
        say(in, RESIDENCE_ELSEWHERE, now);
    } else if (!strcmp(what, "nowhere")) {
        say(in, RESIDENCE_NONE, now);
    } else if (!strcmp(what, "gone")) {
        say(in, RESIDENCE_UNKNOWN, now);
    } else if (!strcmp(what, "cut")) {
        in->cut_off = true;
    } else if (!strcmp(what, "mended")) {
        in->cut_off = false;
    } else if (!strcmp(what, "packet")) {
        role_sign(state, false, now);
    } else if (!strcmp(what, "router")) {
        role_sign(state, true, now);
    } else if (strcmp(what, "look")) {
        ovs_fatal(0, "%s: what is that?", what);
    }
}

static void
test_role_main(int argc, char *argv[])
{
    struct role_input in = { .residence = RESIDENCE_UNKNOWN };
    struct role_state state;

    set_program_name(argv[0]);
    role_init(&state, 0);
    for (int i = 1; i < argc; i++) {
        char *what;
        long long int now = strtoll(argv[i], &what, 10);
        long long int wake;

        ovs_assert(*what == ':');
        while ((wake = role_wake_time(&state, &in)) <= now) {
            enum role before = state.role;

            look(&state, &in, wake);
            /* Otherwise the program would spin. */
            ovs_assert(state.role != before);
        }
        happen(&state, &in, what + 1, now);
        look(&state, &in, now);
    }
}

OVSTEST_REGISTER("test-role", test_role_main);
