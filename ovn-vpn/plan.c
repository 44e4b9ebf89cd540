/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "ovn-vpn/router.h"
#include "util.h"
#include "uuid.h"

static void
clear_rows(struct plan *plan)
{
    plan_sets_destroy(plan->sets);
    plan->sets = NULL;
    plan_rows_clear(&plan->rows);
}

/* Makes 'plan' one of a service that is not served because of 'error'.  Takes
 * ownership of 'error'. */
void
plan_fail(struct plan *plan, char *error)
{
    if (plan->error) {
        free(error);
    } else {
        plan->error = error;
    }
    clear_rows(plan);
    plan_tunnel_destroy(plan->tunnel);
    plan->tunnel = NULL;
    plan_add_sets(plan, false);
}

/* Stores 'message' in '*conflict' unless something stands there already or
 * 'message' is NULL.  Takes ownership of 'message'. */
void
plan_note_conflict(char **conflict, char *message)
{
    if (*conflict) {
        free(message);
    } else {
        *conflict = message;
    }
}

/* Adds a warning to 'plan', unless that is there already. */
void
plan_warn(struct plan *plan, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *warning = xvasprintf(format, args);
    va_end(args);
    for (size_t i = 0; i < plan->warnings.n; i++) {
        if (!strcmp(plan->warnings.names[i], warning)) {
            free(warning);
            return;
        }
    }
    svec_add_nocopy(&plan->warnings, warning);
}

/* Returns the row of 'plan' with the given 'kind' and 'key' in its id, or
 * NULL. */
const struct plan_row *
plan_find_row(const struct plan *plan, const char *kind, const char *key)
{
    char *id = xasprintf("%s:%s:%s", plan->in.service->name, kind, key);
    const struct plan_row *found = NULL;

    for (size_t i = 0; i < plan->rows.n && !found; i++) {
        if (!strcmp(plan->rows.list[i]->id, id)) {
            found = plan->rows.list[i];
        }
    }
    free(id);
    return found;
}

/* Returns an address of the service's transit block with the length of its
 * network.  There are IPv6 ones, '!v4', only if 'plan->alloc.ipv6'. */
struct vpn_prefix
plan_transit(const struct plan *plan, enum plan_transit which, bool v4)
{
    const struct vpn_options *options = plan->in.options;

    ovs_assert(v4 || plan->alloc.ipv6);
    return (struct vpn_prefix) {
        .addr = alloc_block_addr((v4 ? &options->transit_subnet
                                  : &options->transit_subnet6),
                                 plan->alloc.block, which),
        .plen = v4 ? 30 : 126,
    };
}

/* Returns true if WireGuard's own packets are IPv4, otherwise they are
 * IPv6. */
bool
plan_outer_is_v4(const struct plan *plan)
{
    return vpn_addr_is_v4(&plan->in.service->external_ip);
}

/* Returns true if the tunnel carries IPv4, or with '!v4' IPv6: if connections
 * have addresses of that kind, or sites networks. */
bool
plan_inner_has_family(const struct plan *plan, bool v4)
{
    bool has = vpn_prefixes_have_family(&plan->in.service->tunnel_subnets, v4);

    for (size_t i = 0; !has && i < plan->in.n_sites; i++) {
        has = (!plan->site_errors[i]
               && vpn_prefixes_have_family(&plan->in.sites[i]->peer_cidrs,
                                           v4));
    }
    return has;
}

/* Returns a locally administered unicast address. */
struct eth_addr
plan_mac(const struct vpn_service *service, enum plan_mac which)
{
    uint32_t id = service->uuid.parts[0];

    return (struct eth_addr) {
        .ea = { 0x0a, id >> 24, id >> 16, id >> 8, id, which },
    };
}

/* Checks the service in 'in' and chooses its gateways.  The caller must
 * destroy the plan that this returns. */
