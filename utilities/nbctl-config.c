/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/nbctl-config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/vpn-parse.h"
#include "openvswitch/shash.h"
#include "socket-util.h"
#include "util.h"
#include "utilities/nbctl-file.h"
#include "utilities/nbctl.h"
#include "utilities/vpn-dbctl.h"
#include "uuid.h"

static struct ovs_list configs = OVS_LIST_INITIALIZER(&configs);

static struct nbctl_config *
find_config(const struct ctl_context *ctx, const struct uuid *uuid)
{
    struct nbctl_config *config;

    LIST_FOR_EACH (config, node, &configs) {
        if (config->argv == ctx->argv && uuid_equals(&config->uuid, uuid)) {
            return config;
        }
    }
    return NULL;
}

/* Text that is being put together lies in ordinary memory, which must not end
 * up in a file. */
static void
forbid_core_dumps(void)
{
    static const struct rlimit none = { 0, 0 };

    setrlimit(RLIMIT_CORE, &none);
}

/* Returns the configuration that belongs to the command of 'ctx', a new and
 * empty one in the first attempt. */
struct nbctl_config *
nbctl_config_get(struct ctl_context *ctx)
{
    return nbctl_config_get_one(ctx, &UUID_ZERO);
}

/* Returns the configuration that the command of 'ctx' has for the connection
 * with 'uuid'. */
struct nbctl_config *
nbctl_config_get_one(struct ctl_context *ctx, const struct uuid *uuid)
{
    struct nbctl_config *config = find_config(ctx, uuid);

    if (!config) {
        forbid_core_dumps();
        config = xmalloc(sizeof *config);
        *config = (struct nbctl_config) { .argv = ctx->argv, .uuid = *uuid };
        ovs_list_push_back(&configs, &config->node);
    }
    return config;
}

static void
destroy_config(struct nbctl_config *config)
{
    ovs_list_remove(&config->node);
    vpn_secret_free(config->private_key);
    vpn_secret_free(config->psk);
    vpn_wipe_ds(&config->text);
    vpn_wipe_ds(&config->network);
    qr_destroy(config->qr);
    for (size_t i = 0; i < NBCTL_CONFIG_N_TARGETS; i++) {
        nbctl_file_destroy(config->files[i]);
    }
    free(config->output_name);
    free(config->network_name);
    free(config);
}

/* Options. */

static char *
parse_format(struct nbctl_config *config, const char *s)
{
    static const struct {
        const char *name;
        enum wg_conf_format format;
    } formats[] = {
        { "wg-quick", WG_CONF_QUICK },
        { "nm", WG_CONF_NM },
        { "networkd", WG_CONF_NETDEV },
        { "routeros", WG_CONF_ROUTEROS },
    };

    for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
        if (!strcmp(s, formats[i].name)) {
            config->format = formats[i].format;
            return NULL;
        }
    }
    return xasprintf("--format: \"%s\" is none of \"wg-quick\", \"nm\", "
                     "\"networkd\" and \"routeros\"", s);
}

/* Returns true if the terminal, or whatever else standard output is, can be
 * expected to understand UTF-8. */
static bool
is_utf8_locale(void)
{
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const char *value = getenv(names[i]);

        if (value && value[0]) {
            return (strcasestr(value, "utf-8") || strcasestr(value, "utf8"));
        }
    }
    return false;
}

/* Parses 'style', the argument of --qr, NULL if it has none. */
static char *
parse_qr(struct nbctl_config *config, const char *style)
{
    const char *term = getenv("TERM");
    bool dumb = !term || !strcmp(term, "dumb");

    config->has_qr = true;
    config->has_colours = isatty(STDOUT_FILENO) && !dumb;
    if (!style) {
        config->qr_style = !dumb && is_utf8_locale() ? QR_UTF8 : QR_ASCII;
    } else if (!strcmp(style, "utf8") || !strcmp(style, "ascii")) {
        config->qr_style = strcmp(style, "ascii") ? QR_UTF8 : QR_ASCII;
    } else {
        return xasprintf("--qr: \"%s\" is neither \"utf8\" nor \"ascii\"",
                         style);
    }
    return NULL;
}

