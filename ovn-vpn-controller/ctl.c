/* SPDX-License-Identifier: Apache-2.0 */

#include <config.h>

#include "ovn-vpn-controller/ctl.h"

#include <inttypes.h>
#include <stdlib.h>

#include "openvswitch/dynamic-string.h"
#include "ovn-vpn-controller/agent.h"
#include "ovn-vpn-controller/desired.h"
#include "sset.h"
#include "timeval.h"
#include "unixctl.h"
#include "util.h"

static const char *
state_to_string(const struct tunnel *t)
{
    if (!t->device.backend) {
        return "no interface";
    }
    switch (t->device.backend->class->state(t->device.backend)) {
    case WG_STARTING:
        return "starting";
    case WG_READY:
        return "ready";
    case WG_STRAY:
        return "stray";
    case WG_FAILED:
        return "failed";
    case WG_ABSENT:
        return "absent";
    }
    OVS_NOT_REACHED();
}

static const struct want_tunnel *
find_want(const struct ctl *ctl, const char *name)
{
    return shash_find_data(&desired_get(ctl->desired)->tunnels, name);
}

/* Replies with an error and returns NULL if there is no such tunnel. */
static const struct tunnel *
find_tunnel(const struct ctl *ctl, struct unixctl_conn *conn, const char *name)
{
    const struct tunnel *t = shash_find_data(&ctl->agent->tunnels, name);

    if (!t) {
        char *error = xasprintf("this chassis has no tunnel \"%s\"", name);

        unixctl_command_reply_error(conn, error);
        free(error);
    }
    return t;
}

static void
tunnel_list(struct unixctl_conn *conn, int argc OVS_UNUSED,
            const char *argv[] OVS_UNUSED, void *ctl_)
{
    const struct ctl *ctl = ctl_;
    const struct shash_node **nodes = shash_sort(&ctl->agent->tunnels);
    struct ds s = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < shash_count(&ctl->agent->tunnels); i++) {
        const struct tunnel *t = nodes[i]->data;

        ds_put_format(&s, "%s: %s, %s, %"PRIuSIZE" peers, %"PRIuSIZE
                      " problems\n", t->name, role_to_string(t->role.role),
                      state_to_string(t), hmap_count(&t->device.have.peers),
                      sset_count(&t->problems));
    }
    unixctl_command_reply(conn, ds_cstr(&s));
    ds_destroy(&s);
    free(nodes);
}

static void
put_prefixes(struct ds *s, const char *what, const struct vpn_prefixes *ps)
{
    ds_put_format(s, "%s: ", what);
    vpn_prefixes_format(ps, ", ", s);
    ds_put_char(s, '\n');
}

static void
put_want(struct ds *s, const struct want_tunnel *wt)
{
    ds_put_format(s, "gateway port: %s\n", wt->gateway_port);
    ds_put_format(s, "tag: %"PRIu16"\n", wt->tag);
    put_prefixes(s, "transit addresses", &wt->transit_addresses);
    put_prefixes(s, "router addresses", &wt->router_addresses);
    put_prefixes(s, "addresses", &wt->addresses);
    ds_put_format(s, "UDP port: %"PRIu16"\n", wt->device.listen_port);
    ds_put_format(s, "MTU: %d\n", wt->mtu);
    ds_put_format(s, "peers wanted: %"PRIuSIZE"\n",
                  hmap_count(&wt->device.peers));
}

static void
put_problems(struct ds *s, const struct tunnel *t)
{
    const char **problems = sset_sort(&t->problems);
    const struct smap_node **peers = smap_sort(&t->peer_problems);

    for (size_t i = 0; i < sset_count(&t->problems); i++) {
        ds_put_format(s, "problem: %s\n", problems[i]);
    }
    for (size_t i = 0; i < smap_count(&t->peer_problems); i++) {
        ds_put_format(s, "problem of peer %s: %s\n", peers[i]->key,
                      peers[i]->value);
    }
    free(peers);
    free(problems);
}

static void
tunnel_show(struct unixctl_conn *conn, int argc OVS_UNUSED, const char *argv[],
            void *ctl_)
{
    const struct ctl *ctl = ctl_;
    const struct tunnel *t = find_tunnel(ctl, conn, argv[1]);
    struct ds s = DS_EMPTY_INITIALIZER;

    if (!t) {
        return;
    }
    const struct want_tunnel *wt = find_want(ctl, t->name);
    ds_put_format(&s, "role: %s%s\n", role_to_string(t->role.role),
                  t->role.by_sign ? " (by packets that arrive here)" : "");
    ds_put_format(&s, "namespace: %s\n", t->host.netns_name);
    ds_put_format(&s, "port in Open vSwitch: %s\n", t->host.host_ifname);
    ds_put_format(&s, "WireGuard interface: %s, %s\n", t->host.wg_ifname,
                  state_to_string(t));
    if (wt) {
        put_want(&s, wt);
    }
    ds_put_format(&s, "peers found: %"PRIuSIZE"\n",
                  hmap_count(&t->device.have.peers));

    put_problems(&s, t);
    unixctl_command_reply(conn, ds_cstr(&s));
    ds_destroy(&s);
}