struct plan *
plan_begin(const struct plan_input *in)
{
    struct plan *plan = xzalloc(sizeof *plan);

    plan->in = *in;
    plan->in.sites = xmemdup(in->sites, in->n_sites * sizeof *in->sites);
    plan->in.old_keys = xmemdup(in->old_keys,
                                in->n_old_keys * sizeof *in->old_keys);
    plan->mtu = in->service->mtu ? in->service->mtu : in->options->default_mtu;
    plan->alloc.block = -1;
    svec_init(&plan->warnings);
    svec_clone(&plan->groups, in->groups);
    plan->site_errors = xcalloc(in->n_sites, sizeof *plan->site_errors);
    plan->site_conflicts = xcalloc(in->n_sites, sizeof *plan->site_conflicts);
    if (!in->service->enabled) {
        plan_add_sets(plan, false);
        return plan;
    }

    char *error = plan_check(plan);
    if (!error) {
        plan_check_sites(plan);
        plan_find_offer(plan);
        plan->alloc.ipv6 = (!plan_outer_is_v4(plan)
                            || plan_inner_has_family(plan, false));
        error = plan_choose_gateways(plan);
    }
    if (error) {
        plan_fail(plan, error);
    }
    plan->alloc.router = in->router;
    plan->alloc.gateways = &plan->gateways;
    return plan;
}

/* Makes the rows and the tunnel of 'plan', unless the service is disabled or
 * in error.  alloc_run() must have filled in 'plan->alloc' before. */
void
plan_finish(struct plan *plan)
{
    plan->is_finished = true;
    if (plan->alloc.error) {
        plan_fail(plan, xstrdup(plan->alloc.error));
    }
    if (plan->error || !plan->in.service->enabled) {
        return;
    }
    plan_add_sets(plan, true);
    plan_add_topology(plan);
    plan_add_routes(plan);
    plan_add_nat(plan);
    plan_add_policies(plan);
    plan_add_guards(plan);
    plan_add_acls(plan);
    plan->tunnel = plan_make_tunnel(plan);
    plan_check_keys(plan);
}

void
plan_destroy(struct plan *plan)
{
    if (plan) {
        for (size_t i = 0; i < plan->in.n_sites; i++) {
            free(plan->site_errors[i]);
            free(plan->site_conflicts[i]);
        }
        free(plan->site_errors);
        free(plan->site_conflicts);
        free(CONST_CAST(void *, plan->in.sites));
        free(CONST_CAST(void *, plan->in.old_keys));
        clear_rows(plan);
        plan_tunnel_destroy(plan->tunnel);
        vpn_gateways_destroy(&plan->gateways);
        vpn_prefixes_destroy(&plan->offered_subnets);
        vpn_prefixes_destroy(&plan->siblings);
        svec_destroy(&plan->warnings);
        svec_destroy(&plan->groups);
        free(plan->alloc.error);
        free(plan->error);
        free(plan->conflict);
        free(plan);
    }
}

/* Appends 'plan' to 'ds' for people, without peers. */
void
plan_format(const struct plan *plan, struct ds *ds)
{
    const struct vpn_service *service = plan->in.service;
    const char *warning;
    size_t i;

    ds_put_format(ds, "service %s ("UUID_FMT")\n", service->name,
                  UUID_ARGS(&service->uuid));
    if (plan->error) {
        ds_put_format(ds, "error: %s\n", plan->error);
    } else if (!service->enabled) {
        ds_put_cstr(ds, "disabled\n");
    } else if (plan->conflict) {
        ds_put_format(ds, "conflict: %s\n", plan->conflict);
    }
    SVEC_FOR_EACH (i, warning, &plan->warnings) {
        ds_put_format(ds, "warning: %s\n", warning);
    }
    for (i = 0; i < plan->gateways.n; i++) {
        ds_put_format(ds, "gateway: %s priority %d\n",
                      plan->gateways.list[i].chassis,
                      plan->gateways.list[i].priority);
    }
    plan_rows_format(&plan->rows, ds);
    if (plan->tunnel) {
        ds_put_format(ds, "tunnel tag %d port %d mtu %d\n", plan->alloc.tag,
                      service->listen_port, plan->mtu);
    }
}
