# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The two databases: files, schemas and servers.  Sourced by ovn-vpn-ctl.
#
# A database is called "nb" or "sb" here.  Whatever is done to a file is done
# to a copy that then takes its place, so that a full disk or a power loss
# leaves the old one.

db_name() {
    case $1 in
        nb) echo OVN_VPN_Northbound ;;
        sb) echo OVN_VPN_Southbound ;;
    esac
}

db_table() {
    case $1 in
        nb) echo NB_Global ;;
        sb) echo SB_Global ;;
    esac
}

db_port() {
    case $1 in
        nb) echo 6671 ;;
        sb) echo 6672 ;;
    esac
}

db_file() {
    echo "$dbdir/ovn_vpn_$1_db.db"
}

db_schema() {
    echo "$SCHEMADIR/ovn-vpn-$1.ovsschema"
}

db_path() { # NB-OR-SB SUFFIX
    echo "$rundir/ovn_vpn_$1_db.$2"
}

db_tool() {
    ovsdb-tool -vconsole:off -vsyslog:off "$@"
}

# Prints the process id of a database's server, if it runs.
db_pid() {
    local pid
    { read -r pid <"$(db_path "$1" pid)"; } 2>/dev/null \
        && pid_exists "$pid" && pid_comm_check ovsdb-server "$pid" \
        && echo "$pid"
}

db_appctl() {
    local ctl
    ctl=$(db_path "$1" ctl)
    shift
    ovs-appctl -T 10 -t "$ctl" "$@"
}

db_server() {
    echo "unix:$(db_path "$1" sock)"
}

# older VERSION VERSION
older() {
    db_tool compare-versions "$1" "<" "$2"
}

# Files.

# Makes a new, empty database that is there whole or not at all.
create_standalone() {
    local file=$1 schema=$2
    rm -f "$file.new"
    if ! db_tool create "$file.new" "$schema" \
        || ! sync "$file.new" || ! ln "$file.new" "$file"; then
        rm -f "$file.new"
        fail "$file: cannot be created"
    fi
    rm -f "$file.new"
    echo "created $file"
}

# Leaves a copy of FILE beside it, whose name is then in the variable "copy".
keep_copy() {
    local file=$1 version=$2
    copy=$file.backup$version-$(date -u +%Y%m%dT%H%M%S.%3NZ)
    [ ! -e "$copy" ] || fail "$copy: exists already"
    if ! cp -p "$file" "$copy" || ! sync "$copy"; then
        rm -f "$copy"
        fail "$file: cannot be copied before it is changed, and so is left" \
            "as it is; is there space in $(dirname "$file")?"
    fi
}

# Refuses a database of another kind or with a newer schema.  Prints the
# version of FILE.
checked_version() {
    local db=$1 file=$2 schema version known name
    schema=$(db_schema "$db")
    name=$(db_tool db-name "$file") \
        || fail "$file: is not a database, or is damaged; \"ovn-vpn-ctl" \
            "restore\" puts a backup back when the file is out of the way"
    [ "$name" = "$(db_name "$db")" ] \
        || fail "$file: holds a database $name, not $(db_name "$db")"
    version=$(db_tool db-version "$file") \
        && known=$(db_tool schema-version "$schema") || exit
    ! older "$known" "$version" \
        || fail "$file: has schema version $version, and this version of" \
            "ovn-vpn knows up to $known; install the version that wrote it," \
            "or a later one.  Nothing was changed"
    echo "$version"
}

upgrade_standalone() {
    local db=$1 file=$2 schema version copy
    schema=$(db_schema "$db")
    version=$(checked_version "$db" "$file") || exit
    [ "$(db_tool needs-conversion "$file" "$schema")" = yes ] || return 0
    keep_copy "$file" "$version" || exit
    # It locks the file, which fails if a server has it open, and writes
    # another file that then takes its place.
    if ! db_tool convert "$file" "$schema"; then
        rm -f "$file.tmp" "$copy"
        fail "$file: cannot be converted to schema version" \
            "$(db_tool schema-version "$schema"), and is left as it was"
    fi
    echo "converted $file from schema version $version to" \
        "$(db_tool schema-version "$schema"); the old one is $copy"
}

# Makes the file of a database ready for a server of this version.
prepare_file() {
    local db=$1 file
    file=$(db_file "$db")
    install_dir "$dbdir" 750
    if [ -n "$cluster_local" ]; then
        prepare_member "$db" "$file"
    elif [ ! -e "$file" ]; then
        create_standalone "$file" "$(db_schema "$db")"
    elif db_tool db-is-standalone "$file"; then
        upgrade_standalone "$db" "$file"
    fi
}

