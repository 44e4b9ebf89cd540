/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "lib/vpn-heap.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vpn-keys.h"
#include "util.h"

/* The cache of glibc's malloc(): at most this many pieces of each size that is
 * a multiple of this, up to the largest (malloc/malloc.c, TCACHE_MAX_BINS and
 * TCACHE_FILL_COUNT). */
#define CACHE_PIECES 7
#define CACHE_STEP 16
#define CACHE_LARGEST 1032

/* Any byte but 0, which stands for not to overwrite anything. */
#define FILLER 0xa5

void
vpn_heap_init(void)
{
#ifdef M_PERTURB
    mallopt(M_PERTURB, FILLER);
#endif
}

/* Takes all pieces of 'size' bytes out of the cache, and puts them back
 * empty. */
static void
wipe_pieces(size_t size)
{
    void *pieces[CACHE_PIECES];

    for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
        pieces[i] = xmalloc(size);
        vpn_wipe(pieces[i], size);
    }
    for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
        free(pieces[i]);
    }
}

void
vpn_heap_wipe(void)
{
    /* A piece has eight bytes less than the multiple. */
    for (size_t size = CACHE_STEP + 8; size <= CACHE_LARGEST;
         size += CACHE_STEP) {
        wipe_pieces(size);
    }
}
