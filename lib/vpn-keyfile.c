/* SPDX-License-Identifier: Apache-2.0 */

/* Files that hold the secret half of a sealing pair: one line of base64, which
 * only the owner may read. */

#include <config.h>

#include "lib/vpn-keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "socket-util.h"
#include "util.h"

static struct vpn_sealing_pair *
sealing_pair_from_secret(struct vpn_key *secret)
{
    struct vpn_sealing_pair *pair = xmalloc(sizeof *pair);

    pair->secret = secret;
    pair->previous = NULL;
    vpn_secret_public(secret, &pair->public);
    return pair;
}

/* Returns a new pair, which the caller must destroy. */
struct vpn_sealing_pair *
vpn_sealing_pair_create(void)
{
    return sealing_pair_from_secret(vpn_secret_new_private());
}

/* Returns a copy of 'pair', which may be NULL, and of those that it replaces.
 * The caller must destroy it. */
struct vpn_sealing_pair *
vpn_sealing_pair_clone(const struct vpn_sealing_pair *pair)
{
    if (!pair) {
        return NULL;
    }

    struct vpn_sealing_pair *clone = xmalloc(sizeof *clone);

    clone->public = pair->public;
    clone->secret = vpn_secret_clone(pair->secret);
    clone->previous = vpn_sealing_pair_clone(pair->previous);
    return clone;
}

/* Frees 'pair' and those that it replaces. */
void
vpn_sealing_pair_destroy(struct vpn_sealing_pair *pair)
{
    if (pair) {
        vpn_sealing_pair_destroy(pair->previous);
        vpn_secret_free(pair->secret);
        free(pair);
    }
}

static char *
check_mode(const char *file_name, int fd)
{
    struct stat s;

    if (fstat(fd, &s)) {
        return xasprintf("%s: %s", file_name, ovs_strerror(errno));
    } else if (!S_ISREG(s.st_mode)) {
        return xasprintf("%s: is not a regular file", file_name);
    } else if (s.st_mode & 077) {
        return xasprintf("%s: others than its owner may use this file, which "
                         "holds a secret key (mode %03o; run \"chmod 600 "
                         "%s\")", file_name,
                         (unsigned int) s.st_mode & 0777, file_name);
    }
    return NULL;
}

/* Loads the pair whose secret half is in 'file_name'.  On success returns NULL
 * and stores the pair, which the caller must destroy, in '*pairp'; stores NULL
 * there if there is no such file.  On failure returns a message for the user,
 * which the caller must free. */
char *
vpn_sealing_pair_load(const char *file_name, struct vpn_sealing_pair **pairp)
{
    char text[VPN_KEY_TEXT_LEN + 2];

    *pairp = NULL;
    int fd = open(file_name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return (errno == ENOENT ? NULL
                : xasprintf("%s: open failed (%s)", file_name,
                            ovs_strerror(errno)));
    }

    char *error = check_mode(file_name, fd);
    if (!error) {
        size_t n;
        int retval = read_fully(fd, text, sizeof text - 1, &n);
        struct vpn_key *secret = vpn_secret_alloc();

        text[n] = '\0';
        text[strcspn(text, "\n")] = '\0';
        if (retval && retval != EOF) {
            error = xasprintf("%s: read failed (%s)", file_name,
                              ovs_strerror(retval));
        } else if (!vpn_key_parse(text, secret) || vpn_key_is_zero(secret)) {
            error = xasprintf("%s: does not hold a sealing key", file_name);
        }
        vpn_wipe(text, sizeof text);
        if (error) {
            vpn_secret_free(secret);
        } else {
            *pairp = sealing_pair_from_secret(secret);
        }
    }
    close(fd);
    return error;
}

/* Makes the directory that holds 'file_name', if there is none. */
static char *
make_directory(const char *file_name)
{
    char *dir = dir_name(file_name);
    char *error = NULL;

    if (mkdir(dir, 0755) && errno != EEXIST) {
        error = xasprintf("%s: mkdir failed (%s)", dir, ovs_strerror(errno));
    }
    free(dir);
    return error;
}

/* Writes the secret half of 'pair' to 'file_name', which must not exist yet,
 * such that only its owner can read it and it is there whole or not at all.
 * Returns NULL if successful, otherwise a message for the user, which the
 * caller must free. */
char *
vpn_sealing_pair_save(const char *file_name,
                      const struct vpn_sealing_pair *pair)
{
    char *error = make_directory(file_name);
    if (error) {
        return error;
    }

    char *tmp_name = xasprintf("%s.tmp", file_name);
    unlink(tmp_name);
    int fd = open(tmp_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        error = xasprintf("%s: create failed (%s)", tmp_name,
                          ovs_strerror(errno));
    } else {
        char text[VPN_KEY_TEXT_LEN + 1];
        size_t n;

        vpn_key_format(pair->secret, text);
        text[VPN_KEY_TEXT_LEN] = '\n';
        int retval = write_fully(fd, text, sizeof text, &n);
        vpn_wipe(text, sizeof text);
        if (!retval && fsync(fd)) {
            retval = errno;
        }
        close(fd);
        /* link() refuses an existing file, unlike rename(). */
        if (!retval && link(tmp_name, file_name)) {
            retval = errno;
        }
        /* What is sealed to the pair from now on must not outlive its name,
         * should the power fail. */
        if (!retval) {
            retval = fsync_parent_dir(file_name);
        }
        unlink(tmp_name);
        if (retval) {
            error = xasprintf("%s: write failed (%s)", file_name,
                              ovs_strerror(retval));
        }
    }
    free(tmp_name);
    return error;
}

/* Returns when the pair in 'file_name' was written, in milliseconds since the
 * epoch, 0 if there is none. */
int64_t
vpn_sealing_pair_created_at(const char *file_name)
{
    struct stat s;

    return (!stat(file_name, &s)
            ? s.st_mtim.tv_sec * 1000LL + s.st_mtim.tv_nsec / 1000000 : 0);
}
