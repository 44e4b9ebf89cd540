# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Backups: a tar file with both databases, and the sealing key if it is asked
# for.  Sourced by ovn-vpn-ctl.

need_databases() {
    local db
    need openvswitch-common ovsdb-client ovsdb-tool
    for db in nb sb; do
        db_pid "$db" >/dev/null || fail "$(db_name "$db") is not running" \
            "(\"ovn-vpn-ctl start databases\")"
    done
}

# write_backup FILE DIR: the Southbound database first, so that it is never
# ahead of what it was made from.
write_backup() {
    local file=$1 dir=$2 db keys=
    for db in sb nb; do
        ovsdb-client -t 60 backup "$(db_server "$db")" "$(db_name "$db")" \
            >"$dir/$db.db" && db_tool db-version "$dir/$db.db" >/dev/null \
            || return
    done
    if [ "$with_keys" = yes ]; then
        keys=yes
        cp "$etcdir/sealing.key" "$dir/sealing.key" || return
    fi
    tar -C "$dir" -cf "$dir/tar" \
        nb.db sb.db ${keys:+sealing.key} \
        && sync "$dir/tar" && ln "$dir/tar" "$file"
}

# backup_to FILE: what is there already is not overwritten.
backup_to() {
    local dir status=0
    dir=$(umask 077 && mktemp -d "$(dirname "$1")/.ovn-vpn-backup.XXXXXX") \
        || exit
    (umask 077 && write_backup "$1" "$dir") || status=1
    rm -rf "$dir"
    return $status
}

cmd_backup() {
    local file=$1
    [ $# -eq 1 ] || fail "backup takes the name of a new file"
    [ ! -e "$file" ] || fail "$file: exists already"
    need_databases
    backup_to "$file" || fail "$file: the backup failed, and was not made"
    echo "saved both databases to $file"
    [ "$with_keys" = yes ] || echo "the secrets in it can be read with" \
        "$etcdir/sealing.key only: keep a copy of that file elsewhere"
}

# fit_to_server NB-OR-SB DIR: converts the file in DIR to the schema that is
# being served.  It may be older, and in a cluster it differs from that of a
# database of its own: all columns are persistent there.
fit_to_server() {
    local db=$1 file=$2/$1.db schema=$2/$1.ovsschema served version
    ovsdb-client -t 30 get-schema "$(db_server "$db")" "$(db_name "$db")" \
        >"$schema" && served=$(db_tool schema-version "$schema") \
        && version=$(db_tool db-version "$file") || return
    ! older "$served" "$version" || fail "$(db_name "$db") has schema" \
        "version $served, and the backup $version: \"ovn-vpn-ctl upgrade\"" \
        "first.  Nothing was changed"
    [ "$(db_tool needs-conversion "$file" "$schema")" = no ] \
        || db_tool convert "$file" "$schema"
}

# check_backup FILE DIR: unpacks FILE and finds out whether all of it can be
# put back.
check_backup() {
    local file=$1 dir=$2 db
    tar -C "$dir" --no-same-owner -xf "$file" nb.db sb.db 2>/dev/null \
        && [ -f "$dir/nb.db" ] && [ ! -L "$dir/nb.db" ] \
        && [ -f "$dir/sb.db" ] && [ ! -L "$dir/sb.db" ] \
        || fail "$file: is not a backup by ovn-vpn-ctl"
    for db in nb sb; do
        checked_version "$db" "$dir/$db.db" >/dev/null || exit
        fit_to_server "$db" "$dir" || fail "$file: cannot be converted to" \
            "the schemas of the databases here.  Nothing was changed"
    done
    tar -C "$dir" --no-same-owner -xf "$file" sealing.key 2>/dev/null \
        || return 0
    [ ! -e "$etcdir/sealing.key" ] \
        || cmp -s "$dir/sealing.key" "$etcdir/sealing.key" \
        || fail "$file holds another sealing key than" \
            "$etcdir/sealing.key; move that file away to use the one from" \
            "the backup.  Nothing was changed"
}

restore_from() {
    local dir=$1 db
    for db in nb sb; do
        ovsdb-client -t 60 restore "$(db_server "$db")" "$(db_name "$db")" \
            <"$dir/$db.db" || return
    done
    if [ -f "$dir/sealing.key" ] && [ ! -e "$etcdir/sealing.key" ]; then
        install_dir "$etcdir"
        install -m 600 "$dir/sealing.key" "$etcdir/sealing.key" || return
        echo "installed $etcdir/sealing.key"
    fi
}

cmd_restore() {
    local file=$1 dir before
    [ $# -eq 1 ] || fail "restore takes the name of a file that" \
        "\"backup\" made"
    [ -r "$file" ] || fail "$file: cannot be read"
    lock
    need_databases
    dir=$(umask 077 && mktemp -d "$dbdir/.ovn-vpn-restore.XXXXXX") || exit
    # shellcheck disable=SC2064 # Now.
    trap "rm -rf '$dir'" EXIT
    (umask 077 && check_backup "$file" "$dir") || exit
    before=$dbdir/before-restore-$(date -u +%Y%m%dT%H%M%S.%3NZ).tar
    with_keys=no backup_to "$before" \
        || fail "what is there now cannot be saved to $before, and is left" \
            "as it is"
    restore_from "$dir" || fail "the databases could not be restored; what" \
        "was there is in $before"
    echo "restored both databases from $file; what was there is in $before"
}
