/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-json.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vpn-time.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/json.h"
#include "openvswitch/shash.h"
#include "smap.h"
#include "unicode.h"
#include "util.h"

/* Reading. */

/* What a look at the text alone tells. */
struct shape {
    size_t depth, max_depth;
    size_t n_members;           /* Of all objects together. */
};

/* Finds the shape of the 'len' bytes of JSON text at 's'.  What is not valid
 * JSON is found by the parser. */
static void
measure(const char *s, size_t len, struct shape *shape)
{
    bool quoted = false;

    *shape = (struct shape) { .depth = 0 };
    for (size_t i = 0; i < len; i++) {
        char c = s[i];

        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            shape->depth++;
            shape->max_depth = MAX(shape->max_depth, shape->depth);
        } else if (c == '}' || c == ']') {
            shape->depth--;
        } else if (c == ':') {
            shape->n_members++;
        }
    }
}

static size_t
count_members(const struct json *json)
{
    const struct shash_node *node;
    size_t n = 0;

    if (json->type == JSON_OBJECT) {
        SHASH_FOR_EACH (node, json->object) {
            n += 1 + count_members(node->data);
        }
    } else if (json->type == JSON_ARRAY) {
        for (size_t i = 0; i < json->array.n; i++) {
            n += count_members(json->array.elems[i]);
        }
    }
    return n;
}

static char *
parse_text(const char *s, size_t len, struct json **jsonp)
{
    struct json_parser *parser = json_parser_create(JSPF_TRAILER);

    json_parser_feed(parser, s, len);
    struct json *json = json_parser_finish(parser);
    if (json->type == JSON_STRING) {
        /* Either a mistake or a string, which nobody wants. */
        char *error = xasprintf("the body is not valid JSON: %s",
                                json_string(json));
        json_destroy(json);
        return error;
    }
    *jsonp = json;
    return NULL;
}

/* Parses the 'len' bytes at 's', which must be one JSON object.  On success
 * returns NULL and stores it in '*jsonp'; on failure returns a message for the
 * user, which the caller must free. */
char *
api_json_parse(const char *s, size_t len, struct json **jsonp)
{
    struct shape shape;
    size_t n_characters;

    *jsonp = NULL;
    if (!len) {
        return xstrdup("the body is empty, but should be a JSON object");
    } else if (memchr(s, '\0', len)) {
        return xstrdup("the body holds a null byte");
    }
    char *copy = xmemdup0(s, len);
    char *error = utf8_validate(copy, &n_characters);
    free(copy);
    if (error) {
        free(error);
        return xstrdup("the body is not valid UTF-8");
    }

    measure(s, len, &shape);
    if (shape.max_depth > API_JSON_DEPTH_MAX) {
        return xasprintf("the body is nested more than %d levels deep",
                         API_JSON_DEPTH_MAX);
    }
    error = parse_text(s, len, jsonp);
    if (!error && (*jsonp)->type != JSON_OBJECT) {
        error = xstrdup("the body must be a JSON object");
    } else if (!error && count_members(*jsonp) != shape.n_members) {
        error = xstrdup("an object in the body has the same member twice");
    }
    if (error) {
        json_destroy(*jsonp);
        *jsonp = NULL;
    }
    return error;
}

/* Returns 'camel' in the manner of "snake_case".  The caller must free it. */
static char *
snake_case(const char *camel)
{
    struct ds ds = DS_EMPTY_INITIALIZER;

    for (; *camel; camel++) {
        if (isupper((unsigned char) *camel)) {
            ds_put_char(&ds, '_');
        }
        ds_put_char(&ds, tolower((unsigned char) *camel));
    }
    return ds_steal_cstr(&ds);
}

/* Returns a copy of 'json', an object, whose members have the names that
 * protobuf's JSON mapping gives to fields of .proto files.  Keys of the map
 * "labels" stay as they are. */
struct json *
api_json_snake_case(struct json *json)
{
    const struct shash_node *node;
    struct json *copy;

    if (json->type != JSON_OBJECT) {
        return json_clone(json);
    }
    copy = json_object_create();
    SHASH_FOR_EACH (node, json->object) {
        json_object_put_nocopy(copy, snake_case(node->name),
                               (strcmp(node->name, "labels")
                                ? api_json_snake_case(node->data)
                                : json_clone(node->data)));
    }
    return copy;
}

/* Writing. */

static void
put_name(struct api_json *j, const char *name)
{
    if (j->follows) {
        ds_put_char(j->ds, ',');
    }
    if (name) {
        json_string_escape(name, j->ds);
        ds_put_char(j->ds, ':');
    }
    j->follows = true;
}

/* Begins an object or an array, as 'bracket' says. */
void
api_json_open(struct api_json *j, const char *name, char bracket)
{
    put_name(j, name);
    ds_put_char(j->ds, bracket);
    j->follows = false;
}

void
api_json_close(struct api_json *j, char bracket)
{
    ds_put_char(j->ds, bracket);
    j->follows = true;
}

/* Writes 'text', which is JSON already. */
void
api_json_raw(struct api_json *j, const char *name, const struct ds *text)
{
    put_name(j, name);
    ds_put_buffer(j->ds, text->string, text->length);
}

void
api_json_string(struct api_json *j, const char *name, const char *value)
{
    if (value) {
        put_name(j, name);
        json_string_escape(value, j->ds);
    }
}

void
api_json_string_and_free(struct api_json *j, const char *name, char *value)
{
    api_json_string(j, name, value);
    free(value);
}

void
api_json_int(struct api_json *j, const char *name, int64_t value)
{
    put_name(j, name);
    ds_put_format(j->ds, "%"PRId64, value);
}

void
api_json_bool(struct api_json *j, const char *name, bool value)
{
    put_name(j, name);
    ds_put_cstr(j->ds, value ? "true" : "false");
}

void
api_json_strings(struct api_json *j, const char *name,
                 char *const *values, size_t n)
{
    api_json_open(j, name, '[');
    for (size_t i = 0; i < n; i++) {
        api_json_string(j, NULL, values[i]);
    }
    api_json_close(j, ']');
}

void
api_json_map(struct api_json *j, const char *name, const struct smap *map)
{
    const struct smap_node **nodes = smap_sort(map);

    api_json_open(j, name, '{');
    for (size_t i = 0; i < smap_count(map); i++) {
        api_json_string(j, nodes[i]->key, nodes[i]->value);
    }
    api_json_close(j, '}');
    free(nodes);
}

/* Writes an optional column. */
void
api_json_opt_int(struct api_json *j, const char *name,
                 const int64_t *value, size_t n)
{
    if (n) {
        api_json_int(j, name, *value);
    }
}

/* Writes an optional column of milliseconds since the epoch, as RFC 3339 has
 * it. */
void
api_json_opt_time(struct api_json *j, const char *name,
                  const int64_t *ms, size_t n)
{
    if (n) {
        api_json_string_and_free(j, name, vpn_format_time(*ms));
    }
}
