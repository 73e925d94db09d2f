"""Numbers that are not there: ``stanza["maxchars"]`` is ``""``, where helixmpp itself has None.

Programs in slixmpp's style tell by ``ValueError`` of ``int(stanza["maxchars"])``, or by comparing with ``""``. While
helixmpp stands in for slixmpp the items answer so; typed access (``stanza.maxchars``) stays as it is.
"""

import logging
from collections.abc import Callable
from typing import Any

from helixmpp.stanza import ElementBase, Presence, codec_for

__all__ = ["absent_is_empty", "absent_is_none"]

log = logging.getLogger(__name__)

_NUMBERS = (codec_for(int), codec_for(float))

_read: Callable[[ElementBase, Any], Any] = ElementBase.__getitem__
_write: Callable[[ElementBase, Any, Any], None] = ElementBase.__setitem__


def _is_number(stanza: ElementBase, key: Any) -> bool:
    return isinstance(key, str) and getattr(stanza.field_of(key), "codec", None) in _NUMBERS


def _get(stanza: ElementBase, key: Any) -> Any:
    value = _read(stanza, key)
    return "" if value is None and _is_number(stanza, key) else value


def _set(stanza: ElementBase, key: Any, value: Any) -> None:
    if key == "type" and isinstance(stanza, Presence):
        words = stanza.types | stanza.showtypes | {"available", ""}
        if not isinstance(value, str) or value not in words:
            # Programs give "none" for no show value, and expect that nothing happens.
            log.warning("a presence has no type or show value %.100r: it stays as it is", value)
            return
    _write(stanza, key, None if value == "" and _is_number(stanza, key) else value)


def absent_is_empty() -> None:
    """Have items of numbers that are not there as ``""``."""
    type.__setattr__(ElementBase, "__getitem__", _get)
    type.__setattr__(ElementBase, "__setitem__", _set)


def absent_is_none() -> None:
    """Have them as they were."""
    for name in ("__getitem__", "__setitem__"):
        if name in vars(ElementBase):
            type.__delattr__(ElementBase, name)
