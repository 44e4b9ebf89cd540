/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn/keyring.h"

#include <stdlib.h>
#include <string.h>

#include "lib/vpn-model.h"
#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(keyring);

/* Loads the sealing pair from 'file_name', if that exists.  Returns NULL if
 * successful, otherwise a message for the user, which the caller must free. */
char *
keyring_init(struct keyring *keyring, const char *file_name)
{
    *keyring = (struct keyring) { .file_name = xstrdup(file_name) };
    return keyring_load(keyring);
}

void
keyring_destroy(struct keyring *keyring)
{
    vpn_sealing_pair_destroy(keyring->pair);
    vpn_sealing_pair_destroy(keyring->next);
    free(keyring->file_name);
}

/* Returns when the pair was made, in milliseconds since the epoch, as its file
 * says, or 0 if there is none. */
int64_t
keyring_created_at(const struct keyring *keyring)
{
    return (keyring->pair ? vpn_sealing_pair_created_at(keyring->file_name)
            : 0);
}

/* Looks at the files again, if 'nb_public_key', which may be NULL, is not that
 * of our pair, and takes the next pair over if it has become the one to use.
 * Returns NULL if successful, otherwise a message for the operator, which the
 * caller must free. */
static char *
refresh(struct keyring *keyring, const char *nb_public_key)
{
    char *error = NULL;
    char next[VPN_KEY_TEXT_LEN + 1];

    if (keyring->pair && (!nb_public_key || !strcmp(keyring->public_text,
                                                    nb_public_key))) {
        return NULL;
    }
    error = keyring_load(keyring);
    if (!error && keyring->next && nb_public_key
        && strcmp(keyring->public_text, nb_public_key)) {
        vpn_key_format(&keyring->next->public, next);
        if (!strcmp(next, nb_public_key)) {
            error = keyring_adopt(keyring);
        }
    }
    return error;
}

/* Checks whether the sealing pair is the one whose public half the database
 * has, 'nb_public_key', which is NULL if it has none yet.  Returns NULL if we
 * can work, or could after keyring_create(); otherwise a message for the
 * operator, which the caller must free.  Looks for missing files again. */
char *
keyring_check(struct keyring *keyring, const char *nb_public_key)
{
    char *error = refresh(keyring, nb_public_key);

    if (error || !nb_public_key) {
        return error;
    } else if (!keyring->pair) {
        return xasprintf("%s: there is no sealing key, but the secrets in the "
                         "database are sealed to %s; copy the file from the "
                         "other central node or from a backup",
                         keyring->file_name, nb_public_key);
    } else if (strcmp(keyring->public_text, nb_public_key)) {
        return xasprintf("%s: this is not the sealing key of the database, "
                         "whose secrets are sealed to %s; copy the file from "
                         "the other central node or from a backup",
                         keyring->file_name, nb_public_key);
    }
    return NULL;
}

/* Makes a sealing pair and its file, if there is none.  Returns NULL if
 * successful, otherwise a message for the operator, which the caller must
 * free. */
char *
keyring_create(struct keyring *keyring)
{
    if (keyring->pair) {
        return NULL;
    }

    struct vpn_sealing_pair *pair = vpn_sealing_pair_create();
    char *error = vpn_sealing_pair_save(keyring->file_name, pair);
    vpn_sealing_pair_destroy(pair);
    if (!error) {
        error = keyring_load(keyring);
    }
    if (!error) {
        VLOG_INFO("made sealing key %s in %s", keyring->public_text,
                  keyring->file_name);
    }
    return error;
}

/* Makes a key pair for 'service'.  The caller must free '*sealed'. */
void
keyring_new_service_key(const struct keyring *keyring, const char *service,
                        char public_text[VPN_KEY_TEXT_LEN + 1], char **sealed)
{
    struct vpn_key *private = vpn_secret_new_private();
    char *owner = vpn_box_owner_service(service);
    struct vpn_key public;

    vpn_secret_public(private, &public);
    vpn_key_format(&public, public_text);
    *sealed = vpn_box_seal(&keyring->pair->public, VPN_BOX_SERVICE_KEY, owner,
                           private);
    free(owner);
    vpn_secret_free(private);
}

/* Opens 'box', a private key of 'service', and checks that it belongs to
 * 'public_key'.  Returns NULL if successful, otherwise a message for the user,
 * which the caller must free.  The caller must free '*privatep' with
 * vpn_secret_free(). */
char *
keyring_open_key(const struct keyring *keyring, const char *service,
                 const char *public_key, const char *box,
                 struct vpn_key **privatep)
{
    char *owner = vpn_box_owner_service(service);
    char *error = vpn_box_open(keyring->pair, box, VPN_BOX_SERVICE_KEY, owner,
                               privatep);
    free(owner);
    if (!error) {
        char text[VPN_KEY_TEXT_LEN + 1];
        struct vpn_key public;

        vpn_secret_public(*privatep, &public);
        vpn_key_format(&public, text);
        if (strcmp(text, public_key)) {
            vpn_secret_free(*privatep);
            *privatep = NULL;
            error = xstrdup("it does not belong to the public key");
        }
    }
    return error;
}

/* Opens the current private key of 'service'.  Like keyring_open_key()
 * otherwise. */
char *
keyring_open_service_key(const struct keyring *keyring,
                         const struct vpn_service *service,
                         struct vpn_key **privatep)
{
    char *error = keyring_open_key(keyring, service->name,
                                   service->public_key,
                                   service->sealed_private_key, privatep);

    if (error) {
        char *msg = xasprintf("sealed_private_key: %s; restore the right one, "
                              "or clear it and public_key to have a new pair "
                              "made", error);
        free(error);
        return msg;
    }
    return NULL;
}
