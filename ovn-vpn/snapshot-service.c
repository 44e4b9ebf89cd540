/* SPDX-License-Identifier: Apache-2.0 */

/* Reading services and connections into the model. */

#include <config.h>

#include "ovn-vpn/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "coverage.h"
#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-ip-pool.h"
#include "lib/vpn-model.h"
#include "lib/vpn-nb-snapshot.h"
#include "ovn-vpn/model.h"
#include "ovsdb-data.h"
#include "ovsdb-idl.h"
#include "util.h"
#include "uuid.h"

COVERAGE_DEFINE(snapshot_service);
COVERAGE_DEFINE(snapshot_connection);

/* Services. */

/* Returns true if connections of 'a' would be read and written in the same way
 * as connections of 'b'. */
static bool
same_for_connections(const struct vpn_service *a, const struct vpn_service *b)
{
    const struct vpn_prefixes *p = &a->tunnel_subnets, *q = &b->tunnel_subnets;

    for (size_t i = 0; p->n == q->n && i < p->n; i++) {
        if (!vpn_prefix_equals(&p->list[i], &q->list[i])) {
            return false;
        }
    }
    return (p->n == q->n
            && a->created_at == b->created_at
            && !strcmp(a->name, b->name)
            && !a->error == !b->error
            && a->has_external_ip == b->has_external_ip
            && (vpn_addr_is_v4(&a->external_ip)
                == vpn_addr_is_v4(&b->external_ip))
            && nullable_string_is_equal(a->public_key, b->public_key)
            && nullable_string_is_equal(a->sealed_private_key,
                                        b->sealed_private_key));
}

static void
read_service(struct ovsdb_idl *vpn_nb, struct model *model,
             struct model_service *ms)
{
    const struct vpnnbrec_vpn_service *row
        = vpnnbrec_vpn_service_get_for_uuid(vpn_nb, &ms->uuid);

    if (!row) {
        model_remove_service(model, ms);
        return;
    }

    struct vpn_service *service = vpn_service_alone_from_row(row);
    if (ms->service && service->pool
        && nullable_string_is_equal(service->pool, ms->service->pool)) {
        /* The row may not show it yet. */
        service->external_ip = ms->service->external_ip;
        service->has_external_ip = ms->service->has_external_ip;
    }
    if (ms->service && !same_for_connections(ms->service, service)) {
        model_mark_connections(model, ms, MODEL_READ);
    }
    vpn_service_destroy(ms->service);
    ms->service = service;
    ms->marks &= ~MODEL_READ;
    ms->marks |= MODEL_PLAN;
    COVERAGE_INC(snapshot_service);
}

static void
add_member(struct model *model, struct model_service *ms,
           const struct uuid *uuid)
{
    struct model_connection *mc = model_add_connection(model, ms, uuid);

    model_mark_connection(model, mc, MODEL_READ);
}

static void
remove_member(struct model *model, struct model_service *ms,
              const struct uuid *uuid)
{
    model_remove_connection(model, model_find_connection(model, ms, uuid));
}

/* Makes the members of 'ms' the 'n' in 'new', which is sorted as the old ones
 * are. */
static void
update_members(struct model *model, struct model_service *ms,
               const union ovsdb_atom *new, size_t n)
{
    size_t i = 0, j = 0;

    vpn_claims_reserve(&ms->claims, n);
    while (i < ms->n_members || j < n) {
        int cmp = (i >= ms->n_members ? 1
                   : j >= n ? -1
                   : uuid_compare_3way(&ms->members[i], &new[j].uuid));

        if (cmp < 0) {
            remove_member(model, ms, &ms->members[i++]);
        } else if (cmp > 0) {
            add_member(model, ms, &new[j++].uuid);
        } else {
            i++;
            j++;
        }
    }

    ms->members = xrealloc(ms->members, n * sizeof *ms->members);
    ms->n_members = n;
    for (j = 0; j < n; j++) {
        ms->members[j] = new[j].uuid;
    }
}

