/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPAWN_H
#define SPAWN_H 1

/* A program that runs for a short time while the caller goes on, with the end
 * of what it prints. */

#include <stdbool.h>

struct netns;

struct spawn *spawn_start(const struct netns *, const char *const argv[]);
void spawn_destroy(struct spawn *);
bool spawn_run(struct spawn *);
void spawn_wait(const struct spawn *);
bool spawn_succeeded(const struct spawn *);
const char *spawn_output(const struct spawn *);
char *spawn_failure(const struct spawn *);

#endif /* ovn-vpn-controller/spawn.h */
