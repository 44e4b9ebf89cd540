/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-claims.h"

#include "lib/ovn-vpn-nb-idl.h"
#include "util.h"

/* Returns true if what connections of 'row' may claim, or the mistakes that it
 * holds by itself, may have changed. */
bool
api_service_claims_changed(const struct vpnnbrec_vpn_service *row)
{
    static const enum vpnnbrec_vpn_service_column_id columns[] = {
        VPNNBREC_VPN_SERVICE_COL_NAME,
        VPNNBREC_VPN_SERVICE_COL_TUNNEL_SUBNETS,
        VPNNBREC_VPN_SERVICE_COL_LOCAL_SUBNETS,
        VPNNBREC_VPN_SERVICE_COL_DNS,
        VPNNBREC_VPN_SERVICE_COL_EXTERNAL_IP,
        VPNNBREC_VPN_SERVICE_COL_GATEWAYS,
        VPNNBREC_VPN_SERVICE_COL_PUBLIC_KEY,
    };

    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        if (vpnnbrec_vpn_service_is_updated(row, columns[i])) {
            return true;
        }
    }
    return false;
}

/* Returns true if what 'row' claims may have changed. */
bool
api_connection_claims_changed(const struct vpnnbrec_vpn_connection *row)
{
    for (size_t i = 0; i < VPNNBREC_VPN_CONNECTION_N_COLUMNS; i++) {
        if (i != VPNNBREC_VPN_CONNECTION_COL_STATUS
            && i != VPNNBREC_VPN_CONNECTION_COL_ERROR_MESSAGE
            && vpnnbrec_vpn_connection_is_updated(row, i)) {
            return true;
        }
    }
    return false;
}
