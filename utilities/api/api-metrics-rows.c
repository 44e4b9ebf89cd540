/* SPDX-License-Identifier: Apache-2.0 */

/* Metrics of what the database holds. */

#include <config.h>

#include "utilities/api/api-metrics.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "openvswitch/dynamic-string.h"
#include "smap.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-auth.h"
#include "utilities/api/api.h"

/* Counts the strings in 'values' among the services or connections that the
 * client sees. */
static void
put_services(struct api *api, const struct api_request *req, struct ds *ds)
{
    static const char *const phases[] = { "pending", "active", "error" };
    static const char *const states[] = { "pending", "active", "inactive" };
    size_t by_phase[3] = { 0 }, by_state[3] = { 0 };
    const struct vpnnbrec_vpn_connection *c;
    const struct vpnnbrec_vpn_service *row;

    VPNNBREC_VPN_SERVICE_FOR_EACH (row, api->idl) {
        if (!api_auth_sees(req, row->project)) {
            continue;
        }
        for (size_t i = 0; i < ARRAY_SIZE(phases); i++) {
            by_phase[i] += !strcmp(row->phase ? row->phase : "pending",
                                   phases[i]);
        }
        VPN_NB_CONNECTION_FOR_EACH (c, row) {
            for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
                by_state[i] += !strcmp(c->status ? c->status : "pending",
                                       states[i]);
            }
        }
    }
    api_metrics_put_head(ds, "services", "gauge", "VPN services by phase.");
    for (size_t i = 0; i < ARRAY_SIZE(phases); i++) {
        ds_put_format(ds, "ovn_vpn_services{phase=\"%s\"} %"PRIuSIZE"\n",
                      phases[i], by_phase[i]);
    }
    api_metrics_put_head(ds, "connections", "gauge",
                         "VPN connections by status.");
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

    api_metrics_put_head(ds, name, "gauge", help);
    VPNNBREC_VPN_SERVICE_FOR_EACH (row, api->idl) {
        const char *value = smap_get(&row->status, key);

        if (value && api_auth_sees(req, row->project)) {
            api_metrics_put_name(ds, name, "service", row->name);
            ds_put_format(ds, "%.10g\n", strtod(value, NULL) * factor);
        }
    }
}

static void
put_key_ages(struct api *api, const struct api_request *req, struct ds *ds)
{
    const struct vpnnbrec_vpn_service *row;
    long long int now = time_wall_msec();

    api_metrics_put_head(ds, "service_key_age_seconds", "gauge",
                         "Age of a service's key pair.");
    VPNNBREC_VPN_SERVICE_FOR_EACH (row, api->idl) {
        if (row->n_key_created_at && api_auth_sees(req, row->project)) {
            api_metrics_put_name(ds, "service_key_age_seconds", "service",
                                 row->name);
            ds_put_format(ds, "%.3f\n",
                          (now - row->key_created_at[0]) / 1000.0);
        }
    }
}

/* Ages of keys of connections that can be used, in seconds. */
struct oldest {
    double key, psk;            /* The greatest ones. */
    bool has_psk;
};

static double
get_age(long long int created_at, long long int now)
{
    return MAX(0, now - created_at) / 1000.0;
}

static struct oldest
get_oldest(const struct vpnnbrec_vpn_service *row, long long int now)
{
    const struct vpnnbrec_vpn_connection *c;
    struct oldest oldest = { .key = 0 };

    VPN_NB_CONNECTION_FOR_EACH (c, row) {
        if (c->n_enabled && !c->enabled[0]) {
            continue;
        }
        if (c->n_key_created_at) {
            oldest.key = MAX(oldest.key, get_age(c->key_created_at[0], now));
        }
        if (c->sealed_psk && c->n_psk_created_at) {
            oldest.psk = MAX(oldest.psk, get_age(c->psk_created_at[0], now));
            oldest.has_psk = true;
        }
    }
    return oldest;
}

static void
put_connection_key_ages(struct api *api, const struct api_request *req,
                        struct ds *ds)
{
    static const char key_name[] = "service_oldest_connection_key_age_seconds";
    static const char psk_name[] = "service_oldest_psk_age_seconds";
    const struct vpnnbrec_vpn_service *row;
    long long int now = time_wall_msec();
    struct ds psks = DS_EMPTY_INITIALIZER;

