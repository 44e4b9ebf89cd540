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
#define RULES SERVICE "/access-rules"
#define RULE RULES "/*"

#define MANAGER "ovnvpn.v1.VpnServiceManager/"
#define CALL (API_BODY | API_CONNECT)
#define PAGE (API_NO_DB | API_PAGE)

/* Parameters of the query. */
#define NONE ""
#define ANY NULL
#define LIST "limit page_token name label"
#define CONF "format full_tunnel current_key"
#define WAIT "wait"

#define VIEWER API_ROLE_VIEWER
#define OPERATOR API_ROLE_OPERATOR
#define ADMIN API_ROLE_ADMIN
#define NOBODY API_ROLE_NOBODY

const struct api_route api_routes[] = {
    { "GET", SERVICES, LIST " project_id", VIEWER, 0, api_service_list, NULL },
    { "POST", SERVICES, WAIT, OPERATOR, API_BODY | API_CREATES,
      api_service_create, api_service_finish },
    { "GET", SERVICE, "view", VIEWER, 0, api_service_get, NULL },
    { "PATCH", SERVICE, WAIT, OPERATOR, API_BODY | API_ALONE,
      api_service_update, api_service_finish },
    { "DELETE", SERVICE, WAIT, OPERATOR, API_ALONE, api_service_delete,
      api_finish_nothing },
    { "GET", SERVICE "/status", NONE, VIEWER, 0, api_service_status, NULL },
    { "POST", SERVICE "/rotate-key", WAIT, OPERATOR,
      API_BODY | API_OPTIONAL_BODY, api_service_rekey, api_service_finish },

    { "GET", CONNECTIONS, LIST " status", VIEWER, 0, api_connection_list,
      NULL },
    { "POST", CONNECTIONS, WAIT, OPERATOR, API_BODY | API_CREATES,
      api_connection_create, api_connection_finish },
    { "GET", CONNECTION, NONE, VIEWER, 0, api_connection_get, NULL },
    { "PATCH", CONNECTION, WAIT, OPERATOR, API_BODY, api_connection_update,
      api_connection_finish },
    { "DELETE", CONNECTION, WAIT, OPERATOR, 0, api_connection_delete,
      api_finish_nothing },
    { "GET", CONNECTION "/status", NONE, VIEWER, 0, api_connection_status,
      NULL },
    { "GET", CONNECTION "/config", CONF, VIEWER, 0, api_config_get, NULL },
    { "GET", CONNECTION "/config-qr", CONF, VIEWER, 0, api_config_qr, NULL },
    { "POST", CONNECTION "/rotate-key", WAIT, OPERATOR,
      API_BODY | API_OPTIONAL_BODY, api_connection_rekey,
      api_connection_finish },
    { "GET", "api/v1/downloads/*", CONF, NOBODY, API_SECRET_PATH,
      api_config_download, NULL },

    { "GET", RULES, NONE, VIEWER, 0, api_rule_list, NULL },
    { "POST", RULES, WAIT, OPERATOR, API_BODY | API_CREATES | API_ALONE,
      api_rule_create, api_rule_finish },
    { "GET", RULE, NONE, VIEWER, 0, api_rule_get, NULL },
    { "PATCH", RULE, WAIT, OPERATOR, API_BODY | API_ALONE, api_rule_change,
      api_rule_finish },
    { "PUT", RULE, WAIT, OPERATOR, API_BODY | API_ALONE, api_rule_change,
      api_rule_finish },
    { "DELETE", RULE, WAIT, OPERATOR, API_ALONE, api_rule_delete,
      api_finish_nothing },
    { "GET", SERVICE "/traffic", "connections", VIEWER, 0,
      api_live_connections, NULL },
    { "GET", "api/v1/traffic", NONE, VIEWER, 0, api_live_list, NULL },

    { "GET", SERVICE "/groups", NONE, VIEWER, 0, api_group_list, NULL },
    { "PUT", SERVICE "/gateways", WAIT, OPERATOR, API_BODY | API_ALONE,
      api_gateways_put, api_service_finish },

    { "GET", "api/v1/gateways", NONE, VIEWER, 0, api_chassis_list, NULL },
    { "GET", "api/v1/gateways/*", NONE, VIEWER, 0, api_chassis_get, NULL },
    { "POST", "api/v1/gateways/*/drain", WAIT, ADMIN, API_COMMON,
      api_chassis_drain, api_chassis_get },
    { "POST", "api/v1/gateways/*/undrain", WAIT, ADMIN, API_COMMON,
      api_chassis_undrain, api_chassis_get },

    { "GET", "api/v1/projects", NONE, VIEWER, 0, api_project_list, NULL },
    { "PUT", "api/v1/projects/*", WAIT, ADMIN, API_BODY | API_COMMON,
      api_project_put, api_project_finish },
    { "DELETE", "api/v1/projects/*", WAIT, ADMIN, API_COMMON | API_ALONE,
      api_project_delete, api_finish_nothing },
    { "GET", "api/v1/tokens", NONE, ADMIN, 0, api_token_list, NULL },
    { "POST", "api/v1/tokens", WAIT, ADMIN, API_BODY, api_token_create,
      api_token_finish },
    { "DELETE", "api/v1/tokens/*", WAIT, ADMIN, API_ALONE, api_token_delete,
      api_finish_nothing },

    { "GET", "api/v1/whoami", NONE, VIEWER, 0, api_whoami, NULL },
    { "GET", "api/v1/events", "project_id", VIEWER, 0, api_events_get, NULL },
    { "GET", "api/v1/audit", NONE, ADMIN, API_COMMON, api_audit_list, NULL },
    { "POST", MANAGER "CreateVpn", WAIT, OPERATOR, CALL, api_service_create,
      api_service_finish },
    { "POST", MANAGER "GetVpn", NONE, VIEWER, CALL, api_connect_get, NULL },
    { "POST", MANAGER "ListVpns", NONE, VIEWER, CALL, api_connect_list, NULL },
    { "POST", MANAGER "DeleteVpn", WAIT, OPERATOR, CALL | API_ALONE,
      api_connect_delete, api_finish_nothing },
    { "POST", MANAGER "AddConnection", WAIT, OPERATOR, CALL, api_connect_add,
      api_connect_finish_add },
    { "POST", MANAGER "RemoveConnection", WAIT, OPERATOR, CALL,
      api_connect_remove, api_service_finish },
    { "POST", MANAGER "GetVpnStatus", NONE, VIEWER, CALL, api_connect_status,
      NULL },

    { "GET", "openapi.json", NONE, NOBODY, API_NO_DB, api_openapi_get, NULL },
    { "GET", "metrics", NONE, VIEWER, 0, api_metrics_get, NULL },
    { "GET", "healthz", NONE, NOBODY, API_NO_DB, api_metrics_healthz, NULL },
    { "GET", "readyz", NONE, NOBODY, API_NO_DB, api_metrics_readyz, NULL },

    { "GET", "", ANY, NOBODY, PAGE, api_web_get, NULL },
    { "GET", "icon.svg", ANY, NOBODY, PAGE, api_web_get, NULL },
    { "GET", "css/*", ANY, NOBODY, PAGE, api_web_get, NULL },
    { "GET", "js/*", ANY, NOBODY, PAGE, api_web_get, NULL },
    { "GET", "js/*/*", ANY, NOBODY, PAGE, api_web_get, NULL },
    { "GET", "vendor/*", ANY, NOBODY, PAGE, api_web_get, NULL },
};
const size_t api_n_routes = ARRAY_SIZE(api_routes);
