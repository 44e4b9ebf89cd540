/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/nbctl-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fatal-signal.h"
#include "openvswitch/dynamic-string.h"
#include "socket-util.h"
#include "util.h"

struct nbctl_file {
    char *name;
    char *tmp_name;             /* NULL if it is written in place. */
    int fd;                     /* -1 once it is written. */
};

/* Opens a file next to the one called 'name', which it will replace. */
static int
open_tmp(const char *name, char **tmp_name)
{
    struct stat s;

    if (!stat(name, &s) && !S_ISREG(s.st_mode)) {
        errno = S_ISDIR(s.st_mode) ? EISDIR : EEXIST;
        return -1;
    }
    *tmp_name = xasprintf("%s.XXXXXX", name);
    return mkostemp(*tmp_name, O_CLOEXEC);
}

/* Makes a file called 'name', as 'option' asks for.  Does not touch one that
 * is there already, unless 'force', which replaces it in the end.  On success
 * returns NULL and stores the file in '*filep'; on failure returns a message
 * for the user, which the caller must free. */
char *
nbctl_file_create(const char *option, const char *name, bool force,
                  struct nbctl_file **filep)
{
    char *tmp_name = NULL;

    *filep = NULL;
    int fd = (force ? open_tmp(name, &tmp_name)
              : open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (fd < 0) {
        int error = errno;

        free(tmp_name);
        return (error == EEXIST && !force
                ? xasprintf("%s: %s is there already, and it is not "
                            "overwritten; remove it, use another name, or "
                            "give --force", option, name)
                : xasprintf("%s: %s: create failed (%s)", option, name,
                            ovs_strerror(error)));
    }
    fatal_signal_add_file_to_unlink(tmp_name ? tmp_name : name);
    *filep = xmalloc(sizeof **filep);
    **filep = (struct nbctl_file) {
        .name = xstrdup(name),
        .tmp_name = tmp_name,
        .fd = fd,
    };
    return NULL;
}

/* Writes 'contents' to 'file', and lets it stay.  Returns NULL if successful,
 * otherwise a message for the user, which the caller must free. */
char *
nbctl_file_commit(struct nbctl_file *file, const struct ds *contents)
{
    const char *written = file->tmp_name ? file->tmp_name : file->name;
    size_t n;

    int error = write_fully(file->fd, contents->string, contents->length, &n);
    if (!error && fsync(file->fd)) {
        error = errno;
    }
    if (close(file->fd) && !error) {
        error = errno;
    }
    file->fd = -1;
    if (!error && file->tmp_name && rename(file->tmp_name, file->name)) {
        error = errno;
    }
    fatal_signal_remove_file_to_unlink(written);
    if (error) {
        unlink(written);
        return xasprintf("%s: write failed (%s)", file->name,
                         ovs_strerror(error));
    }
    return NULL;
}

/* Frees 'file', and removes it if it was not committed. */
void
nbctl_file_destroy(struct nbctl_file *file)
{
    if (file) {
        if (file->fd >= 0) {
            close(file->fd);
            fatal_signal_unlink_file_now(file->tmp_name ? file->tmp_name
                                         : file->name);
        }
        free(file->name);
        free(file->tmp_name);
        free(file);
    }
}
