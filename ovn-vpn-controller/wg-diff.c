/* SPDX-License-Identifier: Apache-2.0 */

/* The difference between a WireGuard interface as it is and as it is wanted;
 * see ovn-vpn-controller/wg-device.h. */

#include <config.h>

#include "ovn-vpn-controller/wg-device.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

/* Keepalive interval that is set for a moment to make a peer without one send
 * a handshake initiation. */
#define CALL_KEEPALIVE 25

/* All that makes a peer, but for where it is. */
#define WG_WHOLE (WG_ADD | WG_PSK | WG_KEEPALIVE | WG_ALLOWED_IPS)

void
wg_changes_init(struct wg_changes *changes)
{
    memset(changes, 0, sizeof *changes);
}

void
wg_changes_destroy(struct wg_changes *changes)
{
    free(changes->list);
}

bool
wg_changes_is_empty(const struct wg_changes *changes)
{
    return !(changes->private_key || changes->listen_port || changes->fwmark
             || changes->replace_peers || changes->n);
}

/* Adds a change that does 'what' to the peer with 'want''s public key and
 * returns it, so that the caller can add values. */
struct wg_change *
wg_changes_add(struct wg_changes *changes, unsigned int what,
               const struct wg_peer *want)
{
    if (changes->n >= changes->allocated) {
        changes->list = x2nrealloc(changes->list, &changes->allocated,
                                   sizeof *changes->list);
    }
    struct wg_change *change = &changes->list[changes->n++];
    *change = (struct wg_change) {
        .what = what,
        .public_key = want->public_key,
        .want = what == WG_REMOVE ? NULL : want,
    };
    return change;
}

/* Stores in 'slice' the next up to 'max' of 'changes', of which '*done' were
 * taken before.  It borrows them: do not destroy it. */
void
wg_changes_slice(const struct wg_changes *changes, size_t *done, size_t max,
                 struct wg_changes *slice)
{
    size_t n = MIN(changes->n - *done, max);

    wg_changes_init(slice);
    if (!*done) {
        slice->private_key = changes->private_key;
        slice->listen_port = changes->listen_port;
        slice->fwmark = changes->fwmark;
        slice->replace_peers = changes->replace_peers;
    }
    slice->list = changes->list + *done;
    slice->n = n;
    *done += n;
    slice->more = *done < changes->n;
}

/* Returns true if every prefix of 'a' is in 'b'.  Both are sorted. */
static bool
prefixes_subset(const struct vpn_prefixes *a, const struct vpn_prefixes *b)
{
    size_t j = 0;

    for (size_t i = 0; i < a->n; i++) {
        while (j < b->n
               && vpn_prefix_compare(&b->list[j], &a->list[i]) < 0) {
            j++;
        }
        if (j >= b->n || !vpn_prefix_equals(&b->list[j], &a->list[i])) {
            return false;
        }
    }
    return true;
}

static bool
psk_differs(const struct wg_peer *have, const struct wg_peer *want)
{
    return (have->has_psk != want->has_psk
            || (want->has_psk && !vpn_digest_equals(&have->psk, &want->psk)));
}

/* Returns what is to do to bring 'have' to 'want' in every role. */
static unsigned int
diff_constants(const struct wg_peer *have, const struct wg_peer *want)
{
    unsigned int what = psk_differs(have, want) ? WG_PSK : 0;

    if (!prefixes_subset(&have->allowed_ips, &want->allowed_ips)) {
        what |= WG_REPLACE_IPS | WG_ALLOWED_IPS;
    } else if (have->allowed_ips.n != want->allowed_ips.n) {
        what |= WG_ALLOWED_IPS;
    }
    return what;
}

/* Context of a diff. */
struct diff {
    enum role role;
    wg_site_func *site;
    void *aux;
    struct wg_changes *changes;
};

static bool
find_site(const struct diff *diff, const struct wg_peer *want,
          struct wg_endpoint *endpoint)
{
    return (diff->role == ROLE_ACTIVE && want->site && diff->site
            && diff->site(want, endpoint, diff->aux));
}

