/* SPDX-License-Identifier: Apache-2.0 */

/* From text to numbers and prefixes, and back to the text that the database
 * holds. */

#include <config.h>

#include "lib/vpn-parse.h"

#include <stdlib.h>
#include <string.h>

#include "lib/vpn-prefix.h"
#include "util.h"

/* Puts 'label', the name of an argument or a field, before 'error', which it
 * frees, if there is one. */
char *
vpn_label(const char *label, char *error)
{
    char *msg = error ? xasprintf("%s: %s", label, error) : NULL;

    free(error);
    return msg;
}

char *
vpn_parse_int(const char *s, int min, int max, int *value)
{
    if (str_to_int(s, 10, value) && *value >= min && *value <= max) {
        return NULL;
    }
    return xasprintf("\"%s\" is not a number from %d to %d", s, min, max);
}

/* Parses 's', items with commas or blanks between them, with 'parse', and
 * stores them, sorted, in '*prefixes', which the caller must destroy in any
 * case. */
static char *
parse_list(const char *s, char *(*parse)(const char *, struct vpn_prefix *),
           struct vpn_prefixes *prefixes)
{
    char *copy = xstrdup(s), *save_ptr = NULL;
    char *error = NULL;

    for (char *token = strtok_r(copy, ", ", &save_ptr); token && !error;
         token = strtok_r(NULL, ", ", &save_ptr)) {
        struct vpn_prefix p;

        error = parse(token, &p);
        if (!error) {
            vpn_prefixes_add(prefixes, &p);
        }
    }
    free(copy);
    vpn_prefixes_sort(prefixes);
    return error;
}

char *
vpn_parse_prefixes(const char *s, struct vpn_prefixes *prefixes)
{
    return parse_list(s, vpn_prefix_parse, prefixes);
}

/* Parses addresses without prefix length into prefixes of full length. */
char *
vpn_parse_addresses(const char *s, struct vpn_prefixes *prefixes)
{
    return parse_list(s, vpn_prefix_parse_host, prefixes);
}

/* Returns 'prefixes' as an array of strings for a column, to be freed with
 * vpn_free_strings(). */
char **
vpn_prefix_strings(const struct vpn_prefixes *prefixes)
{
    char **strings = xmalloc(prefixes->n * sizeof *strings);

    for (size_t i = 0; i < prefixes->n; i++) {
        strings[i] = vpn_prefix_to_string(&prefixes->list[i]);
    }
    return strings;
}

/* Like vpn_prefix_strings(), for addresses. */
char **
vpn_address_strings(const struct vpn_prefixes *prefixes)
{
    char **strings = xmalloc(prefixes->n * sizeof *strings);

    for (size_t i = 0; i < prefixes->n; i++) {
        strings[i] = vpn_addr_to_string(&prefixes->list[i].addr);
    }
    return strings;
}

void
vpn_free_strings(char **strings, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(strings[i]);
    }
    free(strings);
}
