#!/bin/sh
# Usage: ejabberd.sh required|wanted
# Sees to it that the XMPP server ejabberd is installed: from Debian's packages when the user is root.
# Where that is impossible, "required" is an error and "wanted" a loud line.
set -eu

say() { printf '%s\n' "helixmpp: $*"; }

command -v ejabberdctl >/dev/null && exit 0

# The package would start a server for everybody, which nobody asked for. Debian's way to say no is this file;
# one that exists already is somebody's decision and stays. Ours speaks of ejabberd (and of Erlang's port mapper,
# which comes with it) only, and only while we live.
policy=/usr/sbin/policy-rc.d
install_ejabberd() {
    ours=
    if [ ! -e "$policy" ]; then
        ours=yes
        trap 'rm -f "$policy"' EXIT
        trap 'exit 1' HUP INT TERM
        cat >"$policy" <<POLICY
#!/bin/sh
# Made by helixmpp's "make" while it installs ejabberd, so that no service is started. It can be deleted.
kill -0 $$ 2>/dev/null || exit 0
case \$1 in ejabberd*|epmd*) exit 101 ;; esac
exit 0
POLICY
        chmod 755 "$policy"
    fi
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    apt-get update -qq && apt-get install -y -qq --no-install-recommends ejabberd >/dev/null
    # A policy of somebody else may have let it start.
    if [ -z "$ours" ] && command -v systemctl >/dev/null && systemctl is-active --quiet ejabberd 2>/dev/null; then
        systemctl stop ejabberd
    fi
}

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing ejabberd from Debian's packages (its service is not started)"
    if install_ejabberd && command -v ejabberdctl >/dev/null; then exit 0; fi
    problem="apt-get could not install ejabberd"
else
    problem="ejabberd is not installed. On Debian and Ubuntu, as root: apt-get install ejabberd"
fi
if [ "$1" = required ]; then
    say "$problem" >&2
    exit 1
fi
say "#########################################################################################" >&2
say "$problem" >&2
say "THE TESTS AGAINST EJABBERD WILL BE SKIPPED." >&2
say "#########################################################################################" >&2
