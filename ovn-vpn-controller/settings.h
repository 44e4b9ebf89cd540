/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SETTINGS_H
#define SETTINGS_H 1

/* The settings of ovn-vpn-controller: external_ids of the local Open_vSwitch
 * row, as ovn-controller's are.  Pure.
 *
 * A key that ends with "-" and the chassis's name takes precedence over the
 * one without. */

#include <stdbool.h>

struct smap;

struct settings {
    char *chassis;              /* system-id. */
    char *ovn_remote;           /* NULL if not set, as the next one. */
    char *vpn_remote;
    int ovn_probe_ms;           /* -1 for the default. */
    int vpn_probe_ms;
    char *integration_bridge;
    char *vpn_bridge;
    char *backend;              /* "auto", "kernel" or "userspace". */
    char *wireguard_program;

    char *error;                /* What is missing or wrong, in words; NULL if
                                 * nothing is. */
};

void settings_parse(const struct smap *external_ids, struct settings *);
void settings_destroy(struct settings *);
bool settings_equals(const struct settings *, const struct settings *);

const char *settings_get(const struct smap *external_ids, const char *chassis,
                         const char *key);

#endif /* ovn-vpn-controller/settings.h */
