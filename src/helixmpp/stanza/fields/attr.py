"""``max_age = Attr(int, "max-age")``: an attribute of the element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar, overload

from helixmpp.jid import JID
from helixmpp.stanza.base.checks import checked_name
from helixmpp.stanza.base.items import ItemAccess
from helixmpp.stanza.codecs import Codec, codec_for
from helixmpp.stanza.fields.defaults import UNSET, default_for
from helixmpp.stanza.fields.field import G, S, ValueField, wire_name

__all__ = ["Attr", "AttrField"]

T = TypeVar("T")


class AttrField(ValueField[G, S]):
    """An attribute of the element; made by :func:`Attr`."""

    def __init__(self, kind: Any, name: str | None, default: Any, required: bool, key: str | None) -> None:
        super().__init__(codec_for(kind), default_for(kind, default, required), required, key)
        self.name = name or ""
        self._is_text = kind is str

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        self.name = wire_name(self.name, name)

    def check(self) -> None:
        """Refuse a name that XML cannot have."""
        super().check()
        checked_name(self.name, self.where)

    def read(self, stanza: ItemAccess) -> G:
        """Return the attribute's value."""
        found: Any = stanza.xml.attrib.get(self.name)
        if found is None:
            found = self.absent()
        elif not self._is_text:
            # Of a field of str, the text is the value: no call for the most frequent case.
            found = self.parse(found)
        value: G = found
        return value

    def write(self, stanza: ItemAccess, value: S) -> None:
        """Set the attribute."""
        if value is None or (self.blank_deletes and value == ""):
            self.delete(stanza)
            return
        text = self.format(value)
        stanza.xml.attrib[self.name] = text
        if stanza.is_loose:
            stanza.attach()

    def delete(self, stanza: ItemAccess) -> None:
        """Delete the attribute."""
        stanza.xml.attrib.pop(self.name, None)

    def methods(self) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
        """Make the three methods; to set a usual value is the same as :meth:`write`, in fewer calls."""
        get, set_, del_ = super().methods()
        if type(self) is not AttrField:
            return get, set_, del_
        name, write, format_value = self.name, self.write, self.codec.format

        def set_attribute(stanza: ItemAccess, value: S) -> None:
            # Addresses, types and ids of each stanza that is built come through here, as texts.
            text: str | None = None
            if type(value) is str and value:
                try:
                    text = format_value(value)
                except (ValueError, TypeError):
                    text = None  # write() raises it again, and says which field.
            if text is None:
                write(stanza, value)
                return
            stanza.xml.attrib[name] = text
            if stanza.is_loose:
                stanza.attach()

        return get, set_attribute, del_


@overload
def Attr(
    kind: type[str] = ..., name: str | None = ..., *, required: Literal[True], key: str | None = ...
) -> AttrField[str, str]: ...
@overload
def Attr(
    kind: type[str] = ..., name: str | None = ..., *, default: str = ..., key: str | None = ...
) -> AttrField[str, str | None]: ...
@overload
def Attr(
    kind: type[str] = ..., name: str | None = ..., *, default: None, key: str | None = ...
) -> AttrField[str | None, str | None]: ...
@overload
def Attr(
    kind: type[JID], name: str | None = ..., *, required: Literal[True], key: str | None = ...
) -> AttrField[JID, JID | str]: ...
@overload
def Attr(
    kind: type[JID], name: str | None = ..., *, default: JID, key: str | None = ...
) -> AttrField[JID, JID | str | None]: ...
@overload
def Attr(
    kind: type[JID], name: str | None = ..., *, default: None = ..., key: str | None = ...
) -> AttrField[JID | None, JID | str | None]: ...
@overload
def Attr(
    kind: type[T] | Codec[T], name: str | None = ..., *, required: Literal[True], key: str | None = ...
) -> AttrField[T, T]: ...
@overload
def Attr(
    kind: type[T] | Codec[T], name: str | None = ..., *, default: T, key: str | None = ...
) -> AttrField[T, T | None]: ...
@overload
def Attr(
    kind: type[T] | Codec[T], name: str | None = ..., *, default: None = ..., key: str | None = ...
) -> AttrField[T | None, T | None]: ...
def Attr(
    kind: Any = str,
    name: str | None = None,
    *,
    default: Any = UNSET,
    required: bool = False,
    key: str | None = None,
) -> AttrField[Any, Any]:
    """Declare an attribute: ``max_age = Attr(int, "max-age")``.

    :param kind: the Python type (see :func:`~helixmpp.stanza.codec_for`) or a codec.
    :param name: the name on the wire; by default that of the Python attribute with hyphens for underscores.
    :param default: what an absent one is read as: None, but ``""`` for ``str``.
    :param required: an absent one raises ``BadStanza`` when it is read.
    :param key: the key of the item; by default the name of the Python attribute.
    """
    return AttrField(kind, name, default, required, key)
