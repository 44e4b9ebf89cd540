/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/settings.h"

#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "ovn-vpn-controller/wg-choice.h"
#include "smap.h"
#include "util.h"

/* Longest name of an interface, and so of a bridge (IFNAMSIZ - 1). */
#define BRIDGE_NAME_MAX 15

/* Returns the value of 'key' for 'chassis', NULL if it has none. */
const char *
settings_get(const struct smap *external_ids, const char *chassis,
             const char *key)
{
    char *own_key = xasprintf("%s-%s", key, chassis);
    const char *value = smap_get(external_ids, own_key);

    free(own_key);
    return value ? value : smap_get(external_ids, key);
}

static char *
get_string(const struct smap *external_ids, const char *chassis,
           const char *key, const char *def)
{
    const char *value = settings_get(external_ids, chassis, key);

    return nullable_xstrdup(value && value[0] ? value : def);
}

static void
put_error(struct ds *errors, const char *format, ...)
    OVS_PRINTF_FORMAT(2, 3);

static void
put_error(struct ds *errors, const char *format, ...)
{
    va_list args;

    ds_put_cstr(errors, errors->length ? "; " : "");
    va_start(args, format);
    ds_put_format_valist(errors, format, args);
    va_end(args);
}

static int
get_probe(const struct smap *external_ids, const char *chassis,
          const char *key, struct ds *errors)
{
    const char *value = settings_get(external_ids, chassis, key);
    int probe;

    if (!value) {
        return -1;
    } else if (!str_to_int(value, 10, &probe) || probe < 0) {
        put_error(errors, "external_ids:%s=\"%s\" is not a number of "
                  "milliseconds", key, value);
        return -1;
    }
    return probe;
}

static void
check_bridge(const char *key, const char *bridge, struct ds *errors)
{
    if (strlen(bridge) > BRIDGE_NAME_MAX || strpbrk(bridge, "/:, ")) {
        put_error(errors, "external_ids:%s=\"%s\" is not the name of a bridge",
                  key, bridge);
    }
}

static void
check(const struct settings *s, struct ds *errors)
{
    if (!s->chassis) {
        put_error(errors, "external_ids:system-id of the Open_vSwitch row is "
                  "not set (ovs-vsctl set Open_vSwitch . "
                  "external_ids:system-id=NAME)");
    }
    if (!s->ovn_remote) {
        put_error(errors, "external_ids:ovn-remote is not set to the OVN "
                  "Southbound database");
    }
    if (!s->vpn_remote) {
        put_error(errors, "external_ids:ovn-vpn-remote is not set to the OVN "
                  "VPN Southbound database");
    }
    if (!wg_choice_is_valid(s->backend)) {
        put_error(errors, "external_ids:ovn-vpn-backend=\"%s\" is none of "
                  "auto, kernel and userspace", s->backend);
    }
    check_bridge("ovn-bridge", s->integration_bridge, errors);
    check_bridge("ovn-vpn-bridge", s->vpn_bridge, errors);
    if (!strcmp(s->integration_bridge, s->vpn_bridge)) {
        put_error(errors, "external_ids:ovn-vpn-bridge is the integration "
                  "bridge %s, which is for ovn-controller alone",
                  s->vpn_bridge);
    }
}

/* Stores in '*s', which the caller must destroy, what 'external_ids' say. */
void
settings_parse(const struct smap *external_ids, struct settings *s)
{
    struct ds errors = DS_EMPTY_INITIALIZER;
    const char *id = smap_get(external_ids, "system-id");
    const char *chassis = id ? id : "";

    memset(s, 0, sizeof *s);
    s->chassis = id && id[0] ? xstrdup(id) : NULL;
    s->ovn_remote = get_string(external_ids, chassis, "ovn-remote", NULL);
    s->vpn_remote = get_string(external_ids, chassis, "ovn-vpn-remote", NULL);
    s->ovn_probe_ms = get_probe(external_ids, chassis,
                                "ovn-remote-probe-interval", &errors);
    s->vpn_probe_ms = get_probe(external_ids, chassis,
                                "ovn-vpn-remote-probe-interval", &errors);
    s->integration_bridge = get_string(external_ids, chassis, "ovn-bridge",
                                       "br-int");
    s->vpn_bridge = get_string(external_ids, chassis, "ovn-vpn-bridge",
                               "br-vpn");
    s->backend = get_string(external_ids, chassis, "ovn-vpn-backend", "auto");
    s->wireguard_program = get_string(external_ids, chassis,
                                      "ovn-vpn-wireguard-program",
                                      "wireguard-go");
    check(s, &errors);
    s->error = errors.length ? ds_steal_cstr(&errors) : NULL;
    ds_destroy(&errors);
}

void
settings_destroy(struct settings *s)
{
    free(s->chassis);
    free(s->ovn_remote);
    free(s->vpn_remote);
    free(s->integration_bridge);
    free(s->vpn_bridge);
    free(s->backend);
    free(s->wireguard_program);
    free(s->error);
}

bool
settings_equals(const struct settings *a, const struct settings *b)
{
    return (nullable_string_is_equal(a->chassis, b->chassis)
            && nullable_string_is_equal(a->ovn_remote, b->ovn_remote)
            && nullable_string_is_equal(a->vpn_remote, b->vpn_remote)
            && a->ovn_probe_ms == b->ovn_probe_ms
            && a->vpn_probe_ms == b->vpn_probe_ms
            && nullable_string_is_equal(a->integration_bridge,
                                        b->integration_bridge)
            && nullable_string_is_equal(a->vpn_bridge, b->vpn_bridge)
            && nullable_string_is_equal(a->backend, b->backend)
            && nullable_string_is_equal(a->wireguard_program,
                                        b->wireguard_program)
            && nullable_string_is_equal(a->error, b->error));
}
