/* SPDX-License-Identifier: Apache-2.0 */

/* Rows of the VPN Northbound database: finding, sorting and touching them. */

#include <config.h>

#include "utilities/nbctl.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-nb-snapshot.h"
#include "timeval.h"
#include "util.h"
#include "uuid.h"

/* Adds to the IDL what the program's own commands read. */
void
nbctl_prerequisites(struct ctl_context *ctx)
{
    static const struct ovsdb_idl_column *columns[] = {
        &vpnnbrec_nb_global_col_sealing_public_key,
        &vpnnbrec_nb_global_col_warnings,
        &vpnnbrec_vpn_service_col_description,
        &vpnnbrec_vpn_service_col_project,
        &vpnnbrec_vpn_service_col_external_ip_pool,
        &vpnnbrec_vpn_service_col_next_public_key,
        &vpnnbrec_vpn_service_col_cutover_at,
        &vpnnbrec_vpn_service_col_updated_at,
        &vpnnbrec_vpn_service_col_phase,
        &vpnnbrec_vpn_service_col_public_ip,
        &vpnnbrec_vpn_service_col_active_chassis,
        &vpnnbrec_vpn_service_col_active_since,
        &vpnnbrec_vpn_service_col_error_message,
        &vpnnbrec_vpn_service_col_offered_subnets,
        &vpnnbrec_vpn_service_col_warnings,
        &vpnnbrec_vpn_service_col_status,
        &vpnnbrec_gateway_chassis_col_name,
        &vpnnbrec_vpn_connection_col_description,
        &vpnnbrec_vpn_connection_col_updated_at,
        &vpnnbrec_vpn_connection_col_key_created_at,
        &vpnnbrec_vpn_connection_col_psk_created_at,
        &vpnnbrec_vpn_connection_col_status,
        &vpnnbrec_vpn_connection_col_error_message,
    };

    vpn_nb_snapshot_add_columns(ctx->idl);
    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        ovsdb_idl_add_column(ctx->idl, columns[i]);
    }
}

char *
nbctl_get_service(struct ctl_context *ctx, const char *id,
                  const struct vpnnbrec_vpn_service **servicep)
{
    *servicep = vpn_nb_find_service(ctx->idl, id);
    return (*servicep ? NULL
            : xasprintf("there is no service \"%s\" (\"%s svc-list\" prints "
                        "those that there are)", id, program_name));
}

char *
nbctl_get_connection(const struct vpnnbrec_vpn_service *service,
                     const char *id,
                     const struct vpnnbrec_vpn_connection **connectionp)
{
    *connectionp = vpn_nb_find_connection(service, id);
    return (*connectionp ? NULL
            : xasprintf("service %s has no connection \"%s\" (\"%s conn-list "
                        "%s\" prints those that it has)", service->name, id,
                        program_name, service->name));
}

/* A service may have thousands of connections, so that the database is told
 * about one of them alone where that is possible.  Commands that follow in the
 * same transaction would not see it; where there are some, the whole column is
 * written. */

/* Makes 'connection' one of the connections of 'service'. */
void
nbctl_link_connection(struct ctl_context *ctx,
                      const struct vpnnbrec_vpn_service *service,
                      struct vpnnbrec_vpn_connection *connection)
{
    if (ctx->last_command) {
        vpnnbrec_vpn_service_update_connections_addvalue(
            service, connection->header_.uuid);
        return;
    }

    size_t n = service->n_connections;
    struct uuid *uuids = xmalloc((n + 1) * sizeof *uuids);
    nullable_memcpy(uuids, service->connections, n * sizeof *uuids);
    uuids[n] = connection->header_.uuid;
    vpnnbrec_vpn_service_verify_connections(service);
    vpnnbrec_vpn_service_set_connections(service, uuids, n + 1);
    free(uuids);
}

/* Takes 'connection' out of 'service'. */
void
nbctl_unlink_connection(struct ctl_context *ctx,
                        const struct vpnnbrec_vpn_service *service,
                        const struct vpnnbrec_vpn_connection *connection)
{
    if (ctx->last_command) {
        vpnnbrec_vpn_service_update_connections_delvalue(
            service, connection->header_.uuid);
        return;
    }

    struct uuid *uuids = xmalloc(service->n_connections * sizeof *uuids);
    size_t n = 0;
    for (size_t i = 0; i < service->n_connections; i++) {
        if (!uuid_equals(&service->connections[i],
                         &connection->header_.uuid)) {
            uuids[n++] = service->connections[i];
        }
    }
    vpnnbrec_vpn_service_verify_connections(service);
    vpnnbrec_vpn_service_set_connections(service, uuids, n);
    free(uuids);
}

static int
compare_services_cb(const void *a_, const void *b_)
{
    const struct vpnnbrec_vpn_service *const *a = a_, *const *b = b_;

    return strcmp((*a)->name, (*b)->name);
}

/* Returns the services in 'idl' sorted by name, in an array that the caller
 * must free, and stores their number in '*n'. */
const struct vpnnbrec_vpn_service **
nbctl_sort_services(struct ovsdb_idl *idl, size_t *n)
{
    const struct vpnnbrec_vpn_service **services = NULL, *service;
    size_t allocated = 0;

    *n = 0;
    VPNNBREC_VPN_SERVICE_FOR_EACH (service, idl) {
        if (*n >= allocated) {
            services = x2nrealloc(services, &allocated, sizeof *services);
        }
        services[(*n)++] = service;
    }
    if (*n) {
        qsort(services, *n, sizeof *services, compare_services_cb);
    }
    return services;
}

static int
compare_connections_cb(const void *a_, const void *b_)
{
    const struct vpnnbrec_vpn_connection *const *a = a_, *const *b = b_;

    return strcmp((*a)->name, (*b)->name);
}

/* Returns the connections of 'service' sorted by name, in an array that the
 * caller must free, and stores their number in '*n'. */
const struct vpnnbrec_vpn_connection **
nbctl_sort_connections(const struct vpnnbrec_vpn_service *service, size_t *n)
{
    const struct vpnnbrec_vpn_connection **connections
        = xmalloc(service->n_connections * sizeof *connections), *c;

    *n = 0;
    VPN_NB_CONNECTION_FOR_EACH (c, service) {
        connections[(*n)++] = c;
    }
    if (*n) {
        qsort(connections, *n, sizeof *connections, compare_connections_cb);
    }
    return connections;
}

static int
compare_gateways_cb(const void *a_, const void *b_)
{
    const struct vpnnbrec_gateway_chassis *const *a = a_, *const *b = b_;

    return ((*a)->priority != (*b)->priority
            ? ((*a)->priority < (*b)->priority ? 1 : -1)
            : strcmp((*a)->chassis_name, (*b)->chassis_name));
}

/* Returns the gateways of 'service', the highest priority first, in an array
 * that the caller must free. */
const struct vpnnbrec_gateway_chassis **
nbctl_sort_gateways(const struct vpnnbrec_vpn_service *service)
{
    const struct vpnnbrec_gateway_chassis **gateways
        = xmemdup(service->gateways, service->n_gateways * sizeof *gateways);

    if (service->n_gateways) {
        qsort(gateways, service->n_gateways, sizeof *gateways,
              compare_gateways_cb);
    }
    return gateways;
}

/* Returns the number of connections of 'service' whose peers are there. */
size_t
nbctl_count_active(const struct vpnnbrec_vpn_service *service)
{
    const struct vpnnbrec_vpn_connection *c;
    size_t n = 0;

    VPN_NB_CONNECTION_FOR_EACH (c, service) {
        n += c->status && !strcmp(c->status, "active");
    }
    return n;
}
