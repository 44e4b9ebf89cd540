/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_JSON_H
#define API_JSON_H 1

/* JSON text.
 *
 * Reading: api_json_parse() is stricter than Open vSwitch's parser, on which
 * it builds, for what it reads comes from strangers.
 *
 * Writing: straight into a string, without a tree in between.
 *
 *     struct api_json j = API_JSON_INITIALIZER(&ds);
 *     api_json_open(&j, NULL, '{');
 *     api_json_string(&j, "name", "s1");
 *     api_json_close(&j, '}');
 *
 * The functions take the member's name, which is NULL inside an array and at
 * the top, and leave out a member whose value is NULL. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ds;
struct json;
struct smap;

/* Deepest nesting that is read. */
#define API_JSON_DEPTH_MAX 16

char *api_json_parse(const char *, size_t, struct json **);
struct json *api_json_snake_case(struct json *);

struct api_json {
    struct ds *ds;
    bool follows;               /* Something stands before the next item. */
};
#define API_JSON_INITIALIZER(DS) { .ds = DS }

void api_json_open(struct api_json *, const char *name, char bracket);
void api_json_close(struct api_json *, char bracket);
void api_json_raw(struct api_json *, const char *name, const struct ds *);
void api_json_string(struct api_json *, const char *name, const char *);
void api_json_string_and_free(struct api_json *, const char *name, char *);
void api_json_int(struct api_json *, const char *name, int64_t);
void api_json_bool(struct api_json *, const char *name, bool);
void api_json_strings(struct api_json *, const char *name,
                      char *const *, size_t n);
void api_json_map(struct api_json *, const char *name, const struct smap *);
void api_json_opt_int(struct api_json *, const char *name,
                      const int64_t *, size_t n);
void api_json_opt_time(struct api_json *, const char *name,
                       const int64_t *, size_t n);

#endif /* utilities/api/api-json.h */