/* Finds the name of systemd-networkd's second file. */
static char *
name_network(struct nbctl_config *config)
{
    const char *name = config->names[NBCTL_CONFIG_OUTPUT];
    const char *dot = name ? strrchr(name, '.') : NULL;

    if (!name || config->format != WG_CONF_NETDEV) {
        return NULL;
    } else if (!dot || strcmp(dot, ".netdev")) {
        return xasprintf("--output: systemd-networkd reads two files; give "
                         "the name of the one that ends in \".netdev\", "
                         "not \"%s\"", name);
    }
    free(config->network_name);
    config->network_name = xasprintf("%.*s.network", (int) (dot - name), name);
    config->names[NBCTL_CONFIG_NETWORK] = config->network_name;
    return NULL;
}

/* Reads what the options of the command of 'ctx' want of the configuration. */
char *
nbctl_config_parse(struct nbctl_config *config, struct ctl_context *ctx)
{
    const struct shash *options = &ctx->options;
    const char *format = shash_find_data(options, "--format");
    char *error = NULL;

    config->force = shash_find(options, "--force");
    config->full_tunnel = shash_find(options, "--full-tunnel");
    config->current_key = shash_find(options, "--current-key");
    config->names[NBCTL_CONFIG_OUTPUT] = shash_find_data(options, "--output");
    config->names[NBCTL_CONFIG_PNG] = shash_find_data(options, "--png");
    config->names[NBCTL_CONFIG_SVG] = shash_find_data(options, "--svg");
    if (format) {
        error = parse_format(config, format);
    }
    if (!error && shash_find(options, "--qr")) {
        error = parse_qr(config, shash_find_data(options, "--qr"));
    }
    if (!error && config->format != WG_CONF_QUICK
        && (config->has_qr || config->names[NBCTL_CONFIG_PNG]
            || config->names[NBCTL_CONFIG_SVG])) {
        error = xstrdup("--format: a QR code can hold the format \"wg-quick\" "
                        "only, which telephones read");
    }
    return error ? error : name_network(config);
}

/* Keys. */

/* Makes the keys, if it has not been done yet.  'public_key' is that of the
 * user's own key pair, or NULL for a new pair; 'psk' is "auto", "none" or the
 * name of a file. */
char *
nbctl_config_keys(struct nbctl_config *config, const char *public_key,
                  const char *psk)
{
    char *error = NULL;

    if (config->has_keys) {
        return NULL;
    }
    if (public_key) {
        error = vpn_label("--public-key",
                            vpn_public_key_parse(public_key,
                                                 &config->public_key));
    } else {
        config->private_key = vpn_secret_new_private();
        vpn_secret_public(config->private_key, &config->public_key);
    }
    if (!error && !strcmp(psk, "auto")) {
        config->psk = vpn_secret_new_psk();
    } else if (!error && strcmp(psk, "none")) {
        error = vpn_label("--psk", nbctl_read_key_file(psk, &config->psk));
    }
    config->has_keys = !error;
    return error;
}

/* Delivery. */

/* Makes the files for the configuration, if it has not been done yet, so that
 * one that cannot be written is noticed while nothing is changed.  They are
 * removed again unless nbctl_config_deliver() follows. */
char *
nbctl_config_open(struct nbctl_config *config)
{
    static const char *const options[] = {
        [NBCTL_CONFIG_OUTPUT] = "--output",
        [NBCTL_CONFIG_NETWORK] = "--output",
        [NBCTL_CONFIG_PNG] = "--png",
        [NBCTL_CONFIG_SVG] = "--svg",
    };
    char *error = NULL;

    for (size_t i = 0; !config->is_open && !error
                       && i < NBCTL_CONFIG_N_TARGETS; i++) {
        if (config->names[i]) {
            error = nbctl_file_create(options[i], config->names[i],
                                      config->force, &config->files[i]);
        }
    }
    config->is_open = !error;
    return error;
}

