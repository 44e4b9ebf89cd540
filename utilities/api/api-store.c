/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-store.h"

#include <stdlib.h>

#include "coverage.h"
#include "lib/ovn-vpn-nb-idl.h"
#include "openvswitch/list.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-auth.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-roster.h"
#include "utilities/api/api-view.h"
#include "utilities/api/api.h"

VLOG_DEFINE_THIS_MODULE(api_store);

COVERAGE_DEFINE(api_transaction_again);

/* Most requests in one transaction, so that none waits too long for it. */
#define BATCH_MAX 64

/* How long a transaction may wait for requests to share it.  Clients that were
 * answered together tend to come back together. */
#define GATHER_MS 5

/* How long a request may wait for its transaction, and for what was committed
 * to show in the replica. */
#define WRITE_TIMEOUT_MS 10000

struct api_store {
    struct ovs_list queue;      /* Requests that have no transaction yet. */
    struct ovs_list batch;      /* Those in 'txn'. */
    struct ovs_list committed;  /* Those to be finished. */
    struct ovsdb_idl_txn *txn;  /* The one that is being committed. */

    size_t n_expected;          /* Requests to gather... */
    long long int gather_until; /* ...until then, time_msec(). */

    uint64_t n_transactions;    /* That have been begun. */
    bool spoilt;                /* What the transaction holds is of no use. */
    size_t n_alone;             /* Requests to try in one of their own. */
    unsigned int retry_seqno;   /* Not before the replica is newer. */
    bool must_wait;
};

struct api_store *
api_store_create(void)
{
    struct api_store *store = xzalloc(sizeof *store);

    ovs_list_init(&store->queue);
    ovs_list_init(&store->batch);
    ovs_list_init(&store->committed);
    return store;
}

/* Must not be called while there are requests. */
void
api_store_destroy(struct api_store *store)
{
    ovs_assert(ovs_list_is_empty(&store->queue)
               && ovs_list_is_empty(&store->batch)
               && ovs_list_is_empty(&store->committed));
    if (store->txn) {
        ovsdb_idl_txn_destroy(store->txn);
    }
    free(store);
}

/* Returns true if the database has been seen at all. */
bool
api_store_is_ready(const struct api *api)
{
    return ovsdb_idl_has_ever_connected(api->idl);
}

bool
api_store_is_connected(const struct api *api)
{
    return ovsdb_idl_is_connected(api->idl);
}

/* Returns the number of transactions so far. */
uint64_t
api_store_count(const struct api *api)
{
    return api->store->n_transactions;
}

/* Makes the changes that 'req' asks for, later. */
void
api_store_write(struct api *api, struct api_request *req)
{
    req->deadline = time_msec() + WRITE_TIMEOUT_MS;
    ovs_list_push_back(&api->store->queue, &req->node);
}

/* Filling a transaction. */

/* Must be called by who puts an error into its request after it has begun to
 * write: what others wrote into the same transaction is then written again,
 * without it. */
void
api_store_spoil(struct api *api)
{
    api->store->spoilt = true;
}

/* Transactions. */

static void
reject(struct api *api, struct api_request *req, int status,
       const char *detail)
{
    ovs_list_remove(&req->node);
    ovs_list_init(&req->node);
    api_problem(req, status, NULL, "%s", detail);
    api_finish(api, req);
}

/* Lets the changes of 'req', the first one in the queue, into the
 * transaction.  Returns false if the transaction cannot be used any more. */
static bool
fill_in(struct api *api, struct api_request *req)
{
    struct api_store *store = api->store;

    req->route->run(api, req);
    ovs_list_remove(&req->node);
    if (!api_request_is_done(req)) {
        if (req->wait_cfg) {
            const struct vpnnbrec_nb_global *global
                = vpnnbrec_nb_global_first(api->idl);

            ovsdb_idl_txn_increment(api->txn, &global->header_,
                                    &vpnnbrec_nb_global_col_nb_cfg, false);
        }
        ovs_list_push_back(&store->batch, &req->node);
        return true;
    }

    ovs_list_init(&req->node);
    api_finish(api, req);
    return !store->spoilt;
}

/* Puts the requests of the transaction back at the head of the queue. */
static void
requeue(struct api_store *store)
{
    if (!ovs_list_is_empty(&store->batch)) {
        ovs_list_splice(store->queue.next, store->batch.next, &store->batch);
    }
}

/* Returns the first request in the queue, NULL if it is empty. */
static struct api_request *
first(const struct api_store *store)
{
    return (ovs_list_is_empty(&store->queue) ? NULL
            : CONTAINER_OF(ovs_list_front(&store->queue), struct api_request,
                           node));
}

/* Returns true if 'req' changes what others rely on that the transaction
 * might have, or might get: those would see it neither as it was nor as it
 * will be. */
static bool
is_alone(const struct api_request *req)
{
    return req->route->flags & API_ALONE;
}

/* Fills a transaction with what waits. */
static void
begin(struct api *api)
{
    struct api_store *store = api->store;
    size_t n = store->n_alone ? 1 : BATCH_MAX;
    struct api_request *req;

    store->retry_seqno = ovsdb_idl_get_seqno(api->idl);
    api_view_services(api);     /* Without those that it will insert. */
    api->txn = ovsdb_idl_txn_create(api->idl);
    store->spoilt = false;
    bool ok = true;
    while (ok && n-- && (req = first(store))) {
        if (is_alone(req)) {
            if (!ovs_list_is_empty(&store->batch)) {
                break;
            }
            n = 0;
        }
        store->n_alone -= store->n_alone > 0;
        ok = fill_in(api, req);
    }
    if (ok) {
        api_auth_write(api);
        store->txn = api->txn;
        store->n_transactions++;
    } else {
        ovsdb_idl_txn_abort(api->txn);
        ovsdb_idl_txn_destroy(api->txn);
        requeue(store);
    }
    api->txn = NULL;
    api_roster_forget_notes(api->roster);
}

