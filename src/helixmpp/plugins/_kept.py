"""Stanza objects as bytes for a collection, and back."""

import logging
from typing import Generic, TypeVar
from xml.etree.ElementTree import Element

from helixmpp.errors import HelixError
from helixmpp.stanza import ElementBase
from helixmpp.xml import copy_element, parse_one, serialize

__all__ = ["Decoded", "from_bytes", "to_bytes"]

log = logging.getLogger(__name__)

E = TypeVar("E", bound=ElementBase)


def to_bytes(stanza: ElementBase) -> bytes:
    """The element, written out."""
    return serialize(stanza.xml).encode()


def from_bytes(kind: type[E], value: bytes | None) -> E | None:
    """The object that was written out; None for nothing, and for what is no such element any more."""
    if value is None:
        return None
    try:
        element = parse_one(value)
        if element.tag != kind.tag_name():
            raise ValueError(f"it is no {kind.tag_name()}")
    except (HelixError, ValueError) as error:
        log.warning("a %s that was kept cannot be read back and is left out: %s", kind.__name__, error)
        return None
    return kind(xml=element)


class Decoded(Generic[E]):
    """What was made of kept bytes, so that the same bytes need not be parsed at each reading.

    It decides nothing: the collection is asked each time, and what is remembered is given only for exactly the
    bytes that it gave. In memory these are one object, which is seen at once. Each answer is a copy of its own.

    :param kind: the class of the objects.
    :param limit: how many are remembered.
    :param bytes_limit: of how many bytes in all.
    """

    def __init__(self, kind: type[E], *, limit: int = 128, bytes_limit: int = 2_097_152) -> None:
        self._kind = kind
        self._limit = limit
        self._bytes_limit = bytes_limit
        self._size = 0
        # The oldest first.
        self._known: dict[str, tuple[bytes, Element]] = {}

    def get(self, key: str, value: bytes | None) -> E | None:
        """The object in the bytes that the collection gave for this key; see :func:`from_bytes`."""
        known = self._known.get(key)
        if known is not None:
            if known[0] is value or known[0] == value:
                return self._copy(known[1])
            del self._known[key]
            self._size -= len(known[0])
        found = from_bytes(self._kind, value)
        if found is not None and value is not None and len(value) <= self._bytes_limit:
            self._known[key] = (value, found.xml)
            self._size += len(value)
            while len(self._known) > self._limit or self._size > self._bytes_limit:
                oldest = next(iter(self._known))
                self._size -= len(self._known.pop(oldest)[0])
            return self._copy(found.xml)
        return found

    def _copy(self, element: Element) -> E:
        if len(element):
            return self._kind(xml=copy_element(element))
        twin = Element(element.tag, element.attrib)  # with attributes of its own
        twin.text = element.text
        return self._kind(xml=twin)
