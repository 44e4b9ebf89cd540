/* SPDX-License-Identifier: Apache-2.0 */

/* Groups of connections, which access rules name. */

#include <config.h>

#include "utilities/api/api-resource.h"

#include <stdlib.h>

#include "lib/ovn-vpn-nb-idl.h"
#include "openvswitch/shash.h"
#include "svec.h"
#include "utilities/api/api-json.h"
#include "utilities/api/api-request.h"
#include "utilities/api/api-view.h"

/* GET /api/v1/vpn-services/ID/groups: which connections are in which. */
void
api_group_list(struct api *api, struct api_request *req)
{
    const struct vpnnbrec_vpn_service *service = api_find_service(api, req);
    struct api_json j = API_JSON_INITIALIZER(&req->response.body);
    struct shash groups = SHASH_INITIALIZER(&groups);

    if (!service) {
        return;
    }
    const struct api_view_connections *connections
        = api_view_connections(api, service);
    for (size_t i = 0; i < connections->n; i++) {
        const struct vpnnbrec_vpn_connection *row = connections->list[i].row;

        for (size_t k = 0; k < row->n_groups; k++) {
            struct svec *members = shash_find_data(&groups, row->groups[k]);

            if (!members) {
                members = xzalloc(sizeof *members);
                shash_add(&groups, row->groups[k], members);
            }
            svec_add(members, row->name);
        }
    }

    const struct shash_node **nodes = shash_sort(&groups);
    api_json_open(&j, NULL, '{');
    api_json_open(&j, "groups", '[');
    for (size_t i = 0; i < shash_count(&groups); i++) {
        struct svec *members = nodes[i]->data;

        api_json_open(&j, NULL, '{');
        api_json_string(&j, "name", nodes[i]->name);
        api_json_strings(&j, "connections", members->names, members->n);
        api_json_close(&j, '}');
        svec_destroy(members);
    }
    api_json_close(&j, ']');
    api_json_close(&j, '}');
    free(nodes);
    shash_destroy_free_data(&groups);
    api_respond(req, 200);
}
