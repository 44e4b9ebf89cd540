/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/row-set.h"

#include <string.h>

#include "svec.h"

/* Returns true if the 'n' strings in 'list' are those in 'want'.  Both are
 * sorted. */
bool
row_set_equals(char **list, size_t n, const struct svec *want)
{
    for (size_t i = 0; n == want->n && i < n; i++) {
        if (strcmp(list[i], want->names[i])) {
            return false;
        }
    }
    return n == want->n;
}
