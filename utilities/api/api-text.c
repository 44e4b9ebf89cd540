/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-text.h"

#include <stdlib.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "util.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-resource.h"
#include "uuid.h"

void
api_texts_init(struct api_texts *texts)
{
    hmap_init(&texts->all);
    ovs_list_init(&texts->stale);
}

static struct api_text *
find(const struct api_texts *texts, const struct uuid *uuid)
{
    struct api_text *text;

    HMAP_FOR_EACH_WITH_HASH (text, node, uuid_hash(uuid), &texts->all) {
        if (uuid_equals(&text->uuid, uuid)) {
            return text;
        }
    }
    return NULL;
}

/* Adds a text that is out of date. */
static struct api_text *
add(struct api_texts *texts, const struct uuid *uuid)
{
    struct api_text *text = xzalloc(sizeof *text);

    text->uuid = *uuid;
    hmap_insert(&texts->all, &text->node, uuid_hash(uuid));
    ovs_list_push_back(&texts->stale, &text->stale);
    return text;
}

static void
drop(struct api_texts *texts, struct api_text *text)
{
    if (text) {
        hmap_remove(&texts->all, &text->node);
        ovs_list_remove(&text->stale);
        ds_destroy(&text->json);
        free(text->etag);
        free(text);
    }
}

void
api_texts_destroy(struct api_texts *texts)
{
    api_texts_clear(texts);
    hmap_destroy(&texts->all);
}

void
api_texts_clear(struct api_texts *texts)
{
    struct api_text *text;

    HMAP_FOR_EACH_SAFE (text, node, &texts->all) {
        drop(texts, text);
    }
}

/* Notes that 'row' has come, changed or gone. */
void
api_texts_note(struct api_texts *texts,
               const struct vpnnbrec_vpn_connection *row)
{
    const struct uuid *uuid = &row->header_.uuid;
    struct api_text *text = find(texts, uuid);

    if (vpnnbrec_vpn_connection_is_deleted(row)) {
        drop(texts, text);
    } else if (!text) {
        add(texts, uuid);
    } else if (ovs_list_is_empty(&text->stale)) {
        ovs_list_push_back(&texts->stale, &text->stale);
    }
}

/* Returns the text of 'row', which may be out of date.  It lives until the
 * database says that 'row' has gone. */
struct api_text *
api_texts_get(struct api_texts *texts,
              const struct vpnnbrec_vpn_connection *row)
{
    struct api_text *text = find(texts, &row->header_.uuid);

    return text ? text : add(texts, &row->header_.uuid);
}

/* Brings 'text', which is that of 'row', up to date. */
void
api_text_refresh(struct api_text *text,
                 const struct vpnnbrec_vpn_connection *row)
{
    struct api_json j = API_JSON_INITIALIZER(&text->json);
    struct ds spec = DS_EMPTY_INITIALIZER;

    if (ovs_list_is_empty(&text->stale)) {
        return;
    }
    ds_clear(&text->json);
    api_json_open(&j, NULL, '{');
    api_put_connection_members(&j, row);
    api_json_close(&j, '}');
    api_put_connection_spec(&spec, row);
    free(text->etag);
    text->etag = api_etag(&spec);
    ds_destroy(&spec);
    ovs_list_remove(&text->stale);
    ovs_list_init(&text->stale);
}

/* Brings at most 'n' texts up to date, in advance. */
void
api_texts_refresh(struct api_texts *texts, const struct ovsdb_idl *idl,
                  size_t n)
{
    while (n-- && !ovs_list_is_empty(&texts->stale)) {
        struct api_text *text = CONTAINER_OF(ovs_list_front(&texts->stale),
                                             struct api_text, stale);

        const struct vpnnbrec_vpn_connection *row
            = vpnnbrec_vpn_connection_get_for_uuid(idl, &text->uuid);

        if (row) {
            api_text_refresh(text, row);
        } else {
            /* It went while there was no connection to the database. */
            drop(texts, text);
        }
    }
}
