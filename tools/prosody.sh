#!/bin/sh
# Usage: prosody.sh required|wanted
# Sees to it that the XMPP server Prosody is installed: from Debian's packages when the user is root.
# Where that is impossible, "required" is an error and "wanted" a loud line.
set -eu
. "${0%/*}/packages.sh"

is_there() { command -v prosody >/dev/null; }

is_there || see_to "$1" Prosody 'prosody*' 'AGAINST A REAL SERVER' prosody
