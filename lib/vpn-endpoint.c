/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/vpn-endpoint.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vpn-prefix.h"
#include "util.h"

/* Longest domain name in text, RFC 1035 section 2.3.4. */
#define DOMAIN_MAX_LEN 253

/* Returns true if 's' can be looked up as a domain name.  Programs to which it
 * is passed do not take it for an option or, as an incomplete address such as
 * "10.1", for a number. */
bool
vpn_domain_is_valid(const char *s)
{
    size_t len = strlen(s);
    bool label_has_letter = false, last_has_letter = false;

    if (!len || len > DOMAIN_MAX_LEN) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        unsigned char c = s[i];

        if (!isascii(c) || !(isalnum(c) || (i && strchr("-_.", c)))) {
            return false;
        } else if (c == '.') {
            last_has_letter = label_has_letter;
            label_has_letter = false;
        } else if (!isdigit(c)) {
            label_has_letter = true;
        }
    }
    return s[len - 1] == '.' ? last_has_letter : label_has_letter;
}

static bool
parse_port(const char *s, uint16_t *port)
{
    unsigned int number;

    if (!s[0] || s[strspn(s, "0123456789")] || !str_to_uint(s, 10, &number)
        || !number || number > UINT16_MAX) {
        return false;
    }
    *port = number;
    return true;
}

/* Parses 'host', of which 'brackets' says whether it stood in some.  Leaves
 * 'host' to the caller. */
static bool
parse_host(const char *host, bool brackets, struct vpn_endpoint *endpoint)
{
    char *error = vpn_addr_parse(host, &endpoint->addr);

    if (!error) {
        return brackets != vpn_addr_is_v4(&endpoint->addr);
    }
    free(error);
    if (brackets || !vpn_domain_is_valid(host)) {
        return false;
    }
    endpoint->name = xstrdup(host);
    return true;
}

/* Parses 's'.  Returns NULL if successful, and then the caller must destroy
 * '*endpoint', otherwise a message for the user, which the caller must
 * free. */
char *
vpn_endpoint_parse(const char *s, struct vpn_endpoint *endpoint)
{
    const char *colon = strrchr(s, ':');
    bool ok = false;

    *endpoint = (struct vpn_endpoint) { .name = NULL };
    if (colon && parse_port(colon + 1, &endpoint->port)) {
        bool brackets = s[0] == '[' && colon - s >= 2 && colon[-1] == ']';
        char *host = xmemdup0(s + brackets, colon - s - 2 * brackets);

        ok = parse_host(host, brackets, endpoint);
        free(host);
    }
    return (ok ? NULL
            : xasprintf("\"%s\" is not HOST:PORT (an IPv6 address needs "
                        "brackets)", s));
}

void
vpn_endpoint_destroy(struct vpn_endpoint *endpoint)
{
    free(endpoint->name);
}
