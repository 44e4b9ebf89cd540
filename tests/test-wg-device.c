/* SPDX-License-Identifier: Apache-2.0 */

/* Brings an interface in memory to what is wanted, by a script.
 *
 *   want PEER [ips=P,P] [psk=N] [keepalive=N] [site=HOST:PORT]
 *   unwant PEER
 *   key N, port N          what is wanted of the interface itself
 *   role standby|active|unknown
 *   find PEER [endpoint=E] [handshake=MS] [keepalive=N] [psk=N] [ips=P,P]
 *                          changes the interface behind our back
 *   lose PEER              removes a peer there
 *   vanish                 the whole interface is replaced by a new one
 *   refuse ERRNO           the next change is refused
 *   call PEER ENDPOINT, again PEER ENDPOINT, hint PEER ENDPOINT
 *   sync                   prints the changes that are made
 *   show                   prints the interface */

#include <config.h>
#undef NDEBUG
#include "ovn-vpn-controller/wg-device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "ovn-vpn-controller/tunnel-device.h"
#include "ovn-vpn-controller/want.h"
#include "svec.h"
#include "tests/ovstest.h"
#include "tests/wg-recording.h"
#include "util.h"
#include "uuid.h"

static struct want_tunnel *want;
static struct tunnel_device device;
static enum role role;

/* A key whose base64 begins with 'name'. */
static struct vpn_key
key_of(const char *name)
{
    char text[VPN_KEY_TEXT_LEN + 1];
    struct vpn_key key;

    memset(text, 'A', sizeof text);
    memcpy(text, name, strlen(name));
    strcpy(text + VPN_KEY_TEXT_LEN - 1, "=");
    ovs_assert(vpn_key_parse(text, &key));
    return key;
}

static struct vpn_digest
digest_of(const char *number)
{
    struct vpn_digest digest = { { atoi(number) } };

    return digest;
}

static void
parse_ips(const char *s, struct vpn_prefixes *prefixes)
{
    char *copy = xstrdup(s), *save_ptr = NULL;

    prefixes->n = 0;
    for (char *p = strtok_r(copy, ",", &save_ptr); p;
         p = strtok_r(NULL, ",", &save_ptr)) {
        struct vpn_prefix prefix;

        ovs_assert(!vpn_prefix_parse(p, &prefix));
        vpn_prefixes_add(prefixes, &prefix);
    }
    vpn_prefixes_sort(prefixes);
    free(copy);
}

static void
parse_setting(struct wg_peer *peer, const char *setting)
{
    const char *value = strchr(setting, '=') + 1;

    if (!strncmp(setting, "ips=", 4)) {
        parse_ips(value, &peer->allowed_ips);
    } else if (!strncmp(setting, "psk=", 4)) {
        peer->has_psk = *value != '\0';
        peer->psk = digest_of(value);
    } else if (!strncmp(setting, "keepalive=", 10)) {
        peer->keepalive = atoi(value);
    } else if (!strncmp(setting, "site=", 5)) {
        peer->site = xstrdup(value);
    } else if (!strncmp(setting, "endpoint=", 9)) {
        peer->has_endpoint = wg_endpoint_parse(value, &peer->endpoint);
        ovs_assert(peer->has_endpoint);
    } else if (!strncmp(setting, "handshake=", 10)) {
        peer->last_handshake = atoll(value);
    } else {
        ovs_fatal(0, "%s: what is that?", setting);
    }
}

static struct wg_peer *
find(struct wg_device *d, const char *name)
{
    struct vpn_key key = key_of(name);

    return wg_device_find(d, &key);
}

static void
cmd_peer(struct wg_device *d, bool anew, const struct svec *words)
{
    struct wg_peer *peer = find(d, words->names[1]);

    if (peer && anew) {
        wg_device_remove(d, peer);
        peer = NULL;
    }
    if (!peer) {
        struct vpn_key key = key_of(words->names[1]);

        peer = wg_peer_create(&key);
        wg_device_add(d, peer);
    }
    for (size_t i = 2; i < words->n; i++) {
        parse_setting(peer, words->names[i]);
    }
}

static bool
find_site(const struct wg_peer *peer, struct wg_endpoint *endpoint,
          void *aux OVS_UNUSED)
{
    return wg_endpoint_parse(peer->site, endpoint);
}

/* Prints what was done, sorted: peers have no order of their own. */
static void
print_log(void)
{
    struct svec lines = SVEC_EMPTY_INITIALIZER;
    char *save_ptr = NULL;

    for (char *line = strtok_r(ds_cstr(&wg_recording.log), "\n", &save_ptr);
         line; line = strtok_r(NULL, "\n", &save_ptr)) {
        svec_add(&lines, line);
    }
    svec_sort(&lines);
    for (size_t i = 0; i < lines.n; i++) {
        puts(lines.names[i]);
    }
    if (!lines.n) {
        puts("nothing");
    }
    svec_destroy(&lines);
    ds_clear(&wg_recording.log);
}

