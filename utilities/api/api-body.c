/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-body.h"

#include <inttypes.h>
#include <stdlib.h>

#include "openvswitch/json.h"
#include "openvswitch/shash.h"
#include "smap.h"
#include "svec.h"
#include "util.h"
#include "utilities/api/api-request.h"

/* Begins to read 'json', the body of 'req' or the member called 'name' of it.
 * NULL stands for an empty object. */
void
api_body_init(struct api_body *body, struct api_request *req,
              const char *name, const struct json *json)
{
    *body = (struct api_body) {
        .req = req, .name = name, .json = json,
        .read = SSET_INITIALIZER(&body->read),
    };
    if (json && json->type != JSON_OBJECT) {
        api_body_fault(body, NULL, xstrdup("an object is expected here"));
        body->json = NULL;
    }
}

/* Complains of members that nobody has read.  Returns true if there was no
 * mistake. */
bool
api_body_finish(struct api_body *body)
{
    const struct shash_node *node;

    if (body->json) {
        SHASH_FOR_EACH (node, body->json->object) {
            if (!sset_contains(&body->read, node->name)) {
                api_body_fault(body, node->name,
                               xstrdup("there is no such field"));
            }
        }
    }
    sset_destroy(&body->read);
    return !api_request_is_done(body->req);
}

/* Makes 'error', which it frees, unless it is NULL, the request's answer if it
 * has none yet. */
void
api_body_fault(struct api_body *body, const char *name, char *error)
{
    if (error && !api_request_is_done(body->req)) {
        char *field = (body->name && name
                       ? xasprintf("%s.%s", body->name, name)
                       : nullable_xstrdup(name ? name : body->name));

        api_fault(body->req, field, error);
        free(field);
    } else {
        free(error);
    }
}

/* Returns member 'name', NULL if it is not there. */
const struct json *
api_body_get(struct api_body *body, const char *name)
{
    sset_add(&body->read, name);
    return body->json ? shash_find_data(body->json->object, name) : NULL;
}

bool
api_body_has(struct api_body *body, const char *name)
{
    return api_body_get(body, name) != NULL;
}

/* Returns member 'name' if it is of 'type', NULL if it is missing or null. */
static const struct json *
get_typed(struct api_body *body, const char *name, enum json_type type,
          const char *what)
{
    const struct json *json = api_body_get(body, name);

    if (!json || json->type == JSON_NULL || json->type == type) {
        return json && json->type == type ? json : NULL;
    }
    api_body_fault(body, name, xasprintf("%s is expected here", what));
    return NULL;
}

const char *
api_body_string(struct api_body *body, const char *name)
{
    const struct json *json = get_typed(body, name, JSON_STRING, "a string");

    return json ? json_string(json) : NULL;
}

/* Stores a number from 'min' to 'max' in '*value'.  Returns false, and leaves
 * it alone, if there is none. */
bool
api_body_int(struct api_body *body, const char *name, int64_t min,
             int64_t max, int64_t *value)
{
    const struct json *json = get_typed(body, name, JSON_INTEGER,
                                        "a whole number");

    if (json && (json_integer(json) < min || json_integer(json) > max)) {
        api_body_fault(body, name, xasprintf("a number from %"PRId64" to "
                                             "%"PRId64" is expected here",
                                             min, max));
        json = NULL;
    }
    if (json) {
        *value = json_integer(json);
    }
    return json != NULL;
}

bool
api_body_bool(struct api_body *body, const char *name, bool *value)
{
    const struct json *json = api_body_get(body, name);

    if (!json || json->type == JSON_NULL) {
        return false;
    } else if (json->type != JSON_TRUE && json->type != JSON_FALSE) {
        api_body_fault(body, name, xstrdup("true or false is expected here"));
        return false;
    }
    *value = json->type == JSON_TRUE;
    return true;
}

/* Adds the strings of an array to 'strings'.  Returns false if there is no
 * array. */
bool
api_body_strings(struct api_body *body, const char *name,
                 struct svec *strings)
{
    const struct json *json = get_typed(body, name, JSON_ARRAY,
                                        "an array of strings");

    for (size_t i = 0; json && i < json->array.n; i++) {
        if (json->array.elems[i]->type != JSON_STRING) {
            api_body_fault(body, name,
                           xstrdup("an array of strings is expected here"));
            return false;
        }
        svec_add(strings, json_string(json->array.elems[i]));
    }
    return json != NULL;
}

/* Adds the members of an object of strings to 'map'.  Returns false if there
 * is none. */
bool
api_body_map(struct api_body *body, const char *name, struct smap *map)
{
    const struct json *json = get_typed(body, name, JSON_OBJECT,
                                        "an object of strings");
    const struct shash_node *node;

    if (json) {
        SHASH_FOR_EACH (node, json->object) {
            const struct json *value = node->data;

            if (value->type != JSON_STRING) {
                api_body_fault(body, name, xstrdup("an object of strings is "
                                                   "expected here"));
                return false;
            }
            smap_replace(map, node->name, json_string(value));
        }
    }
    return json != NULL;
}
