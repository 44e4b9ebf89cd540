/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/wg-import.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/vpn-model.h"
#include "util.h"

/* Where the parser is. */
struct parser {
    struct wg_import *import;
    struct wg_import_peer *peer;        /* NULL in [Interface]. */
    bool in_section;
    int line;
    char *comment;              /* A name in the comment above, or NULL. */
};

/* Values. */

static char *
parse_secret(const char *value, struct vpn_key **keyp)
{
    struct vpn_key *key = vpn_secret_alloc();

    if (!vpn_key_parse(value, key)) {
        vpn_secret_free(key);
        /* What stands there may be a secret all the same. */
        return xstrdup("this is not a key (\"wg genkey\" makes one)");
    }
    vpn_secret_free(*keyp);
    *keyp = key;
    return NULL;
}

static char *
parse_number(const char *value, int max, int *number)
{
    if (!strcasecmp(value, "off")) {
        *number = 0;
        return NULL;
    }
    return (str_to_int(value, 10, number) && *number >= 0 && *number <= max
            ? NULL
            : xasprintf("\"%s\" is not a number from 0 to %d", value, max));
}

/* Parses one prefix.  Bits beyond its length are cleared if 'network', as
 * WireGuard does. */
static char *
parse_prefix(const char *s, bool network, struct vpn_prefixes *prefixes)
{
    struct vpn_prefix p;
    char *error;

    if (strchr(s, '/')) {
        error = vpn_prefix_parse_cidr(s, &p);
    } else {
        error = vpn_addr_parse(s, &p.addr);
        if (!error) {
            p = vpn_prefix_host(&p.addr);
        }
    }
    if (!error) {
        p = network ? vpn_prefix_network(&p) : p;
        vpn_prefixes_add(prefixes, &p);
    }
    return error;
}

static char *
parse_prefixes(char *value, bool network, struct vpn_prefixes *prefixes)
{
    char *save_ptr = NULL, *error = NULL;

    for (char *token = strtok_r(value, ", \t", &save_ptr); token && !error;
         token = strtok_r(NULL, ", \t", &save_ptr)) {
        error = parse_prefix(token, network, prefixes);
    }
    return error;
}

/* Lines. */

static char *
parse_interface(struct parser *p, const char *keyword, char *value)
{
    struct wg_import *import = p->import;

    if (!strcasecmp(keyword, "PrivateKey")) {
        return parse_secret(value, &import->private_key);
    } else if (!strcasecmp(keyword, "Address")) {
        return parse_prefixes(value, false, &import->addresses);
    } else if (!strcasecmp(keyword, "ListenPort")) {
        return parse_number(value, UINT16_MAX, &import->listen_port);
    } else if (!strcasecmp(keyword, "MTU")) {
        return parse_number(value, UINT16_MAX, &import->mtu);
    }
    sset_add(&import->ignored, keyword);
    return NULL;
}

static char *
parse_peer(struct parser *p, const char *keyword, char *value)
{
    struct wg_import_peer *peer = p->peer;

    if (!strcasecmp(keyword, "PublicKey")) {
        peer->has_public_key = true;
        return vpn_public_key_parse(value, &peer->public_key);
    } else if (!strcasecmp(keyword, "PresharedKey")) {
        return parse_secret(value, &peer->psk);
    } else if (!strcasecmp(keyword, "AllowedIPs")) {
        return parse_prefixes(value, true, &peer->allowed_ips);
    } else if (!strcasecmp(keyword, "Endpoint")) {
        free(peer->endpoint);
        peer->endpoint = xstrdup(value);
        return vpn_peer_address_check(value);
    } else if (!strcasecmp(keyword, "PersistentKeepalive")) {
        return parse_number(value, UINT16_MAX, &peer->keepalive);
    }
    sset_add(&p->import->ignored, keyword);
    return NULL;
}

/* Looks for a name in the comment 's': its last word, as in "# alice",
 * "# Name = alice" or "### Client alice". */
