/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/resolver.h"

#include <stdlib.h>
#include <string.h>

#include "lib/vpn-endpoint.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/spawn.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(resolver);

/* Lookups at one time. */
#define MAX_RUNNING 4

/* Time until a name that could not be resolved is tried again. */
#define RETRY_MS 10000

/* Names that nobody asks for are forgotten. */
#define FORGET_MS 600000

struct resolver_name {
    char *host;
    uint16_t port;
    struct spawn *spawn;        /* While it is being looked up. */
    bool known;
    struct in6_addr addr;       /* If 'known'. */
    bool wanted;                /* To be looked up. */
    long long int tried_at;     /* Monotonic, in ms; 0 for never. */
    long long int used_at;
    char *problem;
};

void
resolver_init(struct resolver *r)
{
    shash_init(&r->names);
    r->seqno = 0;
}

static void
name_destroy(struct resolver_name *name)
{
    spawn_destroy(name->spawn);
    free(name->problem);
    free(name->host);
    free(name);
}

void
resolver_destroy(struct resolver *r)
{
    struct shash_node *node;

    SHASH_FOR_EACH (node, &r->names) {
        name_destroy(node->data);
    }
    shash_destroy(&r->names);
}

/* Parses the address at the beginning of 'line', which may be modified.  On
 * a host that has no IPv4 address itself, getent(1) prints the mapped form. */
static bool
parse_answer_line(char *line, struct in6_addr *addr)
{
    static const char mapped[] = "::ffff:";

    line[strcspn(line, " \t")] = '\0';
    if (!strncmp(line, mapped, strlen(mapped)) && strchr(line, '.')) {
        line += strlen(mapped);
    }
    char *error = vpn_addr_parse(line, addr);
    bool ok = !error && !IN6_IS_ADDR_LINKLOCAL(addr);
    free(error);
    return ok;
}

/* Finds the address to use in 'answer', lines of getent(1) that begin with an
 * address.  IPv4 first, because every tunnel's namespace has that.  Returns
 * false if there is none. */
bool
resolver_parse_answer(const char *answer, struct in6_addr *addr)
{
    char *copy = xstrdup(answer);
    char *save_ptr = NULL;
    bool found = false;

    for (char *line = strtok_r(copy, "\n", &save_ptr); line;
         line = strtok_r(NULL, "\n", &save_ptr)) {
        struct in6_addr candidate;

        if (parse_answer_line(line, &candidate)) {
            bool v4 = vpn_addr_is_v4(&candidate);

            if (v4 || !found) {
                *addr = candidate;
                found = true;
            }
            if (v4) {
                break;
            }
        }
    }
    free(copy);
    return found;
}

static struct resolver_name *
make_name(struct resolver *r, const char *host_port,
          const struct vpn_endpoint *endpoint)
{
    struct resolver_name *name = xzalloc(sizeof *name);

    name->host = xstrdup(endpoint->name);
    name->port = endpoint->port;
    name->wanted = true;
    shash_add(&r->names, host_port, name);
    poll_immediate_wake();
    return name;
}

/* Tells where 'host_port', "HOST:PORT", is.  Returns false if that is not
 * known.  An answer that is older than 'max_age' ms is given, and renewed;
 * 'r->seqno' tells when there is a new one. */
bool
resolver_lookup(struct resolver *r, const char *host_port,
                long long int max_age, struct wg_endpoint *endpoint)
{
    struct resolver_name *name = shash_find_data(&r->names, host_port);

    if (!name) {
        struct vpn_endpoint parsed;
        char *error = vpn_endpoint_parse(host_port, &parsed);

        if (error) {
            free(error);
            return false;
        } else if (!parsed.name) {
            *endpoint = (struct wg_endpoint) { parsed.addr, parsed.port };
            return true;
        }
        name = make_name(r, host_port, &parsed);
        vpn_endpoint_destroy(&parsed);
    }
    long long int now = time_msec();
    long long int age = name->known ? max_age : RETRY_MS;
    name->used_at = now;
    if (!name->wanted && now - name->tried_at > age) {
        name->wanted = true;
        poll_immediate_wake();
    }
    if (name->known) {
        endpoint->addr = name->addr;
        endpoint->port = name->port;
    }
    return name->known;
}

/* Returns why 'host_port' cannot be looked up, in words, or NULL. */
const char *
resolver_problem(const struct resolver *r, const char *host_port)
{
    const struct resolver_name *name = shash_find_data(&r->names, host_port);
    struct vpn_endpoint parsed;

    if (name) {
        return name->problem;
    }
    char *error = vpn_endpoint_parse(host_port, &parsed);
    if (error) {
        free(error);
        return "is not HOST:PORT";
    }
    vpn_endpoint_destroy(&parsed);
    return NULL;
}

static void
start(struct resolver_name *name)
{
    const char *argv[] = { "getent", "ahosts", name->host, NULL };

    name->wanted = false;
    name->tried_at = time_msec();
    name->spawn = spawn_start(NULL, argv);
}

static void
finish(struct resolver *r, struct resolver_name *name)
{
    struct in6_addr addr;

    free(name->problem);
    name->problem = NULL;
    if (spawn_succeeded(name->spawn)
        && resolver_parse_answer(spawn_output(name->spawn), &addr)) {
        if (!name->known || memcmp(&addr, &name->addr, sizeof addr)) {
            char *text = vpn_addr_to_string(&addr);

            VLOG_INFO("%s is at %s", name->host, text);
            free(text);
            name->known = true;
            name->addr = addr;
            r->seqno++;
        }
    } else {
        name->problem = xstrdup("cannot be resolved");
    }
    spawn_destroy(name->spawn);
    name->spawn = NULL;
}

void
resolver_run(struct resolver *r)
{
    long long int now = time_msec();
    struct shash_node *node;
    int n_running = 0;

    SHASH_FOR_EACH_SAFE (node, &r->names) {
        struct resolver_name *name = node->data;

        if (name->spawn && spawn_run(name->spawn)) {
            finish(r, name);
        }
        n_running += name->spawn != NULL;
        if (!name->spawn && now - name->used_at > FORGET_MS) {
            shash_delete(&r->names, node);
            name_destroy(name);
        }
    }
    SHASH_FOR_EACH (node, &r->names) {
        struct resolver_name *name = node->data;

        if (name->wanted && !name->spawn && n_running < MAX_RUNNING) {
            start(name);
            n_running++;
        }
    }
}

void
resolver_wait(const struct resolver *r)
{
    struct shash_node *node;

    SHASH_FOR_EACH (node, &r->names) {
        const struct resolver_name *name = node->data;

        if (name->spawn) {
            spawn_wait(name->spawn);
        }
    }
}
