/* SPDX-License-Identifier: Apache-2.0 */

/* Configurations for clients, as text and as QR codes. */

#include <config.h>

#include "utilities/api/api-resource.h"

#include <stdlib.h>
#include <string.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/qr.h"
#include "lib/vpn-nb-conf.h"
#include "lib/vpn-nb-snapshot.h"
#include "openvswitch/dynamic-string.h"
#include "timeval.h"
#include "util.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-vault.h"
#include "utilities/api/api.h"
#include "uuid.h"

/* Making. */

/* Returns the connection of 'service' with the UUID of 'row'. */
static const struct vpn_connection *
find(const struct vpn_service *service,
     const struct vpnnbrec_vpn_connection *row)
{
    for (size_t i = 0; i < service->n_connections; i++) {
        if (uuid_equals(&service->connections[i].uuid, &row->header_.uuid)) {
            return &service->connections[i];
        }
    }
    return NULL;
}

static char *
format(struct api *api, const struct vpnnbrec_vpn_service *row,
       const struct vpn_service *service, const struct vpn_connection *c,
       const struct vpn_nb_conf_wish *wish, enum wg_conf_format syntax,
       struct ds *text)
{
    const struct vpnnbrec_nb_global *global
        = vpnnbrec_nb_global_first(api->idl);
    struct ds problems = DS_EMPTY_INITIALIZER;
    struct vpn_options options;
    struct vpn_nb_conf conf;

    vpn_options_init_defaults(&options);
    if (global) {
        vpn_options_from_row(global, &options, &problems);
    }
    ds_destroy(&problems);

    char *error = vpn_nb_conf_init(&conf, wish, &options, row, service, c);
    if (!error) {
        wg_conf_format(&conf.conf, syntax, text);
        if (syntax == WG_CONF_NETDEV) {
            ds_put_char(text, '\n');
            wg_conf_format(&conf.conf, WG_CONF_NETWORK, text);
        }
    }
    vpn_nb_conf_destroy(&conf);
    return error;
}

/* Appends the configuration for the peer of 'connection' to 'text', which the
 * caller must wipe.  Returns an error if there cannot be one, or not yet. */
static char *
make_config(struct api *api, const struct vpnnbrec_vpn_service *row,
            const struct vpnnbrec_vpn_connection *connection,
            const struct vpn_nb_conf_wish *wish, enum wg_conf_format syntax,
            struct ds *text)
{
    const char *missing = (!row->public_key ? "public key"
                           : !row->public_ip ? "public IP"
                           : row->n_cutover_at && !row->next_public_key
                             && !wish->current_key ? "next public key"
                           : NULL);

    if (missing) {
        return xasprintf("service %s has no %s yet: its phase is %s%s%s",
                         row->name, missing, row->phase ? row->phase
                         : "pending", row->error_message ? ", " : "",
                         row->error_message ? row->error_message : "");
    }
    struct vpn_service *service = vpn_nb_service_with(row, connection);
    const struct vpn_connection *c = find(service, connection);
    char *error = (c->error ? xstrdup(c->error)
                   : format(api, row, service, c, wish, syntax, text));

    vpn_service_destroy(service);
    return error;
}

/* Returns the syntax that 'req' wants. */
static enum wg_conf_format
read_syntax(const struct api_request *req)
{
    static const struct {
        const char *name;
        enum wg_conf_format syntax;
    } syntaxes[] = {
        { "nm", WG_CONF_NM },
        { "networkd", WG_CONF_NETDEV },
        { "routeros", WG_CONF_ROUTEROS },
    };
    const char *name = api_request_query(req, "format");

    for (size_t i = 0; name && i < ARRAY_SIZE(syntaxes); i++) {
        if (!strcmp(name, syntaxes[i].name)) {
            return syntaxes[i].syntax;
        }
    }
    return WG_CONF_QUICK;
}

static bool
read_flag(const struct api_request *req, const char *name)
{
    const char *s = api_request_query(req, name);

    return s && !strcmp(s, "true");
}

