"""Reading what rooms send: every part may be missing or wrong, and nothing here raises.

A room of ten thousand occupants sends as many presences at once: they are read from the elements, without objects.
"""

from dataclasses import dataclass
from typing import Final, Literal
from xml.etree.ElementTree import Element

from helixmpp.errors import BadStanza, InvalidJID
from helixmpp.jid import JID
from helixmpp.plugins.xep_0045.rooms import LeftReason, Occupant
from helixmpp.plugins.xep_0045.stanza import NS_USER, MucAffiliation, MucRole
from helixmpp.plugins.xep_0045.stanza.words import AFFILIATION, ROLE
from helixmpp.stanza import Message, Presence

__all__ = ["Said", "codes_in", "occupant_of", "said_in", "sender_of"]

_X: Final = f"{{{NS_USER}}}x"
_ITEM: Final = f"{{{NS_USER}}}item"
_STATUS: Final = f"{{{NS_USER}}}status"
_DESTROY: Final = f"{{{NS_USER}}}destroy"
_NICK: Final = "{http://jabber.org/protocol/nick}nick"
_NOBODY: Final = JID("")
_SHOWS: Final = frozenset({"away", "chat", "dnd", "xa"})

# How many characters of a text by a stranger are kept; the event's stanza has all of it.
_LONGEST: Final = 1024

# Section 11.1: where there was an error, 307 is no kick; a shutdown is none either.
_REASONS: Final[tuple[tuple[str, LeftReason], ...]] = (
    ("332", "shutdown"),
    ("333", "error"),
    ("301", "banned"),
    ("307", "kicked"),
    ("321", "affiliation"),
    ("322", "members-only"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a presence says by its ``<x/>``."""

    codes: frozenset[str]
    item: Element | None
    destroyed: bool

    @property
    def reason(self) -> LeftReason:
        """Why an occupant is gone."""
        if self.destroyed:
            return "destroyed"
        for code, reason in _REASONS:
            if code in self.codes:
                return reason
        return "left"


_NOTHING: Final = Said(frozenset(), None, False)


def sender_of(stanza: Message | Presence) -> JID:
    """The address that a stanza is from; the empty one where that is none."""
    try:
        return stanza.from_
    except BadStanza:
        return _NOBODY


def said_in(xml: Element) -> Said:
    """What a room says in a presence."""
    x = xml.find(_X)
    if x is None:
        return _NOTHING
    codes = frozenset([child.get("code", "") for child in x.iterfind(_STATUS)])
    return Said(codes, x.find(_ITEM), x.find(_DESTROY) is not None)


def codes_in(xml: Element) -> bool:
    """Whether a message has status codes."""
    return xml.find(f"{_X}/{_STATUS}") is not None


def occupant_of(nick: str, xml: Element, item: Element | None, namespace: str) -> Occupant:
    """The occupant that a presence is about."""
    occupant = Occupant(nick, _NOBODY, "", "")
    if item is not None:
        occupant.affiliation = _affiliation(item.get("affiliation", ""))
        occupant.role = _role(item.get("role", ""))
        jid = item.get("jid")
        if jid:
            occupant.jid = _address(jid)
    # Nearly all have nothing else to say.
    if len(xml) > 1:
        show = _text(xml, f"{{{namespace}}}show")
        occupant.show = show if show in _SHOWS else ""
        occupant.status = _text(xml, f"{{{namespace}}}status")
        occupant.alt_nick = _text(xml, _NICK)
    return occupant


def _text(xml: Element, tag: str) -> str:
    return (xml.findtext(tag) or "")[:_LONGEST]


def _address(text: str) -> JID:
    try:
        return JID.parse(text, lenient=True)
    except InvalidJID:
        return _NOBODY


def _affiliation(text: str) -> MucAffiliation | Literal[""]:
    try:
        return AFFILIATION.parse(text)
    except ValueError:
        return ""


def _role(text: str) -> MucRole | Literal[""]:
    try:
        return ROLE.parse(text)
    except ValueError:
        return ""
