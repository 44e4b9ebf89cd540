/* SPDX-License-Identifier: Apache-2.0 */

/* The document that describes the API. */

#include <config.h>

#include "utilities/api/api-resource.h"

#include "util.h"
#include "utilities/api/api-request.h"

/* utilities/api/openapi.json as a string. */
static const char text[] =
#include "utilities/api/api-openapi-text.h"
    ;

/* GET /openapi.json */
void
api_openapi_get(struct api *api OVS_UNUSED, struct api_request *req)
{
    ds_put_buffer(&req->response.body, text, sizeof text - 1);
    api_respond(req, 200);
}
