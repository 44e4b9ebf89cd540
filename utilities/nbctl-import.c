/* SPDX-License-Identifier: Apache-2.0 */

/* svc-import. */

#include <config.h>

#include "utilities/nbctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "lib/vpn-model.h"
#include "lib/vpn-nb-row.h"
#include "lib/vpn-nb-setting.h"
#include "lib/vpn-nb-snapshot.h"
#include "lib/vpn-parse.h"
#include "lib/wg-import.h"
#include "openvswitch/dynamic-string.h"
#include "socket-util.h"
#include "sset.h"
#include "util.h"

/* More than any configuration needs. */
#define FILE_MAX (4 * 1024 * 1024)

/* One attempt. */
struct importer {
    struct ctl_context *ctx;
    const struct wg_import *import;
    struct vpn_key recipient;           /* To whom secrets are sealed. */
    const struct vpnnbrec_vpn_service *row;
    struct sset names;                  /* Of connections so far. */
};

static char *
read_file(const char *name, char **textp)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    size_t n;

    if (fd < 0) {
        return xasprintf("%s: open failed (%s)", name, ovs_strerror(errno));
    }
    char *text = xmalloc(FILE_MAX + 1);
    int retval = read_fully(fd, text, FILE_MAX, &n);
    close(fd);
    text[n] = '\0';
    *textp = text;
    return (retval == EOF ? NULL
            : xasprintf("%s: read failed (%s)", name,
                        retval ? ovs_strerror(retval) : "too long"));
}

/* Parses the file into '*import', which the caller must destroy. */
static char *
parse_file(const char *name, struct wg_import *import)
{
    static const struct rlimit none = { 0, 0 };
    char *text = NULL;

    /* The text lies in ordinary memory for a moment. */
    setrlimit(RLIMIT_CORE, &none);
    *import = (struct wg_import) {
        .ignored = SSET_INITIALIZER(&import->ignored),
    };
    char *error = read_file(name, &text);
    if (!error) {
        size_t size = strlen(text);

        error = vpn_label(name, wg_import_parse(text, import));
        vpn_wipe(text, size);
    }
    free(text);
    return error;
}

/* Rows. */

/* Writes what the service is, apart from its connections. */
static void
write_service(const struct importer *im)
{
    const struct wg_import *import = im->import;
    const struct vpnnbrec_vpn_service *row = im->row;
    struct vpn_prefixes subnets = VPN_PREFIXES_INITIALIZER;
    char text[VPN_KEY_TEXT_LEN + 1];
    struct vpn_key public;
    int64_t number;

    for (size_t i = 0; i < import->addresses.n; i++) {
        struct vpn_prefix p = vpn_prefix_network(&import->addresses.list[i]);

        vpn_prefixes_add(&subnets, &p);
    }
    char **strings = vpn_prefix_strings(&subnets);
    vpnnbrec_vpn_service_set_tunnel_subnets(row, (const char **) strings,
                                            subnets.n);
    vpn_free_strings(strings, subnets.n);
    vpn_prefixes_destroy(&subnets);

    if (import->listen_port) {
        number = import->listen_port;
        vpnnbrec_vpn_service_set_listen_port(row, &number, 1);
    }
    if (import->mtu >= VPN_MTU_MIN && import->mtu <= VPN_MTU_MAX) {
        number = import->mtu;
        vpnnbrec_vpn_service_set_mtu(row, &number, 1);
    }

    char *owner = vpn_box_owner_service(row->name);
    char *box = vpn_box_seal(&im->recipient, VPN_BOX_SERVICE_KEY, owner,
                             import->private_key);
    vpn_secret_public(import->private_key, &public);
    vpn_key_format(&public, text);
    vpnnbrec_vpn_service_set_public_key(row, text);
    vpnnbrec_vpn_service_set_sealed_private_key(row, box);
    free(box);
    free(owner);
}

/* Returns true if 'p' is a single address in one of the tunnel subnets. */
static bool
is_address(const struct importer *im, const struct vpn_prefix *p)
{
    for (size_t i = 0; i < im->import->addresses.n; i++) {
        struct vpn_prefix net
            = vpn_prefix_network(&im->import->addresses.list[i]);

        if (vpn_prefix_is_v4(p) == vpn_prefix_is_v4(&net)
            && p->plen == (vpn_prefix_is_v4(p) ? 32 : 128)
            && vpn_prefix_contains(&net, &p->addr)) {
            return true;
        }
    }
    return false;
}

