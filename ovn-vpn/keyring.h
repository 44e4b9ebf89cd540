/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OVN_VPN_KEYRING_H
#define OVN_VPN_KEYRING_H 1

/* The translator's sealing pair, and what only it can do: make the key pairs
 * of services and open what is sealed in the VPN Northbound database.
 * keyring-rotate.c replaces the pair. */

#include <stdbool.h>
#include <stdint.h>

#include "lib/vpn-keys.h"

struct vpn_service;

struct keyring {
    char *file_name;
    struct vpn_sealing_pair *pair;      /* NULL if there is no file. */
    struct vpn_sealing_pair *next;      /* NULL if there is none. */
    char public_text[VPN_KEY_TEXT_LEN + 1];
};

char *keyring_init(struct keyring *, const char *file_name);
void keyring_destroy(struct keyring *);

int64_t keyring_created_at(const struct keyring *);

char *keyring_check(struct keyring *, const char *nb_public_key);
char *keyring_create(struct keyring *);

void keyring_new_service_key(const struct keyring *, const char *service,
                             char public_text[VPN_KEY_TEXT_LEN + 1],
                             char **sealed);
char *keyring_open_service_key(const struct keyring *,
                               const struct vpn_service *,
                               struct vpn_key **privatep);
char *keyring_open_key(const struct keyring *, const char *service,
                       const char *public_key, const char *box,
                       struct vpn_key **privatep);

/* keyring-rotate.c */
char *keyring_load(struct keyring *);
char *keyring_prepare(struct keyring *);
char *keyring_adopt(struct keyring *);
void keyring_retire(struct keyring *);
bool keyring_has_old(const struct keyring *);
char *keyring_reseal(const struct keyring *, const char *box,
                     enum vpn_box_purpose, const char *owner);

#endif /* ovn-vpn/keyring.h */