/* Makes the configuration that 'req' asks for, with the keys of 'entry', or
 * without any if that is NULL. */
static bool
make(struct api *api, struct api_request *req,
     const struct vpnnbrec_vpn_service *service,
     const struct vpnnbrec_vpn_connection *row,
     const struct api_vault_entry *entry, struct ds *text)
{
    const struct vpn_nb_conf_wish wish = {
        .private_key = entry ? entry->private_key : NULL,
        .psk = entry ? entry->psk : NULL,
        .psk_unknown = !entry && row->sealed_psk,
        .full_tunnel = read_flag(req, "full_tunnel"),
        .current_key = read_flag(req, "current_key"),
    };
    char *error = make_config(api, service, row, &wish, read_syntax(req),
                              text);
    if (error) {
        api_set_header(req, "Retry-After", "1");
        api_problem(req, 409, NULL, "%s", error);
        free(error);
    }
    return !error;
}

/* Answers with 'text' as it is. */
static void
respond_with_text(struct api_request *req,
                  const struct vpnnbrec_vpn_connection *row,
                  const struct ds *text)
{
    char *disposition = xasprintf("attachment; filename=\"%s.conf\"",
                                  row->name);

    api_set_header(req, "Content-Disposition", disposition);
    free(disposition);
    ds_reserve(&req->response.body, text->length);
    ds_put_buffer(&req->response.body, text->string, text->length);
    req->response.type = "text/plain; charset=utf-8";
    api_respond(req, 200);
}

/* GET /api/v1/vpn-services/ID/connections/ID/config: without keys. */
void
api_config_get(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *service = api_find_service(api, req);
    const struct vpnnbrec_vpn_connection *row
        = service ? api_find_connection(api, req, service) : NULL;
    struct ds text = DS_EMPTY_INITIALIZER;

    if (row && make(api, req, service, row, NULL, &text)) {
        respond_with_text(req, row, &text);
    }
    ds_destroy(&text);
}

/* QR codes. */

/* Appends the 'n' bytes at 'p' in base64 (RFC 4648 section 4). */
static void
put_base64(struct ds *ds, const uint8_t *p, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";

    ds_reserve(ds, ds->length + 4 * DIV_ROUND_UP(n, 3));
    for (size_t i = 0; i < n; i += 3) {
        uint32_t bits = (p[i] << 16 | (i + 1 < n ? p[i + 1] << 8 : 0)
                         | (i + 2 < n ? p[i + 2] : 0));

        ds_put_char(ds, digits[bits >> 18]);
        ds_put_char(ds, digits[bits >> 12 & 63]);
        ds_put_char(ds, i + 1 < n ? digits[bits >> 6 & 63] : '=');
        ds_put_char(ds, i + 2 < n ? digits[bits & 63] : '=');
    }
}

/* Answers with the QR code 'qr' in an image format or, if the client names
 * none, with JSON that holds one. */
static void
respond_with_qr(struct api_request *req, const struct qr *qr,
                const struct ds *text, bool has_private_key)
{
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);
    struct ds png = DS_EMPTY_INITIALIZER, base64 = DS_EMPTY_INITIALIZER;

    if (api_request_accepts(req, "image/svg+xml")) {
        qr_format_svg(qr, &req->response.body);
        req->response.type = "image/svg+xml";
    } else if (api_request_accepts(req, "image/png")) {
        qr_format_png(qr, &req->response.body);
        req->response.type = "image/png";
    } else {
        qr_format_png(qr, &png);
        put_base64(&base64, (const uint8_t *) png.string, png.length);
        api_json_open(&j, NULL, '{');
        api_json_string(&j, "mime_type", "image/png");
        api_json_string(&j, "qr_code", ds_cstr(&base64));
        api_json_string(&j, "config", ds_cstr_ro(text));
        api_json_bool(&j, "has_private_key", has_private_key);
        api_json_close(&j, '}');
    }
    vpn_wipe_ds(&png);
    vpn_wipe_ds(&base64);
    api_respond(req, 200);
}