static void
diff_missing(const struct diff *diff, const struct wg_peer *want)
{
    struct wg_endpoint endpoint;
    bool callable = find_site(diff, want, &endpoint);
    struct wg_change *change = wg_changes_add(
        diff->changes, WG_WHOLE | (callable ? WG_ENDPOINT : 0), want);

    if (callable) {
        change->endpoint = endpoint;
        change->keepalive = want->keepalive;
    }
}

/* An endpoint and a session cannot be taken away from a peer that stays. */
static bool
must_be_replaced(const struct wg_peer *have)
{
    return have->has_endpoint || have->last_handshake;
}

static void
diff_standby(const struct diff *diff, const struct wg_peer *have,
             const struct wg_peer *want)
{
    unsigned int what = diff_constants(have, want);

    if (must_be_replaced(have)) {
        what = WG_REMOVE | WG_WHOLE;
    } else if (have->keepalive) {
        what |= WG_KEEPALIVE;
    }
    if (what) {
        wg_changes_add(diff->changes, what, want);
    }
}

static void
diff_active(const struct diff *diff, const struct wg_peer *have,
            const struct wg_peer *want)
{
    unsigned int what = diff_constants(have, want);
    struct wg_endpoint endpoint;

    if (!have->has_endpoint && find_site(diff, want, &endpoint)) {
        what |= WG_ENDPOINT;
    }
    /* Without an endpoint a keepalive only makes the device compute
     * initiations that it cannot send. */
    bool callable = have->has_endpoint || what & WG_ENDPOINT;
    int keepalive = callable ? want->keepalive : 0;
    if (have->keepalive != keepalive) {
        what |= WG_KEEPALIVE;
    }
    if (what) {
        struct wg_change *change = wg_changes_add(diff->changes, what, want);

        change->keepalive = keepalive;
        if (what & WG_ENDPOINT) {
            change->endpoint = endpoint;
        }
    }
}

static void
diff_unknown(const struct diff *diff, const struct wg_peer *have,
             const struct wg_peer *want)
{
    unsigned int what = diff_constants(have, want);

    if (what) {
        wg_changes_add(diff->changes, what, want);
    }
}

/* Adds the removal of what is not wanted, in front of the other changes: what
 * one peer loses another one may get. */
static void
diff_surplus(const struct diff *diff, const struct wg_device *have,
             const struct wg_device *want)
{
    struct wg_changes *changes = diff->changes;
    struct wg_changes others = *changes;
    const struct wg_peer *peer;

    changes->list = NULL;
    changes->n = changes->allocated = 0;
    HMAP_FOR_EACH (peer, node, &have->peers) {
        if (!wg_device_find_same(want, peer)) {
            wg_changes_add(changes, WG_REMOVE, peer);
        }
    }
    changes->allocated = changes->n + others.n;
    changes->list = xrealloc(changes->list,
                             changes->allocated * sizeof *changes->list);
    if (others.n) {
        memcpy(changes->list + changes->n, others.list,
               others.n * sizeof *others.list);
        changes->n += others.n;
    }
    wg_changes_destroy(&others);
}

/* Most differences are small ones: the time that this takes is that of looking
 * each peer up, which is done only once if none has to go. */
static void
diff_peers(const struct diff *diff, const struct wg_device *have,
           const struct wg_device *want)
{
    const struct wg_peer *peer;
    size_t n_common = 0;

    HMAP_FOR_EACH (peer, node, &want->peers) {
        const struct wg_peer *found = wg_device_find_same(have, peer);

        n_common += found != NULL;
        if (!found) {
            diff_missing(diff, peer);
        } else if (diff->role == ROLE_STANDBY) {
            diff_standby(diff, found, peer);
        } else if (diff->role == ROLE_ACTIVE) {
            diff_active(diff, found, peer);
        } else {
            diff_unknown(diff, found, peer);
        }
    }
    if (n_common < hmap_count(&have->peers)) {
        diff_surplus(diff, have, want);
    }
}

