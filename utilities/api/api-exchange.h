/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_EXCHANGE_H
#define API_EXCHANGE_H 1

/* Requests and answers on their way through libmicrohttpd: the functions that
 * it calls. */

#include <microhttpd.h>
#include <stdbool.h>

#include "openvswitch/list.h"

struct api;

struct api_exchanges {
    struct api *api;
    struct ovs_list list;       /* Oldest first. */
    struct ovs_list silent;     /* Connections without a request, likewise. */

    /* Some have been resumed: the library does not wake up by itself. */
    bool resumed;
};

void api_exchanges_init(struct api_exchanges *, struct api *);
void api_exchanges_stop(struct api_exchanges *);
void api_exchanges_run(struct api_exchanges *);
void api_exchanges_wait(struct api_exchanges *);

void api_exchange_connect(void *exchanges, struct MHD_Connection *, void **,
                          enum MHD_ConnectionNotificationCode);
void *api_exchange_begin(void *exchanges, const char *uri,
                         struct MHD_Connection *);
enum MHD_Result api_exchange_handle(void *exchanges, struct MHD_Connection *,
                                    const char *url, const char *method,
                                    const char *version, const char *data,
                                    size_t *size, void **exchange);
void api_exchange_end(void *exchanges, struct MHD_Connection *,
                      void **exchange, enum MHD_RequestTerminationCode);

#endif /* utilities/api/api-exchange.h */
