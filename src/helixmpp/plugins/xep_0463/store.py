"""What the operations of XEP-0463 take and give, for whoever replaces them."""

import json
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Protocol

from helixmpp.errors import InvalidJID
from helixmpp.jid import JID
from helixmpp.plugins.xep_0045.stanza import MucAffiliation

__all__ = ["WORDS", "Affiliations", "AffiliationsStore", "from_bytes", "to_bytes"]

#: What somebody may be.
WORDS: Final[Mapping[str, MucAffiliation]] = MappingProxyType(
    {"owner": "owner", "admin": "admin", "member": "member", "outcast": "outcast", "none": "none"}
)


@dataclass
class Affiliations:
    """The lists of a room at one version: by bare address who is owner, admin, member or outcast there."""

    version: str
    members: dict[JID, MucAffiliation] = field(default_factory=dict[JID, MucAffiliation])


class AffiliationsStore(Protocol):
    """The operations of the plugin ``xep_0463``; each may be a plain function or a coroutine function.

    ``jid`` is our bare address in the room ``node``.
    """

    def get_affiliations(
        self, jid: JID, node: str, ifrom: JID | None, args: None
    ) -> Awaitable[Affiliations | None] | Affiliations | None:
        """Give the lists of a room as they were kept; None for none."""
        ...

    def set_affiliations(
        self, jid: JID, node: str, ifrom: JID | None, args: Affiliations
    ) -> Awaitable[None] | None:
        """Keep the lists of a room, in the place of those before."""
        ...

    def del_affiliations(self, jid: JID, node: str, ifrom: JID | None, args: None) -> Awaitable[None] | None:
        """Keep those of the room no longer: they are outdated."""
        ...


def to_bytes(found: Affiliations) -> bytes:
    """The lists, written out."""
    members = {jid.full: affiliation for jid, affiliation in found.members.items()}
    return json.dumps([found.version, members], ensure_ascii=False).encode()


def from_bytes(value: bytes | None) -> Affiliations | None:
    """The lists that were written out; None for nothing, and for what is none any more."""
    if value is None:
        return None
    try:
        loaded: Any = json.loads(value)
        version, members = loaded
        read: dict[JID, MucAffiliation] = {JID.parse(jid): WORDS[word] for jid, word in members.items()}
    except (InvalidJID, ValueError, TypeError, AttributeError, KeyError):
        return None
    return Affiliations(version, read) if isinstance(version, str) and version else None