static void
parse_comment(struct parser *p, const char *s)
{
    const char *end = s + strlen(s);

    while (end > s && isspace((unsigned char) end[-1])) {
        end--;
    }
    const char *word = end;
    while (word > s && !isspace((unsigned char) word[-1])
           && !strchr("#=:", word[-1])) {
        word--;
    }
    char *name = xmemdup0(word, end - word);
    char *error = vpn_name_check("connection", name);

    free(p->comment);
    p->comment = error ? NULL : xstrdup(name);
    if (p->peer && !p->peer->name && !p->peer->has_public_key && !error) {
        p->peer->name = xstrdup(name);
    }
    free(error);
    free(name);
}

static void
begin_peer(struct parser *p)
{
    struct wg_import *import = p->import;

    if (import->n_peers >= import->allocated_peers) {
        import->peers = x2nrealloc(import->peers, &import->allocated_peers,
                                   sizeof *import->peers);
    }
    p->peer = &import->peers[import->n_peers++];
    *p->peer = (struct wg_import_peer) { .name = p->comment, .line = p->line };
    p->comment = NULL;
}

/* Returns true if 's' can be a keyword.  A key that stands where one belongs,
 * because of a missing "=", cannot: nobody is to print it. */
static bool
is_keyword(const char *s)
{
    size_t n = 0;

    while (isalpha((unsigned char) s[n])) {
        n++;
    }
    return n && !s[n];
}

static char *
parse_line(struct parser *p, char *line)
{
    char *hash = strchr(line, '#');

    if (hash) {
        *hash = '\0';
    }
    line += strspn(line, " \t\r");
    for (size_t n = strlen(line); n && strchr(" \t\r", line[n - 1]); n--) {
        line[n - 1] = '\0';
    }
    if (!line[0]) {
        if (hash) {
            parse_comment(p, hash + 1);
        }
        return NULL;
    } else if (line[0] == '[') {
        bool is_peer = !strcasecmp(line, "[Peer]");

        p->in_section = true;
        p->peer = NULL;
        if (is_peer) {
            begin_peer(p);
        }
        return (is_peer || !strcasecmp(line, "[Interface]") ? NULL
                : xstrdup("there is no such section in a configuration of "
                          "WireGuard"));
    }

    char *value = strchr(line, '=');
    if (value) {
        char *keyword_end = value++;

        while (keyword_end > line && strchr(" \t", keyword_end[-1])) {
            keyword_end--;
        }
        *keyword_end = '\0';
        value += strspn(value, " \t");
    }
    if (!value || !p->in_section || !is_keyword(line)) {
        return xstrdup("this is not a line of a WireGuard configuration");
    }
    return (p->peer ? parse_peer(p, line, value)
            : parse_interface(p, line, value));
}

static char *
check(const struct wg_import *import)
{
    if (!import->private_key) {
        return xstrdup("there is no PrivateKey in [Interface]");
    } else if (!import->addresses.n) {
        return xstrdup("there is no Address in [Interface], from which the "
                       "tunnel subnets follow");
    }
    for (size_t i = 0; i < import->n_peers; i++) {
        if (!import->peers[i].has_public_key) {
            return xasprintf("line %d: the peer has no PublicKey",
                             import->peers[i].line);
        }
    }
    return NULL;
}

/* Parses 'text', which this changes.  Returns NULL if successful, otherwise a
 * message for the user, which the caller must free and which quotes no key.
 * The caller must destroy '*import' in any case. */
char *
wg_import_parse(char *text, struct wg_import *import)
{
    struct parser p = { .import = import };
    char *error = NULL;

    *import = (struct wg_import) {
        .ignored = SSET_INITIALIZER(&import->ignored),
    };
    while (text && !error) {
        char *line = strsep(&text, "\n");

        p.line++;
        error = parse_line(&p, line);
        if (error) {
            char *msg = xasprintf("line %d: %s", p.line, error);

            free(error);
            error = msg;
        }
    }
    free(p.comment);
    return error ? error : check(import);
}

void
wg_import_destroy(struct wg_import *import)
{
    for (size_t i = 0; i < import->n_peers; i++) {
        struct wg_import_peer *peer = &import->peers[i];

        free(peer->name);
        vpn_secret_free(peer->psk);
        vpn_prefixes_destroy(&peer->allowed_ips);
        free(peer->endpoint);
    }
    free(import->peers);
    vpn_secret_free(import->private_key);
    vpn_prefixes_destroy(&import->addresses);
    sset_destroy(&import->ignored);
}
