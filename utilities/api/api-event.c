/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-event.h"

#include <stdlib.h>
#include <string.h>

#include "utilities/api/api-auth.h"
#include "utilities/api/api-request.h"

void
api_event_clear(struct api_event *event)
{
    free(event->project);
    free(event->but_not);
    free(event->text);
    *event = (struct api_event) { .text = NULL };
}

/* Returns true if who makes 'req' may know of 'project', and wants to. */
static bool
sees(const struct api_request *req, const char *project)
{
    const char *wanted = api_request_query(req, "project_id");

    return (api_auth_sees(req, project)
            && (!wanted || !strcmp(wanted, project)));
}

/* Returns true if 'event' is for who makes 'req', a request for events. */
bool
api_event_is_for(const struct api_event *event, const struct api_request *req)
{
    return ((!event->project || sees(req, event->project))
            && !(event->but_not && sees(req, event->but_not)));
}
