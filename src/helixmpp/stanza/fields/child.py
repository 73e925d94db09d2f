"""``item = Child(Item)`` and ``items = Children(Item)``: child elements with a class of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeVar, overload
from xml.etree.ElementTree import Element

from helixmpp.errors import FieldValueError
from helixmpp.stanza.base.element import ElementBase
from helixmpp.stanza.base.items import ItemAccess
from helixmpp.stanza.base.registry import register_stanza_plugin
from helixmpp.stanza.fields.field import Field, G, S

__all__ = ["Child", "ChildField", "Children", "ChildrenField"]

X = TypeVar("X", bound=ElementBase)


class ChildField(Field[G, S]):
    """One child element; made by :func:`Child`."""

    def __init__(self, kind: type[ElementBase], optional: bool, key: str | None) -> None:
        super().__init__(key)
        self.kind = kind
        self.optional = optional

    def claims(self, stanza: ItemAccess) -> tuple[str, ...]:
        """The child's name."""
        return (self.kind.tag_name(),)

    def read(self, stanza: ItemAccess) -> G:
        """Return the object around the child; where there is none, one that its first write puts in."""
        found: Any = stanza.get(self.kind) if self.optional else stanza[self.kind]
        value: G = found
        return value

    def write(self, stanza: ItemAccess, value: Any) -> None:
        """Put in an element or an object, in the place of the one that is there."""
        if value is not None and getattr(value, "tag", None) != self.kind.tag_name():
            raise FieldValueError(
                f"{self.where}: a {self.kind.__name__} is needed, not {type(value).__name__}"
            )
        stanza[self.kind] = value

    def delete(self, stanza: ItemAccess) -> None:
        """Take the child out."""
        del stanza[self.kind]


class ChildrenField(Field[list[X], Iterable[X | Element] | None]):
    """All child elements of one class; made by :func:`Children`.

    The list is a copy: it is assigned as a whole, or ``stanza.append(item)`` adds one.
    """

    def __init__(self, kind: type[X], key: str | None) -> None:
        super().__init__(key)
        self.kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        if issubclass(owner, ItemAccess):
            register_stanza_plugin(owner, self.kind, iterable=True)

    def claims(self, stanza: ItemAccess) -> tuple[str, ...]:
        """The children's name."""
        return (self.kind.tag_name(),)

    def read(self, stanza: ItemAccess) -> list[X]:
        """Return the objects around the children, in their order."""
        return stanza.children_of(self.kind)

    def write(self, stanza: ItemAccess, value: Iterable[X | Element] | None) -> None:
        """Put in elements or objects, in the place of those that are there."""
        values = [] if value is None else list(value)
        for one in values:
            if getattr(one, "tag", None) != self.kind.tag_name():
                raise FieldValueError(
                    f"{self.where}: a {self.kind.__name__} is needed, not {type(one).__name__}"
                )
        stanza.replace_elements([child.xml for child in stanza.children_of(self.kind)], values, self.where)

    def delete(self, stanza: ItemAccess) -> None:
        """Take all these children out."""
        stanza.replace_elements([child.xml for child in stanza.children_of(self.kind)], (), self.where)


@overload
def Child(
    kind: type[X], *, optional: Literal[True], key: str | None = ...
) -> ChildField[X | None, X | Element | None]: ...
@overload
def Child(kind: type[X], *, key: str | None = ...) -> ChildField[X, X | Element | None]: ...
def Child(kind: type[Any], *, optional: bool = False, key: str | None = None) -> ChildField[Any, Any]:
    """Declare one child element: ``set = Child(ResultSet)``.

    Reading it never changes the XML: where there is no such child, the object is put in by its first write.

    :param kind: the child's class.
    :param optional: None is read where there is no such child.
    :param key: the key of the item; by default the name of the Python attribute.
    """
    return ChildField(kind, optional, key)


def Children(kind: type[X], *, key: str | None = None) -> ChildrenField[X]:
    """Declare the child elements of one class: ``items = Children(Item)``; they are iterable children, too.

    :param kind: the children's class.
    :param key: the key of the item; by default the name of the Python attribute.
    """
    return ChildrenField(kind, key)
