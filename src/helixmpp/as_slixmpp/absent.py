"""What items give that are not there: ``stanza["maxchars"]`` is ``""``, where helixmpp itself has None.

Programs in slixmpp's style tell by ``ValueError`` of ``int(stanza["maxchars"])``, or by comparing with ``""``; and of
the subject of a message, where an empty one clears that of a room, by None. They add to ``stanza["payload"]`` by
assigning to it. While helixmpp stands in for slixmpp the items do so; typed access (``stanza.maxchars``) is as ever.
"""

import datetime as dt
import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from helixmpp.stanza import Codec, ElementBase, Message, Presence, RosterItem, StanzaBase

__all__ = ["absent_is_empty", "absent_is_none"]

log = logging.getLogger(__name__)

_VCARD_TEXTS = frozenset({"DESC", "MAILER", "NOTE", "PRODID", "ROLE", "TITLE", "UID", "URL"})
_RSM = "http://jabber.org/protocol/rsm"
_BIRTHDAY = "{urn:ietf:params:xml:ns:vcard-4.0}bday"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
# In the payloads of these namespaces a number that is not there is None there, too.
_NO_NUMBER_IS_NONE = frozenset(
    {
        "http://jabber.org/protocol/geoloc",
        "urn:xmpp:file:metadata:0",
        "urn:xmpp:hats:0",
        "urn:xmpp:jingle:apps:file-transfer:5",
        "urn:xmpp:thumbs:1",
    }
)
# Words of which there are a few, where the absent one is "" there.
_NO_WORD_IS_EMPTY = frozenset(
    {
        ("http://jabber.org/protocol/address", "type"),
        ("http://jabber.org/protocol/offline", "action"),
        ("urn:xmpp:sfs:0", "disposition"),
    }
)

_read: Callable[[ElementBase, Any], Any] = ElementBase.__getitem__
_write: Callable[[ElementBase, Any, Any], None] = ElementBase.__setitem__
_has: Callable[[ElementBase, object], bool] = ElementBase.__contains__


def _is_number(stanza: ElementBase, key: Any) -> bool:
    codec: Any = getattr(stanza.field_of(key), "codec", None) if isinstance(key, str) else None
    return codec is not None and bool(_gives_numbers(codec))


@lru_cache(maxsize=256)
def _gives_numbers(codec: Codec[Any]) -> bool:
    for text in ("1", "0", "100"):
        try:
            return type(codec.parse(text)) in (int, float)
        except ValueError:
            continue
    return False


def _is_subscriber(stanza: ElementBase, key: Any, value: Any) -> bool:
    """Whether it is the affiliation "subscriber" of a node: none of XEP-0060 section 4.1, and programs write it."""
    return bool(value == "subscriber") and key == "affiliation" == stanza.name


def _get(stanza: ElementBase, key: Any) -> Any:
    if key == "affiliation" and _is_subscriber(stanza, key, stanza.xml.get(key)):
        return stanza.xml.get(key)
    value = _read(stanza, key)
    if value is None:
        if (stanza.namespace, key) in _NO_WORD_IS_EMPTY:
            return ""
        return "" if stanza.namespace not in _NO_NUMBER_IS_NONE and _is_number(stanza, key) else value
    if value == "":
        if key == "subject" and isinstance(stanza, Message):
            return value if _has_subject(stanza) else None
        return None if _is_none(stanza, key) else value
    if key == "date" and stanza.tag == _BIRTHDAY:
        return _date_of(value)
    if value.__class__ is int and stanza.namespace == _RSM:
        # In slixmpp the numbers of XEP-0059 are texts, as they were sent.
        return str(value)
    if value is False and key == "approved" and isinstance(stanza, RosterItem):
        return value if "approved" in stanza.xml.attrib else ""
    return value


def _is_none(stanza: ElementBase, key: Any) -> bool:
    """Whether a text that is not there is None, as it is where slixmpp's own code looks for the element."""
    if stanza.namespace == "vcard-temp":
        # Of a vCard (XEP-0054), whether absent or empty.
        return key in _VCARD_TEXTS
    if stanza.namespace == _RDF:
        return key in stanza.interfaces
    if stanza.tag == _BIRTHDAY:
        return bool(key == "date")
    return bool(key == "value") and stanza.tag == "{urn:xmpp:hashes:2}hash"


def _date_of(text: str) -> Any:
    """What a birthday (XEP-0292) is there: a date, or None where there is no whole one."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _is_emptied(stanza: ElementBase, key: Any) -> bool:
    """Whether it is something that "" is no value of, so that it is taken out by that."""
    return (
        _is_number(stanza, key)
        or (stanza.namespace, key) in _NO_WORD_IS_EMPTY
        or (key == "approved" and isinstance(stanza, RosterItem))
    )


def _has_subject(message: Message) -> bool:
    return message.xml.find(f"{{{message.namespace}}}subject") is not None


def _contains(stanza: ElementBase, key: object) -> bool:
    if key == "subject" and isinstance(stanza, Message):
        return _has_subject(stanza)
    return _has(stanza, key)


def _set(stanza: ElementBase, key: Any, value: Any) -> None:
    if _is_subscriber(stanza, key, value):
        stanza.xml.set(key, value)
        stanza.attach()
        return
    if key == "type" and isinstance(stanza, Presence):
        words = stanza.types | stanza.showtypes | {"available", ""}
        if value is not None and (not isinstance(value, str) or value not in words):
            # Programs give "none" for no show value, and expect that nothing happens.
            log.warning("a presence has no type or show value %.100r: it stays as it is", value)
            return
    if value == "" and _is_emptied(stanza, key):
        value = None
    if value == "" and key == "subject" and isinstance(stanza, Message):
        # XEP-0045 section 8.1: an empty one clears that of a room.
        _write(stanza, key, "")
        if not _has_subject(stanza):
            stanza.xml.append(stanza.xml.makeelement(f"{{{stanza.namespace}}}subject", {}))
        return
    if key == "payload" and value is not None and isinstance(stanza, StanzaBase) and key in stanza.interfaces:
        parts: list[Any] = [*value] if isinstance(value, list | tuple) else [value]
        for part in parts:
            stanza.append(part)
        return
    _write(stanza, key, value)


def absent_is_empty() -> None:
    """Have items that are not there as slixmpp's programs expect them."""
    type.__setattr__(ElementBase, "__contains__", _contains)
    type.__setattr__(ElementBase, "__getitem__", _get)
    type.__setattr__(ElementBase, "__setitem__", _set)


def absent_is_none() -> None:
    """Have them as they were."""
    for name in ("__contains__", "__getitem__", "__setitem__"):
        if name in vars(ElementBase):
            type.__delattr__(ElementBase, name)
