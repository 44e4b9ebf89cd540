/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_AUDIT_H
#define API_AUDIT_H 1

/* Who did what, from where: in the log, and the latest in memory. */

struct api;
struct api_audit;
struct api_request;

struct api_audit *api_audit_create(void);
void api_audit_destroy(struct api_audit *);
void api_audit_note(struct api *, const struct api_request *);
void api_audit_list(struct api *, struct api_request *);

#endif /* utilities/api/api-audit.h */
