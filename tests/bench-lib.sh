# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What benchmarks in the sandbox have in common.  Sourced by bench-failover and
# bench-agent.
#
# Environment: OVN_VPN_BUILDDIR, and BENCH_JSON, a file for the results.

bench=$(basename "$0")
here=$(cd "$(dirname "$0")" && pwd)
PATH=${OVN_VPN_BUILDDIR:?names no build tree}/tests:$PATH

say() {
    echo "$bench: $*" >&2
}

sandbox() {
    "$here/../utilities/ovn-vpn-sandbox" "$@"
}

nbctl() {
    sandbox exec central ovn-vpn-nbctl --timeout=60 "$@"
}

# wait_for SECONDS WHAT COMMAND...
wait_for() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -le $end ] || {
            say "gave up waiting until $what"
            sandbox status >&2
            sandbox bundle "$OVN_VPN_BUILDDIR/$bench.tar.gz" >&2
            exit 1
        }
        sleep 0.2
    done
}

# Prints all processor time, and the part that a hypervisor took, in ticks.
processor() {
    awk '/^cpu / { for (i = 2; i <= 9; i++) all += $i; print all, $9; exit }' \
        /proc/stat
}

# steal BEFORE: percent of the processor time since processor() printed BEFORE.
steal() {
    printf '%s ' "$1" "$(processor)" | awk '{ all = $3 - $1
        printf "%.1f\n", 100 * ($4 - $2) / (all ? all : 1) }'
}

# metric NAME VALUE UNIT: a result.
metric() {
    printf '%s: %s %s\n' "$@" | tee -a "$work/metrics"
}

# percentile PERCENT FILE: of the numbers in a file, by nearest rank; the
# median of an even count is the mean of the middle ones.
percentile() {
    sort -n "$2" | awk -v p="$1" '
        { v[NR] = $1 }
        END {
            rank = int(NR * p / 100) + (NR * p % 100 > 0)
            if (p == 50 && NR % 2 == 0) {
                printf "%.3f\n", (v[rank] + v[rank + 1]) / 2
            } else {
                printf "%.3f\n", v[rank ? rank : 1]
            }
        }'
}

# share_within LIMIT FILE: percent of the numbers that are not larger.
share_within() {
    awk -v limit="$1" '{ n += $1 <= limit }
                       END { printf "%.1f\n", 100 * n / NR }' "$2"
}

write_json() {
    awk 'BEGIN { print "{" }
         NR > 1 { print "," }
         { sub(":", "", $1)
           printf "  \"%s\": {\"value\": %s, \"unit\": \"%s\"}", $1, $2, $3 }
         END { print "\n}" }' "$work/metrics" >"$1"
}

# Must come before all else; what it leaves goes away at the end.
bench_begin() {
    work=$(mktemp -d)
    export OVN_VPN_SANDBOX=$work/sandbox
    : >"$work/metrics"
    bench_processor=$(processor)
    trap bench_end EXIT
    trap 'exit 130' INT TERM
}

bench_end() {
    local status=$?
    sandbox down >&2
    metric processor-steal "$(steal "$bench_processor")" %
    [ -z "${BENCH_JSON-}" ] || write_json "$BENCH_JSON"
    rm -rf "$work"
    exit $status
}

# The swarm: clients on the external network, behind a router there that the
# sandbox's switch plays, each with an address of its own.

swarm_ctl() {
    ovs-appctl -t "$work/swarm.ctl" "$@"
}

# swarm_value NAME: of its report.
swarm_value() {
    swarm_ctl swarm/report | sed -n "s/^$1: //p"
}

swarm_is() {
    [ "$(swarm_value "$1")" = "$2" ]
}

# swarm_load SERVICE CLIENTS SUBNET: adds the clients to a service.
swarm_load() {
    [ -e "$work/seed" ] || (umask 077; wg genkey >"$work/seed")
    sandbox exec central swarm -vconsole:off --seed="$work/seed" \
        --clients="$2" --subnet="$3" \
        load unix:/run/ovn/ovn_vpn_nb_db.sock "$1"
    nbctl --wait=hv sync
}

# swarm_network: the way to the swarm and back.
swarm_network() {
    sandbox exec central ovn-nbctl --may-exist \
        lr-route-add r 198.18.0.0/16 192.168.0.2
    sandbox exec switch ip route replace local 198.18.0.0/16 dev lo
    sandbox exec switch ethtool -K ex tx off >/dev/null
}

# swarm_start SERVICE ADDRESS CLIENTS SUBNET OPTION...: and waits until all
# clients are connected.
swarm_start() {
    local service=$1 address=$2 clients=$3 subnet=$4 key
    shift 4
    key=$(nbctl get VPN_Service "$service" public_key | tr -d '"')
    sandbox exec switch swarm -vconsole:off --detach --no-chdir \
        --pidfile="$work/swarm.pid" --unixctl="$work/swarm.ctl" \
        --log-file="$work/swarm.log" --seed="$work/seed" \
        --clients="$clients" --subnet="$subnet" --server="$address:51820" \
        --server-key="$key" --target=10.0.0.10 --source=198.18.0.0/16 \
        "$@" run
    wait_for 120 "all of the swarm is connected" swarm_is connected "$clients"
}

swarm_stop() {
    swarm_ctl exit
    wait_for 10 "the swarm has gone" test ! -e "$work/swarm.pid"
}
