# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# VPN clients: hosts on the external network that run wg-quick, and may have a
# network behind them.  Sourced by ovn-vpn-sandbox.

clients() {
    local file
    for file in "$RUN"/*/address; do
        [ ! -e "$file" ] || basename "${file%/address}"
    done
}

free_address() {
    local n
    for n in {50..199}; do
        grep -qsx "192.168.0.$n" "$RUN"/*/address || {
            echo "192.168.0.$n"
            return
        }
    done
    fail "all addresses for clients (192.168.0.50 to .199) are taken"
}

# Reads a wg-quick configuration into the client's key directory.  There is no
# name service in a sandbox, and wg-quick would call the machine's own program
# for it, hence the DNS lines go.
store_configuration() {
    local file=$RUN/$1/keys/wg0.conf
    (umask 077; sed 's/^[[:space:]]*DNS[[:space:]]*=/# &/I' >"$file") || return
    grep -q '^\[Interface\]' "$file" && grep -q '^\[Peer\]' "$file" || {
        echo "ovn-vpn-sandbox: this is no WireGuard configuration; pass what" \
            "\"ovn-vpn-nbctl conn-add\" printed" >&2
        return 1
    }
}

# boot_lan NAME N: network N behind a client, with one host, which is the
# network namespace "lan" there.
boot_lan() {
    host_run "$1" ip netns add lan \
        && host_run "$1" ip link add lan type veth peer name eth0 netns lan \
        && host_run "$1" ip link set lan up \
        && host_run "$1" ip -n lan link set lo up \
        && host_run "$1" ip -n lan link set eth0 up \
        && host_run "$1" ip addr add "10.$2.0.1/24" dev lan \
        && host_run_ipv6 "$1" ip addr add "fd00:10:$2::1/64" dev lan nodad \
        && host_run "$1" ip -n lan addr add "10.$2.0.10/24" dev eth0 \
        && host_run_ipv6 "$1" ip -n lan addr add "fd00:10:$2::10/64" dev eth0 \
            nodad \
        && host_run "$1" ip -n lan route add default via "10.$2.0.1" \
        && host_run_ipv6 "$1" ip -n lan route add default via "fd00:10:$2::1" \
        && host_run "$1" sysctl -qw net.ipv4.ip_forward=1 \
        && host_run_ipv6 "$1" sysctl -qw net.ipv6.conf.all.forwarding=1
}

boot_client() {
    local address
    address=$(cat "$RUN/$1/address")
    host_plug "$1" eth0 ex
    host_run "$1" ip addr add "$address/24" dev eth0 \
        && host_run_ipv6 "$1" ip addr add "fd00:192::${address##*.}/64" \
            dev eth0 nodad || return
    [ ! -e "$RUN/$1/lan" ] || boot_lan "$1" "$(cat "$RUN/$1/lan")" || return
    host_run "$1" wg-quick up "$RUN/$1/keys/wg0.conf"
}

check_client_name() {
    [[ $1 =~ ^[a-z][a-z0-9-]{0,11}$ ]] \
        || fail "\"$1\" is no name for a client: use a letter and up to 11" \
            "lower-case letters, digits and \"-\""
    case " $BASE_HOSTS vm1 " in
        *" $1 "*) fail "$1 is a host of the sandbox already" ;;
    esac
    [ ! -e "$RUN/$1" ] \
        || fail "there is a client named $1; remove it with client-del $1"
}

cmd_client_add() {
    local lan='' name file address
    case ${1-} in
        --lan=*) lan=${1#*=}; shift ;;
    esac
    name=${1-} file=${2--}
    [ $# -ge 1 ] && [ $# -le 2 ] \
        || usage_error "client-add [--lan=N] NAME [FILE]"
    [[ $lan =~ ^([1-9][0-9]?)?$ ]] || fail "--lan=$lan: networks are 1 to 99"
    [ "$file" = - ] || [ -r "$file" ] || fail "cannot read $file"
    lock_running
    check_client_name "$name"
    address=$(free_address) || exit
    mkdir "$RUN/$name" && echo "$address" >"$RUN/$name/address" || exit
    [ -z "$lan" ] || echo "$lan" >"$RUN/$name/lan" || exit
    host_create "$name"
    host_await "$name"
    if { [ "$file" = - ] || exec <"$file"; } \
        && store_configuration "$name" && (boot_client "$name"); then
        echo "$name is at $address"
    else
        host_remove "$name"
        fail "client $name was not added"
    fi
}

cmd_client_del() {
    [ $# -eq 1 ] || usage_error "client-del NAME"
    lock_running
    [ -e "$RUN/$1/address" ] || fail "there is no client named $1"
    host_remove "$1"
}
