/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_EVENTS_H
#define API_EVENTS_H 1

/* Server-sent events: what changes in the database, as it changes.
 *
 * An event's id is that of this process and a number.  A client that comes
 * back with the id of the last event that it has seen gets those that it has
 * missed or, if they are not known any more, the event "reset", upon which it
 * should read everything again. */

struct api;
struct api_events;
struct api_request;

struct api_events *api_events_create(void);
void api_events_destroy(struct api_events *);
void api_events_run(struct api *);
void api_events_keep_alive(struct api *);
void api_events_wait(struct api_events *);

void api_events_get(struct api *, struct api_request *);

#endif /* utilities/api/api-events.h */
