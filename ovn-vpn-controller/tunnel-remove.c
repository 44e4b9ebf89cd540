/* SPDX-License-Identifier: Apache-2.0 */

/* Removal of tunnels from the host; see ovn-vpn-controller/tunnel-host.h. */

#include <config.h>

#include "ovn-vpn-controller/tunnel-host.h"

#include <stdlib.h>
#include <string.h>

#include "openvswitch/vlog.h"
#include "ovn-vpn-controller/change.h"
#include "ovn-vpn-controller/link.h"
#include "ovn-vpn-controller/netns.h"
#include "sset.h"
#include "util.h"

VLOG_DEFINE_THIS_MODULE(tunnel_remove);

/* Removes everything.  A process that serves the WireGuard interface ends when
 * that goes. */
void
tunnel_host_remove(struct tunnel_host *host, const struct tunnel_host_env *env)
{
    char *alias = tunnel_host_alias(host);
    struct link_info info;

    if (host->link) {
        link_delete(host->link, TUNNEL_TRANSIT);
        link_delete(host->link, host->wg_ifname);
    }
    if (!link_get(env->link, host->host_ifname, &info)
        && !strcmp(info.alias, alias)) {
        link_delete(env->link, host->host_ifname);
    }
    free(alias);
    tunnel_host_close(host);
    int error = netns_delete(host->netns_name);
    if (error) {
        VLOG_WARN("cannot delete network namespace %s (%s)",
                  host->netns_name, ovs_strerror(error));
    } else if (!change_is_dry_run()) {
        VLOG_INFO("deleted network namespace %s", host->netns_name);
    }
}

/* Removes what an earlier run of the program has left of tunnels whose names
 * are not in 'wanted'. */
void
tunnel_host_purge(const struct tunnel_host_env *env, const struct sset *wanted)
{
    struct sset found = SSET_INITIALIZER(&found);
    const char *name;

    netns_list(TUNNEL_NETNS_PREFIX, &found);
    link_list_aliases(env->link, TUNNEL_ALIAS_PREFIX, &found);
    SSET_FOR_EACH (name, &found) {
        if (!sset_contains(wanted, name)) {
            struct tunnel_host host;

            /* Its interfaces go even while some process keeps the namespace
             * itself alive. */
            tunnel_host_init(&host, name);
            if (!netns_open(host.netns_name, &host.netns)) {
                link_open(host.netns, &host.link);
            }
            tunnel_host_remove(&host, env);
            tunnel_host_destroy(&host);
        }
    }
    sset_destroy(&found);
}
