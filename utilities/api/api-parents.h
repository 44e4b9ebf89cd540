/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_PARENTS_H
#define API_PARENTS_H 1

/* Which service a connection or an access rule belongs to: known even when it
 * is gone.  A service is a child of its own, so that it is known to which
 * project it belonged before. */

#include "openvswitch/hmap.h"
#include "openvswitch/uuid.h"

struct vpnnbrec_vpn_service;

struct api_parent {
    struct hmap_node node;      /* In 'struct api_parents', by 'child'. */
    struct uuid child;
    struct uuid service;
    char *service_name, *project;
};

struct api_parents {
    struct hmap all;            /* Contains 'struct api_parent's. */
};

void api_parents_init(struct api_parents *);
void api_parents_destroy(struct api_parents *);
void api_parents_clear(struct api_parents *);

void api_parents_learn(struct api_parents *,
                       const struct vpnnbrec_vpn_service *);
void api_parents_learn_changes(struct api_parents *,
                               const struct vpnnbrec_vpn_service *);
struct api_parent *api_parents_find(const struct api_parents *,
                                    const struct uuid *child);
void api_parents_forget(struct api_parents *, struct api_parent *);

#endif /* utilities/api/api-parents.h */