static void
make_qr(struct api_request *req, const struct ds *text, bool has_private_key)
{
    struct qr *qr;

    if (!api_fault(req, NULL, qr_create(text->string, text->length, &qr))) {
        respond_with_qr(req, qr, text, has_private_key);
        qr_destroy(qr);
    }
}

/* GET /api/v1/vpn-services/ID/connections/ID/config-qr: without keys. */
void
api_config_qr(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *service = api_find_service(api, req);
    const struct vpnnbrec_vpn_connection *row
        = service ? api_find_connection(api, req, service) : NULL;
    struct ds text = DS_EMPTY_INITIALIZER;

    if (row && make(api, req, service, row, NULL, &text)) {
        make_qr(req, &text, false);
    }
    ds_destroy(&text);
}

/* With keys. */

/* GET /api/v1/downloads/TOKEN: the link that came with the keys, good for one
 * time.  Whoever has it needs nothing else. */
void
api_config_download(struct api *api, struct api_request *req)
{
    const struct api_vault_entry *entry = api_vault_find(api->vault,
                                                         req->params[0]);
    const struct vpnnbrec_vpn_connection *row = NULL;
    const struct vpnnbrec_vpn_service *service = NULL;
    struct ds text = DS_EMPTY_INITIALIZER;

    if (entry) {
        service = vpnnbrec_vpn_service_get_for_uuid(api->idl,
                                                    &entry->service);
        row = vpnnbrec_vpn_connection_get_for_uuid(api->idl,
                                                   &entry->connection);
    }
    if (!service || !row) {
        api_problem(req, 404, NULL, "this link is not good any more, or never "
                    "was; rotate-key makes new keys");
    } else if (make(api, req, service, row, entry, &text)) {
        req->response.is_secret = true;
        if (api_request_accepts(req, "image/")
            || api_request_accepts(req, "application/json")) {
            make_qr(req, &text, true);
        } else {
            respond_with_text(req, row, &text);
        }
        if (req->response.status == 200 && strcmp(req->method, "HEAD")) {
            api_vault_remove(api->vault, &row->header_.uuid);
        }
    }
    vpn_wipe_ds(&text);
}

static void
put_key(struct api_json *j, const char *name, const struct vpn_key *key)
{
    char text[VPN_KEY_TEXT_LEN + 1];

    if (key) {
        vpn_key_format(key, text);
        api_json_string(j, name, text);
        vpn_wipe(text, sizeof text);
    }
}

/* Writes the keys that 'req' has made for 'row', and the configuration with
 * them if the service is ready for it: this is the only time. */
void
api_config_put_created(struct api *api, struct api_request *req,
                       struct api_json *j,
                       const struct vpnnbrec_vpn_service *service,
                       const struct vpnnbrec_vpn_connection *row)
{
    const struct vpn_nb_conf_wish wish = {
        .private_key = req->private_key,
        .psk = req->psk,
    };
    struct ds text = DS_EMPTY_INITIALIZER;

    if (!req->private_key && !req->psk) {
        return;
    }
    req->response.is_secret = true;
    /* Text must not be copied to and fro while it grows. */
    ds_reserve(&req->response.body, req->response.body.length + 8192);
    put_key(j, "private_key", req->private_key);
    put_key(j, "psk", req->psk);

    char *error = make_config(api, service, row, &wish, WG_CONF_QUICK, &text);
    if (!error) {
        api_json_string(j, "config", ds_cstr(&text));
    }
    free(error);
    vpn_wipe_ds(&text);

    if (req->private_key) {
        const struct api_vault_entry *entry = api_vault_put(
            api->vault, &service->header_.uuid, &row->header_.uuid,
            req->private_key, req->psk);
        int64_t expires = time_wall_msec() + entry->expires - time_msec();

        req->private_key = req->psk = NULL;
        api_json_string_and_free(j, "config_url",
                                 xasprintf("/api/v1/downloads/%s",
                                           entry->token));
        api_json_opt_time(j, "config_url_expires_at", &expires, 1);
    }
}
