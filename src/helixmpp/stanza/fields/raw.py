"""``payload = Raw()``: the child that no other field has, as it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, overload
from xml.etree.ElementTree import Element

from helixmpp.errors import FieldValueError
from helixmpp.stanza.base.checks import is_element
from helixmpp.stanza.base.element import ElementBase
from helixmpp.stanza.base.items import ItemAccess
from helixmpp.stanza.fields.field import Field, G, S

__all__ = ["Raw", "RawField"]


class RawField(Field[G, S]):
    """Child elements that no other field of the class claims; made by :func:`Raw`."""

    def __init__(self, many: bool, key: str | None) -> None:
        super().__init__(key)
        self.many = many

    def _elements(self, stanza: ItemAccess) -> list[Element]:
        claimed = stanza.claimed_tags()
        return [child for child in stanza.xml if child.tag not in claimed]

    def read(self, stanza: ItemAccess) -> G:
        """Return the first such element or None; with ``many``, the list of all. The elements are alive."""
        found = self._elements(stanza)
        chosen: Any = found if self.many else found[0] if found else None
        value: G = chosen
        return value

    def write(self, stanza: ItemAccess, value: Any) -> None:
        """Put in copies of elements, in the place of those that are there."""
        if value is None:
            self.delete(stanza)
            return
        values: list[Any]
        if is_element(value) or isinstance(value, ElementBase):
            values = [value]
        elif self.many and hasattr(value, "__iter__"):
            values = list(value)
        else:
            raise FieldValueError(f"{self.where}: an element is needed, not {type(value).__name__}")
        stanza.replace_elements(self._elements(stanza), values, self.where)

    def delete(self, stanza: ItemAccess) -> None:
        """Take these elements out."""
        stanza.replace_elements(self._elements(stanza), (), self.where)


@overload
def Raw(
    *, many: Literal[True], key: str | None = ...
) -> RawField[list[Element], Iterable[Element | ElementBase] | None]: ...
@overload
def Raw(*, key: str | None = ...) -> RawField[Element | None, Element | ElementBase | None]: ...
def Raw(*, many: bool = False, key: str | None = None) -> RawField[Any, Any]:
    """Declare everything else: ``payload = Raw()`` is the first child that no other field of the class has.

    :param many: the list of all such children instead.
    :param key: the key of the item; by default the name of the Python attribute.
    """
    return RawField(many, key)
