/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-metrics.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "openvswitch/hmap.h"
#include "smap.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-auth.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-store.h"
#include "utilities/api/api-traffic.h"
#include "utilities/api/api-view.h"
#include "utilities/api/api.h"
#include "uuid.h"

/* Upper bounds of the buckets of the latency histogram, in microseconds. */
static const int buckets[] = {
    500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000,
};

/* Requests that were read, and requests that changed something. */
enum kind { KIND_READ, KIND_WRITE, N_KINDS };
static const char *const kinds[N_KINDS] = { "read", "write" };

struct histogram {
    uint64_t counts[ARRAY_SIZE(buckets) + 1];
    uint64_t n, sum_us;
};

struct api_metrics {
    struct histogram latency[N_KINDS];
    uint64_t answers[6];        /* By the first digit of the status. */

    struct hmap residences;     /* 'struct residence's by service. */
};

/* Where a service is. */
struct residence {
    struct hmap_node node;
    struct uuid service;
    char *chassis;
    uint64_t n_takeovers;       /* How often it changed while we looked. */
};

struct api_metrics *
api_metrics_create(void)
{
    struct api_metrics *metrics = xzalloc(sizeof *metrics);

    hmap_init(&metrics->residences);
    return metrics;
}

static void
forget_residence(struct api_metrics *metrics, struct residence *residence)
{
    hmap_remove(&metrics->residences, &residence->node);
    free(residence->chassis);
    free(residence);
}

void
api_metrics_destroy(struct api_metrics *metrics)
{
    struct residence *residence;

    HMAP_FOR_EACH_SAFE (residence, node, &metrics->residences) {
        forget_residence(metrics, residence);
    }
    hmap_destroy(&metrics->residences);
    free(metrics);
}

/* Returns where the service of 'row' is, NULL if that is not known. */
static struct residence *
find_residence(const struct api_metrics *metrics,
               const struct vpnnbrec_vpn_service *row)
{
    const struct uuid *uuid = &row->header_.uuid;
    struct residence *residence;

    HMAP_FOR_EACH_WITH_HASH (residence, node, uuid_hash(uuid),
                             &metrics->residences) {
        if (uuid_equals(&residence->service, uuid)) {
            return residence;
        }
    }
    return NULL;
}

/* Forgets services that went while the database was away. */
static void
forget_gone(struct api *api)
{
    struct residence *residence;

    HMAP_FOR_EACH_SAFE (residence, node, &api->metrics->residences) {
        if (!vpnnbrec_vpn_service_get_for_uuid(api->idl,
                                               &residence->service)) {
            forget_residence(api->metrics, residence);
        }
    }
}

/* Notes where the service of 'row', which has come or changed, is now. */
static void
note_residence(struct api_metrics *metrics,
               const struct vpnnbrec_vpn_service *row)
{
    struct residence *residence = find_residence(metrics, row);

    if (!row->active_chassis) {
        return;
    } else if (!residence) {
        residence = xzalloc(sizeof *residence);
        residence->service = row->header_.uuid;
        residence->chassis = xstrdup(row->active_chassis);
        hmap_insert(&metrics->residences, &residence->node,
                    uuid_hash(&residence->service));
    } else if (strcmp(residence->chassis, row->active_chassis)) {
        free(residence->chassis);
        residence->chassis = xstrdup(row->active_chassis);
        residence->n_takeovers++;
    }
}

/* Counts what the database has changed.  Must be called for each change,
 * before it is forgotten. */
void
api_metrics_run(struct api *api)
{
    struct api_metrics *metrics = api->metrics;
    const struct vpnnbrec_vpn_service *row;

    if (api->is_read_anew) {
        forget_gone(api);
    }
    VPNNBREC_VPN_SERVICE_FOR_EACH_TRACKED (row, api->idl) {
        if (vpnnbrec_vpn_service_is_deleted(row)) {
            struct residence *residence = find_residence(metrics, row);

            if (residence) {
                forget_residence(metrics, residence);
            }
        } else {
            note_residence(metrics, row);
        }
    }
}

/* Notes how 'req' was answered, and how long that took. */
void
api_metrics_note(struct api *api, const struct api_request *req)
{
    bool writes = req->route && req->route->finish;
    struct histogram *h = &api->metrics->latency[writes ? KIND_WRITE
                                                 : KIND_READ];
    long long int us = time_usec() - req->started;
    size_t i = 0;

    while (i < ARRAY_SIZE(buckets) && us > buckets[i]) {
        i++;
    }
    h->counts[i]++;
    h->n++;
    h->sum_us += us;
    api->metrics->answers[MIN(req->response.status / 100, 5)]++;
}

/* The exposition format of Prometheus, version 0.0.4. */

void
api_metrics_put_head(struct ds *ds, const char *name, const char *type,
                     const char *help)
{
    ds_put_format(ds, "# HELP ovn_vpn_%s %s\n# TYPE ovn_vpn_%s %s\n", name,
                  help, name, type);
}

