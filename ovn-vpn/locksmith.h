/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_LOCKSMITH_H
#define OVN_VPN_LOCKSMITH_H 1

/* Opens the boxes with connections' pre-shared keys, and locks them again for
 * the gateways of their service.
 *
 * To open a box takes longer than all else that is done for a connection.  So
 * the locksmith has a thread, which does it ahead for the connections that
 * come next, while a database server works on our last transaction, or we on
 * its answer.  Who has ordered a job collects it when it is needed; if the
 * thread has not begun with it by then, it is done on the spot.
 *
 * This module is the only one that knows of the thread, and all of its
 * functions belong to the main thread.  The thread starts with the first
 * order.  All that it ever sees is a job, whose keys nobody changes. */

#include <stddef.h>

struct vpn_key;
struct vpn_sealing_pair;

struct locksmith;
struct locksmith_job;
struct locksmith_keys;

/* What it takes for a service's connections. */
struct locksmith_keys *locksmith_keys_create(const struct vpn_sealing_pair *,
                                             const struct vpn_key *private,
                                             const char *service,
                                             const char *public_key);
void locksmith_keys_unref(struct locksmith_keys *);

char *locksmith_do(const struct locksmith_keys *,
                   const struct vpn_key *public_key, const char *sealed_psk,
                   char **textp);

/* The same ahead. */
struct locksmith *locksmith_create(void);
void locksmith_destroy(struct locksmith *);
size_t locksmith_n_jobs(const struct locksmith *);
struct locksmith_job *locksmith_order(struct locksmith *,
                                      struct locksmith_keys *,
                                      const struct vpn_key *public_key,
                                      const char *sealed_psk);
char *locksmith_collect(struct locksmith_job *);
void locksmith_cancel(struct locksmith_job *);

#endif /* ovn-vpn/locksmith.h */
