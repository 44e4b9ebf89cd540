/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_STATUS_PRIVATE_H
#define OVN_VPN_STATUS_PRIVATE_H 1

/* What the files of the status share: status.c decides, status-global.c does
 * what concerns the whole, status-keys.c and status-seal.c make and replace
 * keys, status-report.c looks up what chassis say, and status-write.c writes
 * what has changed. */

#include <stdbool.h>

struct chassis;
struct keyring;
struct model_connection;
struct ovsdb_idl;
struct phase;
struct plan;
struct status;
struct status_input;
struct uuid;
struct vpnnbrec_vpn_service;
struct vpnsbrec_tunnel_state;

const char *status_find_host(const struct status_input *, const struct plan *);
const struct chassis *status_find_host_chassis(const struct status_input *,
                                               const struct plan *);
bool status_is_waiting(const struct status *, const char *service,
                       long long int now, bool *patient);

void status_create_indexes(struct status *, struct ovsdb_idl *vpn_sb);
void status_destroy_indexes(struct status *);
const struct vpnsbrec_tunnel_state *status_find_report(
    const struct status *, const struct uuid *service, const char *chassis);
long long int status_last_handshake(const struct status *,
                                    const struct uuid *peer);
const char *status_find_peer_problem(const struct status *,
                                     const struct uuid *peer,
                                     const char *chassis);

bool status_run_sealing(struct ovsdb_idl *vpn_nb, struct keyring *,
                        bool *more);

void status_write_service(const struct vpnnbrec_vpn_service *,
                          const struct plan *, const struct phase *,
                          const struct chassis *host,
                          const struct vpnsbrec_tunnel_state *,
                          long long int wall);
bool status_write_connection(const struct status *,
                             const struct status_input *,
                             struct model_connection *);

#endif /* ovn-vpn/status-private.h */
