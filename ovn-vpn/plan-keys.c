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
    if (!plan->next_expiry || at < plan->next_expiry) {
        plan->next_expiry = at;
    }
}

static void
check_connection_keys(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    const long long int max_days = plan->in.options->key_max_age_days;
    const struct vpn_connection *oldest = NULL;
    size_t n = 0;

    for (size_t i = 0; i < service->n_connections; i++) {
        const struct vpn_connection *c = &service->connections[i];
        long long int limit = c->key_created_at + max_days * DAY_MS;

        if (!c->key_created_at || !plan_connection_is_usable(plan, i)) {
            continue;
        } else if (limit > plan->in.now) {
            plan_again_at(plan, limit);
            continue;
        }
        n++;
        if (!oldest || c->key_created_at < oldest->key_created_at) {
            oldest = c;
        }
    }
    if (n == 1) {
        plan_warn(plan, "the keys of connection %s are more than %lld days "
                  "old; replace them (\"ovn-vpn-nbctl conn-rekey\")",
                  oldest->name, max_days);
    } else if (n) {
        plan_warn(plan, "the keys of %"PRIuSIZE" connections are more than "
                  "%lld days old, the oldest one being that of %s; replace "
                  "them (\"ovn-vpn-nbctl conn-rekey\")", n, max_days,
                  oldest->name);
    }
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
    if (max_days) {
        check_connection_keys(plan);
    }
}
