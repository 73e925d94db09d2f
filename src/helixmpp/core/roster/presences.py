"""Reading presences as strangers send them: every part may be missing or wrong, and nothing here raises."""

from typing import Final

from helixmpp.core.roster.types import SHOWS, ResourceDict
from helixmpp.errors import InvalidJID, XMPPError
from helixmpp.jid import JID
from helixmpp.stanza import Presence
from helixmpp.xml import copy_element

__all__ = [
    "STATUS_LIMIT",
    "SUBSCRIPTION_TYPES",
    "address_of",
    "bare_of",
    "copy_of",
    "is_bare_of",
    "kind_of",
    "resource_state",
]

#: How many characters of a ``<status/>`` are kept; the event's stanza has all of it.
STATUS_LIMIT: Final = 1024

SUBSCRIPTION_TYPES: Final = frozenset({"subscribe", "subscribed", "unsubscribe", "unsubscribed"})
# Some clients write out what no type means.
_TYPES: Final = SUBSCRIPTION_TYPES | {"available", "error", "probe", "unavailable"}


def bare_of(jid: JID | str) -> str:
    """The bare address of what a program or a peer named; InvalidJID for what is none."""
    return (jid if isinstance(jid, JID) else JID.parse(jid)).bare


def kind_of(presence: Presence) -> str | None:
    """What the event of a presence is named after; None for a type that is not in RFC 6121 section 4.7.1.

    A presence without a type is of the kind of its ``<show/>``, and ``available`` without that.
    """
    type_ = presence.xml.get("type")
    if type_ is None:
        return _show(presence) or "available"
    return type_ if type_ in _TYPES else None


def address_of(presence: Presence, attribute: str) -> JID | None:
    """The address in ``from`` or ``to``: the empty one where there is none, None where it does not parse."""
    text = presence.xml.get(attribute, "")
    try:
        return JID.parse(text)
    except InvalidJID:
        return None


def is_bare_of(text: str, own: JID) -> bool:
    """Whether the text of an address means our own bare one, however it is spelt."""
    if text == own.bare:
        return True
    try:
        return JID.parse(text).full == own.bare
    except InvalidJID:
        return False


def resource_state(presence: Presence) -> ResourceDict:
    """What a presence says of its resource; a wrong part counts as missing."""
    try:
        priority = presence.priority
    except XMPPError:
        priority = 0
    status: str = presence["status"]
    return {"status": status[:STATUS_LIMIT], "show": _show(presence), "priority": priority}


def copy_of(presence: Presence) -> Presence:
    """A presence that belongs to nobody and that nobody else changes, without the id of the first."""
    xml = copy_element(presence.xml)
    xml.attrib.pop("id", None)
    return Presence(xml=xml)


def _show(presence: Presence) -> str:
    try:
        show = presence["show"]
    except XMPPError:
        return ""
    return show if show in SHOWS else ""
