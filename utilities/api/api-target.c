/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-target.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "unicode.h"
#include "util.h"

/* Decodes the percent-encoded 'len' bytes at 's' (RFC 3986 section 2.1), with
 * "+" for a blank if 'plus'.  Returns NULL if they are not valid: what they
 * stand for must be UTF-8 without control characters. */
static char *
decode(const char *s, size_t len, bool plus)
{
    char *out = xmalloc(len + 1), *p = out;
    size_t n_characters;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = s[i];

        if (c == '%') {
            int high = i + 2 < len ? hexit_value(s[i + 1]) : -1;
            int low = high >= 0 ? hexit_value(s[i + 2]) : -1;
            if (high < 0 || low < 0) {
                free(out);
                return NULL;
            }
            c = high * 16 + low;
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        if (c < 0x20 || c == 0x7f) {
            free(out);
            return NULL;
        }
        *p++ = c;
    }
    *p = '\0';

    char *error = utf8_validate(out, &n_characters);
    if (error) {
        free(error);
        free(out);
        return NULL;
    }
    return out;
}

static char *
parse_segments(const char *s, size_t len, struct api_target *target)
{
    const char *end = s + len;

    if (!len || s[0] != '/') {
        return xstrdup("the path must begin with \"/\"");
    }
    while (s < end) {
        const char *start = ++s;

        s = memchr(start, '/', end - start);
        s = s ? s : end;
        if (s == start && s == end && target->n_segments) {
            break;              /* A slash at the end is all right. */
        } else if (target->n_segments >= API_TARGET_SEGMENTS) {
            return xstrdup("the path has too many segments");
        }

        char *segment = decode(start, s - start, false);
        if (!segment) {
            return xstrdup("the path is not valid percent-encoded UTF-8");
        }
        target->segments[target->n_segments++] = segment;
        if (!strcmp(segment, ".") || !strcmp(segment, "..")
            || (!segment[0] && s < end)) {
            return xstrdup("the path has an empty segment, \".\" or \"..\"");
        }
    }
    return NULL;
}

static char *
parse_parameter(const char *s, size_t len, struct smap *query)
{
    const char *equals = memchr(s, '=', len);
    size_t key_len = equals ? equals - s : len;
    char *key = decode(s, key_len, true);
    char *value = (equals ? decode(equals + 1, len - key_len - 1, true)
                   : xstrdup(""));
    char *error = NULL;

    if (!key || !value) {
        error = xstrdup("the query is not valid percent-encoded UTF-8");
    } else if (key[0] && !smap_add_once(query, key, value)) {
        error = xasprintf("the query has \"%s\" twice", key);
    }
    free(key);
    free(value);
    return error;
}

static char *
parse_query(const char *s, struct smap *query)
{
    char *error = NULL;

    while (!error && *s) {
        size_t len = strcspn(s, "&");

        error = parse_parameter(s, len, query);
        s += len + (s[len] == '&');
    }
    return error;
}

/* Returns 's', the target of a request, without the scheme and the authority
 * that a client may put before the path, as if to a proxy (RFC 9112 section
 * 3.2.2).  Stores the authority in '*authority', which is then what counts
 * instead of the Host header, or NULL if there is none.  The caller must free
 * both. */
char *
api_target_relative(const char *s, char **authority)
{
    size_t scheme = (!strncasecmp(s, "http://", 7) ? 7
                     : !strncasecmp(s, "https://", 8) ? 8 : 0);
    size_t len = scheme ? strcspn(s + scheme, "/?#@") : 0;
    const char *rest = s + scheme + len;

    *authority = NULL;
    if (!len || *rest == '#' || *rest == '@') {
        return xstrdup(s);      /* Bad, and so it will be called. */
    }
    *authority = xmemdup0(s + scheme, len);
    return xasprintf("%s%s", *rest == '/' ? "" : "/", rest);
}

/* Parses 's', the target of a request.  Returns NULL if successful, otherwise
 * a message for the user, which the caller must free.  The caller must destroy
 * '*target' in any case. */
char *
api_target_parse(const char *s, struct api_target *target)
{
    size_t len = strcspn(s, "?");

    target->n_segments = 0;
    smap_init(&target->query);
    if (strlen(s) > API_TARGET_MAX) {
        return xstrdup("the request's target is too long");
    }
    char *error = parse_segments(s, len, target);
    return error || !s[len] ? error : parse_query(&s[len + 1],
                                                  &target->query);
}

void
api_target_destroy(struct api_target *target)
{
    for (size_t i = 0; i < target->n_segments; i++) {
        free(target->segments[i]);
    }
    smap_destroy(&target->query);
}