/* Appends 'label' with 'value', in which backslashes, quotes and line
 * ends must not stand as they are. */
void
api_metrics_put_label(struct ds *ds, const char *label, const char *value)
{
    ds_put_format(ds, "%s=\"", label);
    for (; *value; value++) {
        if (*value == '\n') {
            ds_put_cstr(ds, "\\n");
        } else {
            ds_put_cstr(ds, *value == '\\' || *value == '"' ? "\\" : "");
            ds_put_char(ds, *value);
        }
    }
    ds_put_char(ds, '"');
}

/* Appends what stands before a number: the metric's 'name', and 'label' with
 * 'value'. */
void
api_metrics_put_name(struct ds *ds, const char *name, const char *label,
                     const char *value)
{
    ds_put_format(ds, "ovn_vpn_%s{", name);
    api_metrics_put_label(ds, label, value);
    ds_put_cstr(ds, "} ");
}

static void
put_takeovers(struct api *api, const struct api_request *req, struct ds *ds)
{
    const struct vpnnbrec_vpn_service *row;

    api_metrics_put_head(ds, "service_takeovers_total", "counter",
                         "How often a service went to another chassis.");
    VPNNBREC_VPN_SERVICE_FOR_EACH (row, api->idl) {
        const struct residence *residence = find_residence(api->metrics, row);

        if (api_auth_sees(req, row->project)) {
            api_metrics_put_name(ds, "service_takeovers_total", "service",
                                 row->name);
            ds_put_format(ds, "%"PRIu64"\n",
                          residence ? residence->n_takeovers : 0);
        }
    }
}

static void
put_latency(const struct api_metrics *metrics, struct ds *ds)
{
    api_metrics_put_head(ds, "api_request_duration_seconds", "histogram",
                         "Time to answer a request, in seconds.");
    for (size_t k = 0; k < N_KINDS; k++) {
        const struct histogram *h = &metrics->latency[k];
        uint64_t n = 0;

        for (size_t i = 0; i < ARRAY_SIZE(buckets); i++) {
            n += h->counts[i];
            ds_put_format(ds, "ovn_vpn_api_request_duration_seconds_bucket"
                          "{kind=\"%s\",le=\"%g\"} %"PRIu64"\n", kinds[k],
                          buckets[i] / 1e6, n);
        }
        ds_put_format(ds, "ovn_vpn_api_request_duration_seconds_bucket"
                      "{kind=\"%s\",le=\"+Inf\"} %"PRIu64"\n"
                      "ovn_vpn_api_request_duration_seconds_sum"
                      "{kind=\"%s\"} %.6f\n"
                      "ovn_vpn_api_request_duration_seconds_count"
                      "{kind=\"%s\"} %"PRIu64"\n", kinds[k], h->n, kinds[k],
                      h->sum_us / 1e6, kinds[k], h->n);
    }
}

static void
put_api(struct api *api, struct ds *ds)
{
    api_metrics_put_head(ds, "api_responses_total", "counter",
                         "Requests answered, by class of status.");
    for (size_t i = 2; i < ARRAY_SIZE(api->metrics->answers); i++) {
        ds_put_format(ds, "ovn_vpn_api_responses_total{class=\"%"PRIuSIZE
                      "xx\"} %"PRIu64"\n", i, api->metrics->answers[i]);
    }
    api_metrics_put_head(ds, "api_transactions_total", "counter",
                         "Transactions that requests have shared.");
    ds_put_format(ds, "ovn_vpn_api_transactions_total %"PRIu64"\n",
                  api_store_count(api));
    api_metrics_put_head(ds, "api_database_connected", "gauge",
                         "Whether the database can be reached.");
    ds_put_format(ds, "ovn_vpn_api_database_connected %d\n",
                  api_store_is_connected(api));
}

/* GET /metrics */
void
api_metrics_get(struct api *api, struct api_request *req)
{
    struct ds *ds = &req->response.body;

    api_metrics_put_rows(api, req, ds);
    put_takeovers(api, req, ds);
    api_traffic_put_metrics(api, req, ds);
    put_latency(api->metrics, ds);
    put_api(api, ds);
    req->response.type = "text/plain; version=0.0.4; charset=utf-8";
    api_respond(req, 200);
}

static void
respond_with_word(struct api_request *req, int status, const char *word)
{
    ds_put_format(&req->response.body, "%s\n", word);
    req->response.type = "text/plain; charset=utf-8";
    api_respond(req, status);
}

/* GET /healthz: the process runs. */
void
api_metrics_healthz(struct api *api OVS_UNUSED, struct api_request *req)
{
    respond_with_word(req, 200, "ok");
}

/* GET /readyz: it can do what it is for. */
void
api_metrics_readyz(struct api *api, struct api_request *req)
{
    if (!api_store_is_connected(api)) {
        api_problem(req, 503, NULL, "the database cannot be reached");
    } else if (!api_view_is_ready(api)) {
        api_problem(req, 503, NULL, "the database has not been read yet");
    } else {
        respond_with_word(req, 200, "ok");
    }
}
