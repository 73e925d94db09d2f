"""The plugin ``xep_0394``; see the package's docstring."""

from collections.abc import Iterable
from typing import ClassVar
from xml.etree.ElementTree import Element

from helixmpp.core.declare import Setting
from helixmpp.core.plugin import BasePlugin
from helixmpp.errors import FieldValueError
from helixmpp.plugins.xep_0394.stanza import (
    NAMESPACE,
    BlockCode,
    BlockQuote,
    Li,
    List,
    Markup,
    Span,
    SpanType,
)
from helixmpp.plugins.xep_0394.xhtml import to_xhtml
from helixmpp.stanza import Message
from helixmpp.xml import serialize

__all__ = ["XEP_0394"]


class XEP_0394(BasePlugin):  # noqa: N801 - the name that programs import
    """Message markup: the item ``markup`` of messages, made and shown."""

    name = "xep_0394"
    description = "Message markup: which parts of a text are strong, code, a list or a quotation"
    xep_version = "0.3.0"
    dependencies: ClassVar[set[str]] = {"xep_0030"}
    extends = ((Message, Markup),)
    features = (NAMESPACE,)

    max_parts = Setting(500, "how many parts of a text to_xhtml() looks at")

    # -- for programs -------------------------------------------------------------------------------------

    def add_span(self, message: Message, start: int, end: int, *types: SpanType) -> None:
        """Mark a part of the body, from the code point ``start`` to before ``end``.

        :param types: ``emphasis``, ``strong``, ``code``, ``deleted``.
        :raises FieldValueError: there is no such part of the body, or no such type.
        """
        span = Span()
        span.start, span.end = _checked(message, start, end)
        span.types = list(types)
        message[Markup].append(span)

    def add_code(self, message: Message, start: int, end: int, language: str = "") -> None:
        """Mark lines of code; the parameters are those of :meth:`add_span`."""
        code = BlockCode()
        code.start, code.end = _checked(message, start, end)
        code.language = language
        message[Markup].append(code)

    def add_quote(self, message: Message, start: int, end: int) -> None:
        """Mark a quotation; the parameters are those of :meth:`add_span`."""
        quote = BlockQuote()
        quote.start, quote.end = _checked(message, start, end)
        message[Markup].append(quote)

    def add_list(self, message: Message, starts: Iterable[int], end: int, *, ordered: bool = False) -> None:
        """Mark a list.

        :param starts: where each of its items begins, in their order.
        :param end: where the last one ends.
        :raises FieldValueError: there is no item, or they are not in their order.
        """
        places = list(starts)
        if not places or places != sorted(set(places)) or places[-1] >= end:
            raise FieldValueError("a list has items, each of which begins behind the one before")
        made = List()
        made.start, made.end = _checked(message, places[0], end)
        if ordered:
            made.ordered = True
        for place in places:
            item = Li()
            item.start = place
            made.append(item)
        message[Markup].append(made)

    def to_xhtml(self, message: Message) -> Element:
        """The body of a message with its markup, as an element that XHTML-IM (XEP-0071) could have.

        What of the markup is contradictory is left out; the text is always all there.
        """
        markup = message.get(Markup)
        return to_xhtml(message["body"], markup if markup is not None else Markup(), limit=self.max_parts)

    def to_xhtml_im(self, body: str, markup_elem: Markup) -> str:
        """The same of a text and its markup, as text."""
        return serialize(to_xhtml(body, markup_elem, limit=self.max_parts), stream_ns="")


def _checked(message: Message, start: int, end: int) -> tuple[int, int]:
    if not 0 <= start < end <= len(message["body"]):
        raise FieldValueError(f"the body has no part from {start} to {end}")
    return start, end
