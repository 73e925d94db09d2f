# Read by the scripts beside it: installs Debian's packages of servers that tests start by themselves.

say() { printf '%s\n' "helixmpp: $*"; }

# The packages would start servers for everybody, which nobody asked for. Debian's way to say no is this file;
# one that exists already is somebody's decision and stays. Ours speaks of these services only, and only while we live.
policy=/usr/sbin/policy-rc.d

# install_packages NAME SERVICES PACKAGE...: NAME for people, SERVICES as a pattern of sh.
install_packages() {
    name=$1
    services=$2
    shift 2
    ours=
    if [ ! -e "$policy" ]; then
        ours=yes
        trap 'rm -f "$policy"' EXIT
        trap 'exit 1' HUP INT TERM
        cat >"$policy" <<POLICY
#!/bin/sh
# Made by helixmpp's "make" while it installs $name, so that no service is started. It can be deleted.
kill -0 $$ 2>/dev/null || exit 0
case \$1 in $services) exit 101 ;; esac
exit 0
POLICY
        chmod 755 "$policy"
    fi
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null || return
    if [ -z "$ours" ] && command -v systemctl >/dev/null; then
        for service in "$@"; do
            # A policy of somebody else may have let it start.
            case $service in mariadb-server) service=mariadb ;; esac
            if systemctl is-active --quiet "$service" 2>/dev/null; then systemctl stop "$service"; fi
        done
    fi
}

# see_to required|wanted NAME SERVICES TESTS PACKAGE...: is_there, a function of the caller, says whether they work.
# Where they cannot be had, "required" is an error and "wanted" a loud line about the TESTS.
see_to() {
    need=$1
    name=$2
    services=$3
    tests=$4
    shift 4
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing $name from Debian's packages (no service is started)"
        if install_packages "$name" "$services" "$@" && is_there; then exit 0; fi
        problem="apt-get could not install $name"
    else
        problem="$name: not installed. On Debian and Ubuntu, as root: apt-get install $*"
    fi
    if [ "$need" = required ]; then
        say "$problem" >&2
        exit 1
    fi
    say "#########################################################################################" >&2
    say "$problem" >&2
    say "THE TESTS $tests WILL BE SKIPPED." >&2
    say "#########################################################################################" >&2
}
