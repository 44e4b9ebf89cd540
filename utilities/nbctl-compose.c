/* SPDX-License-Identifier: Apache-2.0 */

/* The texts and images of a configuration. */

#include <config.h>

#include "utilities/nbctl-config.h"

#include <stdlib.h>

#include "lib/vpn-nb-conf.h"
#include "lib/vpn-parse.h"
#include "util.h"

/* Makes the texts of 'config', and its QR code if it is to have one, from
 * 'conf'.  They replace those of an earlier attempt. */
static char *
format(struct nbctl_config *config, const struct wg_conf *conf)
{
    vpn_wipe_ds(&config->text);
    ds_init(&config->text);
    wg_conf_format(conf, config->format, &config->text);

    vpn_wipe_ds(&config->network);
    ds_init(&config->network);
    if (config->format == WG_CONF_NETDEV) {
        wg_conf_format(conf, WG_CONF_NETWORK, &config->network);
    }

    qr_destroy(config->qr);
    config->qr = NULL;
    const char *option = (config->has_qr ? "--qr"
                          : config->names[NBCTL_CONFIG_PNG] ? "--png"
                          : config->names[NBCTL_CONFIG_SVG] ? "--svg"
                          : NULL);
    return (!option ? NULL
            : vpn_label(option, qr_create(config->text.string,
                                            config->text.length,
                                            &config->qr)));
}

/* Makes what 'config' hands over that of 'c', a connection of 'service', whose
 * row, with its status, is 'row'. */
char *
nbctl_config_compose(struct nbctl_config *config,
                     const struct vpn_options *options,
                     const struct vpnnbrec_vpn_service *row,
                     const struct vpn_service *service,
                     const struct vpn_connection *c)
{
    const struct vpn_nb_conf_wish wish = {
        .private_key = config->private_key,
        .psk = config->psk,
        .psk_unknown = config->psk_unknown,
        .full_tunnel = config->full_tunnel,
        .current_key = config->current_key,
    };
    struct vpn_nb_conf conf;

    char *error = vpn_nb_conf_init(&conf, &wish, options, row, service, c);
    error = error ? error : format(config, &conf.conf);
    vpn_nb_conf_destroy(&conf);
    return error;
}
