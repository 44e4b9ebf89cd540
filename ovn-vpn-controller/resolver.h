/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RESOLVER_H
#define RESOLVER_H 1

/* Host names of sites, looked up without waiting for the answer: by getent(1),
 * which asks whatever the host is configured to ask.  A tunnel sends either
 * IPv4 or IPv6 to its peers, and so wants an address of that family. */

#include <stdbool.h>
#include <stdint.h>

#include "openvswitch/shash.h"
#include "ovn-vpn-controller/wg-device.h"

struct resolver {
    struct shash names;         /* Contains 'struct resolver_name's. */
    unsigned int seqno;         /* Increases with every answer. */
};

void resolver_init(struct resolver *);
void resolver_destroy(struct resolver *);
void resolver_run(struct resolver *);
void resolver_wait(const struct resolver *);

bool resolver_lookup(struct resolver *, const char *host_port, bool v4,
                     long long int max_age, struct wg_endpoint *);
const char *resolver_problem(const struct resolver *, const char *host_port,
                             bool v4);

bool resolver_parse_answer(const char *answer, bool v4, struct in6_addr *);

#endif /* ovn-vpn-controller/resolver.h */
