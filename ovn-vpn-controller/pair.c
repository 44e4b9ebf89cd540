/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/pair.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/vpn-keys.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/change.h"
#include "ovn-vpn-controller/want.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(pair);

/* Loads the pair in 'file_name', making it if 'make' and there is none. */
static struct vpn_sealing_pair *
load(const char *file_name, bool make)
{
    struct vpn_sealing_pair *pair;

    char *error = vpn_sealing_pair_load(file_name, &pair);
    if (!error && !pair && make) {
        pair = vpn_sealing_pair_create();
        if (change_is_due(file_name, "make a new sealing key")) {
            error = vpn_sealing_pair_save(file_name, pair);
            if (!error) {
                VLOG_INFO("%s: made a new sealing key", file_name);
            }
        }
    }
    if (error) {
        ovs_fatal(0, "%s", error);
    }
    return pair;
}

static char *
next_name(const char *file_name)
{
    return xasprintf("%s.next", file_name);
}

/* Loads the pair in 'file_name', making it at the first start, and the one
 * that replaces it if there is one.  Terminates the process on failure.  The
 * caller must destroy the pair. */
struct vpn_sealing_pair *
pair_load(const char *file_name)
{
    struct vpn_sealing_pair *pair = load(file_name, true);
    char *name = next_name(file_name);
    struct vpn_sealing_pair *next = load(name, false);

    free(name);
    if (next) {
        next->previous = pair;
        pair = next;
    }
    return pair;
}

/* Returns when 'pair' was made, in milliseconds since the epoch, 0 if that is
 * not known. */
int64_t
pair_created_at(const char *file_name, const struct vpn_sealing_pair *pair)
{
    char *name = (pair->previous ? next_name(file_name)
                  : xstrdup(file_name));
    int64_t created_at = vpn_sealing_pair_created_at(name);

    free(name);
    return created_at;
}

/* Begins to replace 'pair', which stays where it is.  Returns NULL if
 * successful, otherwise a message, which the caller must free. */
char *
pair_rotate(const char *file_name, struct vpn_sealing_pair *pair)
{
    if (pair->previous) {
        return xstrdup("the sealing key is being replaced already");
    }

    struct vpn_sealing_pair *next = vpn_sealing_pair_create();
    char *name = next_name(file_name);
    char *error = vpn_sealing_pair_save(name, next);
    free(name);
    if (error) {
        vpn_sealing_pair_destroy(next);
        return error;
    }
    /* Others point to 'pair': swap what is in it. */
    struct vpn_sealing_pair old = *pair;
    *pair = *next;
    *next = old;
    pair->previous = next;
    return NULL;
}

/* Returns true if the private key of 't' was sealed to a pair that 'pair'
 * replaces. */
static bool
is_sealed_to_previous(const struct want_tunnel *t,
                      const struct vpn_sealing_pair *pair)
{
    char *owner = vpn_box_owner_service(t->name);
    struct vpn_key *key;

    char *error = vpn_box_open(pair->previous, t->box, VPN_BOX_SERVICE_KEY,
                               owner, &key);
    bool opened = !error;
    vpn_secret_free(key);
    free(error);
    free(owner);
    return opened;
}

/* Ends the replacement of 'pair' if nothing is sealed to the old one any
 * more. */
void
pair_run(const char *file_name, struct vpn_sealing_pair *pair,
         const struct want *want)
{
    const struct shash_node *node;

    if (!pair->previous || !want->valid) {
        return;
    }
    SHASH_FOR_EACH (node, &want->tunnels) {
        const struct want_tunnel *t = node->data;

        if (t->box && is_sealed_to_previous(t, pair)) {
            return;
        }
    }

    if (!change_is_due(file_name, "replace the sealing key by the next one")) {
        return;
    }
    char *name = next_name(file_name);
    if (rename(name, file_name)) {
        static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(1, 1);

        VLOG_WARN_RL(&rl, "%s: rename to %s failed (%s)", name, file_name,
                     ovs_strerror(errno));
    } else {
        VLOG_INFO("the sealing key is replaced");
        vpn_sealing_pair_destroy(pair->previous);
        pair->previous = NULL;
    }
    free(name);
}
