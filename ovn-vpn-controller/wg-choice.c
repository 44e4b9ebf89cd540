/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/wg-choice.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/wg-backend.h"
#include "timeval.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(wg_choice);

/* Somebody may load a module that is missing, or free what there was too
 * little of. */
#define RETRY_MS 10000

bool
wg_choice_is_valid(const char *setting)
{
    return (!strcmp(setting, "auto") || !strcmp(setting, "kernel")
            || !strcmp(setting, "userspace"));
}

void
wg_choice_init(struct wg_choice *choice)
{
    *choice = (struct wg_choice) {
        .class = &wg_uapi_class, .retry_at = LLONG_MAX,
    };
}

void
wg_choice_destroy(struct wg_choice *choice)
{
    free(choice->setting);
    free(choice->problem);
}

static void
set_problem(struct wg_choice *choice, char *problem)
{
    if (problem && !nullable_string_is_equal(problem, choice->problem)) {
        VLOG_WARN("%s", problem);
    }
    free(choice->problem);
    choice->problem = problem;
    choice->retry_at = problem ? time_msec() + RETRY_MS : LLONG_MAX;
}

/* "auto" is decided once: a backend that changed by itself would interrupt all
 * sessions.  For the same reason an error that says nothing of WireGuard
 * decides nothing: this one might remove what the other one has made before
 * the agent was restarted. */
static void
choose_automatically(struct wg_choice *choice, int error)
{
    if (error && error != EOPNOTSUPP) {
        set_problem(choice, xasprintf(
            "cannot find out whether the kernel has WireGuard: %s (set "
            "external_ids:ovn-vpn-backend to kernel or userspace if this "
            "stays)", ovs_strerror(error)));
        return;
    }
    set_problem(choice, NULL);
    choice->class = error ? &wg_uapi_class : &wg_kernel_class;
    choice->decided = true;
    VLOG_INFO("%s WireGuard is used (%s)", choice->class->name,
              error ? ovs_strerror(error) : "this kernel has it");
}

static void
choose_kernel(struct wg_choice *choice, int error)
{
    choice->class = &wg_kernel_class;
    choice->decided = true;
    set_problem(choice, !error ? NULL : xasprintf(
        "external_ids:ovn-vpn-backend is kernel, but the kernel refuses to "
        "make a WireGuard interface: %s (load the module \"wireguard\", or "
        "set ovn-vpn-backend to auto or userspace)", ovs_strerror(error)));
}

/* Chooses as the setting says, now that wg_kernel_probe() has returned
 * 'error'. */
void
wg_choice_decide(struct wg_choice *choice, int error)
{
    if (!strcmp(choice->setting, "auto")) {
        choose_automatically(choice, error);
    } else if (!strcmp(choice->setting, "kernel")) {
        choose_kernel(choice, error);
    } else {
        choice->class = &wg_uapi_class;
        choice->decided = true;
        set_problem(choice, NULL);
    }
}

/* Stores 'setting', which must be valid.  Returns false if it is the same as
 * before; otherwise the caller must let wg_choice_decide() follow. */
bool
wg_choice_store(struct wg_choice *choice, const char *setting)
{
    if (nullable_string_is_equal(choice->setting, setting)) {
        return false;
    }
    free(choice->setting);
    choice->setting = xstrdup(setting);
    return true;
}

/* Chooses as 'setting' says, which must be valid. */
void
wg_choice_set(struct wg_choice *choice, const char *setting)
{
    if (wg_choice_store(choice, setting)) {
        wg_choice_decide(choice, (strcmp(setting, "userspace")
                                  ? wg_kernel_probe() : 0));
    }
}

/* Looks whether a problem is still there. */
void
wg_choice_run(struct wg_choice *choice)
{
    if (choice->problem && time_msec() >= choice->retry_at) {
        wg_choice_decide(choice, wg_kernel_probe());
    }
}

void
wg_choice_wait(const struct wg_choice *choice)
{
    if (choice->problem) {
        poll_timer_wait_until(choice->retry_at);
    }
}
