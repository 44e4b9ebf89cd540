/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_EVENT_H
#define API_EVENT_H 1

/* An event that is kept for clients that come back, and whom it is for. */

#include <stdbool.h>

struct api_request;

struct api_event {
    char *project;              /* NULL for everybody... */
    char *but_not;              /* ...except for who sees this one, if any. */
    char *text;                 /* As it is sent. */
};

void api_event_clear(struct api_event *);
bool api_event_is_for(const struct api_event *, const struct api_request *);

#endif /* utilities/api/api-event.h */
