/* SPDX-License-Identifier: Apache-2.0 */

/* Settings of a service, by the names of their columns.  Each function checks
 * 'value', what the user wrote, and writes it to 'row'; an empty one clears a
 * setting that is optional. */

#include <config.h>

#include "lib/vpn-nb-setting.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-model.h"
#include "lib/vpn-parse.h"
#include "openvswitch/dynamic-string.h"
#include "sset.h"
#include "util.h"

static char *
set_description(const struct vpnnbrec_vpn_service *row, const char *value)
{
    vpnnbrec_vpn_service_set_description(row, value);
    return NULL;
}

static char *
set_project(const struct vpnnbrec_vpn_service *row, const char *value)
{
    vpnnbrec_vpn_service_set_project(row, value);
    return NULL;
}

static char *
set_router(const struct vpnnbrec_vpn_service *row, const char *value)
{
    if (!value[0]) {
        return xstrdup("a service needs the name or UUID of a router");
    }
    vpnnbrec_vpn_service_set_router(row, value);
    return NULL;
}

static char *
set_network(const struct vpnnbrec_vpn_service *row, const char *value)
{
    vpnnbrec_vpn_service_set_network(row, value[0] ? value : NULL);
    return NULL;
}

static char *
set_external_ip(const struct vpnnbrec_vpn_service *row, const char *value)
{
    char *ip = NULL;

    if (value[0]) {
        struct in6_addr addr;
        char *error = vpn_addr_parse(value, &addr);

        if (error) {
            return error;
        }
        ip = vpn_addr_to_string(&addr);
    }
    vpnnbrec_vpn_service_set_external_ip(row, ip);
    free(ip);
    return NULL;
}

static char *
set_external_ip_pool(const struct vpnnbrec_vpn_service *row, const char *value)
{
    vpnnbrec_vpn_service_set_external_ip_pool(row, value[0] ? value : NULL);
    return NULL;
}

/* Parses 'value' and passes it to 'set', the setter of an optional column. */
static char *
set_int(const struct vpnnbrec_vpn_service *row, const char *value,
        int min, int max,
        void (*set)(const struct vpnnbrec_vpn_service *, const int64_t *,
                    size_t))
{
    int number = 0;
    char *error = value[0] ? vpn_parse_int(value, min, max, &number) : NULL;

    if (!error) {
        int64_t number64 = number;

        set(row, &number64, value[0] ? 1 : 0);
    }
    return error;
}

static char *
set_listen_port(const struct vpnnbrec_vpn_service *row, const char *value)
{
    return set_int(row, value, 1, UINT16_MAX,
                   vpnnbrec_vpn_service_set_listen_port);
}

static char *
set_mtu(const struct vpnnbrec_vpn_service *row, const char *value)
{
    return set_int(row, value, VPN_MTU_MIN, VPN_MTU_MAX,
                   vpnnbrec_vpn_service_set_mtu);
}

static char *
set_keepalive(const struct vpnnbrec_vpn_service *row, const char *value)
{
    return set_int(row, value, 0, UINT16_MAX,
                   vpnnbrec_vpn_service_set_keepalive);
}

static char *
parse_bool(const char *s, bool *value)
{
    *value = !strcmp(s, "true");
    return (*value || !strcmp(s, "false") ? NULL
            : xasprintf("\"%s\" is neither \"true\" nor \"false\"", s));
}

static char *
set_enabled(const struct vpnnbrec_vpn_service *row, const char *value)
{
    bool enabled = true;
    char *error = value[0] ? parse_bool(value, &enabled) : NULL;

    if (!error) {
        vpnnbrec_vpn_service_set_enabled(row, &enabled, value[0] ? 1 : 0);
    }
    return error;
}

static char *
set_client_to_client(const struct vpnnbrec_vpn_service *row, const char *value)
{
    bool client_to_client = false;
    char *error = value[0] ? parse_bool(value, &client_to_client) : NULL;

    if (!error) {
        vpnnbrec_vpn_service_set_client_to_client(row, client_to_client);
    }
    return error;
}

/* Parses 'value', a list of prefixes, and passes it to 'set' if 'check', which
 * may be NULL, finds nothing wrong. */
static char *
set_prefixes(const struct vpnnbrec_vpn_service *row, const char *value,
             char *(*check)(const struct vpn_prefixes *),
             void (*set)(const struct vpnnbrec_vpn_service *, const char **,
                         size_t))
{
    struct vpn_prefixes prefixes = VPN_PREFIXES_INITIALIZER;
    char *error = vpn_parse_prefixes(value, &prefixes);

    if (!error && check) {
        error = check(&prefixes);
    }
    if (!error) {
        char **strings = vpn_prefix_strings(&prefixes);

        set(row, (const char **) strings, prefixes.n);
        vpn_free_strings(strings, prefixes.n);
    }
    vpn_prefixes_destroy(&prefixes);
    return error;
}

static char *
set_tunnel_subnets(const struct vpnnbrec_vpn_service *row, const char *value)
{
    return set_prefixes(row, value, vpn_service_check_subnets,
                        vpnnbrec_vpn_service_set_tunnel_subnets);
}

static char *
set_local_subnets(const struct vpnnbrec_vpn_service *row, const char *value)
{
    return set_prefixes(row, value, NULL,
                        vpnnbrec_vpn_service_set_local_subnets);
}

static char *
set_dns(const struct vpnnbrec_vpn_service *row, const char *value)
{
    struct sset dns;
    const char *entry;
    char *error = NULL;

    sset_from_delimited_string(&dns, value, ", ");
    SSET_FOR_EACH (entry, &dns) {
        error = error ? error : vpn_dns_check(entry);
    }
    if (!error) {
        const char **entries = sset_array(&dns);

        vpnnbrec_vpn_service_set_dns(row, entries, sset_count(&dns));
        free(entries);
    }
    sset_destroy(&dns);
    return error;
}

static const struct setting {
    const char *key;
    char *(*set)(const struct vpnnbrec_vpn_service *, const char *value);
} settings[] = {
    { "client_to_client", set_client_to_client },
    { "description", set_description },
    { "dns", set_dns },
    { "enabled", set_enabled },
    { "external_ip", set_external_ip },
    { "external_ip_pool", set_external_ip_pool },
    { "keepalive", set_keepalive },
    { "listen_port", set_listen_port },
    { "local_subnets", set_local_subnets },
    { "mtu", set_mtu },
    { "network", set_network },
    { "project", set_project },
    { "router", set_router },
    { "tunnel_subnets", set_tunnel_subnets },
};

/* Gives 'value' to the setting of 'row' that is called 'key'. */
char *
vpn_nb_set_service(const struct vpnnbrec_vpn_service *row, const char *key,
                  const char *value)
{
    struct ds keys = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
        if (!strcmp(key, settings[i].key)) {
            ds_destroy(&keys);
            return settings[i].set(row, value);
        }
        ds_put_format(&keys, "%s%s", i ? ", " : "", settings[i].key);
    }
    char *error = xasprintf("a service has no such setting; use one of %s",
                            ds_cstr(&keys));
    ds_destroy(&keys);
    return error;
}
