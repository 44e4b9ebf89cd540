/* SPDX-License-Identifier: Apache-2.0 */

/* Address sets: of all of a service's connections, of each of its groups, and
 * of the connections that an access rule names.
 *
 * They are for the rules' own ACLs and for those that tenants have on their
 * VMs' ports.  So that the latter stay valid, the first two kinds are there as
 * long as the service is, empty while it is not served.
 *
 * Rows for sets are planned with the service, their members by themselves:
 * these are the only thing in OVN that depends on connections. */

#include <config.h>

#include "ovn-vpn/plan.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vpn-access.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/shash.h"
#include "util.h"
#include "uuid.h"

/* A set for each IP version. */
struct plan_set {
    struct plan_row *rows[2];
    struct svec addresses[2];       /* While members are collected. */
};

/* A connection that a rule names. */
struct plan_named {
    struct uuid connection;
    size_t set;                     /* In 'plan_sets.list'. */
};

struct plan_sets {
    struct plan_set *list;          /* That of all connections first. */
    size_t n;
    struct shash groups;            /* Contains 'struct plan_set's. */
    struct plan_named *named;       /* Sorted. */
    size_t n_named;
};

/* Names. */

#define SET_PREFIX "vpn_"

static const char *suffixes[2] = { "ip4", "ip6" };

/* Appends 's' as OVN wants the names of address sets to be. */
static void
put_identifier(struct ds *ds, const char *s)
{
    for (; *s; s++) {
        unsigned char c = *s;

        ds_put_char(ds, isalnum(c) || c == '.' ? c : '_');
    }
}

/* Appends what the names of all sets of 'service' begin with. */
static void
put_set_prefix(struct ds *ds, const struct vpn_service *service)
{
    ds_put_cstr(ds, SET_PREFIX);
    put_identifier(ds, service->name);
    ds_put_char(ds, '_');
}

/* Appends the name of a set of 'service', as macros name it. */
static void
put_set_name(struct ds *ds, const struct vpn_service *service,
             const char *kind, const char *key, bool v4)
{
    put_set_prefix(ds, service);
    ds_put_cstr(ds, kind);
    if (key[0]) {
        ds_put_char(ds, '_');
        put_identifier(ds, key);
    }
    ds_put_format(ds, "_%s", suffixes[!v4]);
}

/* Returns false if 'service' certainly has no set called 'name'. */
bool
plan_may_name_set(const struct vpn_service *service, const char *name)
{
    if (strncmp(name, SET_PREFIX, strlen(SET_PREFIX))) {
        return false;
    }

    struct ds prefix = DS_EMPTY_INITIALIZER;
    put_set_prefix(&prefix, service);
    bool may = !strncmp(name, ds_cstr(&prefix), prefix.length);
    ds_destroy(&prefix);
    return may;
}

/* Appends to 'ds' the sets of those to whom 'rule' applies, in the form that
 * an ACL takes, unless it applies to all. */
void
plan_put_rule_sets(const struct plan *plan, const struct vpn_access_rule *rule,
                   bool v4, struct ds *ds)
{
    const struct vpn_service *service = plan->in.service;
    size_t n = rule->groups.n + (rule->n_connections > 0);
    const char *separator = n > 1 ? ", " : "";

    ds_put_cstr(ds, n > 1 ? "{" : "");
    for (size_t i = 0; i < rule->groups.n; i++) {
        ds_put_format(ds, "%s$", i ? separator : "");
        put_set_name(ds, service, "group", rule->groups.names[i], v4);
    }
    if (rule->n_connections) {
        char *uuid = xasprintf(UUID_FMT, UUID_ARGS(&rule->uuid));

        ds_put_format(ds, "%s$", separator);
        put_set_name(ds, service, "rule", uuid, v4);
        free(uuid);
    }
    ds_put_cstr(ds, n > 1 ? "}" : "");
}

/* Rows. */

static struct plan_set *
add_set(struct plan *plan, const char *kind, const char *key)
{
    struct plan_sets *sets = plan->sets;
    struct plan_set *set = &sets->list[sets->n++];

    for (int i = 0; i < 2; i++) {
        struct ds name = DS_EMPTY_INITIALIZER;

        put_set_name(&name, plan->in.service, kind, key, !i);
        set->rows[i] = plan_rows_add(&plan->rows, "Address_Set",
                                     "%s:set:%s%s%s/%s",
                                     plan->in.service->name, kind,
                                     key[0] ? "/" : "", key, suffixes[i]);
        plan_row_add(set->rows[i], "name", "%s", ds_cstr(&name));
        plan_row_clear(set->rows[i], "addresses");
        ds_destroy(&name);
    }
    return set;
}

