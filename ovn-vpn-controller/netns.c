/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/netns.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "coverage.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/change.h"
#include "sset.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(netns);

COVERAGE_DEFINE(netns_make);
COVERAGE_DEFINE(netns_delete);

/* Where iproute2 keeps names (NETNS_RUN_DIR in its include/namespace.h). */
#define NETNS_DIR "/run/netns"

/* NSFS_MAGIC in <linux/magic.h>, which older headers lack. */
#define NSFS_FILE_SYSTEM 0x6e736673

/* The namespace of the calling thread, as itself sees it even where /proc
 * belongs to another process namespace. */
#define OWN_NETNS "/proc/thread-self/ns/net"

static char *
netns_path(const char *name)
{
    return xasprintf(NETNS_DIR"/%s", name);
}

/* Makes NETNS_DIR a shared mount, as "ip netns add" does, so that namespaces
 * that are mounted or unmounted below it are so everywhere on the host. */
static int
prepare_dir(void)
{
    if (mkdir(NETNS_DIR, 0755) && errno != EEXIST) {
        return errno;
    }
    if (!mount("", NETNS_DIR, "none", MS_SHARED | MS_REC, NULL)) {
        return 0;
    } else if (errno != EINVAL) {
        return errno;
    }
    /* It is no mount point yet. */
    if (mount(NETNS_DIR, NETNS_DIR, "none", MS_BIND | MS_REC, NULL)
        || mount("", NETNS_DIR, "none", MS_SHARED | MS_REC, NULL)) {
        return errno;
    }
    return 0;
}

/* Opens the namespace at 'path'.  Returns ENOENT if there is no file and
 * EINVAL if it is not (or no longer) a namespace. */
static int
open_path(const char *path, int *fdp)
{
    struct statfs fs;

    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    int error = (fstatfs(fd, &fs) ? errno
                 : fs.f_type != NSFS_FILE_SYSTEM ? EINVAL : 0);
    if (error) {
        close(fd);
    } else {
        *fdp = fd;
    }
    return error;
}

/* Enters a new namespace.  Returns 0 if successful, and then the caller must
 * call netns_leave() with '*previous'. */
static int
enter_new(int *previous)
{
    *previous = open(OWN_NETNS, O_RDONLY | O_CLOEXEC);
    if (*previous < 0) {
        return errno;
    }
    if (unshare(CLONE_NEWNET)) {
        int error = errno;

        close(*previous);
        return error;
    }
    return 0;
}

/* Mounts a new namespace on 'path'. */
static int
mount_new(const char *path)
{
    int previous;

    int error = enter_new(&previous);
    if (!error) {
        error = mount(OWN_NETNS, path, "none", MS_BIND, NULL) ? errno : 0;
        netns_leave(previous);
    }
    return error;
}

static int
create_path(const char *path)
{
    int error = prepare_dir();
    if (error) {
        return error;
    }
    int fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0);
    if (fd < 0) {
        return errno;
    }
    close(fd);
    error = mount_new(path);
    if (error) {
        unlink(path);
    }
    return error;
}

/* Opens the namespace called 'name'.  Returns 0 if successful, and then the
 * caller must free '*netnsp' with netns_close().  Otherwise returns a positive
 * errno value: ENOENT if there is none, EINVAL if there is only a remainder of
 * one. */
int
netns_open(const char *name, struct netns **netnsp)
{
    char *path = netns_path(name);
    int fd = -1;

    *netnsp = NULL;
    int error = open_path(path, &fd);
    if (!error) {
        *netnsp = xmalloc(sizeof **netnsp);
        (*netnsp)->name = xstrdup(name);
        (*netnsp)->fd = fd;
    }
    free(path);
    return error;
}

/* Like netns_open(), but makes the namespace if there is none, or returns
 * CHANGE_NOT_MADE in a dry run. */
int
netns_make(const char *name, struct netns **netnsp)
{
    int error = netns_open(name, netnsp);

    if (error == EINVAL) {
        VLOG_INFO(NETNS_DIR"/%s is not a network namespace, replacing it",
                  name);
        error = netns_delete(name);
        error = error ? error : ENOENT;
    }
    if (error == ENOENT && !change_is_due(name, "make this network namespace, "
                                          "with all that belongs in it")) {
        return CHANGE_NOT_MADE;
    } else if (error == ENOENT) {
        char *path = netns_path(name);

        error = create_path(path);
        free(path);
        if (!error) {
            VLOG_INFO("made network namespace %s", name);
            COVERAGE_INC(netns_make);
            error = netns_open(name, netnsp);
        }
    }
    return error;
}