/* Fills the file for 'target' with 'contents'. */
static void
write_file(struct nbctl_config *config, enum nbctl_config_target target,
           const struct ds *contents)
{
    if (config->files[target]) {
        char *error = nbctl_file_commit(config->files[target], contents);

        if (error) {
            nbctl_fail(xasprintf("%s: the change was made, but the "
                                 "configuration is lost; have another one "
                                 "made with conn-rekey", error));
            free(error);
        }
    }
}

/* Fills the file for 'target' with the image that 'format' makes. */
static void
write_image(struct nbctl_config *config, enum nbctl_config_target target,
            void (*format)(const struct qr *, struct ds *))
{
    if (config->files[target]) {
        struct ds image = DS_EMPTY_INITIALIZER;

        format(config->qr, &image);
        write_file(config, target, &image);
        vpn_wipe_ds(&image);
    }
}

/* Hands the configuration of the command of 'ctx' over, to files or to the
 * command's output, and wipes it. */
void
nbctl_config_deliver(struct ctl_context *ctx)
{
    struct nbctl_config *config = find_config(ctx, &UUID_ZERO);

    write_file(config, NBCTL_CONFIG_OUTPUT, &config->text);
    write_file(config, NBCTL_CONFIG_NETWORK, &config->network);
    write_image(config, NBCTL_CONFIG_PNG, qr_format_png);
    write_image(config, NBCTL_CONFIG_SVG, qr_format_svg);

    if (config->has_qr) {
        qr_format_terminal(config->qr, config->qr_style, config->has_colours,
                           &ctx->output);
        if (config->has_colours) {
            vpn_dbctl_keep_colours();
        }
    } else if (!config->names[NBCTL_CONFIG_OUTPUT]
               && !config->names[NBCTL_CONFIG_PNG]
               && !config->names[NBCTL_CONFIG_SVG]) {
        ds_reserve(&ctx->output, (ctx->output.length + config->text.length
                                  + config->network.length + 1));
        ds_put_buffer(&ctx->output, config->text.string, config->text.length);
        if (config->network.length) {
            ds_put_char(&ctx->output, '\n');
            ds_put_buffer(&ctx->output, config->network.string,
                          config->network.length);
        }
    }
    destroy_config(config);
}

/* Wipes what the command of 'ctx' has prepared, if anything. */
void
nbctl_config_discard(struct ctl_context *ctx)
{
    struct nbctl_config *config = find_config(ctx, &UUID_ZERO);

    if (config) {
        destroy_config(config);
    }
}

/* Has 'config' written to a file in 'directory' whose name is 'name' with an
 * extension for the format. */
char *
nbctl_config_name(struct nbctl_config *config, const char *directory,
                  const char *name)
{
    static const char *const extensions[] = {
        [WG_CONF_QUICK] = "conf",
        [WG_CONF_NM] = "nmconnection",
        [WG_CONF_NETDEV] = "netdev",
        [WG_CONF_ROUTEROS] = "rsc",
    };

    free(config->output_name);
    config->output_name = xasprintf("%s/%s.%s", directory, name,
                                    extensions[config->format]);
    config->names[NBCTL_CONFIG_OUTPUT] = config->output_name;
    return name_network(config);
}

/* Hands all configurations of the command of 'ctx' over to their files, if
 * 'deliver', and wipes them. */
void
nbctl_config_finish_all(struct ctl_context *ctx, bool deliver)
{
    struct nbctl_config *config;

    LIST_FOR_EACH_SAFE (config, node, &configs) {
        if (config->argv == ctx->argv) {
            if (deliver) {
                write_file(config, NBCTL_CONFIG_OUTPUT, &config->text);
                write_file(config, NBCTL_CONFIG_NETWORK, &config->network);
            }
            destroy_config(config);
        }
    }
}
