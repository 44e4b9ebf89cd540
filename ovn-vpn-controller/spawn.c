/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fatal-signal.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"
#include "openvswitch/poll-loop.h"
#include "ovn-vpn-controller/netns.h"
#include "process.h"
#include "socket-util.h"
#include "timeval.h"
#include "util.h"

/* Of what a program prints, this much is kept. */
#define OUTPUT_MAX 2048

/* A program that takes longer is killed. */
#define TIME_LIMIT_MS 30000

struct spawn {
    struct ovs_list list_node;  /* In 'spawns'. */
    char *name;
    pid_t pid;                  /* -1 if it has ended. */
    int fd;                     /* What it prints, -1 after its end. */
    long long int deadline;
    struct ds output;           /* The end of it. */
    int status;                 /* As from waitpid(), once it has ended. */
    int error;                  /* errno value if it could not be started. */
};

/* All of them, for kill_all(). */
static struct ovs_list spawns = OVS_LIST_INITIALIZER(&spawns);

/* Returns true if the program has ended, and takes note of how. */
static bool
has_ended(struct spawn *spawn)
{
    if (spawn->pid > 0
        && waitpid(spawn->pid, &spawn->status, WNOHANG) == spawn->pid) {
        spawn->pid = -1;
    }
    return spawn->pid <= 0;
}

/* Kills the program, if it still runs, and those that it has started, which
 * are in its session.  The program itself goes first: it may not have got as
 * far as setsid(), and then must not go on to start others.  What a program
 * that has ended left behind goes on: that is how wireguard-go works. */
static void
kill_session(struct spawn *spawn)
{
    if (!has_ended(spawn)) {
        kill(spawn->pid, SIGKILL);
        kill(-spawn->pid, SIGKILL);
    }
}

/* Nobody else would end what still runs when this process ends. */
static void
kill_all(void *aux OVS_UNUSED)
{
    struct spawn *spawn;

    LIST_FOR_EACH (spawn, list_node, &spawns) {
        kill_session(spawn);
    }
}

static void
add_exit_hook(void)
{
    static bool added;

    if (!added) {
        added = true;
        fatal_signal_add_hook(kill_all, NULL, NULL, true);
    }
}

/* Variables that would change what wireguard-go does: with a log level it
 * would keep our pipe for its log and die when we close it. */
static bool
is_unwanted_variable(const char *assignment)
{
    return (!strncmp(assignment, "LOG_LEVEL=", 10)
            || !strncmp(assignment, "WG_", 3));
}

/* Returns the environment for a program, which the caller must free. */
static char **
make_environment(void)
{
    size_t n = 0;

    while (environ[n]) {
        n++;
    }
    char **env = xmalloc((n + 1) * sizeof *env);
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_unwanted_variable(environ[i])) {
            env[m++] = environ[i];
        }
    }
    env[m] = NULL;
    return env;
}

static void
close_fds_from(unsigned int first, unsigned int limit)
{
#ifdef SYS_close_range
    if (!syscall(SYS_close_range, first, UINT_MAX, 0)) {
        return;
    }
#endif
    for (unsigned int fd = first; fd < limit; fd++) {
        close(fd);
    }
}

/* What the child does; does not return.  Between fork() and exec(), only
 * system calls are safe. */
static void
child(const struct netns *netns, const char *const argv[], char **env,
      int output_fd, unsigned int max_fds)
{
    /* It holds keys.  With 0, a program that dumps are piped to would still
     * get them (do_coredump() in the kernel's fs/coredump.c). */
    const struct rlimit no_core = { .rlim_cur = 1, .rlim_max = 1 };
    int null_fd = open("/dev/null", O_RDONLY);

    setsid();
    setrlimit(RLIMIT_CORE, &no_core);
    if ((!netns || !setns(netns->fd, CLONE_NEWNET))
        && !chdir("/") && null_fd >= 0
        && dup2(null_fd, STDIN_FILENO) >= 0
        && dup2(output_fd, STDOUT_FILENO) >= 0
        && dup2(output_fd, STDERR_FILENO) >= 0) {
        close_fds_from(3, max_fds);
        execvpe(argv[0], (char *const *) argv, env);
    }
    _exit(errno == ENOENT ? 127 : 126);
}

/* Starts the program 'argv' in 'netns', or in the caller's namespace if that
 * is NULL, in a session of its own.  The caller must free the result with
 * spawn_destroy(). */
