/* SPDX-License-Identifier: Apache-2.0 */

/* What backends have in common; see ovn-vpn-controller/wg-backend.h. */

#include <config.h>

#include "ovn-vpn-controller/wg-backend.h"

#include <stdlib.h>

#include "openvswitch/vlog.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(wg_backend);

/* Keys. */

/* Stores in '*pskp' the pre-shared key of 'want', which the caller must free
 * with vpn_secret_free(), or NULL if it has none.  Returns false if it cannot
 * be read: a peer must not do without a key that it should have. */
bool
wg_secrets_get_psk(const struct wg_secrets *secrets,
                   const struct wg_peer *want, struct vpn_key **pskp)
{
    char text[VPN_KEY_TEXT_LEN + 1];

    *pskp = NULL;
    if (!want->has_psk) {
        return true;
    }
    vpn_key_format(&want->public_key, text);
    char *owner = vpn_box_owner_peer(secrets->service, text);
    char *error = vpn_box_unlock(secrets->lock_key, want->locked_psk,
                                 VPN_BOX_PSK, owner, pskp);
    free(owner);
    if (error) {
        /* It could be read when 'want' was made. */
        VLOG_ERR("%s: peer %s: %s", secrets->service, text, error);
        free(error);
        return false;
    }
    return true;
}

/* Replies. */

struct reply_node {
    struct ovs_list list_node;
    struct wg_reply reply;
};

/* Adds a reply to 'replies'.  Takes what is in 'device' unless that is
 * NULL. */
void
wg_replies_push(struct ovs_list *replies, enum wg_reply_type type, int error,
                long long int asked_at, struct wg_device *device)
{
    struct reply_node *node = xzalloc(sizeof *node);

    node->reply.type = type;
    node->reply.error = error;
    node->reply.asked_at = asked_at;
    wg_device_init(&node->reply.device);
    if (device) {
        wg_device_swap(&node->reply.device, device);
    }
    ovs_list_push_back(replies, &node->list_node);
}

/* Takes the oldest of 'replies', as a backend's 'reply' function does. */
bool
wg_replies_pop(struct ovs_list *replies, struct wg_reply *reply)
{
    if (ovs_list_is_empty(replies)) {
        return false;
    }
    struct reply_node *node = CONTAINER_OF(ovs_list_pop_front(replies),
                                           struct reply_node, list_node);
    *reply = node->reply;
    hmap_moved(&reply->device.peers);
    free(node);
    return true;
}

void
wg_replies_destroy(struct ovs_list *replies)
{
    struct wg_reply reply;

    while (wg_replies_pop(replies, &reply)) {
        wg_device_destroy(&reply.device);
    }
}
