"""What a server advertises becomes permissions; what is no permission is none."""

import logging
from enum import StrEnum
from typing import Final, TypeVar

from helixmpp.errors import BadStanza
from helixmpp.plugins.xep_0356.permissions import (
    IqPermission,
    MessagePermission,
    Permissions,
    PresencePermission,
    RosterAccess,
)
from helixmpp.plugins.xep_0356.stanza import Perm

__all__ = ["take_permission"]

log = logging.getLogger(__name__)

# Whoever says that he is a server could send as many and as long ones as fit into a stanza.
_MOST_NAMESPACES: Final = 256
_LONGEST: Final = 1024

P = TypeVar("P", bound=StrEnum)


def take_permission(permissions: Permissions, perm: Perm) -> None:
    """Write down one permission in the place of the one for the same (XEP-0356 sections 4.2, 5.2, 6.2 and 7.2)."""
    match perm.access:
        case "roster":
            permissions.roster = _word(RosterAccess, perm.type)
            permissions.roster_push = permissions.allows_roster("get") and _is_pushed(perm)
        case "message":
            permissions.message = _word(MessagePermission, perm.type)
        case "presence":
            permissions.presence = _word(PresencePermission, perm.type)
        case "iq":
            permissions.iq.clear()
            for one in perm.namespaces[:_MOST_NAMESPACES]:
                if 0 < len(one.ns) <= _LONGEST:
                    permissions.iq[one.ns] = _word(IqPermission, one.type)
        case other:
            log.info("a permission for %.100r is not known", other)


def _word(kind: type[P], text: str) -> P:
    try:
        return kind(text)
    except ValueError:
        log.info("no permission of that kind is %.100r", text)
        return kind("none")


def _is_pushed(perm: Perm) -> bool:
    # Section 4.2: without the attribute it is "true" where the roster may be read.
    try:
        return perm.push is not False
    except BadStanza:
        return False