struct spawn *
spawn_start(const struct netns *netns, const char *const argv[])
{
    struct spawn *spawn = xzalloc(sizeof *spawn);
    struct rlimit limit;
    int fds[2];

    add_exit_hook();
    ovs_list_push_back(&spawns, &spawn->list_node);
    spawn->name = xstrdup(argv[0]);
    spawn->pid = -1;
    spawn->fd = -1;
    ds_init(&spawn->output);
    if (pipe2(fds, O_CLOEXEC)) {
        spawn->error = errno;
        return spawn;
    }
    char **env = make_environment();
    unsigned int max_fds = (getrlimit(RLIMIT_NOFILE, &limit) ? 1024
                            : MIN(limit.rlim_cur, 65536));
    spawn->pid = fork();
    if (!spawn->pid) {
        child(netns, argv, env, fds[1], max_fds);
    } else if (spawn->pid < 0) {
        spawn->error = errno;
    }
    free(env);
    close(fds[1]);
    spawn->fd = fds[0];
    set_nonblocking(spawn->fd);
    spawn->deadline = time_msec() + TIME_LIMIT_MS;
    return spawn;
}

static void
close_output(struct spawn *spawn)
{
    if (spawn->fd >= 0) {
        close(spawn->fd);
        spawn->fd = -1;
    }
}

/* Frees 'spawn'.  If its program still runs, kills that and what it has
 * started. */
void
spawn_destroy(struct spawn *spawn)
{
    if (spawn) {
        kill_session(spawn);
        if (spawn->pid > 0) {
            waitpid(spawn->pid, NULL, 0);
        }
        ovs_list_remove(&spawn->list_node);
        close_output(spawn);
        ds_destroy(&spawn->output);
        free(spawn->name);
        free(spawn);
    }
}

/* Reads what the program prints and keeps the end. */
static void
read_output(struct spawn *spawn)
{
    char buf[OUTPUT_MAX / 2];
    ssize_t n;

    while ((n = read(spawn->fd, buf, sizeof buf)) > 0) {
        size_t too_much = spawn->output.length + n;

        too_much -= MIN(too_much, OUTPUT_MAX);
        if (too_much) {
            memmove(spawn->output.string, spawn->output.string + too_much,
                    spawn->output.length - too_much);
            ds_truncate(&spawn->output, spawn->output.length - too_much);
        }
        ds_put_buffer(&spawn->output, buf, n);
    }
    if (!n || (errno != EAGAIN && errno != EINTR)) {
        close_output(spawn);
    }
}

/* Returns true if the program has ended. */
bool
spawn_run(struct spawn *spawn)
{
    if (spawn->pid <= 0) {
        return true;
    }
    if (spawn->fd >= 0) {
        read_output(spawn);
    }
    if (time_msec() >= spawn->deadline) {
        kill_session(spawn);
        close_output(spawn);
    }
    return spawn->fd < 0 && has_ended(spawn);
}

void
spawn_wait(const struct spawn *spawn)
{
    if (spawn->pid <= 0) {
        poll_immediate_wake();
    } else if (spawn->fd >= 0) {
        poll_fd_wait(spawn->fd, POLLIN);
        poll_timer_wait_until(spawn->deadline);
    } else {
        /* It has closed its output and is about to end. */
        poll_timer_wait(1);
    }
}

/* Returns true if the program, which must have ended, ended well. */
bool
spawn_succeeded(const struct spawn *spawn)
{
    return (!spawn->error && WIFEXITED(spawn->status)
            && !WEXITSTATUS(spawn->status));
}

/* Returns what the program has printed, or the end of it. */
const char *
spawn_output(const struct spawn *spawn)
{
    return ds_cstr_ro(&spawn->output);
}

/* Returns the last line of 'output' that is not empty, where programs say why
 * they give up.  The caller must free it. */
static char *
last_line(const char *output)
{
    size_t end = strlen(output);

    while (end && output[end - 1] == '\n') {
        end--;
    }
    size_t start = end;
    while (start && output[start - 1] != '\n') {
        start--;
    }
    return xmemdup0(output + start, end - start);
}

/* Returns in words how the program failed, which the caller must free. */
char *
spawn_failure(const struct spawn *spawn)
{
    int status = spawn->status;

    if (spawn->error) {
        return xasprintf("cannot start %s: %s", spawn->name,
                         ovs_strerror(spawn->error));
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
        return xasprintf("cannot start %s: there is no such program",
                         spawn->name);
    }
    char *how = process_status_msg(status);
    char *line = last_line(spawn_output(spawn));
    char *failure = xasprintf("%s: %s%s%s", spawn->name, how,
                              line[0] ? ": " : "", line);
    free(line);
    free(how);
    return failure;
}
