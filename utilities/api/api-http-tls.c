/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-http-tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vpn-keys.h"
#include "socket-util.h"
#include "util.h"
#include "utilities/api/api-http.h"

/* Most bytes in a file. */
#define FILE_MAX (1024 * 1024)

/* Reads 'file_name' into '*textp', which the caller must free. */
static char *
read_file(const char *file_name, char **textp)
{
    FILE *stream = fopen(file_name, "r");

    if (!stream) {
        return xasprintf("%s: cannot be read (%s)", file_name,
                         ovs_strerror(errno));
    }
    setvbuf(stream, NULL, _IONBF, 0);
    *textp = xzalloc(FILE_MAX + 1);
    size_t n = fread(*textp, 1, FILE_MAX, stream);
    bool ok = n && !ferror(stream);
    fclose(stream);
    return ok ? NULL : xasprintf("%s: cannot be read, or is empty", file_name);
}

/* Reads a pair from its files.  On failure, 'pair' stays empty. */
char *
api_http_pair_load(struct api_http_pair *pair, const char *private_key,
                   const char *certificate)
{
    *pair = (struct api_http_pair) { NULL, NULL };
    char *error = read_file(private_key, &pair->private_key);
    error = error ? error : read_file(certificate, &pair->certificate);
    if (error) {
        api_http_pair_destroy(pair);
    }
    return error;
}

void
api_http_pair_destroy(struct api_http_pair *pair)
{
    if (pair->private_key) {
        vpn_wipe(pair->private_key, strlen(pair->private_key));
    }
    free(pair->private_key);
    free(pair->certificate);
    *pair = (struct api_http_pair) { NULL, NULL };
}

/* Parses 's', HOST:PORT, HOST or :PORT.  Stores the same in the order of
 * inet_open_passive() in '*targetp', which the caller must free, and whether
 * only this machine can reach it in '*loopbackp'. */
char *
api_http_parse_listen(const char *s, char **targetp, bool *loopbackp)
{
    struct sockaddr_storage ss;
    char *copy = xstrdup(s);
    char *host, *port;

    inet_parse_host_port_tokens(copy, &host, &port);
    bool is_v6 = host && strchr(host, ':');
    char *target = xasprintf("%s%s%s%s%s", port && port[0] ? port : "8080",
                             host ? ":" : "", is_v6 ? "[" : "",
                             host ? host : "", is_v6 ? "]" : "");
    free(copy);
    if (!inet_parse_passive(target, 0, &ss, false, NULL)) {
        free(target);
        return xasprintf("--listen: \"%s\" is not ADDRESS:PORT", s);
    }
    *targetp = target;
    *loopbackp = (ss.ss_family == AF_INET
                  ? (ntohl(((struct sockaddr_in *) &ss)->sin_addr.s_addr)
                     >> 24) == 127
                  : IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *)
                                           &ss)->sin6_addr));
    return NULL;
}
