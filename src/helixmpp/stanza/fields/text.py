"""``data = Text(bytes, default=b"")``: the element's own text."""

from __future__ import annotations

from typing import Any, Literal, TypeVar, overload

from helixmpp.jid import JID
from helixmpp.stanza.base.items import ItemAccess
from helixmpp.stanza.codecs import Codec, codec_for
from helixmpp.stanza.fields.defaults import UNSET, default_for
from helixmpp.stanza.fields.field import G, S, ValueField

__all__ = ["Text", "TextField"]

T = TypeVar("T")


class TextField(ValueField[G, S]):
    """The element's own text; made by :func:`Text`."""

    def __init__(self, kind: Any, default: Any, required: bool, key: str | None) -> None:
        super().__init__(codec_for(kind), default_for(kind, default, required), required, key)

    def read(self, stanza: ItemAccess) -> G:
        """Return the text's value."""
        text = stanza.xml.text
        value: G = self.absent() if text is None else self.parse(text)
        return value

    def write(self, stanza: ItemAccess, value: S) -> None:
        """Set the text."""
        if value is None or (self.blank_deletes and value == ""):
            self.delete(stanza)
            return
        text = self.format(value)
        stanza.xml.text = text
        if stanza.is_loose:
            stanza.attach()

    def delete(self, stanza: ItemAccess) -> None:
        """Leave no text."""
        stanza.xml.text = None


@overload
def Text(kind: type[str] = ..., *, required: Literal[True], key: str | None = ...) -> TextField[str, str]: ...
@overload
def Text(
    kind: type[str] = ..., *, default: str = ..., key: str | None = ...
) -> TextField[str, str | None]: ...
@overload
def Text(
    kind: type[str] = ..., *, default: None, key: str | None = ...
) -> TextField[str | None, str | None]: ...
@overload
def Text(kind: type[JID], *, required: Literal[True], key: str | None = ...) -> TextField[JID, JID | str]: ...
@overload
def Text(kind: type[JID], *, default: JID, key: str | None = ...) -> TextField[JID, JID | str | None]: ...
@overload
def Text(
    kind: type[JID], *, default: None = ..., key: str | None = ...
) -> TextField[JID | None, JID | str | None]: ...
@overload
def Text(kind: type[T] | Codec[T], *, required: Literal[True], key: str | None = ...) -> TextField[T, T]: ...
@overload
def Text(kind: type[T] | Codec[T], *, default: T, key: str | None = ...) -> TextField[T, T | None]: ...
@overload
def Text(
    kind: type[T] | Codec[T], *, default: None = ..., key: str | None = ...
) -> TextField[T | None, T | None]: ...
def Text(
    kind: Any = str, *, default: Any = UNSET, required: bool = False, key: str | None = None
) -> TextField[Any, Any]:
    """Declare the element's own text: ``data = Text(bytes, default=b"")``.

    :param kind: the Python type (see :func:`~helixmpp.stanza.codec_for`) or a codec.
    :param default: what an element without text is read as: None, but ``""`` for ``str``.
    :param required: reading an element without text raises ``BadStanza``.
    :param key: the key of the item; by default the name of the Python attribute.
    """
    return TextField(kind, default, required, key)