/* Runs the device until it has nothing more to do. */
static void
sync_device(void)
{
    ds_clear(&wg_recording.log);
    device.known = false;
    device.next_poll = 0;
    for (int i = 0; i < 1000; i++) {
        tunnel_device_run(&device, want);
        if (tunnel_device_is_idle(&device)) {
            tunnel_device_converge(&device, want, role, find_site, NULL);
        }
        if (tunnel_device_is_idle(&device)) {
            if (device.known && device.in_sync) {
                print_log();
                return;
            }
            tunnel_device_poll(&device, 1000);
        }
    }
    ovs_fatal(0, "no end of changes:\n%s", ds_cstr(&wg_recording.log));
}

static void
cmd_call(const struct svec *words)
{
    const struct wg_peer *peer = find(&want->device, words->names[1]);
    struct wg_endpoint endpoint;
    struct wg_changes changes;
    struct ds s = DS_EMPTY_INITIALIZER;

    ovs_assert(wg_endpoint_parse(words->names[2], &endpoint));
    wg_changes_init(&changes);
    if (!strcmp(words->names[0], "hint")) {
        wg_device_hint(peer, &endpoint, &changes);
    } else {
        wg_device_call(&device.have, peer, &endpoint,
                       !strcmp(words->names[0], "again"), &changes);
    }
    wg_changes_format(&changes, &s);
    fputs(ds_cstr(&s), stdout);
    tunnel_device_set(&device, want, &changes);
    tunnel_device_run(&device, want);
    wg_changes_destroy(&changes);
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
show_peer(const struct wg_peer *peer)
{
    char key[VPN_KEY_TEXT_LEN + 1];
    struct ds s = DS_EMPTY_INITIALIZER;

    vpn_key_format(&peer->public_key, key);
    ds_put_format(&s, "%.8s ips=", key);
    vpn_prefixes_format(&peer->allowed_ips, ",", &s);
    ds_put_format(&s, " psk=%d keepalive=%d",
                  peer->has_psk ? peer->psk.bytes[0] : 0, peer->keepalive);
    if (peer->has_endpoint) {
        ds_put_cstr(&s, " endpoint=");
        wg_endpoint_format(&peer->endpoint, &s);
    }
    if (peer->last_handshake) {
        ds_put_format(&s, " handshake=%lld", peer->last_handshake);
    }
    puts(ds_cstr(&s));
    ds_destroy(&s);
}

static void
cmd_show(void)
{
    const struct hmap *peers = &wg_recording.device.peers;
    const struct wg_peer **list = xmalloc((hmap_count(peers) + 1)
                                          * sizeof *list);
    const struct wg_peer *peer;
    size_t n = 0;

    HMAP_FOR_EACH (peer, node, peers) {
        list[n++] = peer;
    }
    qsort(list, n, sizeof *list, compare_peers);
    printf("key %d port %d\n", wg_recording.device.private_key.bytes[0],
           wg_recording.device.listen_port);
    for (size_t i = 0; i < n; i++) {
        show_peer(list[i]);
    }
    free(list);
}

static void
cmd_role(const char *name)
{
    role = (!strcmp(name, "active") ? ROLE_ACTIVE
            : !strcmp(name, "standby") ? ROLE_STANDBY : ROLE_UNKNOWN);
}

static void
run_command(const struct svec *words)
{
    const char *cmd = words->names[0];

    want->seq++;
    if (!strcmp(cmd, "want")) {
        cmd_peer(&want->device, true, words);
    } else if (!strcmp(cmd, "find")) {
        cmd_peer(&wg_recording.device, false, words);
    } else if (!strcmp(cmd, "unwant")) {
        wg_device_remove(&want->device, find(&want->device, words->names[1]));
    } else if (!strcmp(cmd, "lose")) {
        wg_device_remove(&wg_recording.device,
                         find(&wg_recording.device, words->names[1]));
    } else if (!strcmp(cmd, "key")) {
        want->device.has_private_key = true;
        want->device.private_key = digest_of(words->names[1]);
    } else if (!strcmp(cmd, "port")) {
        want->device.listen_port = atoi(words->names[1]);
    } else if (!strcmp(cmd, "role")) {
        cmd_role(words->names[1]);
    } else if (!strcmp(cmd, "vanish")) {
        wg_recording.vanish = true;
    } else if (!strcmp(cmd, "refuse")) {
        wg_recording.refuse = atoi(words->names[1]);
    } else if (!strcmp(cmd, "sync")) {
        sync_device();
    } else if (!strcmp(cmd, "show")) {
        cmd_show();
    } else {
        cmd_call(words);
    }
}

static void
test_wg_device_main(int argc OVS_UNUSED, char *argv[])
{
    struct ds line = DS_EMPTY_INITIALIZER;
    struct wg_place place = { NULL, NULL, NULL, NULL };

    set_program_name(argv[0]);
    vpn_keys_init();
    wg_recording_init();
    want = want_tunnel_create("s1", &UUID_ZERO);
    want->private_key = vpn_secret_new_private();
    tunnel_device_init(&device);
    tunnel_device_place(&device, &wg_recording_class, &place);

    while (!ds_get_test_line(&line, stdin)) {
        struct svec words = SVEC_EMPTY_INITIALIZER;

        svec_parse_words(&words, ds_cstr(&line));
        run_command(&words);
        svec_destroy(&words);
    }
    ds_destroy(&line);
    tunnel_device_destroy(&device);
    want_tunnel_destroy(want);
    wg_recording_destroy();
}

OVSTEST_REGISTER("test-wg-device", test_wg_device_main);
