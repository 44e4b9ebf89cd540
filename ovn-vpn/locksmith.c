/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/locksmith.h"

#include <stdlib.h>

#include "lib/vpn-keys.h"
#include "openvswitch/list.h"
#include "ovs-rcu.h"
#include "ovs-thread.h"
#include "util.h"

/* Read by both threads; only the main one counts and frees. */
struct locksmith_keys {
    size_t n_refs;
    struct vpn_sealing_pair *pair;
    struct vpn_key *lock_key;       /* See vpn_lock_key(). */
    char *service;                  /* Its name. */
    char *public_key;               /* Of the service. */
};

enum job_state {
    JOB_ORDERED,                    /* In 'locksmith.orders'. */
    JOB_BEGUN,                      /* The thread is at it. */
    JOB_DONE,
};

struct locksmith_job {
    struct ovs_list in_orders;
    struct locksmith *locksmith;
    enum job_state state;           /* Guarded by 'locksmith.mutex'. */

    struct locksmith_keys *keys;
    const struct vpn_key *public_key;
    const char *sealed_psk;
    char *text;                     /* What has come of it, NULL if nothing. */
};

struct locksmith {
    struct ovs_mutex mutex;
    pthread_cond_t ordered;         /* The thread has something to do. */
    pthread_cond_t done;            /* It is through with a job. */
    struct ovs_list orders;         /* Contains jobs.  Guarded by 'mutex'. */
    bool exiting;                   /* Guarded by 'mutex'. */

    bool has_thread;
    pthread_t thread;
    size_t n_jobs;                  /* Neither collected nor canceled. */
};

/* Keys. */

/* Returns the keys for connections of the service with the given name and key
 * pair, which the caller must unref. */
struct locksmith_keys *
locksmith_keys_create(const struct vpn_sealing_pair *pair,
                      const struct vpn_key *private, const char *service,
                      const char *public_key)
{
    struct locksmith_keys *keys = xmalloc(sizeof *keys);

    *keys = (struct locksmith_keys) {
        .n_refs = 1,
        .pair = vpn_sealing_pair_clone(pair),
        .lock_key = vpn_lock_key(private),
        .service = xstrdup(service),
        .public_key = xstrdup(public_key),
    };
    return keys;
}

/* Gives 'keys', which may be NULL, up. */
void
locksmith_keys_unref(struct locksmith_keys *keys)
{
    if (keys && !--keys->n_refs) {
        vpn_sealing_pair_destroy(keys->pair);
        vpn_secret_free(keys->lock_key);
        free(keys->service);
        free(keys->public_key);
        free(keys);
    }
}

/* The work itself. */

/* Opens 'sealed_psk', the pre-shared key of the connection with 'public_key',
 * and locks it again.  On success returns NULL and stores in '*textp' what
 * goes into the row of the peer: a fingerprint (vpn_fingerprint()) of the
 * service's public key and 'sealed_psk', a colon and the locked box.  On
 * failure returns a message for the user and stores NULL.  The caller must
 * free both. */
char *
locksmith_do(const struct locksmith_keys *keys,
             const struct vpn_key *public_key, const char *sealed_psk,
             char **textp)
{
    char public_text[VPN_KEY_TEXT_LEN + 1];
    char fingerprint[VPN_FINGERPRINT_LEN + 1];
    struct vpn_key *psk;

    vpn_key_format(public_key, public_text);
    char *owner = vpn_box_owner_peer(keys->service, public_text);
    char *error = vpn_box_open(keys->pair, sealed_psk, VPN_BOX_PSK, owner,
                               &psk);
    *textp = NULL;
    if (!error) {
        char *box = vpn_box_lock(keys->lock_key, VPN_BOX_PSK, owner, psk);

        vpn_fingerprint(keys->public_key, sealed_psk, fingerprint);
        *textp = xasprintf("%s:%s", fingerprint, box);
        vpn_secret_free(psk);
        free(box);
    } else {
        char *msg = xasprintf("sealed_psk: %s; make the connection again or "
                              "clear its sealed_psk", error);
        free(error);
        error = msg;
    }
    free(owner);
    return error;
}

/* Fails silently: locksmith_do() will say why, if it still fails then. */
static void
do_job(struct locksmith_job *job)
{
    free(locksmith_do(job->keys, job->public_key, job->sealed_psk,
                      &job->text));
}

/* The thread. */

