/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_ROW_SET_H
#define OVN_VPN_ROW_SET_H 1

/* Columns that hold sets of strings. */

#include <stdbool.h>
#include <stddef.h>

struct svec;

bool row_set_equals(char **list, size_t n, const struct svec *want);

#endif /* ovn-vpn/row-set.h */
