/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NBCTL_H
#define NBCTL_H 1

/* What the parts of ovn-vpn-nbctl share.
 *
 * ovn-vpn-nbctl.c holds the class for vpn-dbctl.h and waits; each nbctl-*.c
 * holds commands of one kind, or what several of them need.  Functions that
 * return 'char *' return NULL if successful and otherwise a message for the
 * user, which the caller must free. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db-ctl-base.h"

struct ds;
struct ovsdb_idl;
struct table;
struct vpnnbrec_access_rule;
struct vpnnbrec_gateway_chassis;
struct vpnnbrec_vpn_connection;
struct vpnnbrec_vpn_service;

/* Commands, each array ending with one without name. */
extern const struct ctl_command_syntax nbctl_show_commands[];
extern const struct ctl_command_syntax nbctl_svc_commands[];
extern const struct ctl_command_syntax nbctl_conn_commands[];
extern const struct ctl_command_syntax nbctl_conn_add_commands[];
extern const struct ctl_command_syntax nbctl_conn_set_commands[];
extern const struct ctl_command_syntax nbctl_key_commands[];
extern const struct ctl_command_syntax nbctl_import_commands[];
extern const struct ctl_command_syntax nbctl_export_commands[];
extern const struct ctl_command_syntax nbctl_project_commands[];
extern const struct ctl_command_syntax nbctl_gateway_commands[];
extern const struct ctl_command_syntax nbctl_token_commands[];
extern const struct ctl_command_syntax nbctl_rule_commands[];

/* ovn-vpn-nbctl.c: what commands tell to the program. */
void nbctl_sync(void);
void nbctl_expect(const char *done, const char *service,
                  const char *connection);
void nbctl_await_sealing(int64_t sealing_cfg);
void nbctl_fail(char *message);

/* nbctl-util.c: rows. */
void nbctl_prerequisites(struct ctl_context *);
char *nbctl_get_service(struct ctl_context *, const char *id,
                        const struct vpnnbrec_vpn_service **);
char *nbctl_get_connection(const struct vpnnbrec_vpn_service *, const char *id,
                           const struct vpnnbrec_vpn_connection **);
void nbctl_link_connection(struct ctl_context *,
                           const struct vpnnbrec_vpn_service *,
                           struct vpnnbrec_vpn_connection *);
void nbctl_unlink_connection(struct ctl_context *,
                             const struct vpnnbrec_vpn_service *,
                             const struct vpnnbrec_vpn_connection *);
const struct vpnnbrec_vpn_service **nbctl_sort_services(struct ovsdb_idl *,
                                                        size_t *n);
const struct vpnnbrec_vpn_connection **nbctl_sort_connections(
    const struct vpnnbrec_vpn_service *, size_t *n);
const struct vpnnbrec_gateway_chassis **nbctl_sort_gateways(
    const struct vpnnbrec_vpn_service *);
size_t nbctl_count_active(const struct vpnnbrec_vpn_service *);

/* nbctl-rule.c */
const struct vpnnbrec_access_rule **nbctl_sort_rules(
    const struct vpnnbrec_vpn_service *);
char *nbctl_describe_rule(const struct vpnnbrec_access_rule *);

/* nbctl-format.c: output. */
struct table *nbctl_table_create(const char *const columns[], size_t n);
void nbctl_table_put(struct table *, const char *);
void nbctl_table_put_and_free(struct table *, char *);
char *nbctl_join(char *const *, size_t n);
char *nbctl_endpoint(const struct vpnnbrec_vpn_service *);
void nbctl_put(struct ds *, int indent, const char *label, const char *value);
void nbctl_put_and_free(struct ds *, int indent, const char *label,
                        char *value);
void nbctl_put_bool(struct ds *, int indent, const char *label, bool);
void nbctl_put_int(struct ds *, int indent, const char *label,
                   const int64_t *, size_t n);
void nbctl_put_time(struct ds *, int indent, const char *label,
                    const int64_t *, size_t n);
void nbctl_put_takeover(struct ds *, int indent, const char *label,
                        const struct vpnnbrec_vpn_service *);

#endif /* utilities/nbctl.h */
