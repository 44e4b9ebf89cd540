/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_TIME_H
#define VPN_TIME_H 1

/* Points of time, in milliseconds since the epoch, as people write them. */

#include <stdint.h>

/* Latest time that the schemas allow, 2^53 - 1 milliseconds. */
#define VPN_TIME_MAX_MS 9007199254740991LL

char *vpn_parse_time(const char *, long long int now, int64_t *msp);
char *vpn_format_time(int64_t ms);

#endif /* lib/vpn-time.h */
