"""``<markup/>`` of XEP-0394 section 4: which parts of a body look or mean what."""

from __future__ import annotations

from typing import ClassVar, Literal

from helixmpp.errors import FieldValueError
from helixmpp.plugins._unsigned import UNSIGNED
from helixmpp.stanza import Attr, Children, ElementBase

__all__ = [
    "NAMESPACE",
    "SPAN_TYPES",
    "BlockCode",
    "BlockQuote",
    "Li",
    "List",
    "Markup",
    "Span",
    "SpanType",
]

NAMESPACE = "urn:xmpp:markup:0"

SpanType = Literal["emphasis", "strong", "code", "deleted"]
SPAN_TYPES: tuple[SpanType, ...] = ("emphasis", "strong", "code", "deleted")


class Span(ElementBase):
    """A part of a line, from the code point ``start`` to before ``end``: ``span["types"]`` is a list of what it is."""

    name = "span"
    namespace = NAMESPACE
    plugin_attrib = "span"
    plugin_multi_attrib = "spans"
    interfaces: ClassVar[set[str]] = {"types"}

    start = Attr(UNSIGNED)
    end = Attr(UNSIGNED)

    @property
    def types(self) -> list[SpanType]:
        """What it is: of ``emphasis``, ``strong``, ``code`` and ``deleted``."""
        return self.get_types()

    @types.setter
    def types(self, types: list[SpanType]) -> None:
        self.set_types(types)

    def get_types(self) -> list[SpanType]:
        """Return what it is; what is not known here is left out."""
        return [one for one in SPAN_TYPES if self.xml.find(f"{{{NAMESPACE}}}{one}") is not None]

    def set_types(self, types: list[SpanType]) -> None:
        """Say what it is.

        :raises FieldValueError: there is no such type; nothing was changed.
        """
        made: list[ElementBase] = []
        for one in types:
            kind = _KINDS.get(one)
            if kind is None:
                raise FieldValueError(f"Span.types: one of {', '.join(SPAN_TYPES)} is needed")
            made.append(kind())
        old = [child for child in self.xml if child.tag in _TAGS]
        self.replace_elements(old, made, "types")

    def del_types(self) -> None:
        """Say nothing of what it is."""
        self.set_types([])


class _Emphasis(ElementBase):
    name = "emphasis"
    namespace = NAMESPACE
    plugin_attrib = "emphasis"


class _Strong(ElementBase):
    name = "strong"
    namespace = NAMESPACE
    plugin_attrib = "strong"


class _Code(ElementBase):
    name = "code"
    namespace = NAMESPACE
    plugin_attrib = "code"


class _Deleted(ElementBase):
    name = "deleted"
    namespace = NAMESPACE
    plugin_attrib = "deleted"


_KINDS: dict[str, type[ElementBase]] = {cls.name: cls for cls in (_Emphasis, _Strong, _Code, _Deleted)}
_TAGS = {cls.tag_name() for cls in _KINDS.values()}


class BlockCode(ElementBase):
    """Lines of code, with the name of their ``language``."""

    name = "bcode"
    namespace = NAMESPACE
    plugin_attrib = "bcode"
    plugin_multi_attrib = "bcodes"

    start = Attr(UNSIGNED)
    end = Attr(UNSIGNED)
    language = Attr(str)


class Li(ElementBase):
    """Where an item of a list begins."""

    name = "li"
    namespace = NAMESPACE
    plugin_attrib = "li"
    plugin_multi_attrib = "lis"

    start = Attr(UNSIGNED)


class List(ElementBase):
    """A list: ``ordered`` or not, with its ``items``; each goes to where the next begins."""

    name = "list"
    namespace = NAMESPACE
    plugin_attrib = "list"
    plugin_multi_attrib = "lists"

    start = Attr(UNSIGNED)
    end = Attr(UNSIGNED)
    ordered = Attr(bool, default=False)
    items = Children(Li)


class BlockQuote(ElementBase):
    """Lines that are quoted; one inside another is a quotation within a quotation."""

    name = "bquote"
    namespace = NAMESPACE
    plugin_attrib = "bquote"
    plugin_multi_attrib = "bquotes"

    start = Attr(UNSIGNED)
    end = Attr(UNSIGNED)


class Markup(ElementBase):
    """Which parts of the body are what: ``message["markup"]``; there may be one for each language of the body."""

    name = "markup"
    namespace = NAMESPACE
    plugin_attrib = "markup"

    spans = Children(Span)
    bcodes = Children(BlockCode)
    lists = Children(List)
    bquotes = Children(BlockQuote)
