# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Keys and certificates for TLS between hosts, made by Open vSwitch's
# ovs-pki(8).  Sourced by ovn-vpn-ctl.

# has_certificate [DIR]: whether there is a certificate, by default this
# host's.  A part of one is a mistake that would otherwise show up as a
# connection that fails.
has_certificate() {
    local dir=${1:-$etcdir} name
    local -a missing=()
    for name in privkey.pem cert.pem cacert.pem; do
        [ -e "$dir/$name" ] || missing+=("$name")
    done
    case ${#missing[@]} in
        0) return 0 ;;
        3) return 1 ;;
        *) fail "$dir lacks ${missing[0]}${missing[1]:+ and ${missing[1]}}," \
            "and has the rest of privkey.pem, cert.pem and cacert.pem: put" \
            "it there, or move the rest away and let \"ovn-vpn-ctl" \
            "certificate\" make all three" ;;
    esac
}

pki() {
    ovs-pki --force --dir="$pkidir" --log="$pkidir/ovs-pki.log" "$@"
}

cmd_pki_init() {
    [ $# -eq 0 ] || fail "pki-init takes no arguments"
    need openvswitch-common ovs-pki
    need openssl openssl
    lock
    if [ -e "$pkidir/switchca/cacert.pem" ]; then
        echo "there is an authority in $pkidir already"
        return
    fi
    [ -z "$(ls -A "$pkidir" 2>/dev/null)" ] \
        || fail "$pkidir holds something else"
    install -d -m 700 "$pkidir" && pki init >/dev/null 2>"$pkidir/error" || {
        cat "$pkidir/error" >&2
        fail "$pkidir: the authority cannot be made"
    }
    rm -f "$pkidir/error"
    echo "made an authority in $pkidir"
}

# certificate NAME [DIR]: for this host, and no DIR, what start uses.
cmd_certificate() {
    local name=$1 dir=${2:-$etcdir} work
    [ $# -ge 1 ] && [ $# -le 2 ] || fail "certificate takes the name of a" \
        "host, and a directory if it is not this one"
    [[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] \
        || fail "\"$name\": letters, digits, dots, dashes and underscores" \
            "make a name"
    need openvswitch-common ovs-pki
    [ -e "$pkidir/switchca/cacert.pem" ] || fail "there is no authority in" \
        "$pkidir (\"ovn-vpn-ctl pki-init\" makes one)"
    lock
    if has_certificate "$dir"; then
        echo "$dir holds a certificate already, which is left"
        return
    fi
    work=$(mktemp -d "$pkidir/.new.XXXXXX") || exit
    if ! (umask 077 && cd "$work" && pki --unique req+sign "$name" switch) \
        >/dev/null 2>"$work/error"; then
        cat "$work/error" >&2
        rm -rf "$work"
        fail "the certificate of $name cannot be made"
    fi
    if install -d "$dir" \
        && install -m 600 "$work/$name-privkey.pem" "$dir/privkey.pem" \
        && install -m 644 "$pkidir/switchca/cacert.pem" "$dir/cacert.pem" \
        && install -m 644 "$work/$name-cert.pem" "$dir/cert.pem"; then
        rm -rf "$work"
        echo "made privkey.pem, cert.pem and cacert.pem of $name in $dir"
    else
        rm -rf "$work" "$dir/privkey.pem" "$dir/cert.pem"
        fail "$dir: cannot be written"
    fi
}
