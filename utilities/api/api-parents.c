/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-parents.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "util.h"
#include "uuid.h"

void
api_parents_init(struct api_parents *parents)
{
    hmap_init(&parents->all);
}

void
api_parents_destroy(struct api_parents *parents)
{
    api_parents_clear(parents);
    hmap_destroy(&parents->all);
}

void
api_parents_clear(struct api_parents *parents)
{
    struct api_parent *parent;

    HMAP_FOR_EACH_SAFE (parent, node, &parents->all) {
        api_parents_forget(parents, parent);
    }
}

/* Returns the parent of 'child', NULL if it is not known. */
struct api_parent *
api_parents_find(const struct api_parents *parents, const struct uuid *child)
{
    struct api_parent *parent;

    HMAP_FOR_EACH_WITH_HASH (parent, node, uuid_hash(child), &parents->all) {
        if (uuid_equals(&parent->child, child)) {
            return parent;
        }
    }
    return NULL;
}

void
api_parents_forget(struct api_parents *parents, struct api_parent *parent)
{
    hmap_remove(&parents->all, &parent->node);
    free(parent->service_name);
    free(parent->project);
    free(parent);
}

static void
learn(struct api_parents *parents, const struct uuid *child,
      const struct vpnnbrec_vpn_service *row)
{
    struct api_parent *parent = api_parents_find(parents, child);

    if (!parent) {
        parent = xmalloc(sizeof *parent);
        *parent = (struct api_parent) {
            .child = *child,
            .service = row->header_.uuid,
            .service_name = xstrdup(row->name),
            .project = xstrdup(row->project),
        };
        hmap_insert(&parents->all, &parent->node, uuid_hash(child));
    } else if (strcmp(parent->project, row->project)) {
        free(parent->project);
        parent->project = xstrdup(row->project);
    }
}

static void
learn_connections(struct api_parents *parents,
                  const struct vpnnbrec_vpn_service *row)
{
    for (size_t i = 0; i < row->n_connections; i++) {
        learn(parents, &row->connections[i], row);
    }
}

static void
learn_rules(struct api_parents *parents,
            const struct vpnnbrec_vpn_service *row)
{
    for (size_t i = 0; i < row->n_access_rules; i++) {
        learn(parents, &row->access_rules[i]->header_.uuid, row);
    }
}

static void
learn_itself(struct api_parents *parents,
             const struct vpnnbrec_vpn_service *row)
{
    learn(parents, &row->header_.uuid, row);
}

/* Learns what 'row' has. */
void
api_parents_learn(struct api_parents *parents,
                  const struct vpnnbrec_vpn_service *row)
{
    learn_itself(parents, row);
    learn_connections(parents, row);
    learn_rules(parents, row);
}

/* Learns what 'row', which has come or changed, has now. */
void
api_parents_learn_changes(struct api_parents *parents,
                          const struct vpnnbrec_vpn_service *row)
{
    bool all = (vpnnbrec_vpn_service_is_new(row)
                || vpnnbrec_vpn_service_is_updated(
                    row, VPNNBREC_VPN_SERVICE_COL_PROJECT));

    if (all) {
        learn_itself(parents, row);
    }
    if (all || vpnnbrec_vpn_service_is_updated(
                   row, VPNNBREC_VPN_SERVICE_COL_CONNECTIONS)) {
        learn_connections(parents, row);
    }
    if (all || vpnnbrec_vpn_service_is_updated(
                   row, VPNNBREC_VPN_SERVICE_COL_ACCESS_RULES)) {
        learn_rules(parents, row);
    }
}
