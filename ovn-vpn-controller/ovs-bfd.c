/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/ovs-bfd.h"

#include <string.h>

#include "coverage.h"
#include "ovsdb-idl.h"
#include "util.h"
#include "vswitch-idl.h"

COVERAGE_DEFINE(ovs_bfd_lost);

void
ovs_bfd_init(struct ovs_bfd *bfd)
{
    sset_init(&bfd->up);
    bfd->seqno = 0;
}

void
ovs_bfd_destroy(struct ovs_bfd *bfd)
{
    sset_destroy(&bfd->up);
}

void
ovs_bfd_add_columns(struct ovsdb_idl *idl)
{
    ovsdb_idl_add_column(idl, &ovsrec_interface_col_name);
    ovsdb_idl_add_column(idl, &ovsrec_interface_col_bfd_status);
}

/* Returns true if a tunnel that was up since the last call is not any more.
 * One that has been removed was not lost. */
bool
ovs_bfd_run(struct ovs_bfd *bfd, const struct ovsdb_idl *idl)
{
    const struct ovsrec_interface *iface;
    unsigned int seqno = ovsdb_idl_get_seqno(idl);
    struct sset up = SSET_INITIALIZER(&up);
    bool lost = false;

    if (seqno == bfd->seqno) {
        return false;
    }
    bfd->seqno = seqno;
    OVSREC_INTERFACE_FOR_EACH (iface, idl) {
        const char *state = smap_get(&iface->bfd_status, "state");

        if (state && !strcmp(state, "up")) {
            sset_add(&up, iface->name);
        } else if (sset_contains(&bfd->up, iface->name)) {
            lost = true;
        }
    }
    sset_swap(&bfd->up, &up);
    sset_destroy(&up);
    if (lost) {
        COVERAGE_INC(ovs_bfd_lost);
    }
    return lost;
}
