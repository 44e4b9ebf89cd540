/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_HTTP_TLS_H
#define API_HTTP_TLS_H 1

/* Certificates, as libmicrohttpd wants them: in memory. */

/* TLS 1.2 and 1.3, in the language of GnuTLS. */
#define API_HTTP_PRIORITIES \
    "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA"

struct api_http_pair {
    char *private_key;
    char *certificate;
};

char *api_http_pair_load(struct api_http_pair *, const char *private_key,
                         const char *certificate);
void api_http_pair_destroy(struct api_http_pair *);

#endif /* utilities/api/api-http-tls.h */
