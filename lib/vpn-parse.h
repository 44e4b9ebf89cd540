/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_PARSE_H
#define VPN_PARSE_H 1

/* What users write, and what the database holds.
 *
 * Functions that return 'char *' return NULL if successful and otherwise a
 * message for the user, which the caller must free. */

#include <stddef.h>

struct vpn_prefixes;

char *vpn_label(const char *label, char *error);
char *vpn_parse_int(const char *, int min, int max, int *);
char *vpn_parse_prefixes(const char *, struct vpn_prefixes *);
char *vpn_parse_addresses(const char *, struct vpn_prefixes *);

char **vpn_prefix_strings(const struct vpn_prefixes *);
char **vpn_address_strings(const struct vpn_prefixes *);
void vpn_free_strings(char **, size_t n);

#endif /* lib/vpn-parse.h */
