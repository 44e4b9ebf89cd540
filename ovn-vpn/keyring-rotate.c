/* SPDX-License-Identifier: Apache-2.0 */

/* Replacing the sealing pair.
 *
 * There are up to three files: FILE, FILE.next with the pair that will be used
 * after it, and FILE.old with the one that was used before.  The database says
 * which of them is the one: its sealing_public_key.  In this order, each step
 * made only when the one before it is on the disk:
 *
 *     1. FILE.next is made.                            keyring_prepare()
 *     2. The database's key becomes the next one.      status-seal.c
 *     3. FILE becomes FILE.old, FILE.next FILE.        keyring_adopt()
 *     4. Each box is opened and sealed again.          status-seal.c
 *     5. FILE.old is deleted.                          keyring_retire()
 *
 * FILE is always there.  Whoever is killed, whenever, whoever starts next sees
 * from the files and the database how far it is, and no box is sealed to a
 * pair that is not in a file. */

#include <config.h>

#include "ovn-vpn/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(keyring_rotate);

static char *
sibling(const struct keyring *keyring, const char *suffix)
{
    return xasprintf("%s.%s", keyring->file_name, suffix);
}

/* Makes what was done in the keyring's directory last. */
static void
sync_directory(const struct keyring *keyring)
{
    char *dir = dir_name(keyring->file_name);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || fsync(fd)) {
        VLOG_WARN("%s: sync failed (%s)", dir, ovs_strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
    free(dir);
}

static char *
load_sibling(const struct keyring *keyring, const char *suffix,
             struct vpn_sealing_pair **pair)
{
    char *name = sibling(keyring, suffix);
    char *error = vpn_sealing_pair_load(name, pair);

    free(name);
    return error;
}

/* Loads all files that are there.  What was loaded before stays on failure. */
char *
keyring_load(struct keyring *keyring)
{
    struct vpn_sealing_pair *pair = NULL, *next = NULL, *old = NULL;

    char *error = vpn_sealing_pair_load(keyring->file_name, &pair);
    error = error ? error : load_sibling(keyring, "next", &next);
    error = error ? error : load_sibling(keyring, "old", &old);
    if (error || !pair) {
        vpn_sealing_pair_destroy(pair);
        vpn_sealing_pair_destroy(next);
        vpn_sealing_pair_destroy(old);
        return error;
    }
    pair->previous = old;
    vpn_sealing_pair_destroy(keyring->pair);
    vpn_sealing_pair_destroy(keyring->next);
    keyring->pair = pair;
    keyring->next = next;
    vpn_key_format(&pair->public, keyring->public_text);
    return NULL;
}

/* Makes the next pair and its file, unless that was done before.  Returns NULL
 * if successful, otherwise a message for the operator, which the caller must
 * free. */
char *
keyring_prepare(struct keyring *keyring)
{
    char *error = keyring_load(keyring);

    if (!error && !keyring->next) {
        struct vpn_sealing_pair *next = vpn_sealing_pair_create();
        char *name = sibling(keyring, "next");

        error = vpn_sealing_pair_save(name, next);
        vpn_sealing_pair_destroy(next);
        free(name);
        if (!error) {
            sync_directory(keyring);
            error = keyring_load(keyring);
        }
    }
    return error;
}

/* Links FILE to FILE.old, unless that was done before. */
static char *
keep_old(const struct keyring *keyring, const char *old)
{
    const struct vpn_sealing_pair *previous = keyring->pair->previous;

    if (previous) {
        return (vpn_key_equals(&previous->public, &keyring->pair->public)
                ? NULL
                : xasprintf("%s: this is the key of an earlier replacement, "
                            "which is not complete; move the file away if "
                            "nothing is sealed to it any more", old));
    }
    return (link(keyring->file_name, old)
            ? xasprintf("%s: link to %s failed (%s)", keyring->file_name, old,
                        ovs_strerror(errno))
            : NULL);
}

/* Makes the next pair the one to use. */
char *
keyring_adopt(struct keyring *keyring)
{
    char *old = sibling(keyring, "old");
    char *next = sibling(keyring, "next");

    char *error = keep_old(keyring, old);
    if (!error) {
        sync_directory(keyring);
        if (rename(next, keyring->file_name)) {
            error = xasprintf("%s: rename to %s failed (%s)", next,
                              keyring->file_name, ovs_strerror(errno));
        }
    }
    if (!error) {
        sync_directory(keyring);
        error = keyring_load(keyring);
    }
    if (!error) {
        VLOG_INFO("the sealing key is %s now", keyring->public_text);
    }
    free(old);
    free(next);
    return error;
}

/* Deletes the pair that was used before, to which nothing is sealed any
 * more. */
void
keyring_retire(struct keyring *keyring)
{
    char *old = sibling(keyring, "old");

    if (unlink(old) && errno != ENOENT) {
        VLOG_WARN("%s: delete failed (%s)", old, ovs_strerror(errno));
    }
    free(old);
    vpn_sealing_pair_destroy(keyring->pair->previous);
    keyring->pair->previous = NULL;
}

/* Returns true if boxes may be sealed to the pair that was used before. */
bool
keyring_has_old(const struct keyring *keyring)
{
    return keyring->pair->previous != NULL;
}

/* Returns what to write in the place of 'box', which the caller must free, or
 * NULL if 'box' need not, or cannot, be sealed again. */
char *
keyring_reseal(const struct keyring *keyring, const char *box,
               enum vpn_box_purpose purpose, const char *owner)
{
    struct vpn_sealing_pair current = *keyring->pair;
    struct vpn_key *secret;
    char *new = NULL;

    current.previous = NULL;
    char *error = vpn_box_open(&current, box, purpose, owner, &secret);
    if (error) {
        free(error);
        error = vpn_box_open(keyring->pair, box, purpose, owner, &secret);
        if (!error) {
            new = vpn_box_seal(&keyring->pair->public, purpose, owner, secret);
        }
    }
    free(error);
    vpn_secret_free(secret);
    return new;
}
