#!/bin/sh
# Usage: databases.sh required|wanted
# Sees to it that PostgreSQL, MariaDB and Redis are installed, which the tests of storage start on 127.0.0.1: from
# Debian's packages when the user is root. Where that is impossible, "required" is an error and "wanted" a loud line.
set -eu

say() { printf '%s\n' "helixmpp: $*"; }

packages=
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null ||
    packages="$packages postgresql"
command -v mariadbd >/dev/null || [ -x /usr/sbin/mariadbd ] || packages="$packages mariadb-server"
command -v redis-server >/dev/null || packages="$packages redis-server"
[ -n "$packages" ] || exit 0

# The packages would start servers for everybody, which nobody asked for. Debian's way to say no is this file;
# one that exists already is somebody's decision and stays. Ours speaks of these three only, and only while we live.
policy=/usr/sbin/policy-rc.d
install_databases() {
    ours=
    if [ ! -e "$policy" ]; then
        ours=yes
        trap 'rm -f "$policy"' EXIT
        trap 'exit 1' HUP INT TERM
        cat >"$policy" <<POLICY
#!/bin/sh
# Made by helixmpp's "make" while it installs databases, so that no service is started. It can be deleted.
kill -0 $$ 2>/dev/null || exit 0
case \$1 in postgresql*|mariadb*|mysql*|redis*) exit 101 ;; esac
exit 0
POLICY
        chmod 755 "$policy"
    fi
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    # The list is ours and has no spaces within a name.
    # shellcheck disable=SC2086
    apt-get update -qq && apt-get install -y -qq --no-install-recommends $packages >/dev/null
    if [ -z "$ours" ] && command -v systemctl >/dev/null; then
        for service in $packages; do
            # A policy of somebody else may have let it start.
            case $service in mariadb-server) service=mariadb ;; esac
            if systemctl is-active --quiet "$service" 2>/dev/null; then systemctl stop "$service"; fi
        done
    fi
}

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing$packages from Debian's packages (no service is started)"
    if install_databases; then exit 0; fi
    problem="apt-get could not install$packages"
else
    problem="not installed:$packages. On Debian and Ubuntu, as root: apt-get install$packages"
fi
if [ "$1" = required ]; then
    say "$problem" >&2
    exit 1
fi
say "#########################################################################################" >&2
say "$problem" >&2
say "THE TESTS OF STORAGE AGAINST THESE SERVERS WILL BE SKIPPED." >&2
say "#########################################################################################" >&2
