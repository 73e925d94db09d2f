#!/bin/sh
# Usage: ejabberd.sh required|wanted
# Sees to it that the XMPP server ejabberd is installed: from Debian's packages when the user is root.
# Where that is impossible, "required" is an error and "wanted" a loud line.
set -eu
. "${0%/*}/packages.sh"

is_there() { command -v ejabberdctl >/dev/null; }

# With it comes epmd, Erlang's port mapper.
is_there || see_to "$1" ejabberd 'ejabberd*|epmd*' 'AGAINST EJABBERD' ejabberd
