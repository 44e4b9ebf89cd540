# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The daemons.  Sourced by ovn-vpn-ctl; start_daemon() and stop_daemon() are
# Open vSwitch's.

# Prints a program's process id, if it runs.  The kernel knows the first 15
# letters of its name.
program_pid() {
    local pid
    { read -r pid <"$rundir/$1.pid"; } 2>/dev/null \
        && pid_exists "$pid" && pid_comm_check "${1:0:15}" "$pid" \
        && echo "$pid"
}

# start_program PROGRAM ARGUMENT...
start_program() {
    local program=$1
    local -a ssl
    shift
    if program_pid "$program" >/dev/null; then
        echo "$program is running already"
        return
    fi
    ssl_options
    (start_daemon "" "" "$program" -vconsole:off "${ssl[@]}" "$@") 9>&- \
        >/dev/null || fail "$program does not start;" \
        "$logdir/$program.log may say why"
    echo "started $program"
}

stop_program() {
    if ! program_pid "$1" >/dev/null; then
        echo "$1 is not running"
        return
    fi
    (stop_daemon "$1") >/dev/null || {
        echo "ovn-vpn-ctl: $1 does not end" >&2
        return 1
    }
    echo "stopped $1"
}

# status_program PROGRAM [COMMAND]: COMMAND asks it for a line more.
status_program() {
    local program=$1 pid answer=
    shift
    pid=$(program_pid "$program") || {
        echo "$program: not running"
        return 1
    }
    [ $# -eq 0 ] || answer=$(ovs-appctl -T 10 \
        -t "$rundir/$program.$pid.ctl" "$@" 2>&1)
    echo "$program: running (process $pid)${answer:+, $answer}"
}

check_translator() {
    need ovn-vpn-central ovn-vpn
    check_certificate "$OVN_VPN_NB_DB" "$OVN_VPN_SB_DB" "$OVN_NB_DB" \
        "$OVN_SB_DB"
}

start_translator() {
    check_translator
    # shellcheck disable=SC2086 # It is a list.
    GLIBC_TUNABLES=$tunables start_program ovn-vpn $OVN_VPN_OPTS
}

stop_translator() {
    stop_program ovn-vpn
}

status_translator() {
    status_program ovn-vpn status
}

# Prints an external_id of this host's Open vSwitch.
external_id() {
    ovs-vsctl -t 10 --if-exists get Open_vSwitch . "external_ids:$1" \
        2>/dev/null
}

check_controller() {
    need ovn-vpn-host ovn-vpn-controller
    need openvswitch-switch ovs-vsctl
    check_certificate "$(external_id ovn-vpn-remote)"
}

# What ovn-vpn-controller cannot begin without, to be told at once and not
# only in its log.
warn_of_switch() {
    local id remote
    id=$(external_id system-id) || {
        warn "Open vSwitch does not answer; ovn-vpn-controller waits for it"
        return
    }
    [ -n "$id" ] || warn "this host has no external_ids:system-id, by which" \
        "OVN knows a chassis; ovn-vpn-controller waits for it"
    remote=$(external_id ovn-vpn-remote)
    [[ $remote =~ ^\"?(ssl|tcp|unix): ]] || warn "ovn-vpn-controller waits" \
        "until it is told where the VPN Southbound database" \
        "is${remote:+, which $remote does not say}: \"ovs-vsctl set" \
        "open_vswitch . external_ids:ovn-vpn-remote=ssl:IP:6672\""
}

start_controller() {
    check_controller
    warn_of_switch
    # shellcheck disable=SC2086 # It is a list.
    start_program ovn-vpn-controller $OVN_VPN_CONTROLLER_OPTS
}

# Tunnels go on without it.
stop_controller() {
    stop_program ovn-vpn-controller
}

status_controller() {
    status_program ovn-vpn-controller
}

check_api() {
    need ovn-vpn-api ovn-vpn-api
    check_certificate "$OVN_VPN_NB_DB" "$OVN_VPN_SB_DB"
}

start_api() {
    check_api
    # shellcheck disable=SC2086 # It is a list.
    start_program ovn-vpn-api \
        --sb-db="${OVN_VPN_SB_DB:-$(db_server sb)}" $OVN_VPN_API_OPTS
}

stop_api() {
    stop_program ovn-vpn-api
}

status_api() {
    status_program ovn-vpn-api listen
}
