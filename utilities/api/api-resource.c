/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-resource.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-keys.h"
#include "lib/vpn-nb-row.h"
#include "smap.h"
#include "util.h"
#include "utilities/api/api-auth.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-view.h"
#include "utilities/api/api.h"

/* Rows. */

/* Returns the service that the first parameter of the path names.  If the
 * client may not see it, it is not there. */
const struct vpnnbrec_vpn_service *
api_find_service(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *row
        = api_view_find_service(api, req->params[0]);

    if (row && vpn_nb_has_row(&row->header_)
        && api_auth_sees(req, row->project)) {
        return row;
    }
    api_problem(req, 404, NULL, "there is no service \"%s\"", req->params[0]);
    return NULL;
}

/* Returns the connection of 'service' that the second parameter of the path
 * names. */
const struct vpnnbrec_vpn_connection *
api_find_connection(struct api *api, struct api_request *req,
                    const struct vpnnbrec_vpn_service *service)
{
    const struct vpnnbrec_vpn_connection *row
        = api_view_find_connection(api, service, req->params[1]);

    if (!row) {
        api_problem(req, 404, NULL, "service %s has no connection \"%s\"",
                    service->name, req->params[1]);
    }
    return row;
}

/* Entity tags: RFC 9110 section 8.8.3.  They stand for what clients can set,
 * not for the status, which changes all the time. */

/* Returns the tag of what 'tagged' describes.  The caller must free it. */
char *
api_etag(const struct ds *tagged)
{
    char text[VPN_FINGERPRINT_LEN + 1];

    vpn_fingerprint(tagged->string, "", text);
    return xasprintf("\"%.16s\"", text);
}

/* Checks that the client, if it says what it changes, knows it as it is. */
bool
api_check_etag(struct api_request *req, const struct ds *tagged)
{
    const char *wanted = req->headers[API_H_IF_MATCH];
    char *tag = api_etag(tagged);
    bool ok = !wanted || !strcmp(wanted, "*") || strstr(wanted, tag);

    free(tag);
    if (!ok) {
        api_problem(req, 412, NULL, "it was changed meanwhile; read it again "
                    "and repeat the change");
    }
    return ok;
}

/* Answers with 'status' and 'tag', or that the client knows the answer
 * already. */
void
api_respond_with_tag(struct api_request *req, int status, const char *tag)
{
    const char *known = req->headers[API_H_IF_NONE_MATCH];

    api_set_header(req, "ETag", tag);
    api_set_header(req, "Cache-Control", "no-cache");
    if (status == 200 && known && strstr(known, tag)) {
        ds_clear(&req->response.body);
        status = 304;
    }
    api_respond(req, status);
}

void
api_respond_with_etag(struct api_request *req, int status,
                      const struct ds *tagged)
{
    char *tag = api_etag(tagged);

    api_respond_with_tag(req, status, tag);
    free(tag);
}

/* Pages. */

static char *
parse_limit(const char *s, size_t *limit)
{
    int n;

    if (!s) {
        *limit = API_PAGE_DEFAULT;
    } else if (str_to_int(s, 10, &n) && n >= 1 && n <= API_PAGE_MAX) {
        *limit = n;
    } else {
        return xasprintf("a number from 1 to %d is expected here",
                         API_PAGE_MAX);
    }
    return NULL;
}

/* Reads from the query of 'req' what it wants of a list.  Returns false, and
 * makes that the answer, if something is wrong. */
bool
api_page_init(struct api_page *page, struct api_request *req)
{
    const char *label = api_request_query(req, "label");

    *page = (struct api_page) {
        .after = api_request_query(req, "page_token"),
        .name = api_request_query(req, "name"),
    };
    if (api_fault(req, "limit", parse_limit(api_request_query(req, "limit"),
                                            &page->limit))) {
        return false;
    }
    if (label) {
        char *equals;

        page->label = xstrdup(label);
        page->label_key = page->label;
        equals = strchr(page->label, '=');
        if (equals) {
            *equals = '\0';
            page->label_value = equals + 1;
        }
    }
    return true;
}

void
api_page_destroy(struct api_page *page)
{
    free(page->label);
}

/* Returns true if something with 'name' and 'labels' belongs to the list. */
bool
api_page_has(const struct api_page *page, const char *name,
             const struct smap *labels)
{
    if (page->name && !strstr(name, page->name)) {
        return false;
    } else if (page->label_key) {
        const char *value = smap_get(labels, page->label_key);

        return value && (!page->label_value
                         || !strcmp(value, page->label_value));
    }
    return true;
}

/* Answers that something is gone. */
void
api_finish_nothing(struct api *api OVS_UNUSED, struct api_request *req)
{
    if (req->route->flags & API_CONNECT) {
        ds_put_cstr(&req->response.body, "{}");
        api_respond(req, 200);
    } else {
        api_respond(req, 204);
    }
}
