/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VPN_HEAP_H
#define VPN_HEAP_H 1

/* Wiping what others have freed.
 *
 * Secrets live in memory that is wiped by who has them, but some go through
 * libraries on their way: through a parser of JSON, or one that draws QR
 * codes.  What these free keeps its contents until somebody happens to get
 * it.
 *
 * A process that calls vpn_heap_init() first has the C library overwrite what
 * is freed, except for small pieces, a few of which it keeps apart for each
 * thread.  vpn_heap_wipe(), when a secret is done with, overwrites those of
 * its thread.  With C libraries other than glibc, both do nothing. */

void vpn_heap_init(void);
void vpn_heap_wipe(void);

#endif /* lib/vpn-heap.h */