static void *
locksmith_main(void *locksmith_)
{
    struct locksmith *locksmith = locksmith_;

    /* It has nothing to do with what RCU protects. */
    ovsrcu_quiesce_start();

    ovs_mutex_lock(&locksmith->mutex);
    while (!locksmith->exiting) {
        if (ovs_list_is_empty(&locksmith->orders)) {
            ovs_mutex_cond_wait(&locksmith->ordered, &locksmith->mutex);
            continue;
        }

        struct locksmith_job *job
            = CONTAINER_OF(ovs_list_pop_front(&locksmith->orders),
                           struct locksmith_job, in_orders);
        job->state = JOB_BEGUN;
        ovs_mutex_unlock(&locksmith->mutex);
        do_job(job);
        ovs_mutex_lock(&locksmith->mutex);
        job->state = JOB_DONE;
        xpthread_cond_signal(&locksmith->done);
    }
    ovs_mutex_unlock(&locksmith->mutex);
    return NULL;
}

struct locksmith *
locksmith_create(void)
{
    struct locksmith *locksmith = xzalloc(sizeof *locksmith);

    ovs_mutex_init(&locksmith->mutex);
    xpthread_cond_init(&locksmith->ordered, NULL);
    xpthread_cond_init(&locksmith->done, NULL);
    ovs_list_init(&locksmith->orders);
    return locksmith;
}

/* All jobs must have been collected or canceled. */
void
locksmith_destroy(struct locksmith *locksmith)
{
    ovs_assert(!locksmith->n_jobs);
    if (locksmith->has_thread) {
        ovs_mutex_lock(&locksmith->mutex);
        locksmith->exiting = true;
        xpthread_cond_signal(&locksmith->ordered);
        ovs_mutex_unlock(&locksmith->mutex);
        xpthread_join(locksmith->thread, NULL);
    }
    xpthread_cond_destroy(&locksmith->ordered);
    xpthread_cond_destroy(&locksmith->done);
    ovs_mutex_destroy(&locksmith->mutex);
    free(locksmith);
}

/* Returns the number of jobs that were neither collected nor canceled. */
size_t
locksmith_n_jobs(const struct locksmith *locksmith)
{
    return locksmith->n_jobs;
}

/* Orders locksmith_do() with the same arguments.  'public_key' and
 * 'sealed_psk' must stay what and where they are until the job, which is
 * returned, has been collected or canceled. */
struct locksmith_job *
locksmith_order(struct locksmith *locksmith, struct locksmith_keys *keys,
                const struct vpn_key *public_key, const char *sealed_psk)
{
    struct locksmith_job *job = xmalloc(sizeof *job);

    *job = (struct locksmith_job) {
        .locksmith = locksmith,
        .state = JOB_ORDERED,
        .keys = keys,
        .public_key = public_key,
        .sealed_psk = sealed_psk,
    };
    keys->n_refs++;
    locksmith->n_jobs++;

    ovs_mutex_lock(&locksmith->mutex);
    ovs_list_push_back(&locksmith->orders, &job->in_orders);
    xpthread_cond_signal(&locksmith->ordered);
    ovs_mutex_unlock(&locksmith->mutex);
    if (!locksmith->has_thread) {
        locksmith->has_thread = true;
        locksmith->thread = ovs_thread_create("locksmith", locksmith_main,
                                              locksmith);
    }
    return job;
}

/* Takes 'job' out of the thread's hands.  Returns false if the thread has not
 * begun with it; otherwise waits until it is done. */
static bool
take_back(struct locksmith_job *job)
{
    struct locksmith *locksmith = job->locksmith;

    ovs_mutex_lock(&locksmith->mutex);
    while (job->state == JOB_BEGUN) {
        ovs_mutex_cond_wait(&locksmith->done, &locksmith->mutex);
    }
    bool done = job->state == JOB_DONE;
    if (!done) {
        ovs_list_remove(&job->in_orders);
    }
    ovs_mutex_unlock(&locksmith->mutex);
    return done;
}

static void
job_free(struct locksmith_job *job)
{
    job->locksmith->n_jobs--;
    locksmith_keys_unref(job->keys);
    free(job);
}

/* Frees 'job'.  Returns what locksmith_do() stores in '*textp', which the
 * caller must free, NULL if that fails. */
char *
locksmith_collect(struct locksmith_job *job)
{
    if (!take_back(job)) {
        do_job(job);
    }
    char *text = job->text;
    job_free(job);
    return text;
}

/* Frees 'job', which may be NULL, and what has come of it. */
void
locksmith_cancel(struct locksmith_job *job)
{
    if (job) {
        take_back(job);
        free(job->text);
        job_free(job);
    }
}
