/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_MEMBERS_H
#define API_MEMBERS_H 1

/* Which connections a service had when one last looked, so that what has come
 * and gone since then can be told without a look at each of them. */

#include <stddef.h>

struct uuid;
struct vpnnbrec_vpn_connection;
struct vpnnbrec_vpn_service;

struct api_members {
    struct uuid *uuids;         /* Sorted. */
    size_t n;
};
#define API_MEMBERS_INITIALIZER { NULL, 0 }

/* Called for a connection that has come, or for the UUID of one that has
 * gone.  NULL to do nothing. */
typedef void api_members_come_func(const struct vpnnbrec_vpn_connection *,
                                   void *aux);
typedef void api_members_go_func(const struct uuid *, void *aux);

void api_members_destroy(struct api_members *);
void api_members_update(struct api_members *,
                        const struct vpnnbrec_vpn_service *,
                        api_members_come_func *, api_members_go_func *,
                        void *aux);

#endif /* utilities/api/api-members.h */
