# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Simulated hosts: namespaces that hang on one process each, and the cables
# between them.  Sourced by ovn-vpn-sandbox; needs RUN, LIBDIR, DATAPATH
# and PATIENCE.
#
# Below $RUN, HOST/ holds what the host has in place of the machine's:
#   run/ log/ etc/openvswitch/ lib/openvswitch/ lib/ovn/
#   keys/          key files and client configurations, for root only
#   pid            "PID START-TIME BOOT" of its process 1
#   ready          its directories and its loopback interface are there
#   off            somebody pulled the plug

fail() {
    echo "ovn-vpn-sandbox: $*" >&2
    exit 1
}

# await SECONDS WHAT COMMAND...: runs COMMAND until it succeeds.
await() {
    local limit=$(($1 * PATIENCE)) what=$2
    local end=$((SECONDS + limit))
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -le "$end" ] \
            || fail "gave up after $limit seconds: $what (\"$*\" fails)"
        sleep 0.05
    done
}

hosts() {
    local file
    for file in "$RUN"/*/pid; do
        [ ! -e "$file" ] || basename "${file%/pid}"
    done
}

# Prints the number of HOST's process 1, which the machine sees; fails if it
# is dead.
host_pid() {
    local pid start boot now stat
    [ -r "$RUN/$1/pid" ] || return 1
    read -r pid start boot <"$RUN/$1/pid"
    read -r now </proc/sys/kernel/random/boot_id
    { read -ra stat <"/proc/$pid/stat"; } 2>/dev/null || return 1
    [ "$boot" = "$now" ] && [ "${stat[21]}" = "$start" ] \
        && [ "${stat[2]}" != Z ] && echo "$pid"
}

host_is_up() {
    [ -e "$RUN/$1/ready" ] && host_pid "$1" >/dev/null
}

# host_create HOST: starts the host; it has no cables and no daemons yet.
host_create() {
    local dir=$RUN/$1
    mkdir -p "$dir/log" "$dir/keys"
    chmod 0700 "$dir/keys"
    rm -f "$dir/ready" "$dir/off"
    setsid unshare --mount --uts --net --pid --fork --kill-child \
        "$LIBDIR/holder" "$dir" </dev/null >>"$dir/log/sandbox.log" 2>&1 \
        9>&- &
}

host_await() {
    await 10 "host $1 does not start, see $RUN/$1/log/sandbox.log" \
        host_is_up "$1"
}

# Sets NSENTER to the command that enters HOST.
host_enter() {
    local pid wd=$PWD
    pid=$(host_pid "$1") \
        || fail "host $1 is not running (\"ovn-vpn-sandbox status\")"
    case $wd/ in
        /run/* | /var/log/*) wd=/ ;; # Others than the machine's.
    esac
    NSENTER=(nsenter --target "$pid" --mount --uts --net --pid "--wdns=$wd")
}

# host_exec HOST COMMAND...: runs a command there, with its default paths.
host_exec() {
    local NSENTER
    host_enter "$1"
    shift
    "${NSENTER[@]}" "$@" 9>&-
}

# host_run HOST COMMAND...: the same for a step that must succeed, within a
# minute.  What it prints goes to the host's log.
host_run() {
    local host=$1 log=$RUN/$1/log/sandbox.log status=0
    shift
    echo "+ $*" >>"$log"
    host_exec "$host" timeout $((60 * PATIENCE)) "$@" >>"$log" 2>&1 \
        </dev/null || status=$?
    [ $status -eq 0 ] || {
        echo "ovn-vpn-sandbox: $host: \"$*\" failed with status $status;" \
            "$log ends so:"
        sed -n 'H; /^+ /h; $ { x; p }' "$log" | sed '1d; s/^/    /' | tail -15
    } >&2
    return $status
}

# on_switch: an "ip" batch from standard input in the switch's network
# namespace.  It sees the machine's process numbers, so that it can put the
# far end of a cable into another host.
on_switch() {
    local pid
    pid=$(host_pid switch) || fail "the sandbox's switch is not running"
    nsenter --target "$pid" --net ip -batch -
}

# host_plug HOST INTERFACE BRIDGE: a cable from the host to the switch.
host_plug() {
    local pid cable=$1-$3
    pid=$(host_pid "$1") || fail "host $1 died, see $RUN/$1/log/sandbox.log"
    on_switch <<EOF || fail "cannot connect $1 to $3"
link add $cable type veth peer name $2 netns $pid
link set $cable master $3 up
EOF
    # Open vSwitch's userspace datapath wants checksums that are there.
    [ "$DATAPATH" != netdev ] || host_run "$1" ethtool -K "$2" tx off rx off \
        || exit 1
    host_run "$1" ip link set "$2" up || exit 1
}

# host_unplug HOST down|del: to the switch's ends of all its cables, in one
# step.
host_unplug() {
    local pid batch
    pid=$(host_pid switch) || return 0
    batch=$(nsenter --target "$pid" --net ip -o link show type veth \
        | sed -n "s/^[0-9]*: \($1-[a-z]*\)@.*/\1/p" \
        | if [ "$2" = del ]; then sed 's/.*/link del &/'
          else sed "s/.*/link set & $2/"; fi)
    [ -z "$batch" ] || on_switch <<<"$batch" 2>/dev/null || :
}

# host_kill HOST: ends all its processes at once.  Their namespaces, network
# interfaces and mounts go with them.
host_kill() {
    local pid
    rm -f "$RUN/$1/ready"
    pid=$(host_pid "$1") || return 0
    kill -KILL "$pid"
    await 10 "host $1 does not die (process $pid)" host_is_gone "$1"
}

host_is_gone() {
    ! host_pid "$1"
}

# Ends hosts of this sandbox that never came to write their number down.
hosts_kill_unrecorded() {
    local file argv
    for file in /proc/[0-9]*/cmdline; do
        { mapfile -d '' -t argv <"$file"; } 2>/dev/null || continue
        # The last words of the holder, and of what is about to become one.
        if [ ${#argv[@]} -ge 2 ] && [ "${argv[-2]}" = "$LIBDIR/holder" ] \
            && [ "${argv[-1]%/*}" = "$RUN" ]; then
            file=${file%/cmdline}
            kill -KILL "${file#/proc/}" 2>/dev/null || :
        fi
    done
}
