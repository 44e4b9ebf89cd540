/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-route.h"

#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "util.h"
#include "utilities/api/api-target.h"

/* Returns true if 'target' has the path of 'route', and stores what stands in
 * place of "*" in 'params'. */
static bool
matches(const struct api_route *route, const struct api_target *target,
        const char *params[API_ROUTE_PARAMS])
{
    const char *p = route->path;
    size_t n_params = 0;

    for (size_t i = 0; i < target->n_segments; i++) {
        const char *segment = target->segments[i];
        size_t len = strcspn(p, "/");

        if (!len) {
            return !route->path[0] && !segment[0];
        } else if (len == 1 && p[0] == '*') {
            if (!segment[0]) {
                return false;
            }
            ovs_assert(n_params < API_ROUTE_PARAMS);
            params[n_params++] = segment;
        } else if (strlen(segment) != len || memcmp(segment, p, len)) {
            return false;
        }
        p += len + (p[len] == '/');
    }
    return !*p;
}

/* Finds the one of the 'n' 'routes' for 'method' and 'target'.  Parameters
 * belong to 'target'. */
enum api_route_result
api_route_find(const struct api_route *routes, size_t n, const char *method,
               const struct api_target *target,
               const struct api_route **routep,
               const char *params[API_ROUTE_PARAMS])
{
    enum api_route_result result = API_ROUTE_NO_PATH;

    for (size_t i = 0; i < n; i++) {
        if (matches(&routes[i], target, params)) {
            if (!strcmp(routes[i].method, method)) {
                *routep = &routes[i];
                return API_ROUTE_FOUND;
            }
            result = API_ROUTE_NO_METHOD;
        }
    }
    return result;
}

/* Returns true if 'word' is one of 'words', which are separated by blanks. */
bool
api_route_has_word(const char *words, const char *word)
{
    size_t len = strlen(word);

    while (*words) {
        size_t n = strcspn(words, " ");

        if (n == len && !memcmp(words, word, n)) {
            return true;
        }
        words += n + (words[n] == ' ');
    }
    return false;
}

/* Returns the values, separated by blanks, that 'parameter' of a query can
 * have, NULL if it can have any. */
const char *
api_route_values(const char *parameter)
{
    static const struct {
        const char *parameter;
        const char *values;
    } enums[] = {
        { "current_key", "true false" },
        { "format", "wg-quick nm networkd routeros" },
        { "full_tunnel", "true false" },
        { "status", "active pending inactive" },
        { "view", "full" },
        { "wait", "none hv" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(enums); i++) {
        if (!strcmp(parameter, enums[i].parameter)) {
            return enums[i].values;
        }
    }
    return NULL;
}

/* Returns the methods that the path of 'target' takes, as in the header
 * "Allow".  The caller must free the string. */
char *
api_route_methods(const struct api_route *routes, size_t n,
                  const struct api_target *target)
{
    const char *params[API_ROUTE_PARAMS];
    struct ds ds = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < n; i++) {
        if (matches(&routes[i], target, params)) {
            ds_put_format(&ds, "%s%s", ds.length ? ", " : "",
                          routes[i].method);
            if (!strcmp(routes[i].method, "GET")) {
                ds_put_cstr(&ds, ", HEAD");
            }
        }
    }
    return ds_steal_cstr(&ds);
}