/* Writes the peer's addresses and, if it has others, its networks. */
static void
write_networks(const struct importer *im, const struct wg_import_peer *peer,
               const struct vpnnbrec_vpn_connection *row)
{
    struct vpn_prefixes addresses = VPN_PREFIXES_INITIALIZER;
    struct vpn_prefixes cidrs = VPN_PREFIXES_INITIALIZER;

    for (size_t i = 0; i < peer->allowed_ips.n; i++) {
        const struct vpn_prefix *p = &peer->allowed_ips.list[i];

        vpn_prefixes_add(is_address(im, p) ? &addresses : &cidrs, p);
    }
    char **strings = vpn_address_strings(&addresses);
    vpnnbrec_vpn_connection_set_addresses(row, (const char **) strings,
                                          addresses.n);
    vpn_free_strings(strings, addresses.n);
    strings = vpn_prefix_strings(&cidrs);
    vpnnbrec_vpn_connection_set_peer_cidrs(row, (const char **) strings,
                                           cidrs.n);
    vpn_free_strings(strings, cidrs.n);
    vpnnbrec_vpn_connection_set_type(row, cidrs.n || peer->endpoint ? "site"
                                     : "client");
    vpn_prefixes_destroy(&addresses);
    vpn_prefixes_destroy(&cidrs);
}

static void
write_keys(const struct importer *im, const struct wg_import_peer *peer,
           const struct vpnnbrec_vpn_connection *row)
{
    char text[VPN_KEY_TEXT_LEN + 1];

    vpn_key_format(&peer->public_key, text);
    vpnnbrec_vpn_connection_set_public_key(row, text);
    if (peer->psk) {
        char *owner = vpn_box_owner_peer(im->row->name, text);
        char *box = vpn_box_seal(&im->recipient, VPN_BOX_PSK, owner,
                                 peer->psk);

        vpn_nb_set_sealed_psk(row, box);
        free(box);
        free(owner);
    }
}

/* Returns a name that no other peer has for the one with the given 'index'.
 * The caller must free it. */
static char *
make_name(struct importer *im, size_t index)
{
    char *name = nullable_xstrdup(im->import->peers[index].name);
    size_t number = index + 1;

    while (!name || !sset_add(&im->names, name)) {
        free(name);
        name = xasprintf("peer-%"PRIuSIZE, number);
        number += im->import->n_peers;
    }
    return name;
}

/* Makes the connection of the peer with the given 'index', and returns it. */
static struct vpnnbrec_vpn_connection *
insert_connection(struct importer *im, size_t index, int64_t now)
{
    /* In the order of the file: of two peers with the same addresses, the
     * first one has them. */
    int64_t created = now - (int64_t) (im->import->n_peers - index);
    const struct wg_import_peer *peer = &im->import->peers[index];
    struct vpnnbrec_vpn_connection *row
        = vpnnbrec_vpn_connection_insert(im->ctx->txn);
    char *name = make_name(im, index);

    vpnnbrec_vpn_connection_set_name(row, name);
    free(name);
    write_networks(im, peer, row);
    write_keys(im, peer, row);
    vpnnbrec_vpn_connection_set_peer_address(row, peer->endpoint);
    if (peer->keepalive) {
        int64_t keepalive = peer->keepalive;

        vpnnbrec_vpn_connection_set_keepalive(row, &keepalive, 1);
    }
    /* How old its keys are, nobody knows. */
    vpnnbrec_vpn_connection_set_created_at(row, &created, 1);
    vpnnbrec_vpn_connection_set_updated_at(row, &now, 1);
    return row;
}

static void
insert_connections(struct importer *im, int64_t now)
{
    size_t n = im->import->n_peers;
    struct uuid *uuids = xmalloc(n * sizeof *uuids);

    for (size_t i = 0; i < n; i++) {
        uuids[i] = insert_connection(im, i, now)->header_.uuid;
    }
    vpnnbrec_vpn_service_set_connections(im->row, uuids, n);
    free(uuids);
}