static int
compare_named_cb(const void *a_, const void *b_)
{
    const struct plan_named *a = a_, *b = b_;
    int cmp = uuid_compare_3way(&a->connection, &b->connection);

    return cmp ? cmp : a->set < b->set ? -1 : a->set > b->set;
}

/* Adds a set for each rule that names connections. */
static void
add_rule_sets(struct plan *plan)
{
    const struct vpn_service *service = plan->in.service;
    struct plan_sets *sets = plan->sets;
    size_t n = 0;

    for (size_t i = 0; i < service->n_rules; i++) {
        n += service->rules[i].n_connections;
    }
    sets->named = xcalloc(n + 1, sizeof *sets->named);
    for (size_t i = 0; i < service->n_rules; i++) {
        const struct vpn_access_rule *rule = &service->rules[i];

        if (rule->n_connections) {
            char *uuid = xasprintf(UUID_FMT, UUID_ARGS(&rule->uuid));

            add_set(plan, "rule", uuid);
            free(uuid);
        }
        for (size_t j = 0; j < rule->n_connections; j++) {
            sets->named[sets->n_named++] = (struct plan_named) {
                rule->connections[j], sets->n - 1,
            };
        }
    }
    qsort(sets->named, sets->n_named, sizeof *sets->named, compare_named_cb);
}

/* Adds rows for the sets of 'plan', and for those of its rules if it is to be
 * served. */
void
plan_add_sets(struct plan *plan, bool served)
{
    const struct vpn_service *service = plan->in.service;
    struct svec groups;

    if (plan->sets || service->error) {
        return;
    }

    svec_clone(&groups, &plan->groups);
    for (size_t i = 0; i < service->n_rules; i++) {
        svec_append(&groups, &service->rules[i].groups);
    }
    svec_sort_unique(&groups);

    plan->sets = xzalloc(sizeof *plan->sets);
    plan->sets->list = xcalloc(1 + groups.n + service->n_rules,
                               sizeof *plan->sets->list);
    shash_init(&plan->sets->groups);
    add_set(plan, "clients", "");
    for (size_t i = 0; i < groups.n; i++) {
        shash_add(&plan->sets->groups, groups.names[i],
                  add_set(plan, "group", groups.names[i]));
    }
    if (served) {
        add_rule_sets(plan);
    }
    svec_destroy(&groups);
}

void
plan_sets_destroy(struct plan_sets *sets)
{
    if (sets) {
        shash_destroy(&sets->groups);
        free(sets->named);
        free(sets->list);
        free(sets);
    }
}

/* Members. */

/* Adds 'prefix' in the form in which plans hold it. */
static void
add_member(struct plan_set *set, const struct vpn_prefix *prefix)
{
    bool v4 = vpn_prefix_is_v4(prefix);

    svec_add_nocopy(&set->addresses[!v4],
                    prefix->plen == (v4 ? 32 : 128)
                    ? vpn_addr_to_string(&prefix->addr)
                    : vpn_prefix_to_string(prefix));
}

static void
add_prefix(struct plan_sets *sets, const struct vpn_connection *c,
           const struct vpn_prefix *prefix)
{
    const struct plan_named key = { c->uuid, 0 };
    size_t low = 0, high = sets->n_named;

    add_member(&sets->list[0], prefix);
    for (size_t i = 0; i < c->groups.n; i++) {
        add_member(shash_find_data(&sets->groups, c->groups.names[i]),
                   prefix);
    }
    while (low < high) {
        size_t middle = (low + high) / 2;

        if (compare_named_cb(&sets->named[middle], &key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < sets->n_named
         && uuid_equals(&sets->named[low].connection, &c->uuid); low++) {
        add_member(&sets->list[sets->named[low].set], prefix);
    }
}

static void
add_connection(struct plan_sets *sets, const struct vpn_connection *c)
{
    for (size_t i = 0; i < c->addresses.n; i++) {
        add_prefix(sets, c, &c->addresses.list[i]);
    }
    for (size_t i = 0; i < c->peer_cidrs.n; i++) {
        add_prefix(sets, c, &c->peer_cidrs.list[i]);
    }
}

/* Makes the 'n' connections in 'list', those that are usable, the members of
 * the sets of 'plan': with all that they may send packets from. */
void
plan_fill_sets(struct plan *plan, const struct vpn_connection *const *list,
               size_t n)
{
    struct plan_sets *sets = plan->sets;

    for (size_t i = 0; sets && i < n; i++) {
        add_connection(sets, list[i]);
    }
    for (size_t i = 0; sets && i < sets->n; i++) {
        for (int j = 0; j < 2; j++) {
            plan_row_set(sets->list[i].rows[j], "addresses",
                         &sets->list[i].addresses[j]);
        }
    }
}
