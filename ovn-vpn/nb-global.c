/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/nb-global.h"

#include <stdlib.h>

#include "lib/ovn-nb-idl.h"
#include "lib/vpn-model.h"
#include "util.h"

/* After a start, we cannot know what chassis have seen. */
void
nb_global_init(struct nb_global *g)
{
    *g = (struct nb_global) { .dirty = true, .seen_cfg = -1 };
}

/* Notes that the open transaction changes 'n_changes' rows. */
void
nb_global_note_changes(struct nb_global *g, unsigned int n_changes)
{
    g->dirty = g->dirty || n_changes;
}

/* Notes that the last transaction did not come to pass. */
void
nb_global_note_failure(struct nb_global *g)
{
    nb_global_init(g);
}

static void
sync_bfd_option(const struct nbrec_nb_global *row, const char *key, int value)
{
    char *s = xasprintf("%d", value);

    if (!nullable_string_is_equal(smap_get(&row->options, key), s)) {
        nbrec_nb_global_update_options_setkey(row, key, s);
    }
    free(s);
}

/* Writes into the NB_Global row of 'idl', in its open transaction, which holds
 * all rows up to 'nb_cfg' of our own. */
void
nb_global_run(struct nb_global *g, struct ovsdb_idl *idl,
              const struct vpn_options *options, int64_t nb_cfg)
{
    const struct nbrec_nb_global *row = nbrec_nb_global_first(idl);
    if (!row) {
        return;
    }

    if (g->dirty && nb_cfg != g->seen_cfg) {
        nbrec_nb_global_verify_nb_cfg(row);
        nbrec_nb_global_set_nb_cfg(row, row->nb_cfg + 1);
        g->target = row->nb_cfg;
        g->dirty = false;
    }
    g->seen_cfg = nb_cfg;

    if (options->bfd_interval_ms) {
        sync_bfd_option(row, "bfd-min-rx", options->bfd_interval_ms);
        sync_bfd_option(row, "bfd-min-tx", options->bfd_interval_ms);
        sync_bfd_option(row, "bfd-mult", 3);
    }
}
