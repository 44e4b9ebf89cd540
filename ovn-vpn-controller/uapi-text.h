/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UAPI_TEXT_H
#define UAPI_TEXT_H 1

/* The text of WireGuard's cross-platform userspace interface
 * (https://www.wireguard.com/xplatform/): pure.
 *
 * The text holds private and pre-shared keys, so whoever keeps it wipes it. */

#include "ovn-vpn-controller/wg-backend.h"

struct ds;

/* The longest text of one change, except for its allowed IPs, and of one
 * allowed IP. */
#define UAPI_CHANGE_MAX 512
#define UAPI_ALLOWED_IP_MAX 64

void uapi_format_set(struct ds *, const struct wg_device *want,
                     const struct wg_changes *, const struct wg_secrets *);

/* Parses the reply to "get" or "set", line by line. */
struct uapi_parser {
    struct wg_device device;
    struct wg_peer *peer;       /* The last one in 'device'. */
    int error;                  /* Once the reply is complete. */
};
void uapi_parser_init(struct uapi_parser *);
void uapi_parser_destroy(struct uapi_parser *);
bool uapi_parse_line(struct uapi_parser *, char *line);

#endif /* ovn-vpn-controller/uapi-text.h */