# Servers.

# Where the databases follow others, or nothing.
following() {
    if [ -n "$sync_from" ]; then
        echo "$sync_from"
    elif [ -e "$etcdir/sync-from" ]; then
        cat "$etcdir/sync-from"
    fi
}

# Sets the array "ssl" to what makes a program use this host's certificate,
# or, for a server without one, that which the database names.
ssl_options() { # [NB-OR-SB]
    local file name
    ssl=()
    if has_certificate; then
        ssl=(--private-key="$etcdir/privkey.pem"
             --certificate="$etcdir/cert.pem"
             --ca-cert="$etcdir/cacert.pem")
    elif [ $# -gt 0 ]; then
        name=$(db_name "$1")
        ssl=(--private-key="db:$name,SSL,private_key"
             --certificate="db:$name,SSL,certificate"
             --ca-cert="db:$name,SSL,ca_cert"
             --ssl-protocols="db:$name,SSL,ssl_protocols"
             --ssl-ciphers="db:$name,SSL,ssl_ciphers")
    fi
}

# A host that shall speak TLS needs a certificate, and a whole one, before it
# can.
check_certificate() { # REMOTE...
    local remote
    ! has_certificate || return 0
    for remote; do
        [[ $remote != *ssl:* ]] \
            || fail "TLS is asked for ($remote), and there is no certificate" \
                "in $etcdir; \"ovn-vpn-ctl certificate $(hostname)\" on the" \
                "host with the authority makes privkey.pem, cert.pem and" \
                "cacert.pem"
    done
}

# What would keep a database from being served, to be told before anything is
# changed.
check_db() {
    local db=$1 file listen
    need openvswitch-common ovsdb-server ovsdb-tool ovsdb-client ovs-appctl
    listen=db_${db}_listen
    check_certificate "${!listen}" "$cluster_local" "$cluster_remote" \
        "$(following)"
    file=$(db_file "$db")
    [ -e "$file" ] && db_tool db-is-standalone "$file" || return 0
    checked_version "$db" "$file" >/dev/null || exit
    [ -z "$cluster_remote" ] || check_blank "$db" "$file"
}

check_nb() {
    check_db nb
}

check_sb() {
    check_db sb
}

start_db() {
    local db=$1 name listen from
    local -a ssl options
    name=$(db_name "$db")
    if db_pid "$db" >/dev/null; then
        echo "$name is running already"
        return
    fi
    check_db "$db"
    install_dir "$logdir" 750
    prepare_file "$db" || exit
    listen=db_${db}_listen
    from=$(following)
    ssl_options "$db"
    options=(--no-chdir --detach -vconsole:off
        --log-file="$logdir/ovn_vpn_${db}_db.log"
        --pidfile="$(db_path "$db" pid)" --unixctl="$(db_path "$db" ctl)"
        --remote="p$(db_server "$db")"
        --remote="db:$name,$(db_table "$db"),connections" "${ssl[@]}")
    [ "$MONITOR" = no ] || options+=(--monitor)
    [ -z "${!listen}" ] || options+=(--remote="${!listen}")
    [ -z "$from" ] || options+=(--sync-from="$from:$(db_port "$db")")
    # Those in its group may use the Northbound database, and nothing else but
    # what serve_readers() gives them.
    [ "$db" != nb ] || [ ! -d "$groupdir" ] \
        || options+=(--remote="punix:$groupdir/nb.sock")
    # Without the mask, sockets are there for their groups, too.
    (umask 007 && GLIBC_TUNABLES=$tunables \
        exec ovsdb-server "${options[@]}" "$(db_file "$db")") 9>&- \
        || fail "$name does not start; $logdir/ovn_vpn_${db}_db.log says why"
    echo "started $name"
    [ -z "$cluster_local" ] || await_member "$db"
}

# Waits, for up to 30 seconds, until a process is gone.
await_end() {
    local end=$((SECONDS + 30))
    while pid_exists "$1"; do
        [ $SECONDS -le $end ] || return
        sleep 0.05
    done
}

stop_db() {
    local db=$1 name pid
    name=$(db_name "$db")
    pid=$(db_pid "$db") || {
        echo "$name is not running"
        return
    }
    db_appctl "$db" exit || kill "$pid"
    await_end "$pid" || {
        echo "ovn-vpn-ctl: $name (process $pid) does not end" >&2
        return 1
    }
    echo "stopped $name"
}

start_nb() {
    start_db nb || return
    # Others are told about it by whom they follow or have joined.
    if [ -z "$cluster_remote" ] && [ -z "$(following)" ]; then
        ovn-vpn-nbctl -t 30 --no-leader-only --db="$(db_server nb)" init
    fi
}

# sb_ctl ARGUMENT...: on this host's server, leader or not.
sb_ctl() {
    ovn-vpn-sbctl -t 30 --no-leader-only --db="$(db_server sb)" "$@"
}

# Lets the group read the Southbound database.  Servers know that remotes are
# for reading only from the database, not from options.
serve_readers() {
    local target='"'punix:$groupdir/sb.sock'"' row
    row=$(sb_ctl --bare --columns=_uuid find Connection "target=$target") \
        || return
    [ -z "$row" ] || return 0
    row=$(sb_ctl --bare --columns=_uuid list SB_Global) || return
    # The translator may be making it, too, and there is one only.
    [ -n "$row" ] || sb_ctl create SB_Global nb_cfg=0 >/dev/null 2>&1
    sb_ctl -- --id=@readers create Connection "target=$target" \
        read_only=true -- add SB_Global . connections @readers >/dev/null
}

start_sb() {
    start_db sb || return
    # Others get it from whom they follow or have joined.
    if [ -d "$groupdir" ] && [ -z "$cluster_remote" ] \
        && [ -z "$(following)" ]; then
        serve_readers || warn "$(db_name sb) is not served at" \
            "$groupdir/sb.sock"
    fi
}

stop_nb() {
    stop_db nb
}

stop_sb() {
    stop_db sb
}

# Prints a word for what the server of a database is.
db_role() {
    local db=$1 role
    if ovsdb-tool db-is-clustered "$(db_file "$db")" 2>/dev/null; then
        role=$(db_appctl "$db" cluster/status "$(db_name "$db")" \
            | sed -n 's/^Role: //p; s/^Status: joining.*/joining/p' \
            | head -n 1)
        echo "clustered, ${role:-unknown}"
    else
        role=$(db_appctl "$db" ovsdb-server/sync-status \
            | sed -n 's/^state: //p')
        echo "standalone, ${role:-unknown}"
    fi
}

status_db() {
    local db=$1 name pid version
    name=$(db_name "$db")
    pid=$(db_pid "$db") || {
        echo "$name: not running"
        return 1
    }
    version=$(ovsdb-client -t 10 get-schema-version "$(db_server "$db")" \
        "$name" 2>/dev/null)
    echo "$name: running (process $pid), $(db_role "$db"), schema version" \
        "${version:-unknown}"
}

status_nb() {
    status_db nb
}

status_sb() {
    status_db sb
}

# Upgrades, in place.

# Brings databases to this version's schemas: those that run while they do,
# others in their files.
cmd_upgrade() {
    local db file
    [ $# -eq 0 ] || fail "upgrade takes no arguments"
    lock
    for db in nb sb; do
        file=$(db_file "$db")
        if db_pid "$db" >/dev/null; then
            upgrade_running "$db" || exit
        elif [ -e "$file" ] && db_tool db-is-standalone "$file"; then
            upgrade_standalone "$db" "$file" || exit
        fi
    done
}

# Active-backup pairs.

need_pair() {
    local db
    for db in nb sb; do
        db_pid "$db" >/dev/null || fail "$(db_name "$db") is not running" \
            "(\"ovn-vpn-ctl start databases\")"
        ! db_tool db-is-clustered "$(db_file "$db")" 2>/dev/null \
            || fail "$(db_name "$db") belongs to a cluster, whose members" \
                "choose a leader themselves"
    done
}

cmd_promote() {
    local db
    [ $# -eq 0 ] || fail "promote takes no arguments"
    lock
    need_pair
    for db in nb sb; do
        db_appctl "$db" ovsdb-server/disconnect-active-ovsdb-server || exit
    done
    rm -f "$etcdir/sync-from"
    [ -z "$sync_from" ] || warn "--sync-from=$sync_from is still among the" \
        "options, and makes the databases follow again when they start"
    echo "the databases here are active"
}

cmd_demote() {
    local db
    [ $# -eq 1 ] || fail "demote takes the host to follow, such as" \
        "ssl:192.0.2.10"
    check_host demote "$1"
    check_certificate "$1"
    lock
    need_pair
    install_dir "$etcdir"
    echo "$1" >"$etcdir/sync-from" || exit
    for db in nb sb; do
        db_appctl "$db" ovsdb-server/set-active-ovsdb-server \
            "$1:$(db_port "$db")" \
            && db_appctl "$db" ovsdb-server/connect-active-ovsdb-server \
            || exit
    done
    echo "the databases here follow those on $1"
}
