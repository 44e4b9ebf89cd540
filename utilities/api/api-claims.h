/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_CLAIMS_H
#define API_CLAIMS_H 1

/* Which changes in the database are changes of what connections claim. */

#include <stdbool.h>

struct vpnnbrec_vpn_connection;
struct vpnnbrec_vpn_service;

bool api_service_claims_changed(const struct vpnnbrec_vpn_service *);
bool api_connection_claims_changed(const struct vpnnbrec_vpn_connection *);

#endif /* utilities/api/api-claims.h */
