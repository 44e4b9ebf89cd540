/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PAIR_H
#define PAIR_H 1

/* The pair to which secrets for this chassis are sealed, and its replacement.
 *
 *     1. FILE.next is made, and the chassis names its public half.
 *     2. ovn-vpn seals everything for the chassis again.
 *     3. FILE.next becomes FILE.
 *
 * Until then boxes open that were sealed to either pair.  Whoever starts after
 * a crash sees from the files how far it is. */

#include <stdint.h>

struct vpn_sealing_pair;
struct want;

struct vpn_sealing_pair *pair_load(const char *file_name);
int64_t pair_created_at(const char *file_name,
                        const struct vpn_sealing_pair *);
char *pair_rotate(const char *file_name, struct vpn_sealing_pair *);
void pair_run(const char *file_name, struct vpn_sealing_pair *,
              const struct want *);

#endif /* ovn-vpn-controller/pair.h */