/* Returns true if most peers of 'have' hold what a standby must not have. */
static bool
was_active(const struct wg_device *have)
{
    const struct wg_peer *peer;
    size_t n = 0;

    HMAP_FOR_EACH (peer, node, &have->peers) {
        n += must_be_replaced(peer);
    }
    return n > hmap_count(&have->peers) / 2;
}

/* Stores in 'changes', which must be empty, what brings 'have' to 'want' in
 * the given role: a standby's peers have no endpoint, no keepalive and no
 * session; in the active role the endpoint of a peer that roams is the
 * device's business, and a site that has none gets the one that 'site' tells;
 * in the unknown role, neither is touched. */
void
wg_device_diff(const struct wg_device *have, const struct wg_device *want,
               enum role role, wg_site_func *site, void *aux,
               struct wg_changes *changes)
{
    struct diff diff = {
        .role = role, .site = site, .aux = aux, .changes = changes,
    };

    changes->private_key = (want->has_private_key
                            && (!have->has_private_key
                                || !vpn_digest_equals(&have->private_key,
                                                      &want->private_key)));
    changes->listen_port = have->listen_port != want->listen_port;
    changes->fwmark = have->fwmark != want->fwmark;
    if (role == ROLE_STANDBY && was_active(have)) {
        /* One step drops all sessions at once. */
        struct wg_device empty;

        wg_device_init(&empty);
        changes->replace_peers = true;
        diff_peers(&diff, &empty, want);
        wg_device_destroy(&empty);
    } else {
        diff_peers(&diff, have, want);
    }
}

/* Adds to 'changes' an interval of 0 that becomes another one, which makes the
 * interface send a keepalive at once, in the kernel (set_peer() in
 * drivers/net/wireguard/netlink.c) and in wireguard-go (ipcSetPeer in
 * device/uapi.go) alike, and with it what else is in 'what'.  'found' is the
 * peer as it is, NULL if there is none or it will be removed.  Returns the
 * change with 'what'. */
static struct wg_change *
kick(const struct wg_peer *found, const struct wg_peer *want,
     unsigned int what, struct wg_changes *changes)
{
    if (found && found->keepalive) {
        wg_changes_add(changes, WG_KEEPALIVE, want);
    }
    size_t index = changes->n;
    struct wg_change *change = wg_changes_add(changes, what | WG_KEEPALIVE,
                                              want);
    change->keepalive = want->keepalive ? want->keepalive : CALL_KEEPALIVE;
    if (!want->keepalive) {
        wg_changes_add(changes, WG_KEEPALIVE, want);
    }
    return &changes->list[index];
}

/* Adds to 'changes' what makes the interface send a handshake initiation to
 * 'want' at 'endpoint' at once.  'have' is the interface as it is.
 *
 * A keepalive that finds no session does that, but not within 5 s of the last
 * initiation (REKEY_TIMEOUT).  If 'again' is true, the peer is first removed
 * and added, which forgets the last one. */
void
wg_device_call(const struct wg_device *have, const struct wg_peer *want,
               const struct wg_endpoint *endpoint, bool again,
               struct wg_changes *changes)
{
    const struct wg_peer *found = wg_device_find(have, &want->public_key);
    bool whole = again || !found;

    kick(whole ? NULL : found, want,
         WG_ENDPOINT | (whole ? WG_REMOVE | WG_WHOLE : 0),
         changes)->endpoint = *endpoint;
}

/* Adds to 'changes' what makes the interface send a keepalive to 'want', with
 * which it has a session. */
void
wg_device_confirm(const struct wg_device *have, const struct wg_peer *want,
                  struct wg_changes *changes)
{
    const struct wg_peer *found = wg_device_find(have, &want->public_key);

    if (found) {
        kick(found, want, 0, changes);
    }
}

/* Adds to 'changes' what makes 'want' known to be at 'endpoint', for packets
 * that are to be sent to it later. */
void
wg_device_hint(const struct wg_peer *want, const struct wg_endpoint *endpoint,
               struct wg_changes *changes)
{
    struct wg_change *change = wg_changes_add(
        changes, WG_ENDPOINT | WG_KEEPALIVE, want);

    change->endpoint = *endpoint;
    change->keepalive = want->keepalive;
}