    api_metrics_put_head(ds, key_name, "gauge", "Age of the oldest keys that "
                         "an enabled connection of a service has.");
    api_metrics_put_head(&psks, psk_name, "gauge", "Age of the oldest "
                         "pre-shared key of an enabled connection.");
    VPNNBREC_VPN_SERVICE_FOR_EACH (row, api->idl) {
        if (!api_auth_sees(req, row->project)) {
            continue;
        }
        struct oldest oldest = get_oldest(row, now);
        api_metrics_put_name(ds, key_name, "service", row->name);
        ds_put_format(ds, "%.3f\n", oldest.key);
        if (oldest.has_psk) {
            api_metrics_put_name(&psks, psk_name, "service", row->name);
            ds_put_format(&psks, "%.3f\n", oldest.psk);
        }
    }
    ds_put_cstr(ds, ds_cstr(&psks));
    ds_destroy(&psks);
}

static void
put_sealing_key_age(struct api *api, struct ds *ds)
{
    const struct vpnnbrec_nb_global *global
        = vpnnbrec_nb_global_first(api->idl);
    const char *s = (global ? smap_get(&global->status,
                                       "sealing_key_created_at") : NULL);
    long long int created_at;

    api_metrics_put_head(ds, "sealing_key_age_seconds", "gauge",
                         "Age of the key to which secrets are sealed.");
    if (s && str_to_llong(s, 10, &created_at)) {
        ds_put_format(ds, "ovn_vpn_sealing_key_age_seconds %.3f\n",
                      (time_wall_msec() - created_at) / 1000.0);
    }
}

/* How far changes have got on their way, and how long the last one that
 * somebody waited for has taken. */
static void
put_reconcile(struct api *api, struct ds *ds)
{
    const struct vpnnbrec_nb_global *global
        = vpnnbrec_nb_global_first(api->idl);

    if (!global) {
        return;
    }
    const struct {
        const char *name;
        int64_t cfg, timestamp;
    } stages[] = {
        { "requested", global->nb_cfg, global->nb_cfg_timestamp },
        { "translated", global->sb_cfg, global->sb_cfg_timestamp },
        { "applied", global->hv_cfg, global->hv_cfg_timestamp },
    };

    api_metrics_put_head(ds, "reconciles_total", "counter",
                         "Changes that somebody waited for, by how far they "
                         "have got.");
    for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
        ds_put_format(ds, "ovn_vpn_reconciles_total{stage=\"%s\"} %"PRId64
                      "\n", stages[i].name, stages[i].cfg);
    }
    api_metrics_put_head(ds, "reconcile_duration_seconds", "gauge",
                         "How long the last of these took.");
    for (size_t i = 1; i < ARRAY_SIZE(stages); i++) {
        if (stages[i].cfg == global->nb_cfg
            && stages[i].timestamp >= global->nb_cfg_timestamp) {
            ds_put_format(ds, "ovn_vpn_reconcile_duration_seconds"
                          "{stage=\"%s\"} %.3f\n", stages[i].name,
                          (stages[i].timestamp - global->nb_cfg_timestamp)
                          / 1000.0);
        }
    }
}

static void
put_gateways(struct api *api, struct ds *ds)
{
    const struct vpnnbrec_chassis *row;

    api_metrics_put_head(ds, "gateway_alive", "gauge",
                         "Whether a gateway chassis reports.");
    VPNNBREC_CHASSIS_FOR_EACH (row, api->idl) {
        api_metrics_put_name(ds, "gateway_alive", "chassis", row->name);
        ds_put_format(ds, "%d\n", row->alive);
    }
    api_metrics_put_head(ds, "gateway_problems", "gauge",
                         "Number of problems that a gateway chassis reports.");
    VPNNBREC_CHASSIS_FOR_EACH (row, api->idl) {
        api_metrics_put_name(ds, "gateway_problems", "chassis", row->name);
        ds_put_format(ds, "%"PRIuSIZE"\n", row->n_problems);
    }
    api_metrics_put_head(ds, "gateway_sealing_key_age_seconds", "gauge",
                         "Age of a gateway chassis's sealing key.");
    VPNNBREC_CHASSIS_FOR_EACH (row, api->idl) {
        if (row->n_sealing_key_created_at) {
            api_metrics_put_name(ds, "gateway_sealing_key_age_seconds",
                                 "chassis", row->name);
            ds_put_format(ds, "%.3f\n",
                          get_age(row->sealing_key_created_at[0],
                                  time_wall_msec()));
        }
    }
}

/* Appends all metrics of rows, as far as the client of 'req' sees them. */
void
api_metrics_put_rows(struct api *api, const struct api_request *req,
                     struct ds *ds)
{
    put_services(api, req, ds);
    put_key_ages(api, req, ds);
    put_connection_key_ages(api, req, ds);
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
    put_sealing_key_age(api, ds);
    put_gateways(api, ds);
    put_reconcile(api, ds);
}
