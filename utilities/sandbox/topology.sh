# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the sandbox consists of: hosts, cables, addresses, and the rows that
# the operator of such a cluster has in OVN.  Sourced by ovn-vpn-sandbox.
#
#   bridge mg, 172.30.0.0/24     central .10, gw1 .101, gw2 .102, hv1 .103
#   bridge ex, 192.168.0.0/24    the external network: router r .1 (resides on
#   and fd00:192::/64            gw1 or gw2), the switch itself .2 as the
#                                rest of the world, clients from .50 up
#   logical switch net,          router r .1, vm1 .10
#   10.0.0.0/24 and fd00:10::/64
#
# IPv6 addresses end in the same digits as IPv4 ones.

# shellcheck disable=SC2034 # Others use it.
BASE_HOSTS="switch central gw1 gw2 hv1"
CHASSIS="gw1 gw2 hv1"
CENTRAL=172.30.0.10

# Limits for commands, in seconds.
SHORT=$((5 * PATIENCE))
LONG=$((30 * PATIENCE))

chassis_address() {
    case $1 in
        gw1) echo 172.30.0.101 ;;
        gw2) echo 172.30.0.102 ;;
        hv1) echo 172.30.0.103 ;;
    esac
}

# host_run_ipv6 HOST COMMAND...: only on a machine that has IPv6.
host_run_ipv6() {
    [ ! -e /proc/net/if_inet6 ] || host_run "$@"
}

# A bridge without an address of its own takes one from its ports, and another
# one as they come and go.
boot_switch() {
    host_run switch ip link add mg address 00:00:00:00:20:01 type bridge \
        && host_run switch ip link add ex address 00:00:00:00:20:02 \
            type bridge \
        && host_run switch ip addr add 192.168.0.2/24 dev ex \
        && host_run_ipv6 switch ip addr add fd00:192::2/64 dev ex nodad \
        && host_run switch ip link set mg up \
        && host_run switch ip link set ex up \
        && host_run switch ip route add 10.0.0.0/24 via 192.168.0.1 \
        && host_run_ipv6 switch ip route add fd00:10::/64 via fd00:192::1
}

# Plugs HOST of the base into the switch.
plug_base() {
    host_plug "$1" eth0 mg
    case $1 in
        central) host_run central ip addr add $CENTRAL/24 dev eth0 ;;
        gw*) host_plug "$1" eth1 ex ;;
    esac
}

boot_central() {
    host_run central "$LIBDIR/daemons" start ovnnb_db ovnsb_db \
        && host_run central ovn-nbctl init \
        && host_run central ovn-sbctl init \
        && host_run central "$LIBDIR/daemons" start ovn-northd || return
    [ "$MODE" = vpn ] || return 0
    host_run central "$LIBDIR/daemons" start ovn_vpn_nb_db ovn_vpn_sb_db \
        && host_run central ovn-vpn-nbctl init \
        && host_run central "$LIBDIR/daemons" start ovn-vpn ovn-vpn-api
}

# The interface that has the chassis's address.  Userspace tunnels need it on a
# bridge of the userspace datapath.
underlay() {
    if [ "$DATAPATH" = netdev ]; then echo br-phy; else echo eth0; fi
}

# What an administrator tells a new chassis.
configure_chassis() {
    local host=$1 ids=external-ids type=datapath_type=$DATAPATH
    local -a underlay=() gateway=()
    if [ "$DATAPATH" = netdev ]; then
        underlay=(-- add-br br-phy -- set bridge br-phy "$type"
                  -- add-port br-phy eth0)
    fi
    if [ "$host" != hv1 ]; then
        gateway=(-- add-br br-ex -- set bridge br-ex "$type"
                 -- add-port br-ex eth1
                 -- set open . "$ids:ovn-bridge-mappings=ext:br-ex"
                 "$ids:ovn-vpn-remote=tcp:$CENTRAL:6672")
    fi
    host_run "$host" ovs-vsctl \
        -- set open . $ids:system-id="$host" \
            $ids:ovn-remote=tcp:$CENTRAL:6642 \
            $ids:ovn-encap-type=geneve \
            $ids:ovn-encap-ip="$(chassis_address "$host")" \
            $ids:ovn-bridge-datapath-type="$DATAPATH" \
            $ids:ovn-monitor-all=true \
        "${underlay[@]}" -- add-br br-int \
        -- set bridge br-int "$type" fail-mode=secure "${gateway[@]}"
}

boot_switching() {
    local host=$1 new=no
    [ -e "$RUN/$host/etc/openvswitch/conf.db" ] || new=yes
    host_run "$host" "$LIBDIR/daemons" start ovsdb-server \
        && host_run "$host" ovs-vsctl --no-wait init \
        && host_run "$host" "$LIBDIR/daemons" start ovs-vswitchd || return
    [ $new = no ] || configure_chassis "$host" || return
    host_run "$host" ip addr add "$(chassis_address "$host")/24" \
        dev "$(underlay)" && host_run "$host" ip link set "$(underlay)" up
}

# The agents of a chassis.  They call again only after a second, so they start
# when there is somebody to answer.
boot_agents() {
    host_run "$1" "$LIBDIR/daemons" start ovn-controller || return
    if [ "$MODE" = vpn ] && [ "$1" != hv1 ]; then
        host_run "$1" "$LIBDIR/daemons" start ovn-vpn-controller
    fi
}

