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
    /* What was found, for IPv6 and for IPv4: by 'v4'. */
    bool known[2];
    struct in6_addr addr[2];    /* Where 'known'. */
    bool wanted;                /* To be looked up. */
    long long int tried_at;     /* Monotonic, in ms; 0 for never. */
    long long int used_at;
    bool failed;                /* The last time. */
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

/* Stores in '*addr' the first address of the given family in 'answer', lines
 * of getent(1) that begin with an address.  Returns false if there is none. */
bool
resolver_parse_answer(const char *answer, bool v4, struct in6_addr *addr)
{
    char *copy = xstrdup(answer);
    char *save_ptr = NULL;
    bool found = false;

    for (char *line = strtok_r(copy, "\n", &save_ptr); line && !found;
         line = strtok_r(NULL, "\n", &save_ptr)) {
        found = (parse_answer_line(line, addr)
                 && vpn_addr_is_v4(addr) == v4);
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

/* Tells where 'host_port', "HOST:PORT", is in IPv4 or IPv6.  Returns false if
 * that is not known.  An answer that is older than 'max_age' ms is given, and
 * renewed; 'r->seqno' tells when there is a new one. */
bool
resolver_lookup(struct resolver *r, const char *host_port, bool v4,
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
            return vpn_addr_is_v4(&parsed.addr) == v4;
        }
        name = make_name(r, host_port, &parsed);
        vpn_endpoint_destroy(&parsed);
    }
    long long int now = time_msec();
    long long int age = name->known[v4] ? max_age : RETRY_MS;
    name->used_at = now;
    if (!name->wanted && now - name->tried_at > age) {
        name->wanted = true;
        poll_immediate_wake();
    }
    if (name->known[v4]) {
        endpoint->addr = name->addr[v4];
        endpoint->port = name->port;
    }
    return name->known[v4];
}

static const char *
family_problem(bool v4)
{
    return (v4 ? "has no IPv4 address, as the service's external_ip is"
            : "has no IPv6 address, as the service's external_ip is");
}

/* Returns why 'host_port' is nowhere in IPv4 or IPv6, in words, or NULL. */
const char *
resolver_problem(const struct resolver *r, const char *host_port, bool v4)
{
    const struct resolver_name *name = shash_find_data(&r->names, host_port);
    struct vpn_endpoint parsed;

    if (name) {
        return (name->failed ? "cannot be resolved"
                : !name->known[v4] && name->known[!v4] ? family_problem(v4)
                : NULL);
    }
    char *error = vpn_endpoint_parse(host_port, &parsed);
    if (error) {
        free(error);
        return "is not HOST:PORT";
    }
    bool is_elsewhere = !parsed.name && vpn_addr_is_v4(&parsed.addr) != v4;
    vpn_endpoint_destroy(&parsed);
    return is_elsewhere ? family_problem(v4) : NULL;
}

static void
start(struct resolver_name *name)
{
    /* This host's own addresses tell nothing about those that tunnels have,
     * so leave nothing out because of them: -A, which glibc before 2.36 does
     * not know. */
    static const char script[]
        = "getent -A ahosts \"$1\" 2>/dev/null || getent ahosts \"$1\"";
    const char *argv[] = { "sh", "-c", script, "sh", name->host, NULL };

    name->wanted = false;
    name->tried_at = time_msec();
    name->spawn = spawn_start(NULL, argv);
}

/* Takes what 'answer' says of one family.  An address that it does not mention
 * any more stays. */
static bool
take_answer(struct resolver *r, struct resolver_name *name,
            const char *answer, bool v4)
{
    struct in6_addr addr;

    if (!resolver_parse_answer(answer, v4, &addr)) {
        return false;
    }
    if (!name->known[v4]
        || memcmp(&addr, &name->addr[v4], sizeof addr)) {
        char *text = vpn_addr_to_string(&addr);

        VLOG_INFO("%s is at %s", name->host, text);
        free(text);
        name->known[v4] = true;
        name->addr[v4] = addr;
        r->seqno++;
    }
    return true;
}

static void
finish(struct resolver *r, struct resolver_name *name)
{
    name->failed = true;
    if (spawn_succeeded(name->spawn)) {
        const char *answer = spawn_output(name->spawn);
        bool has_v4 = take_answer(r, name, answer, true);
        bool has_v6 = take_answer(r, name, answer, false);

        name->failed = !has_v4 && !has_v6;
    }
    spawn_destroy(name->spawn);
    name->spawn = NULL;
}

/* Returns the name that has waited longest to be looked up, NULL if none is to
 * be.  Whoever has many names, or some whose lookups take long, cannot keep
 * others from having theirs looked up. */
static struct resolver_name *
find_next(const struct resolver *r)
{
    struct resolver_name *next = NULL;
    struct shash_node *node;

    SHASH_FOR_EACH (node, &r->names) {
        struct resolver_name *name = node->data;

        if (name->wanted && !name->spawn
            && (!next || name->tried_at < next->tried_at)) {
            next = name;
        }
    }
    return next;
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
    for (; n_running < MAX_RUNNING; n_running++) {
        struct resolver_name *name = find_next(r);

        if (!name) {
            break;
        }
        start(name);
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
