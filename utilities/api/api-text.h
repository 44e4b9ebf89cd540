/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_TEXT_H
#define API_TEXT_H 1

/* Connections as JSON: kept, and made again when the database says that they
 * have changed, so that an answer only copies them. */

#include <stddef.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/hmap.h"
#include "openvswitch/list.h"
#include "openvswitch/uuid.h"

struct ovsdb_idl;
struct vpnnbrec_vpn_connection;

struct api_text {
    struct hmap_node node;      /* In 'struct api_texts', by 'uuid'. */
    struct ovs_list stale;      /* In 'struct api_texts', if out of date. */
    struct uuid uuid;           /* Of the connection. */
    struct ds json;             /* The object that goes into answers. */
    char *etag;
};

struct api_texts {
    struct hmap all;            /* Contains 'struct api_text's. */
    struct ovs_list stale;      /* Those that are out of date. */
};

void api_texts_init(struct api_texts *);
void api_texts_destroy(struct api_texts *);
void api_texts_clear(struct api_texts *);

void api_texts_note(struct api_texts *,
                    const struct vpnnbrec_vpn_connection *);
void api_texts_refresh(struct api_texts *, const struct ovsdb_idl *, size_t n);

struct api_text *api_texts_get(struct api_texts *,
                               const struct vpnnbrec_vpn_connection *);
void api_text_refresh(struct api_text *,
                      const struct vpnnbrec_vpn_connection *);

#endif /* utilities/api/api-text.h */
