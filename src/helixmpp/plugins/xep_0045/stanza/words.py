"""The namespaces and words of XEP-0045."""

from typing import Final, Literal

from helixmpp.stanza import OneOf, one_of

__all__ = [
    "AFFILIATION",
    "AFFILIATIONS",
    "NS",
    "NS_ADMIN",
    "NS_OWNER",
    "NS_USER",
    "ROLE",
    "ROLES",
    "MucAffiliation",
    "MucRole",
]

NS: Final = "http://jabber.org/protocol/muc"
NS_USER: Final = f"{NS}#user"
NS_ADMIN: Final = f"{NS}#admin"
NS_OWNER: Final = f"{NS}#owner"

#: Section 5.1: what somebody may do as long as he is in the room.
MucRole = Literal["moderator", "none", "participant", "visitor"]
#: Section 5.2: what he is to the room, also while he is not there.
MucAffiliation = Literal["admin", "member", "none", "outcast", "owner"]

ROLES: Final[frozenset[str]] = frozenset({"moderator", "none", "participant", "visitor"})
AFFILIATIONS: Final[frozenset[str]] = frozenset({"admin", "member", "none", "outcast", "owner"})

# The empty word stands for an absent one; it is not written.
ROLE: Final[OneOf[MucRole | Literal[""]]] = one_of("moderator", "none", "participant", "visitor")
AFFILIATION: Final[OneOf[MucAffiliation | Literal[""]]] = one_of(
    "admin", "member", "none", "outcast", "owner"
)
