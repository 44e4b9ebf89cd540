/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/failures.h"

#include <limits.h>
#include <stdlib.h>

#include "openvswitch/vlog.h"
#include "ovn-vpn/model.h"
#include "util.h"
#include "uuid.h"

VLOG_DEFINE_THIS_MODULE(failures);

struct failure {
    struct hmap_node node;      /* In 'failures.services'. */
    struct uuid service;
    char *error;
    long long int retry_at;     /* Monotonic, in milliseconds. */
};

void
failures_init(struct failures *failures)
{
    *failures = (struct failures) {
        .services = HMAP_INITIALIZER(&failures->services),
    };
}

static void
remove_failure(struct failures *failures, struct failure *f)
{
    hmap_remove(&failures->services, &f->node);
    free(f->error);
    free(f);
}

void
failures_clear(struct failures *failures)
{
    struct failure *f;

    HMAP_FOR_EACH_SAFE (f, node, &failures->services) {
        remove_failure(failures, f);
    }
    failures->isolate = false;
    failures->has_suspect = false;
}

/* Forgets services that are gone: nobody will try them again. */
void
failures_sweep(struct failures *failures, const struct model *model)
{
    struct failure *f;

    HMAP_FOR_EACH_SAFE (f, node, &failures->services) {
        if (!model_find_service(model, &f->service)) {
            remove_failure(failures, f);
        }
    }
}

void
failures_destroy(struct failures *failures)
{
    failures_clear(failures);
    hmap_destroy(&failures->services);
}

/* Notes that the transaction now open holds changes of 'service' alone. */
void
failures_suspect(struct failures *failures, const struct uuid *service)
{
    failures->has_suspect = true;
    failures->suspect = *service;
}

/* Notes that the last transaction went well. */
void
failures_clear_suspect(struct failures *failures)
{
    failures->has_suspect = false;
}

static struct failure *
find_failure(const struct failures *failures, const struct uuid *service)
{
    struct failure *f;

    HMAP_FOR_EACH_WITH_HASH (f, node, uuid_hash(service),
                             &failures->services) {
        if (uuid_equals(&f->service, service)) {
            return f;
        }
    }
    return NULL;
}

/* Notes that the last transaction was refused because of 'error'. */
void
failures_note(struct failures *failures, const char *error, long long int now)
{
    if (!failures->has_suspect) {
        VLOG_WARN("OVN_Northbound refused a transaction; writing services one "
                  "at a time to find the one at fault: %s", error);
        failures->isolate = true;
        return;
    }

    struct failure *f = find_failure(failures, &failures->suspect);
    if (!f) {
        f = xzalloc(sizeof *f);
        f->service = failures->suspect;
        hmap_insert(&failures->services, &f->node, uuid_hash(&f->service));
    }
    free(f->error);
    f->error = xstrdup(error);
    f->retry_at = now + FAILURES_RETRY_MS;
    failures->has_suspect = false;
}

/* Returns the error because of which 'service' must be left alone at 'now',
 * NULL if it need not. */
const char *
failures_find(struct failures *failures, const struct uuid *service,
              long long int now)
{
    struct failure *f = find_failure(failures, service);

    if (f && now >= f->retry_at) {
        /* Try again, alone. */
        remove_failure(failures, f);
        failures->isolate = true;
        f = NULL;
    }
    return f ? f->error : NULL;
}

/* Returns the time at which the next service will be tried again, LLONG_MAX if
 * there is none. */
long long int
failures_next_retry(const struct failures *failures)
{
    long long int next = LLONG_MAX;
    const struct failure *f;

    HMAP_FOR_EACH (f, node, &failures->services) {
        next = MIN(next, f->retry_at);
    }
    return next;
}