/* The transaction has been committed. */
static void
succeed(struct api *api)
{
    struct api_store *store = api->store;
    struct api_request *req;

    LIST_FOR_EACH (req, node, &store->batch) {
        if (req->is_new) {
            const struct uuid *uuid
                = ovsdb_idl_txn_get_insert_uuid(store->txn, &req->uuid);

            if (uuid) {
                req->uuid = *uuid;
            }
        }
        if (req->wait_cfg) {
            req->wait_cfg = ovsdb_idl_txn_get_increment_new_value(store->txn);
        }
    }
    store->n_expected = MIN(ovs_list_size(&store->batch)
                            + ovs_list_size(&store->queue), BATCH_MAX);
    store->gather_until = time_msec() + GATHER_MS;
    if (!ovs_list_is_empty(&store->batch)) {
        ovs_list_splice(&store->committed, store->batch.next, &store->batch);
    }
}

/* The database has refused the transaction.  Finds out which of the requests
 * it is, and tries that one once more: when somebody else was quicker, the
 * replica knows by now, and the request finds out what is wrong. */
static void
fail(struct api *api)
{
    static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(5, 5);
    struct api_store *store = api->store;
    size_t n = ovs_list_size(&store->batch);
    const char *error = ovsdb_idl_txn_get_error(store->txn);

    VLOG_WARN_RL(&rl, "transaction of %"PRIuSIZE" requests failed: %s", n,
                 error);
    if (n == 1) {
        struct api_request *req
            = CONTAINER_OF(ovs_list_front(&store->batch), struct api_request,
                           node);

        if (req->is_refused) {
            reject(api, req, 409, error);
            return;
        }
        req->is_refused = true;
    }
    requeue(store);
    store->n_alone = n;
}

static void
commit(struct api *api)
{
    struct api_store *store = api->store;
    enum ovsdb_idl_txn_status status = ovsdb_idl_txn_commit(store->txn);

    switch (status) {
    case TXN_INCOMPLETE:
        return;
    case TXN_UNCHANGED:
    case TXN_SUCCESS:
        succeed(api);
        break;
    case TXN_TRY_AGAIN:
        COVERAGE_INC(api_transaction_again);
        requeue(store);
        store->must_wait = true;
        break;
    case TXN_UNCOMMITTED:
    case TXN_ABORTED:
    case TXN_NOT_LOCKED:
    case TXN_ERROR:
    default:
        fail(api);
        break;
    }
    ovsdb_idl_txn_destroy(store->txn);
    store->txn = NULL;
}

/* Returns true if more requests are likely to come for the next transaction,
 * which costs little more for more of them. */
static bool
is_gathering(const struct api_store *store)
{
    const struct api_request *req = first(store);

    return (!store->n_alone && !(req && is_alone(req))
            && ovs_list_size(&store->queue) < store->n_expected
            && time_msec() < store->gather_until);
}

/* Answers the requests that can be answered. */
static void
finish(struct api *api)
{
    const struct vpnnbrec_nb_global *global
        = vpnnbrec_nb_global_first(api->idl);
    struct api_request *req;
    long long int now = time_msec();

    LIST_FOR_EACH_SAFE (req, node, &api->store->committed) {
        bool applied = (!req->wait_cfg
                        || (global && global->hv_cfg >= req->wait_cfg));

        if (!applied && now < req->deadline) {
            continue;
        }
        if (!api_request_is_done(req)) {
            req->route->finish(api, req);
        }
        if (!api_request_is_done(req) && now >= req->deadline) {
            api_problem(req, 503, NULL, "the change was made, but it is not "
                        "seen in the database");
        }
        if (api_request_is_done(req)) {
            if (req->wait_cfg) {
                api_set_header(req, "Preference-Applied",
                               applied ? "wait=hv" : "wait=none");
            }
            ovs_list_remove(&req->node);
            ovs_list_init(&req->node);
            api_finish(api, req);
        }
    }
}

/* Gives up on requests that have waited for too long, or for nothing. */
static void
expire(struct api *api)
{
    bool connected = api_store_is_connected(api);
    struct api_request *req;
    long long int now = time_msec();

    LIST_FOR_EACH_SAFE (req, node, &api->store->queue) {
        if (!connected) {
            reject(api, req, 503, "the database cannot be reached; if this "
                   "was tried before, look whether the change was made");
        } else if (now >= req->deadline) {
            reject(api, req, 503, "the database is too busy");
        }
    }
}

void
api_store_run(struct api *api)
{
    struct api_store *store = api->store;

    if (store->txn) {
        commit(api);
    }
    expire(api);
    if (store->must_wait
        && store->retry_seqno != ovsdb_idl_get_seqno(api->idl)) {
        store->must_wait = false;
    }
    while (!store->txn && !store->must_wait && api_store_is_connected(api)
           && !is_gathering(store)
           && (!ovs_list_is_empty(&store->queue)
               || api_auth_must_write(api))) {
        begin(api);
        if (store->txn) {
            commit(api);
        }
    }
    finish(api);
}

void
api_store_wait(struct api *api)
{
    struct api_store *store = api->store;
    struct api_request *req;

    if (store->txn) {
        ovsdb_idl_txn_wait(store->txn);
    } else if (is_gathering(store)) {
        poll_timer_wait_until(store->gather_until);
    }
    LIST_FOR_EACH (req, node, &store->queue) {
        poll_timer_wait_until(req->deadline);
    }
    LIST_FOR_EACH (req, node, &store->committed) {
        poll_timer_wait_until(req->deadline);
    }
}