static void
read_members(struct ovsdb_idl *vpn_nb, struct model *model,
             struct model_service *ms)
{
    const struct vpnnbrec_vpn_service *row
        = vpnnbrec_vpn_service_get_for_uuid(vpn_nb, &ms->uuid);
    const struct ovsdb_datum *datum = vpnnbrec_vpn_service_get_connections(
        row, OVSDB_TYPE_UUID);

    update_members(model, ms, datum->keys, datum->n);
    ms->marks &= ~MODEL_MEMBERS;
}

/* Connections. */

static void
read_connection(struct ovsdb_idl *vpn_nb, struct model *model,
                struct model_connection *mc)
{
    const struct vpnnbrec_vpn_connection *row
        = vpnnbrec_vpn_connection_get_for_uuid(vpn_nb, &mc->c.uuid);
    struct vpn_connection c;

    ovs_assert(row);            /* The service refers to it. */
    vpn_connection_from_row(row, &c);
    model_read_connection(model, mc, &c);
    COVERAGE_INC(snapshot_connection);
}

static void
read_connections(struct ovsdb_idl *vpn_nb, struct model *model,
                 struct model_service *ms, long long int now)
{
    struct model_connection *mc;

    LIST_FOR_EACH (mc, in_todo, &ms->todo) {
        if (mc->marks & MODEL_READ) {
            mc->marks &= ~MODEL_READ;
            read_connection(vpn_nb, model, mc);
        }
    }
    LIST_FOR_EACH (mc, in_todo, &ms->todo) {
        if (mc->marks & MODEL_CHECK) {
            mc->marks &= ~MODEL_CHECK;
            model_check_connection(model, mc);
        }
        model_check_key_age(model, mc, now);
    }
    ms->fresh = false;
}

/* Reads what is marked in 'model', and marks what follows from it.  'now' is
 * in milliseconds since the epoch. */
void
snapshot_services(struct ovsdb_idl *vpn_nb, struct model *model,
                  long long int now)
{
    struct model_service *ms;

    LIST_FOR_EACH_SAFE (ms, in_todo, &model->todo) {
        if (ms->marks & MODEL_READ) {
            read_service(vpn_nb, model, ms);
        }
    }
    LIST_FOR_EACH (ms, in_todo, &model->todo) {
        if (ms->marks & MODEL_MEMBERS) {
            read_members(vpn_nb, model, ms);
        }
        if (ms->fresh) {
            read_connections(vpn_nb, model, ms, now);
        }
    }
}

/* Reads the pools of external addresses. */
void
snapshot_pools(const struct ovsdb_idl *vpn_nb, struct model *model)
{
    const struct vpnnbrec_external_ip_pool *row;

    vpn_ip_pools_clear(&model->pools);
    VPNNBREC_EXTERNAL_IP_POOL_FOR_EACH (row, vpn_nb) {
        struct vpn_ip_pool *pool = xzalloc(sizeof *pool);

        pool->router = nullable_xstrdup(row->router);
        pool->ranges = xcalloc(row->n_addresses + 1, sizeof *pool->ranges);
        for (size_t i = 0; i < row->n_addresses && !pool->error; i++) {
            pool->error = vpn_ip_range_parse(row->addresses[i],
                                             &pool->ranges[pool->n++]);
        }
        shash_add(&model->pools, row->name, pool);
    }
}

/* Marks all services in 'vpn_nb', and makes 'model' look for rows that nobody
 * wants. */
void
snapshot_mark_all(struct ovsdb_idl *vpn_nb, struct model *model)
{
    const struct vpnnbrec_vpn_service *row;

    VPNNBREC_VPN_SERVICE_FOR_EACH (row, vpn_nb) {
        model_mark_service(model, model_get_service(model, &row->header_.uuid),
                           MODEL_SERVICE_ALL);
    }
    model->sweep = true;
}
