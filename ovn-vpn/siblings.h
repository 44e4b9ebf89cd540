/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_SIBLINGS_H
#define OVN_VPN_SIBLINGS_H 1

/* Services on the same router.  The router has routes to what lies behind each
 * of them, but that is none of the business of the others' peers: the plan of
 * a service keeps them away from it. */

#include <stddef.h>

struct model;
struct model_service;

void siblings_run(struct model *, struct model_service *const *services,
                  size_t n, long long int now);

#endif /* ovn-vpn/siblings.h */
