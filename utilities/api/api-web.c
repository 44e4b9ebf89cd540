/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-web.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "openvswitch/vlog.h"
#include "util.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-resource.h"

VLOG_DEFINE_THIS_MODULE(api_web);

/* Longest file, in bytes. */
#define FILE_MAX (1024 * 1024)

/* The files below the directory: WEB_FILES in automake.mk. */
static const char *const files[] = {
#include "utilities/api/api-web-files.h"
};

/* The library that draws QR codes is a package of its own. */
#define QRCODE_PATH "vendor/qrcode.js"

static const char *directory = OVN_VPN_PKGDATADIR "/web";

/* Makes 'dir', which must live on, the directory that has the files.  Returns
 * NULL if successful, otherwise a message for the user, which the caller must
 * free. */
char *
api_web_set_directory(const char *dir)
{
    char *page = xasprintf("%s/index.html", dir);
    char *error = (access(page, R_OK)
                   ? xasprintf("cannot read %s (%s)", page,
                               ovs_strerror(errno))
                   : NULL);

    free(page);
    directory = dir;
    return error;
}

const char *
api_web_get_directory(void)
{
    return directory;
}

/* Only our own scripts and styles run, talk to us only, and turn no text into
 * elements. */
#define POLICY                                                          \
    "default-src 'none'; script-src 'self'; style-src 'self'; "         \
    "img-src 'self'; connect-src 'self'; manifest-src 'self'; "         \
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "     \
    "require-trusted-types-for 'script'; trusted-types 'none'"

static const char *
content_type(const char *name)
{
    static const struct {
        const char *suffix;
        const char *type;
    } types[] = {
        { ".html", "text/html; charset=utf-8" },
        { ".js", "text/javascript; charset=utf-8" },
        { ".css", "text/css; charset=utf-8" },
        { ".svg", "image/svg+xml" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        size_t len = strlen(types[i].suffix), n = strlen(name);

        if (n > len && !strcmp(name + n - len, types[i].suffix)) {
            return types[i].type;
        }
    }
    OVS_NOT_REACHED();
}

/* Returns the path that 'req' names, without the first "/". */
static char *
requested(const struct api_request *req)
{
    const struct api_target *target = &req->target;
    struct ds ds = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < target->n_segments; i++) {
        ds_put_format(&ds, "%s%s", i ? "/" : "", target->segments[i]);
    }
    return ds_steal_cstr(&ds);
}

/* Returns the one of our files that 'req' names, NULL if none. */
static const char *
find_file(const struct api_request *req)
{
    const char *found = NULL;
    char *name = requested(req);

    if (!name[0]) {
        found = "index.html";
    } else if (!strcmp(name, QRCODE_PATH)) {
        found = QRCODE_PATH;
    }
    for (size_t i = 0; !found && i < ARRAY_SIZE(files); i++) {
        if (!strcmp(files[i], name)) {
            found = files[i];
        }
    }
    free(name);
    return found;
}

/* Appends what the file called 'path' holds.  Returns 0, or an errno. */
static int
read_file(const char *path, struct ds *ds)
{
    FILE *stream = fopen(path, "re");
    char buffer[4096];
    size_t n;

    if (!stream) {
        return errno;
    }
    while ((n = fread(buffer, 1, sizeof buffer, stream)) > 0
           && ds->length <= FILE_MAX) {
        ds_put_buffer(ds, buffer, n);
    }
    int error = ferror(stream) ? EIO : ds->length > FILE_MAX ? EFBIG : 0;
    fclose(stream);
    return error;
}

/* GET /, and the files that the page there names. */
void
api_web_get(struct api *api OVS_UNUSED, struct api_request *req)
{
    struct ds *body = &req->response.body;
    const char *name = find_file(req);

    if (!name) {
        api_problem(req, 404, NULL, "the dashboard has no such file");
        return;
    }
    char *path = (!strcmp(name, QRCODE_PATH) ? xstrdup(OVN_VPN_QRCODE_JS)
                  : xasprintf("%s/%s", directory, name));
    int error = read_file(path, body);
    if (error) {
        static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(1, 5);

        VLOG_WARN_RL(&rl, "%s: %s", path, ovs_strerror(error));
        ds_clear(body);
        api_problem(req, 404, NULL, "this file of the dashboard is not "
                    "installed");
    } else {
        struct ds tagged = DS_EMPTY_INITIALIZER;

        ds_put_cstr(&tagged, ds_cstr(body));
        req->response.type = content_type(name);
        api_set_header(req, "Content-Security-Policy", POLICY);
        api_set_header(req, "Cross-Origin-Opener-Policy", "same-origin");
        api_set_header(req, "Referrer-Policy", "no-referrer");
        api_respond_with_etag(req, 200, &tagged);
        ds_destroy(&tagged);
    }
    free(path);
}
