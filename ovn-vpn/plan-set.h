/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_PLAN_SET_H
#define OVN_VPN_PLAN_SET_H 1

/* Planning the services that are marked in the model.
 *
 * Each is planned by itself (plan.h).  What it depends on besides itself and
 * the chassis is looked at for every service first, which takes a few look-ups
 * each, and marks more of them:
 *
 *   - those whose router has changed, but for what services have there, or
 *     someone else's hold on their external address;
 *
 *   - those that are in error, or have a site that is: what was in their way
 *     may be gone.  One that is not in error keeps what it has (plan-check.c),
 *     so that what others do does not concern it;
 *
 *   - those that have to cede a tag or a transit block. */

#include <stdbool.h>

struct model;
struct snapshot;

bool plan_set_run(struct model *, struct snapshot *, long long int now);

#endif /* ovn-vpn/plan-set.h */
