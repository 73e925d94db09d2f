"""``code = ChildAttr(int, "status", "code")``: one attribute of a child."""

from __future__ import annotations

from typing import Any, Literal, TypeVar, overload

from helixmpp.jid import JID
from helixmpp.stanza.base.checks import checked_name, is_blank
from helixmpp.stanza.base.items import ItemAccess
from helixmpp.stanza.codecs import Codec, codec_for
from helixmpp.stanza.fields.defaults import UNSET, default_for
from helixmpp.stanza.fields.field import ChildOfField, G, S, ValueField, wire_name

__all__ = ["ChildAttr", "ChildAttrField"]

T = TypeVar("T")


class ChildAttrField(ChildOfField[G, S], ValueField[G, S]):
    """One attribute of a child; made by :func:`ChildAttr`."""

    def __init__(
        self,
        kind: Any,
        child: str,
        name: str | None,
        default: Any,
        required: bool,
        namespace: str | None,
        key: str | None,
    ) -> None:
        super().__init__(codec_for(kind), default_for(kind, default, required), required, key)
        self.child = child
        self.name = name or ""
        self.namespace = namespace

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        self.name = wire_name(self.name, name)

    def check(self) -> None:
        """Refuse a name that XML cannot have."""
        super().check()
        checked_name(self.name, self.where)

    def read(self, stanza: ItemAccess) -> G:
        """Return the value of the attribute of the first such child."""
        child = stanza.xml.find(self.tag(stanza))
        text = None if child is None else child.attrib.get(self.name)
        value: G = self.absent() if text is None else self.parse(text)
        return value

    def write(self, stanza: ItemAccess, value: S) -> None:
        """Set the attribute of the child, which is made when there is none."""
        if value is None or (self.blank_deletes and value == ""):
            self.delete(stanza)
            return
        text = self.format(value)
        xml = stanza.xml
        tag = self.tag(stanza)
        child = xml.find(tag)
        if child is None:
            child = xml.makeelement(tag, {})
            xml.append(child)
        child.attrib[self.name] = text
        if stanza.is_loose:
            stanza.attach()

    def delete(self, stanza: ItemAccess) -> None:
        """Delete the attribute, and the child if nothing is left of it."""
        child = stanza.xml.find(self.tag(stanza))
        if child is not None and child.attrib.pop(self.name, None) is not None and is_blank(child):
            stanza.xml.remove(child)


@overload
def ChildAttr(
    kind: type[str] = ...,
    child: str = ...,
    name: str | None = ...,
    *,
    required: Literal[True],
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildAttrField[str, str]: ...
@overload
def ChildAttr(
    kind: type[str] = ...,
    child: str = ...,
    name: str | None = ...,
    *,
    default: str = ...,
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildAttrField[str, str | None]: ...
@overload
def ChildAttr(
    kind: type[str] = ...,
    child: str = ...,
    name: str | None = ...,
    *,
    default: None,
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildAttrField[str | None, str | None]: ...
@overload
def ChildAttr(
    kind: type[JID],
    child: str,
    name: str | None = ...,
    *,
    required: Literal[True],
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildAttrField[JID, JID | str]: ...
@overload
def ChildAttr(
    kind: type[JID],
    child: str,
    name: str | None = ...,
    *,
    default: JID,
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildAttrField[JID, JID | str | None]: ...
@overload
def ChildAttr(
    kind: type[JID],
    child: str,
    name: str | None = ...,
    *,
    default: None = ...,
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildAttrField[JID | None, JID | str | None]: ...
@overload
def ChildAttr(
    kind: type[T] | Codec[T],
    child: str,
    name: str | None = ...,
    *,
    required: Literal[True],
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildAttrField[T, T]: ...
@overload
def ChildAttr(
    kind: type[T] | Codec[T],
    child: str,
    name: str | None = ...,
    *,
    default: T,
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildAttrField[T, T | None]: ...
@overload
def ChildAttr(
    kind: type[T] | Codec[T],
    child: str,
    name: str | None = ...,
    *,
    default: None = ...,
    namespace: str | None = ...,
    key: str | None = ...,
) -> ChildAttrField[T | None, T | None]: ...
def ChildAttr(
    kind: Any = str,
    child: str = "",
    name: str | None = None,
    *,
    default: Any = UNSET,
    required: bool = False,
    namespace: str | None = None,
    key: str | None = None,
) -> ChildAttrField[Any, Any]:
    """Declare one attribute of a child: ``code = ChildAttr(int, "status", "code")``.

    :param kind: the Python type (see :func:`~helixmpp.stanza.codec_for`) or a codec.
    :param child: the child's local name.
    :param name: the attribute's name; by default that of the Python attribute with hyphens for underscores.
    :param default: what is read when it is absent: None, but ``""`` for ``str``.
    :param required: reading it when it is absent raises ``BadStanza``.
    :param namespace: the child's namespace, if it is not that of the stanza.
    :param key: the key of the item; by default the name of the Python attribute.
    """
    return ChildAttrField(kind, child, name, default, required, namespace, key)
