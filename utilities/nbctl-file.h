/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NBCTL_FILE_H
#define NBCTL_FILE_H 1

/* Files that take secrets.
 *
 * A file is made before the transaction is committed, so that one that cannot
 * be written is noticed while nothing is changed, and filled afterwards.  Only
 * its owner can read it, and until it is filled it goes away with the
 * process. */

#include <stdbool.h>

struct ds;
struct nbctl_file;

char *nbctl_file_create(const char *option, const char *name, bool force,
                        struct nbctl_file **);
char *nbctl_file_commit(struct nbctl_file *, const struct ds *contents);
void nbctl_file_destroy(struct nbctl_file *);

#endif /* utilities/nbctl-file.h */
