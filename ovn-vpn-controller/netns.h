/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NETNS_H
#define NETNS_H 1

/* Named network namespaces, of the kind that "ip netns" makes and shows:
 * files in /run/netns on which namespaces are mounted. */

#include <stdbool.h>

struct sset;

struct netns {
    char *name;                 /* NULL if nameless. */
    int fd;                     /* Keeps the namespace alive. */
};

int netns_open(const char *name, struct netns **);
int netns_make(const char *name, struct netns **);
int netns_make_nameless(struct netns **);
void netns_close(struct netns *);
bool netns_is_current(const struct netns *);
int netns_delete(const char *name);
void netns_list(const char *prefix, struct sset *rests);

/* Wakes the poll loop when a name appears or goes. */
int netns_watch_open(int *fd);
bool netns_watch_run(int fd);

int netns_enter(const struct netns *, int *previous);
void netns_leave(int previous);

#endif /* ovn-vpn-controller/netns.h */
