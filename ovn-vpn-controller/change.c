/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/change.h"

#include <stdarg.h>
#include <stdlib.h>

#include "sset.h"
#include "util.h"

static bool dry_run;

/* In a dry run: what would be changed.  Each is met more than once. */
static struct sset lines = SSET_INITIALIZER(&lines);

/* From now on nothing is changed any more. */
void
change_set_dry_run(void)
{
    dry_run = true;
}

bool
change_is_dry_run(void)
{
    return dry_run;
}

/* Returns true if the change may be made that 'format' describes, as an order,
 * to what is in the place 'where'.  It must not hold secrets. */
bool
change_is_due(const char *where, const char *format, ...)
{
    va_list args;

    if (!dry_run) {
        return true;
    }
    va_start(args, format);
    char *what = xvasprintf(format, args);
    va_end(args);
    sset_add_and_free(&lines, xasprintf("%s: %s", where, what));
    free(what);
    return false;
}

/* Returns what would have been changed up to now. */
const struct sset *
change_list(void)
{
    return &lines;
}
