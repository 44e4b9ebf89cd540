# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Databases that are members of a RAFT cluster, and conversion of databases
# while they are served.  Sourced by ovn-vpn-ctl.

# Prints the address of a member: "PROTO:IP" and the database's port.
member_address() { # NB-OR-SB PROTO:IP
    local port=db_$1_cluster_port
    echo "$2:${!port}"
}

# Whether nobody would miss what is in FILE: no service, and nothing that is
# not made from services.
is_blank() {
    [ "$1" = sb ] || db_tool query "$2" '["OVN_VPN_Northbound", {"op":
        "select", "table": "VPN_Service", "where": [], "columns": ["name"]}]' \
        | grep -q '"rows":\[\]'
}

# Refuses to let the contents of FILE go, if they are any.
check_blank() {
    is_blank "$1" "$2" || fail "$2: is a database of its own; move it away" \
        "to let this host join the cluster, whose contents it then gets"
}

# Makes the file of a member, or leaves the one that there is.
prepare_member() {
    local db=$1 file=$2 address remote copy=
    address=$(member_address "$db" "$cluster_local")
    if [ -e "$file" ]; then
        db_tool db-is-standalone "$file" || return 0
        [ -z "$cluster_remote" ] || check_blank "$db" "$file"
        upgrade_standalone "$db" "$file" || exit
        keep_copy "$file" "$(db_tool db-version "$file")"
    fi
    rm -f "$file.new"
    if [ -n "$cluster_remote" ]; then
        remote=$(member_address "$db" "$cluster_remote")
        db_tool join-cluster "$file.new" "$(db_name "$db")" "$address" \
            "$remote"
    else
        db_tool create-cluster "$file.new" "${copy:-$(db_schema "$db")}" \
            "$address"
    fi && sync "$file.new" && mv -f "$file.new" "$file" || {
        rm -f "$file.new" ${copy:+"$copy"}
        fail "$file: cannot be created${copy:+, and is left as it was}"
    }
    echo "created $file for member $address${copy:+ from $copy}"
}

# Waits until a member has found the others, and brings the schema up to this
# version's.  One that finds nobody goes on looking: the others may not have
# been started yet.
await_member() {
    local db=$1 name server limit=${OVN_VPN_CTL_PATIENCE:-30}
    name=$(db_name "$db")
    server=$(db_server "$db")
    if ovsdb-client -t "$limit" wait "$server" "$name" connected \
        2>/dev/null; then
        upgrade_running "$db"
    else
        warn "$name does not reach the majority of its cluster yet; it goes" \
            "on trying"
    fi
}

# Converts a database that is being served.  Its server tells the clients.
upgrade_running() {
    local db=$1 name server schema version known
    name=$(db_name "$db")
    server=$(db_server "$db")
    schema=$(db_schema "$db")
    version=$(ovsdb-client -t 30 get-schema-version "$server" "$name") \
        && known=$(db_tool schema-version "$schema") || return
    if older "$known" "$version"; then
        warn "$name has schema version $version, and this version of ovn-vpn" \
            "knows up to $known: upgrade this host, too.  Nothing was changed"
    elif older "$version" "$known"; then
        ovsdb-client -t 60 convert "$server" "$schema" || {
            echo "ovn-vpn-ctl: $name: cannot be converted to schema version" \
                "$known, and is left as it was" >&2
            return 1
        }
        echo "converted $name from schema version $version to $known"
    fi
}
