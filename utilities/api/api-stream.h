/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_STREAM_H
#define API_STREAM_H 1

/* An answer without an end: text that is sent as it comes. */

#include <stdbool.h>
#include <stddef.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/list.h"

struct MHD_Connection;
struct MHD_Response;
struct api_request;

/* Text that a client that does not read may leave unread. */
#define API_STREAM_MAX (256 * 1024)

struct api_stream {
    struct ovs_list node;       /* For who fills it. */
    const struct api_request *req;      /* What it answers. */
    struct ds text;             /* What is to be sent. */
    size_t sent;                /* How much of it has been. */
    bool closed;

    struct MHD_Connection *connection;
    bool suspended;
    bool *resumed;              /* Set when the connection goes on. */
};

struct api_stream *api_stream_create(const struct api_request *);
void api_stream_destroy(struct api_stream *);
void api_stream_put(struct api_stream *, const char *text, size_t);
void api_stream_close(struct api_stream *);
bool api_stream_is_abandoned(const struct api_stream *);

struct MHD_Response *api_stream_response(struct api_stream *,
                                         struct MHD_Connection *,
                                         bool *resumed);

#endif /* utilities/api/api-stream.h */
