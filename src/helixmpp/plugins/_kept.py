"""Stanza objects as bytes for a collection, and back."""

import logging
from typing import TypeVar

from helixmpp.errors import HelixError
from helixmpp.stanza import ElementBase
from helixmpp.xml import parse_one, serialize

__all__ = ["from_bytes", "to_bytes"]

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
