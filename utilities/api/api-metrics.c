/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-metrics.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "smap.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-auth.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-store.h"
#include "utilities/api/api.h"

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
};

struct api_metrics *
api_metrics_create(void)
{
    return xzalloc(sizeof(struct api_metrics));
}

void
api_metrics_destroy(struct api_metrics *metrics)
{
    free(metrics);
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

static void
put_head(struct ds *ds, const char *name, const char *type, const char *help)
{
    ds_put_format(ds, "# HELP ovn_vpn_%s %s\n# TYPE ovn_vpn_%s %s\n", name,
                  help, name, type);
}

/* Counts the strings in 'values' among the services or connections that the
 * client sees. */
static void
put_services(struct api *api, const struct api_request *req, struct ds *ds)
{
    static const char *const phases[] = { "pending", "active", "error" };
    static const char *const states[] = { "pending", "active", "inactive" };
    size_t by_phase[3] = { 0 }, by_state[3] = { 0 };
    const struct vpnnbrec_vpn_service *row;

    VPNNBREC_VPN_SERVICE_FOR_EACH (row, api->idl) {
        if (!api_auth_sees(req, row->project)) {
            continue;
        }
        for (size_t i = 0; i < ARRAY_SIZE(phases); i++) {
            by_phase[i] += !strcmp(row->phase ? row->phase : "pending",
                                   phases[i]);
        }
        for (size_t i = 0; i < row->n_connections; i++) {
            const char *status = row->connections[i]->status;

            for (size_t k = 0; k < ARRAY_SIZE(states); k++) {
                by_state[k] += !strcmp(status ? status : "pending",
                                       states[k]);
            }
        }
    }
    put_head(ds, "services", "gauge", "VPN services by phase.");
    for (size_t i = 0; i < ARRAY_SIZE(phases); i++) {
        ds_put_format(ds, "ovn_vpn_services{phase=\"%s\"} %"PRIuSIZE"\n",
                      phases[i], by_phase[i]);
    }
    put_head(ds, "connections", "gauge", "VPN connections by status.");
    for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
        ds_put_format(ds, "ovn_vpn_connections{status=\"%s\"} %"PRIuSIZE"\n",
                      states[i], by_state[i]);
    }
}

/* Writes the number that each service has as 'key' in its status. */
static void
put_status(struct api *api, const struct api_request *req, struct ds *ds,
           const char *name, const char *help, const char *key,
           double factor)
{
    const struct vpnnbrec_vpn_service *row;

    put_head(ds, name, "gauge", help);
    VPNNBREC_VPN_SERVICE_FOR_EACH (row, api->idl) {
        const char *value = smap_get(&row->status, key);

        if (value && api_auth_sees(req, row->project)) {
            ds_put_format(ds, "ovn_vpn_%s{service=\"%s\"} %.10g\n", name,
                          row->name, strtod(value, NULL) * factor);
        }
    }
}

static void
put_key_ages(struct api *api, const struct api_request *req, struct ds *ds)
{
    const struct vpnnbrec_vpn_service *row;
    long long int now = time_wall_msec();

    put_head(ds, "service_key_age_seconds", "gauge",
             "Age of a service's key pair.");
    VPNNBREC_VPN_SERVICE_FOR_EACH (row, api->idl) {
        if (row->n_key_created_at && api_auth_sees(req, row->project)) {
            ds_put_format(ds, "ovn_vpn_service_key_age_seconds"
                          "{service=\"%s\"} %.3f\n", row->name,
                          (now - row->key_created_at[0]) / 1000.0);
        }
    }
}

static void
put_latency(const struct api_metrics *metrics, struct ds *ds)
{
    put_head(ds, "api_request_duration_seconds", "histogram",
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
    put_head(ds, "api_responses_total", "counter",
             "Requests answered, by class of status.");
    for (size_t i = 2; i < ARRAY_SIZE(api->metrics->answers); i++) {
        ds_put_format(ds, "ovn_vpn_api_responses_total{class=\"%"PRIuSIZE
                      "xx\"} %"PRIu64"\n", i, api->metrics->answers[i]);
    }
    put_head(ds, "api_transactions_total", "counter",
             "Transactions that requests have shared.");
    ds_put_format(ds, "ovn_vpn_api_transactions_total %"PRIu64"\n",
                  api_store_count(api));
    put_head(ds, "api_database_connected", "gauge",
             "Whether the database can be reached.");
    ds_put_format(ds, "ovn_vpn_api_database_connected %d\n",
                  api_store_is_connected(api));
}

/* GET /metrics */
void
api_metrics_get(struct api *api, struct api_request *req)
{
    struct ds *ds = &req->response.body;

    put_services(api, req, ds);
    put_key_ages(api, req, ds);
    put_status(api, req, ds, "service_last_takeover_timestamp_seconds",
               "When a chassis last took a service over.",
               "last_takeover_at", 0.001);
    put_status(api, req, ds, "service_last_takeover_duration_seconds",
               "How long the last takeover took.", "last_takeover_ms", 0.001);
    put_status(api, req, ds, "service_last_takeover_called_peers",
               "Peers that the last takeover called.",
               "last_takeover_called", 1);
    put_status(api, req, ds, "service_last_takeover_returned_peers",
               "Peers that answered the last takeover's call.",
               "last_takeover_back", 1);
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
    if (api_store_is_ready(api) && api_store_is_connected(api)) {
        respond_with_word(req, 200, "ok");
    } else {
        api_problem(req, 503, NULL, "the database cannot be reached");
    }
}
