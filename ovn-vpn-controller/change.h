/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CHANGE_H
#define CHANGE_H 1

/* The gate through which all changes of this host and its Open vSwitch go.
 *
 * Who is about to change something asks change_is_due() right before.  The
 * answer is yes, except in a dry run: then what would be changed is taken
 * down, and who asked goes on as if it had been done.  Where that makes no
 * sense, because what follows needs what was not made, CHANGE_NOT_MADE is the
 * error. */

#include <errno.h>
#include <stdbool.h>

#include "compiler.h"

struct sset;

/* An errno value that no system call returns here. */
#define CHANGE_NOT_MADE ECANCELED

void change_set_dry_run(void);
bool change_is_dry_run(void);
bool change_is_due(const char *where, const char *format, ...)
    OVS_PRINTF_FORMAT(2, 3);
const struct sset *change_list(void);

#endif /* ovn-vpn-controller/change.h */
