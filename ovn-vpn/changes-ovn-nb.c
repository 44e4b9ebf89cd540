/* SPDX-License-Identifier: Apache-2.0 */

/* Changes in OVN's Northbound database: to what tenants have, which the
 * snapshot tells in detail, and damage to rows of services. */

#include <config.h>

#include "ovn-vpn/changes.h"

#include <string.h>

#include "lib/ovn-nb-idl.h"
#include "ovn-vpn/model.h"
#include "ovn-vpn/nb-table.h"
#include "ovn-vpn/plan-row.h"
#include "ovn-vpn/plan.h"
#include "ovsdb-idl.h"
#include "util.h"
#include "uuid.h"

/* Marks the service whose UUID is 's', in text. */
static void
mark_owner(struct model *model, const char *s)
{
    struct uuid uuid;

    if (s && uuid_from_string(&uuid, s)) {
        struct model_service *ms = model_find_service(model, &uuid);

        if (ms) {
            model_mark_service(model, ms, MODEL_SYNC);
        } else {
            uuidset_insert(&model->gone_services, &uuid);
        }
    }
}

/* Rows with a service's mark. */
static void
collect_owned(struct model *model, const struct ovsdb_idl *idl)
{
    for (size_t i = 0; i < NB_TABLE_N; i++) {
        const struct ovsdb_idl_row *row;

        for (row = ovsdb_idl_track_get_first(idl, nb_tables[i].class); row;
             row = ovsdb_idl_track_get_next(row)) {
            mark_owner(model, nb_table_get_service(row));
        }
    }
}

/* A router or switch of a service may have lost its mark.  Then it is known by
 * a port with that mark which only such a router or switch has. */

static void
mark_by_port(struct model *model, const struct smap *external_ids,
             const char *suffix)
{
    const char *id = smap_get(external_ids, PLAN_ROW_ID);

    if (id && string_ends_with(id, suffix)) {
        mark_owner(model, smap_get(external_ids, PLAN_ROW_SERVICE));
    }
}

static void
collect_unmarked(struct model *model, const struct ovsdb_idl *idl)
{
    const struct nbrec_logical_router *lr;
    const struct nbrec_logical_switch *ls;

    NBREC_LOGICAL_ROUTER_FOR_EACH_TRACKED (lr, idl) {
        for (size_t i = 0; !nbrec_logical_router_is_deleted(lr)
                           && i < lr->n_ports; i++) {
            mark_by_port(model, &lr->ports[i]->external_ids, ":lrp:gw");
        }
    }
    NBREC_LOGICAL_SWITCH_FOR_EACH_TRACKED (ls, idl) {
        for (size_t i = 0; !nbrec_logical_switch_is_deleted(ls)
                           && i < ls->n_ports; i++) {
            mark_by_port(model, &ls->ports[i]->external_ids, ":lsp:ln");
            mark_by_port(model, &ls->ports[i]->external_ids, ":lsp:upsw");
        }
    }
}

/* An address set without a mark may have lost it, or be somebody else's with a
 * service's name, or have given such a name up. */
static void
collect_unmarked_sets(struct changes *changes, struct model *model,
                      const struct ovsdb_idl *idl)
{
    const struct nbrec_address_set *as;

    NBREC_ADDRESS_SET_FOR_EACH_TRACKED (as, idl) {
        struct model_service *ms;

        if (nb_table_get_service(&as->header_)[0]) {
            continue;
        }
        changes->sets = true;
        HMAP_FOR_EACH (ms, node, &model->services) {
            if (ms->service && plan_may_name_set(ms->service, as->name)) {
                model_mark_service(model, ms, MODEL_SYNC);
            }
        }
    }
}

/* A service's load balancer may have been taken off the tenant's router, which
 * does not change the load balancer.  A service that should have one has a NAT
 * row there. */

static bool
has_load_balancer(const struct nbrec_logical_router *lr, const char *service)
{
    for (size_t i = 0; i < lr->n_load_balancer; i++) {
        if (!strcmp(service,
                    nb_table_get_service(&lr->load_balancer[i]->header_))) {
            return true;
        }
    }
    return false;
}

static void
collect_detached(struct model *model, const struct ovsdb_idl *idl)
{
    const struct nbrec_logical_router *lr;

    NBREC_LOGICAL_ROUTER_FOR_EACH_TRACKED (lr, idl) {
        for (size_t i = 0; !nbrec_logical_router_is_deleted(lr)
                           && i < lr->n_nat; i++) {
            const struct nbrec_nat *nat = lr->nat[i];
            const char *service = nb_table_get_service(&nat->header_);

            if (service[0] && !strcmp(nat->type, "snat")
                && !has_load_balancer(lr, service)) {
                mark_owner(model, service);
            }
        }
    }
}

/* Returns true if 'ls' is in the snapshot, or should be: if it is a tenant's,
 * or was one until it got a service's mark. */
static bool
is_foreign_switch(const struct nbrec_logical_switch *ls)
{
    return (!nb_table_get_service(&ls->header_)[0]
            || (!nbrec_logical_switch_is_new(ls)
                && nbrec_logical_switch_is_updated(
                    ls, NBREC_LOGICAL_SWITCH_COL_EXTERNAL_IDS)));
}

/* Tenants' rows.  When a row changes that is part of a router or switch, the
 * latter is among the changed ones too. */
static void
collect_foreign(struct changes *changes, const struct ovsdb_idl *idl)
{
    const struct nbrec_logical_router *lr;
    const struct nbrec_logical_switch *ls;

    NBREC_LOGICAL_ROUTER_FOR_EACH_TRACKED (lr, idl) {
        uuidset_insert(&changes->routers, &lr->header_.uuid);
    }
    NBREC_LOGICAL_SWITCH_FOR_EACH_TRACKED (ls, idl) {
        changes->ovn |= is_foreign_switch(ls);
    }
}

void
changes_collect_ovn_nb(struct changes *changes, struct model *model,
                       const struct ovsdb_idl *idl)
{
    collect_owned(model, idl);
    collect_unmarked(model, idl);
    collect_unmarked_sets(changes, model, idl);
    collect_detached(model, idl);
    collect_foreign(changes, idl);
}
