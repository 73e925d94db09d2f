#!/bin/sh
# Usage: databases.sh required|wanted
# Sees to it that PostgreSQL, MariaDB and Redis are installed, which the tests of storage start on 127.0.0.1: from
# Debian's packages when the user is root. Where that is impossible, "required" is an error and "wanted" a loud line.
set -eu
. "${0%/*}/packages.sh"

missing() {
    ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null || echo postgresql
    command -v mariadbd >/dev/null || [ -x /usr/sbin/mariadbd ] || echo mariadb-server
    command -v redis-server >/dev/null || echo redis-server
}
is_there() { [ -z "$(missing)" ]; }

# The list is ours and has no spaces within a name.
# shellcheck disable=SC2046,SC2086
is_there || see_to "$1" "$(echo $(missing))" 'postgresql*|mariadb*|mysql*|redis*' \
    'OF STORAGE AGAINST THESE SERVERS' $(missing)