/* Checks what has been written, as ovn-vpn will. */
static char *
check_service(const struct importer *im)
{
    struct vpn_service *service = vpn_service_from_row(im->row);
    char *error = nullable_xstrdup(service->error);

    for (size_t i = 0; !error && i < service->n_connections; i++) {
        const struct vpn_connection *c = &service->connections[i];

        if (c->error) {
            error = xasprintf("peer %s: %s", c->name, c->error);
        }
    }
    vpn_service_destroy(service);
    return error;
}

/* Tells what does not come over from the file. */
static void
put_notes(const struct importer *im)
{
    const struct wg_import *import = im->import;
    struct ds *ds = &im->ctx->output;
    const char **ignored = sset_sort(&import->ignored);

    ds_put_format(ds, "imported %"PRIuSIZE" connections\n", import->n_peers);
    for (size_t i = 0; i < sset_count(&import->ignored); i++) {
        ds_put_format(ds, "note: %s has no meaning here\n", ignored[i]);
    }
    free(ignored);
    for (size_t i = 0; i < import->addresses.n; i++) {
        const struct vpn_prefix *own = &import->addresses.list[i];
        struct vpn_prefix first = vpn_prefix_network(own);

        if (vpn_prefix_nth(&first, 1, &first.addr)
            && memcmp(&first.addr, &own->addr, sizeof own->addr)) {
            char *a = vpn_addr_to_string(&own->addr);
            char *b = vpn_addr_to_string(&first.addr);

            ds_put_format(ds, "note: the gateway's address in the tunnel, "
                          "which was %s, will be %s\n", a, b);
            free(a);
            free(b);
        }
    }
}

static char *
import_service(struct importer *im, const struct vpnnbrec_nb_global *global)
{
    struct ctl_context *ctx = im->ctx;
    const char *name = ctx->argv[1];

    char *error = vpn_label("SERVICE", vpn_name_check("service", name));
    if (error) {
        return error;
    } else if (vpn_nb_find_service(ctx->idl, name)) {
        return xasprintf("there is a service named %s already", name);
    } else if (!global || !global->sealing_public_key) {
        return xstrdup("there is no sealing key yet; ovn-vpn makes one when "
                       "it first runs");
    }
    vpnnbrec_nb_global_verify_sealing_public_key(global);
    error = vpn_label("sealing_public_key in NB_Global",
                        vpn_public_key_parse(global->sealing_public_key,
                                             &im->recipient));
    if (error) {
        return error;
    }

    im->row = vpnnbrec_vpn_service_insert(ctx->txn);
    vpnnbrec_vpn_service_set_name(im->row, name);
    error = vpn_label("ROUTER", vpn_nb_set_service(im->row, "router",
                                                    ctx->argv[2]));
    error = error ? error : vpn_label(
        "EXTERNAL_IP", vpn_nb_set_service(im->row, "external_ip",
                                         ctx->argv[3]));
    if (!error) {
        int64_t now = vpn_nb_touch(im->row);

        vpnnbrec_vpn_service_set_created_at(im->row, &now, 1);
        write_service(im);
        insert_connections(im, now);
        error = vpn_label(ctx->argv[4], check_service(im));
    }
    return error;
}

static void
cmd_svc_import(struct ctl_context *ctx)
{
    struct wg_import import;
    struct importer im = { .ctx = ctx, .import = &import };

    sset_init(&im.names);
    ctx->error = parse_file(ctx->argv[4], &import);
    if (!ctx->error) {
        ctx->error = import_service(&im, vpnnbrec_nb_global_first(ctx->idl));
    }
    if (!ctx->error) {
        put_notes(&im);
        nbctl_expect("added", ctx->argv[1], NULL);
    }
    sset_destroy(&im.names);
    wg_import_destroy(&import);
}

const struct ctl_command_syntax nbctl_import_commands[] = {
    {"svc-import", 4, 4, "SERVICE ROUTER EXTERNAL_IP FILE",
     nbctl_prerequisites, cmd_svc_import, NULL, "", RW},
    {NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, RO},
};
