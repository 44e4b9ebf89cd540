# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What a sandbox looks like from outside.  Sourced by ovn-vpn-sandbox.

# Prints "NAME..." of the daemons that run in HOST, and "NAME (dead)".
daemons_line() {
    host_exec "$1" "$LIBDIR/daemons" list 2>/dev/null \
        | sed 's/ dead$/ (dead)/; s/ [0-9]*$//' | paste -sd' '
}

hosts_table() {
    local host pid
    printf '%-12s %-8s %s\n' HOST PROCESS DAEMONS
    for host in $(hosts); do
        if pid=$(host_pid "$host"); then
            printf '%-12s %-8s %s\n' "$host" "$pid" "$(daemons_line "$host")"
        elif [ -e "$RUN/$host/off" ]; then
            printf '%-12s %-8s %s\n' "$host" off "(\"revive $host\" boots it)"
        else
            printf '%-12s %-8s %s\n' "$host" dead "(see its log)"
        fi
    done
}

# Prints "PORT CHASSIS" for each chassisredirect port.
gateway_ports() {
    host_exec central ovn-sbctl --timeout=5 --bare --no-heading -f csv \
        --columns=logical_port,chassis find Port_Binding type=chassisredirect \
        | sort | while IFS=, read -r port uuid; do
            echo "$port $(host_exec central ovn-sbctl --timeout=5 --bare \
                --if-exists get Chassis "${uuid:-none}" name 2>/dev/null \
                || echo -)"
        done
}

clients_table() {
    local name address line
    printf '%-12s %-16s %s\n' CLIENT ADDRESS 'LAST HANDSHAKE'
    for name in $(clients); do
        address=$(cat "$RUN/$name/address")
        line=$(host_exec "$name" wg show wg0 latest-handshakes 2>/dev/null \
            | awk -v now="$(date +%s)" '{
                  print $2 ? (now - $2) " s ago" : "never" }') || line=-
        printf '%-12s %-16s %s\n' "$name" "$address" "${line:--}"
    done
}

cmd_status() {
    need_sandbox
    echo "Sandbox in $RUN ($MODE, BFD $BFD ms x 3)"
    echo
    hosts_table
    if host_is_up central; then
        printf '\n%-24s %s\n' 'GATEWAY PORT' 'RESIDES ON'
        gateway_ports | while read -r port chassis; do
            printf '%-24s %s\n' "$port" "$chassis"
        done
        [ "$MODE" != vpn ] || {
            echo
            host_exec central ovn-vpn-nbctl --timeout=5 status || :
        }
    fi
    if [ -n "$(clients)" ]; then
        echo
        clients_table
    fi
}

cmd_logs() {
    local host=${1-} daemon=${2-*} log
    need_sandbox
    [ $# -le 2 ] || usage_error "logs [HOST [DAEMON]]"
    [ -z "$host" ] || [ -d "$RUN/$host" ] || fail "there is no host $host"
    # shellcheck disable=SC2086 # The star is to find all.
    for log in "$RUN"/${host:-*}/log/$daemon.log \
        "$RUN"/${host:-*}/log/*/$daemon.log; do
        [ -s "$log" ] || continue
        echo "==> $log <=="
        tail -n 20 "$log"
        echo
    done
}

# Takes along what is known to hold no secret in the clear, and nothing else.
cmd_bundle() {
    local file=${1-} list
    [ $# -eq 1 ] || usage_error "bundle FILE"
    need_sandbox
    cmd_status >"$RUN/status" 2>&1 </dev/null || :
    list=$(cd "$RUN" && ls -d settings status ./*/log \
        ./*/etc/openvswitch/conf.db ./*/lib/ovn/*.db 2>/dev/null)
    # Databases and logs grow while they are read.
    tar -czf "$file" --warning=no-file-changed -C "$RUN" -T - <<<"$list" \
        || [ $? -eq 1 ] || fail "cannot write $file"
    echo "$file: $(wc -l <<<"$list") files and directories of $RUN"
}
