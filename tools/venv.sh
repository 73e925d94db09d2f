#!/bin/sh
# Usage: venv.sh run|dev
# Makes .venv and installs helixmpp into it, editable; with "dev" what its checks and tests need as well.
# Does nothing when that was done before with the same Python, the same pyproject.toml, in the same place.
set -eu
cd "$(dirname "$0")/.."

want=$1
python=${PYTHON:-python3}
venv=.venv

say() { printf '%s\n' "helixmpp: $*"; }
die() { printf '%s\n' "helixmpp: $*" >&2; exit 1; }

is_recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# A virtual environment cannot be moved, so its place is a part of what it was made from.
made_from() { printf '%s %s %s\n' "$("$venv/bin/python" -V)" "$(cksum <pyproject.toml)" "$(pwd -P)"; }

is_done() { [ -e "$venv/.made-for-$1" ] && [ "$(cat "$venv/.made-for-$1")" = "$(made_from)" ]; }

if [ -x "$venv/bin/python" ] && is_recent "$venv/bin/python"; then
    if is_done dev || is_done "$want"; then exit 0; fi
else
    command -v "$python" >/dev/null ||
        die "there is no program '$python'. Install Python 3.11 or later, or name it: make PYTHON=python3.12 ..."
    is_recent "$python" ||
        die "$("$python" -V 2>&1) is too old. Install Python 3.11 or later, or name it: make PYTHON=python3.12 ..."
    # Debian keeps what venv needs in a package of its own.
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            say "installing $package, without which Python makes no virtual environment"
            DEBIAN_FRONTEND=noninteractive
            export DEBIAN_FRONTEND
            apt-get update -qq && apt-get install -y -qq --no-install-recommends "$package" >/dev/null ||
                die "apt-get could not install $package"
        fi
        "$python" -c 'import ensurepip, venv' 2>/dev/null ||
            die "Python's venv is missing. Install it, on Debian and Ubuntu as root: apt-get install $package"
    fi
    say "making the virtual environment $venv with $("$python" -V)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

pip() { "$venv/bin/python" -m pip --disable-pip-version-check --quiet "$@"; }

rm -f "$venv"/.made-for-*
if [ "$want" = dev ]; then
    say "installing helixmpp, and what its checks and tests need, into $venv"
    pip install --upgrade 'pip>=25.1' # the first that knows dependency groups
    pip install --editable . --group dev
else
    say "installing helixmpp into $venv"
    pip install --editable .
fi
made_from >"$venv/.made-for-$want"
