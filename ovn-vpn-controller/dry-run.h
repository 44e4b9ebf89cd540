/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DRY_RUN_H
#define DRY_RUN_H 1

/* "ovn-vpn-controller --dry-run": the program's own loop runs until all has
 * been compared, with ovn-vpn-controller/change.h letting nothing through. */

struct ovsdb_idl;

/* Exit status if something would be changed. */
#define DRY_RUN_CHANGES 2

void dry_run_begin(void);
void dry_run_wait(const char *settings_error, const struct ovsdb_idl *ovs,
                  const struct ovsdb_idl *ovn_sb,
                  const struct ovsdb_idl *vpn_sb);
int dry_run_end(void);

#endif /* ovn-vpn-controller/dry-run.h */
