/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_CONNECTION_WISH_H
#define API_CONNECTION_WISH_H 1

/* What a request wants of a connection. */

#include <stdbool.h>

#include "lib/vpn-model.h"
#include "smap.h"
#include "svec.h"

struct api_request;
struct vpnnbrec_vpn_connection;

struct connection_wish {
    struct vpn_connection connection;   /* As it shall be. */
    const char *description;    /* NULL to leave it. */
    bool has_labels, has_groups, has_enabled, has_addresses, has_peer_cidrs;
    struct smap labels;
    struct svec groups;

    const char *public_key;     /* NULL to make a pair. */
    const char *public_key_field;   /* What the client calls it. */
    const char *psk;            /* "auto", "none" or a key. */
    bool has_keys;              /* Keys are to be written. */
};

void connection_wish_init(struct connection_wish *, const char *psk);
void connection_wish_destroy(struct connection_wish *);
bool connection_wish_read(struct connection_wish *, struct api_request *);
bool connection_wish_read_changes(struct connection_wish *,
                                  struct api_request *, const char *name);
bool connection_wish_read_keys(struct connection_wish *, struct api_request *);
const char *connection_wish_field(const struct connection_wish *,
                                  const char *column);
void connection_wish_sort(struct connection_wish *,
                          const struct vpn_service *);
void connection_wish_write(const struct connection_wish *,
                           const struct vpnnbrec_vpn_connection *);

#endif /* utilities/api/api-connection-wish.h */
