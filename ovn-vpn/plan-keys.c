/* SPDX-License-Identifier: Apache-2.0 */

/* How old keys are. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include "util.h"

#define DAY_MS 86400000LL

/* Makes 'plan' be made again at 'at', in milliseconds since the epoch. */
static void
plan_again_at(struct plan *plan, long long int at)
{
    if (!plan->next_at || at < plan->next_at) {
        plan->next_at = at;
    }
}

/* Returns when the oldest of the keys of 'c' was entered, in milliseconds
 * since the epoch, 0 if that is not known. */
static long long int
get_oldest(const struct vpn_connection *c)
{
    return (!c->key_created_at ? c->psk_created_at
            : !c->psk_created_at ? c->key_created_at
            : MIN(c->key_created_at, c->psk_created_at));
}

static void
warn_about_connections(struct plan *plan)
{
    const int max_days = plan->in.options->key_max_age_days;
    const struct vpn_connection *oldest = NULL;

    for (size_t i = 0; i < plan->in.n_old_keys; i++) {
        const struct vpn_connection *c = plan->in.old_keys[i];

        if (!oldest || get_oldest(c) < get_oldest(oldest)) {
            oldest = c;
        }
    }
    if (plan->in.n_old_keys == 1) {
        plan_warn(plan, "the keys of connection %s are more than %d days old; "
                  "replace them (\"ovn-vpn-nbctl conn-rekey\")",
                  oldest->name, max_days);
    } else if (oldest) {
        plan_warn(plan, "the keys of %"PRIuSIZE" connections are more than "
                  "%d days old, the oldest one being that of %s; replace them "
                  "(\"ovn-vpn-nbctl conn-rekey\")", plan->in.n_old_keys,
                  max_days, oldest->name);
    }
}

/* Returns the time, in milliseconds since the epoch, from which on the keys of
 * 'c' are older than 'options' want, 0 for never. */
long long int
plan_keys_old_at(const struct vpn_connection *c,
                 const struct vpn_options *options)
{
    long long int oldest = get_oldest(c);

    return (oldest && options->key_max_age_days
            ? oldest + options->key_max_age_days * DAY_MS : 0);
}

/* Finds out how old the service's key pair is, and warns of keys that are
 * older than the operator wants. */
void
plan_check_keys(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    const int max_days = plan->in.options->key_max_age_days;

    if (service->key_created_at) {
        long long int age = MAX(0, plan->in.now - service->key_created_at);

        plan->key_age_days = age / DAY_MS;
        plan_again_at(plan, (service->key_created_at
                             + (plan->key_age_days + 1) * DAY_MS));
        if (max_days && plan->key_age_days >= max_days
            && !service->next_public_key) {
            plan_warn(plan, "the service's key is more than %d days old; "
                      "replace it (\"ovn-vpn-nbctl svc-rekey\")", max_days);
        }
    }
    warn_about_connections(plan);
}
