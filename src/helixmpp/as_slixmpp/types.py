"""The types of ``slixmpp.types``, for annotations."""

from typing import Literal, NamedTuple, TypedDict

from helixmpp.core.roster import Backend, ResourceDict, RosterState
from helixmpp.jid import JID
from helixmpp.stanza import ErrorTypes, IqTypes, MessageTypes, PresenceShows, PresenceTypes

__all__ = [
    "JID",
    "ClientTypes",
    "ErrorConditions",
    "ErrorTypes",
    "ExtPresenceShows",
    "FilterString",
    "HatTuple",
    "IqTypes",
    "JidStr",
    "MAMDefault",
    "MessageTypes",
    "MucAffiliation",
    "MucRole",
    "MucRoomItem",
    "MucRoomItemKeys",
    "OptJid",
    "OptJidStr",
    "PresenceArgs",
    "PresenceShows",
    "PresenceTypes",
    "ResourceDict",
    "RosterDBProtocol",
    "RosterState",
]

JidStr = str | JID
OptJid = JID | None
OptJidStr = str | JID | None

RosterDBProtocol = Backend

ExtPresenceShows = Literal["away", "chat", "dnd", "xa", ""]
#: XEP-0045 section 5.1.
MucRole = Literal["moderator", "participant", "visitor", "none"]
#: XEP-0045 section 5.2.
MucAffiliation = Literal["outcast", "member", "admin", "owner", "none"]
MucRoomItemKeys = Literal["jid", "role", "affiliation", "show", "status", "alt_nick"]
#: XEP-0441 section 2.
MAMDefault = Literal["always", "never", "roster"]
FilterString = Literal["in", "out", "out_sync", "out_sce"]
#: The types of the category ``client`` (https://xmpp.org/registrar/disco-categories.html).
ClientTypes = Literal["bot", "console", "game", "handheld", "pc", "phone", "sms", "tablet", "web"]
#: RFC 6120 section 8.3.3.
ErrorConditions = Literal[
    "bad-request",
    "conflict",
    "feature-not-implemented",
    "forbidden",
    "gone",
    "internal-server-error",
    "item-not-found",
    "jid-malformed",
    "not-acceptable",
    "not-allowed",
    "not-authorized",
    "policy-violation",
    "recipient-unavailable",
    "redirect",
    "registration-required",
    "remote-server-not-found",
    "remote-server-timeout",
    "resource-constraint",
    "service-unavailable",
    "subscription-required",
    "undefined-condition",
    "unexpected-request",
]


class PresenceArgs(TypedDict, total=False):
    """Keyword arguments of ``make_presence`` and ``send_presence``."""

    pfrom: JidStr
    pto: JidStr
    pshow: PresenceShows
    ptype: PresenceTypes
    pstatus: str


class MucRoomItem(TypedDict, total=False):
    """An occupant of a room (XEP-0045)."""

    jid: JID
    role: MucRole
    affiliation: MucAffiliation
    show: PresenceShows | None
    status: str
    alt_nick: str


class HatTuple(NamedTuple):
    """A hat of an occupant (XEP-0317)."""

    uri: str
    title: str
    hue: float | None = None
