/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_TARGET_H
#define API_TARGET_H 1

/* The target of a request, "/api/v1/vpn-services?limit=10", taken apart.
 *
 * Segments and parameters are decoded after they have been told apart, so
 * that "%2F" is a character of a name and not the end of one. */

#include <stddef.h>

#include "smap.h"

/* Longest target that is read, and most segments. */
#define API_TARGET_MAX 8192
#define API_TARGET_SEGMENTS 8

struct api_target {
    char *segments[API_TARGET_SEGMENTS];
    size_t n_segments;
    struct smap query;
};

char *api_target_relative(const char *, char **authority);
char *api_target_parse(const char *, struct api_target *);
void api_target_destroy(struct api_target *);

#endif /* utilities/api/api-target.h */
