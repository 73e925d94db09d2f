"""``state = Choice("active", "composing")``: a child whose name is the value."""

from __future__ import annotations

from enum import Enum
from typing import Any, TypeVar, overload
from xml.etree.ElementTree import Element

from helixmpp.stanza.base.checks import checked_name
from helixmpp.stanza.base.items import ItemAccess
from helixmpp.stanza.codecs import OneOf, codec_for, one_of
from helixmpp.stanza.fields.defaults import UNSET
from helixmpp.stanza.fields.field import G, S, ValueField

__all__ = ["Choice", "ChoiceField"]

EnumT = TypeVar("EnumT", bound=Enum)
StrT = TypeVar("StrT", bound=str)


class ChoiceField(ValueField[G, S]):
    """The name of a child that is one of a few; made by :func:`Choice`.

    A child of another name is not this field's: it is kept and ignored.
    """

    def __init__(
        self, kind: Any, names: tuple[str, ...], default: Any, namespace: str | None, key: str | None
    ) -> None:
        super().__init__(codec_for(kind), default, False, key)
        self.names = names
        self.namespace = namespace

    def check(self) -> None:
        """Refuse a name that XML cannot have."""
        super().check()
        for local in self.names:
            checked_name(f"{{{self.namespace}}}{local}" if self.namespace else local, self.where)

    def claims(self, stanza: ItemAccess) -> tuple[str, ...]:
        """The names of all the choices."""
        namespace = self.namespace or stanza.namespace
        return tuple(f"{{{namespace}}}{name}" for name in self.names)

    def _find(self, stanza: ItemAccess) -> Element | None:
        tags = self.claims(stanza)
        for child in stanza.xml:
            if child.tag in tags:
                return child
        return None

    def read(self, stanza: ItemAccess) -> G:
        """Return the choice that the first such child stands for."""
        child = self._find(stanza)
        value: G = self.absent() if child is None else self.parse(child.tag.rpartition("}")[2])
        return value

    def write(self, stanza: ItemAccess, value: S) -> None:
        """Put in the child for this choice, in the place of another; what is in the same one stays."""
        if value is None or (self.blank_deletes and value == ""):
            self.delete(stanza)
            return
        tag = f"{{{self.namespace or stanza.namespace}}}{self.format(value)}"
        found = self._find(stanza)
        if found is None or found.tag != tag:
            self.delete(stanza)
            stanza.xml.append(stanza.xml.makeelement(tag, {}))
        if stanza.is_loose:
            stanza.attach()

    def delete(self, stanza: ItemAccess) -> None:
        """Take out every child that is one of the choices."""
        xml = stanza.xml
        tags = self.claims(stanza)
        for child in [child for child in xml if child.tag in tags]:
            xml.remove(child)


@overload
def Choice(
    kind: type[EnumT], /, *, namespace: str | None = ..., key: str | None = ...
) -> ChoiceField[EnumT | None, EnumT | None]: ...
@overload
def Choice(
    kind: type[EnumT], /, *, default: EnumT, namespace: str | None = ..., key: str | None = ...
) -> ChoiceField[EnumT, EnumT | None]: ...
@overload
def Choice(
    kind: OneOf[StrT], /, *, namespace: str | None = ..., key: str | None = ...
) -> ChoiceField[StrT | None, StrT | None]: ...
@overload
def Choice(
    kind: OneOf[StrT], /, *, default: StrT, namespace: str | None = ..., key: str | None = ...
) -> ChoiceField[StrT, StrT | None]: ...
@overload
def Choice(
    *names: str, default: str = ..., namespace: str | None = ..., key: str | None = ...
) -> ChoiceField[str, str | None]: ...
def Choice(
    *kind: Any, default: Any = UNSET, namespace: str | None = None, key: str | None = None
) -> ChoiceField[Any, Any]:
    """Declare a child whose name is the value: ``state = Choice("active", "composing")``.

    :param kind: the names; or an ``Enum`` whose values are the names; or the result of ``one_of``.
    :param default: what is read when there is no such child: None, but ``""`` where the names are given.
    :param namespace: the children's namespace, if it is not that of the stanza.
    :param key: the key of the item; by default the name of the Python attribute.
    """
    first = kind[0] if len(kind) == 1 else None
    if isinstance(first, OneOf):
        return ChoiceField(kind[0], kind[0].values, None if default is UNSET else default, namespace, key)
    if isinstance(first, type) and issubclass(first, Enum):
        names = tuple(str(member.value) for member in first)
        return ChoiceField(first, names, None if default is UNSET else default, namespace, key)
    return ChoiceField(one_of(*kind), kind, "" if default is UNSET else default, namespace, key)
