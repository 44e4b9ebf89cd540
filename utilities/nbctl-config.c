/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/nbctl-config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fatal-signal.h"
#include "socket-util.h"
#include "util.h"
#include "utilities/nbctl.h"

static struct ovs_list configs = OVS_LIST_INITIALIZER(&configs);

static struct nbctl_config *
find_config(const struct ctl_context *ctx)
{
    struct nbctl_config *config;

    LIST_FOR_EACH (config, node, &configs) {
        if (config->argv == ctx->argv) {
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
    struct nbctl_config *config = find_config(ctx);

    if (!config) {
        forbid_core_dumps();
        config = xmalloc(sizeof *config);
        *config = (struct nbctl_config) { .argv = ctx->argv, .fd = -1 };
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
    qr_destroy(config->qr);
    free(config);
}

/* Keys. */

/* Reads the pre-shared key in 'file_name', as "wg genpsk" makes it. */
static char *
read_psk(const char *file_name, struct vpn_key **pskp)
{
    char text[VPN_KEY_TEXT_LEN + 2];
    size_t n;

    int fd = open(file_name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return xasprintf("%s: open failed (%s)", file_name,
                         ovs_strerror(errno));
    }
    int retval = read_fully(fd, text, sizeof text - 1, &n);
    close(fd);

    struct vpn_key *psk = vpn_secret_alloc();
    text[n] = '\0';
    text[strcspn(text, "\n")] = '\0';
    bool ok = vpn_key_parse(text, psk) && !vpn_key_is_zero(psk);
    vpn_wipe(text, sizeof text);
    if (retval && retval != EOF) {
        vpn_secret_free(psk);
        return xasprintf("%s: read failed (%s)", file_name,
                         ovs_strerror(retval));
    } else if (!ok) {
        vpn_secret_free(psk);
        return xasprintf("%s: does not hold a pre-shared key (\"wg genpsk\" "
                         "makes one)", file_name);
    }
    *pskp = psk;
    return NULL;
}

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
        error = nbctl_label("--public-key",
                            vpn_public_key_parse(public_key,
                                                 &config->public_key));
    } else {
        config->private_key = vpn_secret_new_private();
        vpn_secret_public(config->private_key, &config->public_key);
    }
    if (!error && !strcmp(psk, "auto")) {
        config->psk = vpn_secret_new_psk();
    } else if (!error && strcmp(psk, "none")) {
        error = nbctl_label("--psk", read_psk(psk, &config->psk));
    }
    config->has_keys = !error;
    return error;
}

/* Delivery. */

/* Makes the file for the configuration, if it has not been done yet, so that a
 * file that cannot be written is noticed while nothing is changed.  The file
 * is removed again unless nbctl_config_deliver() follows. */
char *
nbctl_config_open(struct nbctl_config *config, const char *file_name)
{
    if (config->fd >= 0) {
        return NULL;
    }
    config->fd = open(file_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                      0600);
    if (config->fd < 0) {
        return (errno == EEXIST
                ? xasprintf("--output: %s is there already, and it is not "
                            "overwritten; remove it or use another name",
                            file_name)
                : xasprintf("--output: %s: create failed (%s)", file_name,
                            ovs_strerror(errno)));
    }
    config->file_name = file_name;
    fatal_signal_add_file_to_unlink(file_name);
    return NULL;
}

/* Writes the text to the file. */
static void
write_file(struct nbctl_config *config)
{
    size_t n;
    int error = write_fully(config->fd, config->text.string,
                            config->text.length, &n);

    if (!error && fsync(config->fd)) {
        error = errno;
    }
    if (close(config->fd) && !error) {
        error = errno;
    }
    if (error) {
        nbctl_fail(xasprintf("%s: write failed (%s): the connection was "
                             "added, but its configuration is lost; delete "
                             "it and add it again", config->file_name,
                             ovs_strerror(error)));
    }
}

/* Hands the configuration of the command of 'ctx' over, to its file or to the
 * command's output, and wipes it. */
void
nbctl_config_deliver(struct ctl_context *ctx)
{
    struct nbctl_config *config = find_config(ctx);

    if (config->file_name) {
        fatal_signal_remove_file_to_unlink(config->file_name);
        write_file(config);
    }
    if (config->qr) {
        qr_format_terminal(config->qr, config->qr_style,
                           isatty(STDOUT_FILENO), &ctx->output);
    } else if (!config->file_name) {
        ds_put_buffer(&ctx->output, config->text.string, config->text.length);
    }
    destroy_config(config);
}
