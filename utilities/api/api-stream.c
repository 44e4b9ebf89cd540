/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "utilities/api/api-stream.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "util.h"

/* Size of the pieces that the library asks for. */
#define PIECE 4096

/* Makes a stream that answers 'req', which must outlive it. */
struct api_stream *
api_stream_create(const struct api_request *req)
{
    struct api_stream *stream = xzalloc(sizeof *stream);

    stream->req = req;
    ovs_list_init(&stream->node);
    return stream;
}

void
api_stream_destroy(struct api_stream *stream)
{
    if (stream) {
        ovs_list_remove(&stream->node);
        ds_destroy(&stream->text);
        free(stream);
    }
}

static void
wake(struct api_stream *stream)
{
    if (stream->suspended) {
        stream->suspended = false;
        *stream->resumed = true;
        MHD_resume_connection(stream->connection);
    }
}

/* Appends the 'n' bytes at 'text'.  Closes a stream whose client leaves too
 * much unread; nothing follows in one that is closed. */
void
api_stream_put(struct api_stream *stream, const char *text, size_t n)
{
    if (stream->closed) {
        return;
    } else if (stream->text.length - stream->sent + n > API_STREAM_MAX) {
        stream->closed = true;
    } else {
        ds_put_buffer(&stream->text, text, n);
    }
    wake(stream);
}

/* Ends the stream once everything has been sent. */
void
api_stream_close(struct api_stream *stream)
{
    stream->closed = true;
    wake(stream);
}

/* Returns true if the client has gone.  The library does not look while there
 * is nothing to send. */
bool
api_stream_is_abandoned(const struct api_stream *stream)
{
    const union MHD_ConnectionInfo *info;
    char c;

    if (!stream->connection) {
        return false;
    }
    info = MHD_get_connection_info(stream->connection,
                                   MHD_CONNECTION_INFO_CONNECTION_FD);
    ssize_t n = recv(info->connect_fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);
    return !n || (n < 0 && errno != EAGAIN && errno != EINTR);
}

/* Called by the library when it can send up to 'max' bytes. */
static ssize_t
read_cb(void *stream_, uint64_t pos OVS_UNUSED, char *buf, size_t max)
{
    struct api_stream *stream = stream_;
    size_t n = MIN(max, stream->text.length - stream->sent);

    if (n) {
        memcpy(buf, stream->text.string + stream->sent, n);
        stream->sent += n;
        if (stream->sent == stream->text.length) {
            ds_clear(&stream->text);
            stream->sent = 0;
        }
        return n;
    } else if (stream->closed) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    stream->suspended = true;
    MHD_suspend_connection(stream->connection);
    return 0;
}

/* Returns the answer that sends 'stream', which must outlive it, on
 * 'connection'.  Sets '*resumed' when that goes on after a pause. */
struct MHD_Response *
api_stream_response(struct api_stream *stream,
                    struct MHD_Connection *connection, bool *resumed)
{
    stream->resumed = resumed;
    stream->connection = connection;
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PIECE, read_cb,
                                             stream, NULL);
}