# vm1 is a network namespace on its hypervisor.  Its MTU leaves room for
# Geneve, as DHCP would tell it.
boot_vm1() {
    host_run hv1 ip netns add vm1 \
        && host_run hv1 ip link add vm1 type veth peer name eth0 netns vm1 \
        && host_run hv1 ip link set vm1 up \
        && host_run hv1 ip -n vm1 link set lo up \
        && host_run hv1 ip -n vm1 link set eth0 \
            address 00:00:00:00:10:10 mtu 1442 up \
        && host_run hv1 ip -n vm1 addr add 10.0.0.10/24 dev eth0 \
        && host_run_ipv6 hv1 ip -n vm1 addr add fd00:10::10/64 dev eth0 nodad \
        && host_run hv1 ip -n vm1 route add default via 10.0.0.1 \
        && host_run_ipv6 hv1 ip -n vm1 route add default via fd00:10::1 \
        && { [ "$DATAPATH" != netdev ] \
            || host_run hv1 ip netns exec vm1 ethtool -K eth0 tx off; } \
        && host_run hv1 ovs-vsctl --may-exist add-port br-int vm1 \
            -- set interface vm1 external-ids:iface-id=vm1
}

# A network, a router, and an external network with two gateway chassis.
operator_rows() {
    host_run central ovn-nbctl \
        -- ls-add net \
        -- lsp-add net vm1 \
        -- lsp-set-addresses vm1 "00:00:00:00:10:10 10.0.0.10 fd00:10::10" \
        -- lr-add r \
        -- lrp-add r r-net 00:00:00:00:01:01 10.0.0.1/24 fd00:10::1/64 \
        -- lsp-add net net-r \
        -- lsp-set-type net-r router \
        -- lsp-set-addresses net-r router \
        -- lsp-set-options net-r router-port=r-net \
        -- ls-add pub \
        -- lsp-add pub pub-ln \
        -- lsp-set-type pub-ln localnet \
        -- lsp-set-addresses pub-ln unknown \
        -- lsp-set-options pub-ln network_name=ext \
        -- lrp-add r r-pub 00:00:00:00:01:02 192.168.0.1/24 fd00:192::1/64 \
        -- lsp-add pub pub-r \
        -- lsp-set-type pub-r router \
        -- lsp-set-addresses pub-r router \
        -- lsp-set-options pub-r router-port=r-pub nat-addresses=router \
        -- lrp-set-gateway-chassis r-pub gw1 20 \
        -- lrp-set-gateway-chassis r-pub gw2 10 || return
    if [ "$MODE" = vpn ]; then
        host_run central ovn-vpn-nbctl --timeout="$LONG" --wait=sb \
            set NB_Global . options:bfd_interval_ms="$BFD"
    else
        host_run central ovn-nbctl set NB_Global . options:bfd-mult=3 \
            options:bfd-min-rx="$BFD" options:bfd-min-tx="$BFD"
    fi
}

# bfd_is_up HOST: its tunnels to the other running chassis have BFD sessions.
bfd_is_up() {
    local other others=0 states
    for other in $CHASSIS; do
        [ "$other" = "$1" ] || ! host_is_up "$other" || others=$((others + 1))
    done
    states=$(host_exec "$1" ovs-vsctl --timeout="$SHORT" --bare \
        --columns=bfd_status find interface type=geneve)
    [ "$(grep -cw state=up <<<"$states")" -ge $others ]
}

await_bfd() {
    await 20 "$1 has no BFD session with every other chassis" bfd_is_up "$1"
}

gateways_are_registered() {
    local reply
    reply=$(host_exec central ovsdb-client --timeout="$SHORT" query \
        unix:/run/ovn/ovn_vpn_sb_db.sock '["OVN_VPN_Southbound",
        {"op":"select","table":"Chassis","where":[],"columns":["name"]}]')
    [[ $reply == *'"gw1"'* && $reply == *'"gw2"'* ]]
}

# While a cluster starts, a gateway that sees no other yet takes the port too.
gw1_has_router() {
    local chassis
    chassis=$(host_exec central ovn-sbctl --timeout="$SHORT" --bare \
        --columns=_uuid find Chassis name=gw1) \
        && host_exec central ovn-sbctl --timeout="$SHORT" wait-until \
            Port_Binding cr-r-pub chassis="$chassis"
}

await_network() {
    local host
    host_run central ovn-nbctl --timeout="$LONG" --wait=hv sync || return
    for host in $CHASSIS; do
        await_bfd "$host"
    done
    await 20 "router r does not come to reside on gw1" gw1_has_router
    await 20 "router r does not answer on the external network" \
        host_exec switch ping -c 1 -W 0.2 192.168.0.1
    await 20 "vm1 does not reach its router" \
        host_exec hv1 ip netns exec vm1 ping -c 1 -W 0.2 10.0.0.1
}

await_vpn() {
    await 20 "not both gateways have registered in the VPN SB database" \
        gateways_are_registered
    host_run central ovn-vpn-nbctl --timeout="$LONG" --wait=hv sync
}