static int
compare_peers(const void *a_, const void *b_)
{
    const struct wg_peer *const *a = a_, *const *b = b_;

    return memcmp(&(*a)->public_key, &(*b)->public_key,
                  sizeof (*a)->public_key);
}

static void
put_peer(struct ds *s, const struct wg_peer *peer)
{
    char key[VPN_KEY_TEXT_LEN + 1];

    vpn_key_format(&peer->public_key, key);
    ds_put_format(s, "%s\n  allowed IPs: ", key);
    vpn_prefixes_format(&peer->allowed_ips, ", ", s);
    ds_put_cstr(s, "\n  endpoint: ");
    if (peer->has_endpoint) {
        wg_endpoint_format(&peer->endpoint, s);
    } else {
        ds_put_cstr(s, "none");
    }
    ds_put_cstr(s, "\n  last handshake: ");
    if (peer->last_handshake) {
        ds_put_format(s, "%lld s ago",
                      (time_wall_msec() - peer->last_handshake) / 1000);
    } else {
        ds_put_cstr(s, "never");
    }
    ds_put_format(s, "\n  keepalive: %d\n  pre-shared key: %s\n"
                  "  bytes: %"PRIu64" received, %"PRIu64" sent\n",
                  peer->keepalive, peer->has_psk ? "yes" : "no",
                  peer->rx_bytes, peer->tx_bytes);
}

static void
peer_list(struct unixctl_conn *conn, int argc OVS_UNUSED, const char *argv[],
          void *ctl_)
{
    const struct tunnel *t = find_tunnel(ctl_, conn, argv[1]);
    struct ds s = DS_EMPTY_INITIALIZER;
    const struct wg_peer *peer;
    size_t n = 0;

    if (!t) {
        return;
    }
    const struct hmap *peers = &t->device.have.peers;
    const struct wg_peer **list = xmalloc((hmap_count(peers) + 1)
                                          * sizeof *list);
    HMAP_FOR_EACH (peer, node, peers) {
        list[n++] = peer;
    }
    qsort(list, n, sizeof *list, compare_peers);
    for (size_t i = 0; i < n; i++) {
        put_peer(&s, list[i]);
    }
    free(list);
    unixctl_command_reply(conn, ds_cstr(&s));
    ds_destroy(&s);
}

static void
put_takeover(struct ds *s, const struct tunnel *t)
{
    const struct tunnel_takeover *tt = &t->takeover;

    if (!tt->begun) {
        ds_put_format(s, "%s: none since the start of this program\n",
                      t->name);
        return;
    }
    char *at = xastrftime_msec("%Y-%m-%d %H:%M:%S.###", tt->at, true);
    ds_put_format(s, "%s: %s UTC: %"PRIuSIZE" peers called, %"PRIuSIZE" came "
                  "back within %d ms%s\n", t->name, at, tt->t.n_called,
                  tt->t.n_back, tunnel_takeover_ms(tt),
                  tt->over ? "" : ", going on");
    free(at);
}

static void
takeover_show(struct unixctl_conn *conn, int argc OVS_UNUSED,
              const char *argv[] OVS_UNUSED, void *ctl_)
{
    const struct ctl *ctl = ctl_;
    const struct shash_node **nodes = shash_sort(&ctl->agent->tunnels);
    struct ds s = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < shash_count(&ctl->agent->tunnels); i++) {
        put_takeover(&s, nodes[i]->data);
    }
    unixctl_command_reply(conn, ds_cstr(&s));
    ds_destroy(&s);
    free(nodes);
}

/* Registers the commands, which use 'ctl' as long as the program runs. */
void
ctl_init(struct ctl *ctl)
{
    unixctl_command_register("tunnel/list", "", 0, 0, tunnel_list, ctl);
    unixctl_command_register("tunnel/show", "TUNNEL", 1, 1, tunnel_show, ctl);
    unixctl_command_register("peer/list", "TUNNEL", 1, 1, peer_list, ctl);
    unixctl_command_register("takeover/show", "", 0, 0, takeover_show, ctl);
}
