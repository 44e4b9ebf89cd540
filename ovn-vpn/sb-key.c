/* SPDX-License-Identifier: Apache-2.0 */

/* What will become of a service's key. */

#include <config.h>

#include "ovn-vpn/sb-private.h"

#include <stdlib.h>

#include "lib/vpn-model.h"
#include "ovn-vpn/keyring.h"
#include "ovn-vpn/plan.h"

/* Makes 'plan' warn if the key to which the service shall change cannot be
 * used. */
void
sb_check_next_key(const struct keyring *keyring, struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    struct vpn_key *private;

    if (service->next_public_key && service->sealed_next_private_key) {
        char *error = keyring_open_key(keyring, service->name,
                                       service->next_public_key,
                                       service->sealed_next_private_key,
                                       &private);
        if (error) {
            plan_warn(plan, "the key will not change: "
                      "sealed_next_private_key: %s; clear it and "
                      "next_public_key to have another pair made", error);
            free(error);
        } else {
            vpn_secret_free(private);
        }
    }
}
