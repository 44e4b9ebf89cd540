# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Completion for ovn-vpn-nbctl, ovn-vpn-sbctl and ovn-vpn-ctl in bash.  The
# programs tell their commands and options themselves.

# Prints the commands of a database program, or the options of one of them.
# "--commands" has lines "[--OPTION]... ,NAME,ARGUMENTS".
_ovn_vpn_dbctl_commands() { # PROGRAM
    "$1" --commands 2>/dev/null | cut -d, -f2
}

_ovn_vpn_dbctl_command_options() { # PROGRAM COMMAND
    "$1" --commands 2>/dev/null \
        | awk -F, -v command="$2" '$2 == command { print $1 }' \
        | tr -d '[]?'
}

# The kind of the argument at a place, such as TABLE.
_ovn_vpn_dbctl_argument() { # PROGRAM COMMAND INDEX
    "$1" --commands 2>/dev/null \
        | awk -F, -v command="$2" -v i="$3" '$2 == command {
              n = split($3, a, " "); if (i > n) i = n
              gsub(/[^A-Z_]/, "", a[i]); print a[i] }'
}

# Names from the database, with the options that are on the command line.
# Anybody may have written them: only those that the shell takes as they are
# may be passed to "compgen -W", which expands its words, and be completed.
_ovn_vpn_dbctl_names() { # PROGRAM KIND PREVIOUS
    local program=$1 table
    case $program:$2 in
        *nbctl:SERVICE) table=VPN_Service ;;
        *:CHASSIS) table=Chassis ;;
        *nbctl:NAME)
            "$program" -t 2 --bare --columns=name list VPN_Connection \
                2>/dev/null
            return ;;
        *sbctl:TUNNEL) table=Tunnel ;;
        *:TABLE)
            "$program" --help 2>/dev/null \
                | sed -n 's/^  \([A-Z][A-Za-z_]*\):$/\1/p'
            return ;;
        *) return ;;
    esac
    "$program" -t 2 --bare --columns=name list "$table" 2>/dev/null
}

_ovn_vpn_dbctl() {
    local program=$1 word=${COMP_WORDS[COMP_CWORD]} i command='' n=0 words
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            --) command='' n=0 ;;
            -*) ;;
            *) if [ -z "$command" ]; then command=${COMP_WORDS[i]}
               else n=$((n + 1)); fi ;;
        esac
    done
    if [[ $word == -* && -n $command && $n -eq 0 ]]; then
        words=$(_ovn_vpn_dbctl_command_options "$program" "$command")
    elif [[ $word == -* ]]; then
        words=$("$program" --options 2>/dev/null | sed 's/=.*/=/')
    elif [ -z "$command" ]; then
        words=$(_ovn_vpn_dbctl_commands "$program")
    else
        words=$(_ovn_vpn_dbctl_names "$program" \
            "$(_ovn_vpn_dbctl_argument "$program" "$command" $((n + 1)))" \
            | grep -xE '[A-Za-z0-9][A-Za-z0-9_.:-]*')
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word" | sort -u)
    [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
}

_ovn_vpn_ctl() {
    local word=${COMP_WORDS[COMP_CWORD]} i command='' words
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == -* || -n $command ]] || command=${COMP_WORDS[i]}
    done
    case $word:$command in
        -*) words=$("$1" --help 2>/dev/null \
                | sed -nE 's/^  (-h, )?(--[a-z-]+).*/\2/p') ;;
        *:) words=$("$1" --help 2>/dev/null \
                | sed -nE 's/^  ([a-z][a-z-]*)( [][A-Z.]+)*  .*/\1/p') ;;
        *:start | *:stop | *:restart | *:status)
            words="nb sb translator controller api databases central host all"
            ;;
        *)
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word" | sort -u)
}

complete -F _ovn_vpn_dbctl ovn-vpn-nbctl ovn-vpn-sbctl
complete -F _ovn_vpn_ctl ovn-vpn-ctl
