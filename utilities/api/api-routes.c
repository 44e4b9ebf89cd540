/* SPDX-License-Identifier: Apache-2.0 */

/* What there is, and who may have it. */

#include <config.h>

#include "utilities/api/api-route.h"

#include "util.h"
#include "utilities/api/api-audit.h"
#include "utilities/api/api-events.h"
#include "utilities/api/api-live.h"
#include "utilities/api/api-metrics.h"
#include "utilities/api/api-resource.h"
#include "utilities/api/api-web.h"

#define SERVICES "api/v1/vpn-services"
#define SERVICE SERVICES "/*"
#define CONNECTIONS SERVICE "/connections"
#define CONNECTION CONNECTIONS "/*"

#define MANAGER "ovnvpn.v1.VpnServiceManager/"
#define CALL (API_BODY | API_CONNECT)
#define PAGE (API_NO_DB | API_PAGE)

#define VIEWER API_ROLE_VIEWER
#define OPERATOR API_ROLE_OPERATOR
#define ADMIN API_ROLE_ADMIN
#define NOBODY API_ROLE_NOBODY

const struct api_route api_routes[] = {
    { "GET", SERVICES, VIEWER, 0, api_service_list, NULL },
    { "POST", SERVICES, OPERATOR, API_BODY | API_CREATES, api_service_create,
      api_service_finish },
    { "GET", SERVICE, VIEWER, 0, api_service_get, NULL },
    { "PATCH", SERVICE, OPERATOR, API_BODY, api_service_update,
      api_service_finish },
    { "DELETE", SERVICE, OPERATOR, 0, api_service_delete,
      api_finish_nothing },
    { "GET", SERVICE "/status", VIEWER, 0, api_service_status, NULL },
    { "POST", SERVICE "/rotate-key", OPERATOR, API_BODY | API_OPTIONAL_BODY,
      api_service_rekey, api_service_finish },

    { "GET", CONNECTIONS, VIEWER, 0, api_connection_list, NULL },
    { "POST", CONNECTIONS, OPERATOR, API_BODY | API_CREATES,
      api_connection_create, api_connection_finish },
    { "GET", CONNECTION, VIEWER, 0, api_connection_get, NULL },
    { "PATCH", CONNECTION, OPERATOR, API_BODY, api_connection_update,
      api_connection_finish },
    { "DELETE", CONNECTION, OPERATOR, 0, api_connection_delete,
      api_finish_nothing },
    { "GET", CONNECTION "/status", VIEWER, 0, api_connection_status, NULL },
    { "GET", CONNECTION "/config", VIEWER, 0, api_config_get, NULL },
    { "GET", CONNECTION "/config-qr", VIEWER, 0, api_config_qr, NULL },
    { "POST", CONNECTION "/rotate-key", OPERATOR,
      API_BODY | API_OPTIONAL_BODY, api_connection_rekey,
      api_connection_finish },
    { "GET", "api/v1/downloads/*", NOBODY, API_SECRET_PATH,
      api_config_download, NULL },

    { "GET", SERVICE "/access-rules", VIEWER, 0, api_rule_list, NULL },
    { "POST", SERVICE "/access-rules", OPERATOR, API_BODY | API_CREATES,
      api_rule_create, api_rule_finish },
    { "PUT", SERVICE "/access-rules/*", OPERATOR, API_BODY, api_rule_put,
      api_rule_finish },
    { "DELETE", SERVICE "/access-rules/*", OPERATOR, 0, api_rule_delete,
      api_finish_nothing },
    { "GET", SERVICE "/traffic", VIEWER, 0, api_live_connections, NULL },
    { "GET", "api/v1/traffic", VIEWER, 0, api_live_list, NULL },

    { "GET", SERVICE "/groups", VIEWER, 0, api_group_list, NULL },
    { "PUT", SERVICE "/gateways", OPERATOR, API_BODY, api_gateways_put,
      api_service_finish },

    { "GET", "api/v1/gateways", VIEWER, 0, api_chassis_list, NULL },
    { "GET", "api/v1/gateways/*", VIEWER, 0, api_chassis_get, NULL },
    { "POST", "api/v1/gateways/*/drain", ADMIN, 0, api_chassis_drain,
      api_chassis_get },
    { "POST", "api/v1/gateways/*/undrain", ADMIN, 0, api_chassis_undrain,
      api_chassis_get },

    { "GET", "api/v1/projects", VIEWER, 0, api_project_list, NULL },
    { "PUT", "api/v1/projects/*", ADMIN, API_BODY, api_project_put,
      api_project_finish },
    { "DELETE", "api/v1/projects/*", ADMIN, 0, api_project_delete,
      api_finish_nothing },
    { "GET", "api/v1/tokens", ADMIN, 0, api_token_list, NULL },
    { "POST", "api/v1/tokens", ADMIN, API_BODY, api_token_create,
      api_token_finish },
    { "DELETE", "api/v1/tokens/*", ADMIN, 0, api_token_delete,
      api_finish_nothing },

    { "GET", "api/v1/whoami", VIEWER, 0, api_whoami, NULL },
    { "GET", "api/v1/events", VIEWER, 0, api_events_get, NULL },
    { "GET", "api/v1/audit", ADMIN, 0, api_audit_list, NULL },
    { "POST", MANAGER "CreateVpn", OPERATOR, CALL, api_service_create,
      api_service_finish },
    { "POST", MANAGER "GetVpn", VIEWER, CALL, api_connect_get, NULL },
    { "POST", MANAGER "ListVpns", VIEWER, CALL, api_connect_list, NULL },
    { "POST", MANAGER "DeleteVpn", OPERATOR, CALL, api_connect_delete,
      api_finish_nothing },
    { "POST", MANAGER "AddConnection", OPERATOR, CALL, api_connect_add,
      api_connect_finish_add },
    { "POST", MANAGER "RemoveConnection", OPERATOR, CALL, api_connect_remove,
      api_service_finish },
    { "POST", MANAGER "GetVpnStatus", VIEWER, CALL, api_connect_status,
      NULL },

    { "GET", "openapi.json", NOBODY, API_NO_DB, api_openapi_get, NULL },
    { "GET", "metrics", VIEWER, 0, api_metrics_get, NULL },
    { "GET", "healthz", NOBODY, API_NO_DB, api_metrics_healthz, NULL },
    { "GET", "readyz", NOBODY, API_NO_DB, api_metrics_readyz, NULL },

    { "GET", "", NOBODY, PAGE, api_web_get, NULL },
    { "GET", "icon.svg", NOBODY, PAGE, api_web_get, NULL },
    { "GET", "css/*", NOBODY, PAGE, api_web_get, NULL },
    { "GET", "js/*", NOBODY, PAGE, api_web_get, NULL },
    { "GET", "js/*/*", NOBODY, PAGE, api_web_get, NULL },
    { "GET", "vendor/*", NOBODY, PAGE, api_web_get, NULL },
};
const size_t api_n_routes = ARRAY_SIZE(api_routes);
