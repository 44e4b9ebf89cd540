/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/chassis.h"

#include <limits.h>
#include <stdlib.h>

#include "util.h"

void
chassis_table_init(struct chassis_table *table)
{
    shash_init(&table->by_name);
    table->n_in_ovn = 0;
}

static void
chassis_destroy(struct chassis *c)
{
    sset_destroy(&c->problems);
    free(c->sealing_public_key);
    free(c->hostname);
    free(c->backend);
    free(c->version);
    free(c->name);
    free(c);
}

void
chassis_table_clear(struct chassis_table *table)
{
    struct shash_node *node;

    SHASH_FOR_EACH (node, &table->by_name) {
        chassis_destroy(node->data);
    }
    shash_clear(&table->by_name);
    table->n_in_ovn = 0;
}

void
chassis_table_destroy(struct chassis_table *table)
{
    chassis_table_clear(table);
    shash_destroy(&table->by_name);
}

/* Returns the chassis called 'name' in 'table', adding it if necessary. */
struct chassis *
chassis_table_get(struct chassis_table *table, const char *name)
{
    struct chassis *c = shash_find_data(&table->by_name, name);

    if (!c) {
        c = xzalloc(sizeof *c);
        c->name = xstrdup(name);
        sset_init(&c->problems);
        shash_add(&table->by_name, name, c);
    }
    return c;
}

const struct chassis *
chassis_table_find(const struct chassis_table *table, const char *name)
{
    return shash_find_data(&table->by_name, name);
}

void
chassis_table_swap(struct chassis_table *a, struct chassis_table *b)
{
    struct chassis_table tmp = *a;

    *a = *b;
    *b = tmp;
    shash_moved(&a->by_name);
    shash_moved(&b->by_name);
}

static bool
chassis_equals(const struct chassis *a, const struct chassis *b)
{
    return (a->in_ovn == b->in_ovn
            && a->has_mapping == b->has_mapping
            && a->has_agent == b->has_agent
            && nullable_string_is_equal(a->sealing_public_key,
                                        b->sealing_public_key)
            && sset_equals(&a->problems, &b->problems)
            && a->alive == b->alive
            && a->drain == b->drain
            && a->clock_bad == b->clock_bad);
}

/* Returns true if 'a' and 'b' differ at most in what passes by: heartbeats and
 * sequence numbers. */
bool
chassis_table_plans_equal(const struct chassis_table *a,
                          const struct chassis_table *b)
{
    struct shash_node *node;

    if (shash_count(&a->by_name) != shash_count(&b->by_name)) {
        return false;
    }
    SHASH_FOR_EACH (node, &a->by_name) {
        const struct chassis *other = chassis_table_find(b, node->name);

        if (!other || !chassis_equals(node->data, other)) {
            return false;
        }
    }
    return true;
}

/* A heartbeat and when it was first seen, on our own clock. */
struct pulse {
    int64_t heartbeat;
    long long int seen_at;
};

void
chassis_pulse_init(struct chassis_pulse *pulses)
{
    shash_init(&pulses->seen);
}

void
chassis_pulse_destroy(struct chassis_pulse *pulses)
{
    shash_destroy_free_data(&pulses->seen);
}

/* Notes the heartbeat of 'c', whose agent has a row. */
static void
feel(struct chassis_pulse *pulses, const struct chassis *c, long long int now)
{
    struct pulse *pulse = shash_find_data(&pulses->seen, c->name);

    if (!pulse) {
        pulse = xmalloc(sizeof *pulse);
        *pulse = (struct pulse) { c->heartbeat, now };
        shash_add(&pulses->seen, c->name, pulse);
    } else if (pulse->heartbeat != c->heartbeat) {
        *pulse = (struct pulse) { c->heartbeat, now };
    }
}

/* Compares the heartbeats in 'table' with those seen before and sets the
 * 'alive' members.  A chassis whose agent's row has vanished still counts as
 * one with an agent until that would be taken for dead: the row comes back
 * when the database was only lost.  'now' is a monotonic time in milliseconds.
 * Returns the time at which the next chassis will be taken for dead if nothing
 * changes, LLONG_MAX if none will. */
long long int
chassis_pulse_run(struct chassis_pulse *pulses, struct chassis_table *table,
                  long long int now)
{
    long long int next = LLONG_MAX;
    struct shash_node *node;

    SHASH_FOR_EACH (node, &table->by_name) {
        const struct chassis *c = node->data;

        if (c->has_agent) {
            feel(pulses, c, now);
        }
    }
    SHASH_FOR_EACH_SAFE (node, &pulses->seen) {
        const struct pulse *pulse = node->data;
        long long int dead_at = pulse->seen_at + CHASSIS_DEAD_MS;
        struct chassis *c = chassis_table_get(table, node->name);

        c->alive = now < dead_at;
        if (c->alive) {
            c->has_agent = true;
            next = MIN(next, dead_at);
        } else if (!c->has_agent) {
            free(node->data);
            shash_delete(&pulses->seen, node);
        }
    }
    return next;
}
