/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_METRICS_H
#define API_METRICS_H 1

/* Numbers for Prometheus, and whether all is well. */

struct api;
struct api_metrics;
struct api_request;
struct ds;

struct api_metrics *api_metrics_create(void);
void api_metrics_destroy(struct api_metrics *);
void api_metrics_run(struct api *);
void api_metrics_put_head(struct ds *, const char *name, const char *type,
                          const char *help);
void api_metrics_put_label(struct ds *, const char *label, const char *value);
void api_metrics_put_name(struct ds *, const char *name, const char *label,
                          const char *value);
void api_metrics_put_rows(struct api *, const struct api_request *,
                          struct ds *);
void api_metrics_note(struct api *, const struct api_request *);

void api_metrics_get(struct api *, struct api_request *);
void api_metrics_healthz(struct api *, struct api_request *);
void api_metrics_readyz(struct api *, struct api_request *);

#endif /* utilities/api/api-metrics.h */
