/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_ROSTER_H
#define API_ROSTER_H 1

/* What connections of each service claim, so that one more can be checked
 * without a look at all of them.
 *
 * A service gets its place when the database first has it, or when somebody
 * asks for it, and keeps it while the database says nothing else.  What a
 * transaction is about to add or change is noted, too, so that it is checked
 * together with the rest, and forgotten when the transaction has been
 * filled. */

#include <stdbool.h>
#include <stddef.h>

struct api;
struct api_roster;
struct in6_addr;
struct uuid;
struct vpn_connection;
struct vpnnbrec_vpn_service;

struct api_roster *api_roster_create(void);
void api_roster_destroy(struct api_roster *);
void api_roster_run(struct api *);

const struct vpn_service *api_roster_service(
    struct api *, const struct vpnnbrec_vpn_service *);
size_t api_roster_count(struct api *, const struct vpnnbrec_vpn_service *);
const struct vpn_connection *api_roster_find(
    struct api *, const struct vpnnbrec_vpn_service *, const struct uuid *);

bool api_roster_allocate(struct api *, const struct vpnnbrec_vpn_service *,
                         size_t subnet, struct in6_addr *);
char *api_roster_check(struct api *, const struct vpnnbrec_vpn_service *,
                       const struct vpn_connection *, const char **columnp);
void api_roster_note(struct api *, const struct vpnnbrec_vpn_service *,
                     const struct vpn_connection *);
void api_roster_forget_notes(struct api_roster *);

#endif /* utilities/api/api-roster.h */