/* Makes a namespace without a name, which goes when it is closed.  Returns 0
 * if successful, and then the caller must free '*netnsp' with netns_close().
 * Otherwise returns a positive errno value. */
int
netns_make_nameless(struct netns **netnsp)
{
    int previous;

    *netnsp = NULL;
    int error = enter_new(&previous);
    if (!error) {
        int fd = open(OWN_NETNS, O_RDONLY | O_CLOEXEC);

        error = fd < 0 ? errno : 0;
        netns_leave(previous);
        if (!error) {
            *netnsp = xzalloc(sizeof **netnsp);
            (*netnsp)->fd = fd;
        }
    }
    return error;
}

/* Frees 'netns' and leaves the namespace in place, if it has a name. */
void
netns_close(struct netns *netns)
{
    if (netns) {
        close(netns->fd);
        free(netns->name);
        free(netns);
    }
}

/* Returns true if 'netns' is still the namespace that its name stands for. */
bool
netns_is_current(const struct netns *netns)
{
    char *path = netns_path(netns->name);
    struct stat a, b;
    bool same = (!stat(path, &a) && !fstat(netns->fd, &b)
                 && a.st_dev == b.st_dev && a.st_ino == b.st_ino);

    free(path);
    return same;
}

/* Removes the name of a namespace, and with it the namespace, once nothing
 * uses it any more.  Returns 0 if successful (also if there is none),
 * otherwise a positive errno value. */
int
netns_delete(const char *name)
{
    char *path = netns_path(name);
    int error = 0;

    if (access(path, F_OK)
        || !change_is_due(name, "delete this network namespace")) {
        free(path);
        return 0;
    }
    COVERAGE_INC(netns_delete);
    /* More than one may have been mounted on each other. */
    while (!umount2(path, MNT_DETACH)) {
        continue;
    }
    if (errno != EINVAL && errno != ENOENT) {
        error = errno;
    }
    if (unlink(path) && errno != ENOENT) {
        error = errno;
    }
    free(path);
    return error;
}

/* Adds to 'rests' what follows 'prefix' in the names of all namespaces that
 * begin with it. */
void
netns_list(const char *prefix, struct sset *rests)
{
    DIR *dir = opendir(NETNS_DIR);
    struct dirent *entry;

    if (!dir) {
        return;
    }
    while ((entry = readdir(dir))) {
        if (!strncmp(entry->d_name, prefix, strlen(prefix))) {
            sset_add(rests, entry->d_name + strlen(prefix));
        }
    }
    closedir(dir);
}

/* Opens in '*fdp' a file descriptor that becomes readable when a name appears
 * or goes.  Returns 0 or a positive errno value. */
int
netns_watch_open(int *fdp)
{
    *fdp = -1;
    int error = prepare_dir();
    if (error) {
        return error;
    }
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0) {
        return errno;
    }
    if (inotify_add_watch(fd, NETNS_DIR, IN_CREATE | IN_DELETE) < 0) {
        error = errno;
        close(fd);
        return error;
    }
    *fdp = fd;
    return 0;
}

/* Returns true if there was any news on 'fd' since the last call. */
bool
netns_watch_run(int fd)
{
    char buf[4096];
    bool any = false;

    while (read(fd, buf, sizeof buf) > 0) {
        any = true;
    }
    return any;
}

/* Moves the calling thread to 'netns', for system calls that have no other
 * way to name one.  Returns 0 if successful, and then the caller must very
 * soon call netns_leave() with '*previous'.  Otherwise returns a positive
 * errno value. */
int
netns_enter(const struct netns *netns, int *previous)
{
    *previous = open(OWN_NETNS, O_RDONLY | O_CLOEXEC);
    if (*previous < 0) {
        return errno;
    }
    if (setns(netns->fd, CLONE_NEWNET)) {
        int error = errno;

        close(*previous);
        return error;
    }
    return 0;
}

void
netns_leave(int previous)
{
    if (setns(previous, CLONE_NEWNET)) {
        /* In a foreign namespace this process can only do harm. */
        VLOG_ABORT("cannot return to the host's network namespace (%s)",
                   ovs_strerror(errno));
    }
    close(previous);
}
