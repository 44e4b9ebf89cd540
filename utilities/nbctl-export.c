/* SPDX-License-Identifier: Apache-2.0 */

/* svc-export. */

#include <config.h>

#include "utilities/nbctl.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-keys.h"
#include "lib/vpn-model.h"
#include "lib/vpn-nb-snapshot.h"
#include "lib/vpn-parse.h"
#include "lib/vpn-pool.h"
#include "openvswitch/dynamic-string.h"
#include "timeval.h"
#include "util.h"
#include "utilities/vpn-dbctl.h"

/* Room for one prefix, and for everything else of a section. */
#define PREFIX_MAX 64
#define SECTION_MAX 1024

static void
put_secret(struct ds *ds, const char *keyword, const struct vpn_key *key)
{
    char text[VPN_KEY_TEXT_LEN + 1];

    vpn_key_format(key, text);
    ds_put_format(ds, "%s = %s\n", keyword, text);
    vpn_wipe(text, sizeof text);
}

/* Appends the secret in 'box', or a line that says that there is one if
 * 'pair', which would open it, is NULL. */
static char *
put_box(struct ds *ds, const char *keyword,
        const struct vpn_sealing_pair *pair, const char *box,
        enum vpn_box_purpose purpose, char *owner)
{
    struct vpn_key *secret;
    char *error = NULL;

    if (!pair) {
        ds_put_format(ds, "# %s is sealed; --sealing-key opens it.\n",
                      keyword);
    } else {
        error = vpn_box_open(pair, box, purpose, owner, &secret);
        if (!error) {
            put_secret(ds, keyword, secret);
            vpn_secret_free(secret);
        }
    }
    free(owner);
    return vpn_label(keyword, error);
}

static char *
put_interface(struct ds *ds, const struct vpn_service *service,
              const struct vpn_sealing_pair *pair)
{
    ds_put_format(ds, "# %s\n[Interface]\n", service->name);
    char *error = (!service->sealed_private_key ? NULL
                   : put_box(ds, "PrivateKey", pair,
                             service->sealed_private_key, VPN_BOX_SERVICE_KEY,
                             vpn_box_owner_service(service->name)));
    for (size_t i = 0; i < service->tunnel_subnets.n; i++) {
        struct vpn_prefix own = service->tunnel_subnets.list[i];

        vpn_pool_gateway(&service->tunnel_subnets.list[i], &own.addr);
        ds_put_cstr(ds, "Address = ");
        vpn_prefix_format(&own, ds);
        ds_put_char(ds, '\n');
    }
    ds_put_format(ds, "ListenPort = %d\n", service->listen_port);
    if (service->mtu) {
        ds_put_format(ds, "MTU = %d\n", service->mtu);
    }
    return error;
}

static char *
put_peer(struct ds *ds, const struct vpn_service *service,
         const struct vpn_connection *c, const struct vpn_sealing_pair *pair)
{
    struct vpn_prefixes allowed = VPN_PREFIXES_INITIALIZER;
    char public_key[VPN_KEY_TEXT_LEN + 1];
    char *error = NULL;

    vpn_key_format(&c->public_key, public_key);
    ds_put_format(ds, "\n# %s\n[Peer]\nPublicKey = %s\n", c->name, public_key);
    if (c->sealed_psk) {
        error = put_box(ds, "PresharedKey", pair, c->sealed_psk, VPN_BOX_PSK,
                        vpn_box_owner_peer(service->name, public_key));
    }
    vpn_connection_allowed_ips(c, &allowed);
    ds_put_cstr(ds, "AllowedIPs = ");
    vpn_prefixes_format(&allowed, ", ", ds);
    ds_put_char(ds, '\n');
    vpn_prefixes_destroy(&allowed);
    if (c->peer_address) {
        ds_put_format(ds, "Endpoint = %s\n", c->peer_address);
    }
    if (c->is_site && c->keepalive > 0) {
        ds_put_format(ds, "PersistentKeepalive = %d\n", c->keepalive);
    }
    return error;
}

/* Returns how much space the text takes at most. */
static size_t
text_max(const struct vpn_service *service)
{
    size_t n = SECTION_MAX + service->tunnel_subnets.n * PREFIX_MAX;

    for (size_t i = 0; i < service->n_connections; i++) {
        const struct vpn_connection *c = &service->connections[i];

        n += SECTION_MAX + (c->addresses.n + c->peer_cidrs.n) * PREFIX_MAX;
    }
    return n;
}

/* Appends the configuration to 'ds', connections that may be used alone. */
static char *
put_service(struct ds *ds, const struct vpn_service *service,
            const struct vpn_sealing_pair *pair)
{
    long long int now = time_wall_msec();

    if (service->error) {
        /* Its name may be one that ends the comment in which it stands. */
        return xasprintf("service %s is in error: %s", service->name,
                         service->error);
    }
    ds_reserve(ds, ds->length + text_max(service));
    char *error = put_interface(ds, service, pair);
    for (size_t i = 0; !error && i < service->n_connections; i++) {
        const struct vpn_connection *c = &service->connections[i];

        if (vpn_connection_is_usable(c, now)) {
            error = vpn_label(c->name, put_peer(ds, service, c, pair));
        }
    }
    return error;
}

/* Loads the pair in 'file_name', or stores NULL if that is NULL. */
static char *
load_pair(const char *file_name, struct vpn_sealing_pair **pair)
{
    static const struct rlimit none = { 0, 0 };

    *pair = NULL;
    if (!file_name) {
        return NULL;
    }
    setrlimit(RLIMIT_CORE, &none);
    char *error = vpn_sealing_pair_load(file_name, pair);
    return (error || *pair ? error
            : xasprintf("%s: there is no such file", file_name));
}

/* What is appended may be printed only once everything has gone well, and is
 * wiped then; see vpn-dbctl.h. */
static void
post_svc_export(struct ctl_context *ctx)
{
    const char *key_file = shash_find_data(&ctx->options, "--sealing-key");
    const struct vpnnbrec_vpn_service *row;
    struct vpn_sealing_pair *pair;

    ctx->error = nbctl_get_service(ctx, ctx->argv[1], &row);
    if (ctx->error) {
        return;
    }
    ctx->error = vpn_label("--sealing-key", load_pair(key_file, &pair));
    if (!ctx->error) {
        struct vpn_service *service = vpn_service_from_row(row);

        ctx->error = put_service(&ctx->output, service, pair);
        vpn_service_destroy(service);
    }
    vpn_sealing_pair_destroy(pair);
}

static void
cmd_svc_export(struct ctl_context *ctx)
{
    const struct vpnnbrec_vpn_service *row;

    ctx->error = nbctl_get_service(ctx, ctx->argv[1], &row);
}

const struct ctl_command_syntax nbctl_export_commands[] = {
    {"svc-export", 1, 1, "SERVICE", nbctl_prerequisites, cmd_svc_export,
     post_svc_export, "--sealing-key=", RO},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};
