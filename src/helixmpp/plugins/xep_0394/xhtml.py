"""A body with its markup as XHTML: what is contradictory in a stranger's markup is left out.

Blocks may stand in each other and may not cross; spans may neither cross each other nor the end of a block (XEP-0394
section 5). What crosses something that was begun before is dropped, so that the result is a tree.
"""

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement

from helixmpp.errors import BadStanza
from helixmpp.plugins.xep_0394.stanza import BlockCode, BlockQuote, List, Markup, Span

__all__ = ["to_xhtml"]

_NS = "{http://www.w3.org/1999/xhtml}"
_SPANS = {"emphasis": "em", "strong": "strong"}
# XHTML-IM has no elements for these: their looks are said instead.
_STYLES = {"code": "font-family: monospace", "deleted": "text-decoration: line-through"}


@dataclass(slots=True)
class _Part:
    start: int
    end: int
    tags: list[tuple[str, str]]  # each with its style
    block: bool
    inner: list["_Part"] = field(default_factory=list["_Part"])


def to_xhtml(text: str, markup: Markup, *, limit: int) -> Element:
    """The XHTML ``<body>`` of a text with its markup.

    :param limit: how many parts are looked at; further ones are left out.
    """
    root = _Part(0, len(text), [("body", "")], True)
    # What begins first and is longest is around the others; a block is around a span of the same place.
    parts = sorted(_parts(markup, len(text), limit), key=lambda part: (part.start, -part.end, not part.block))
    for part in parts:
        _put(root, part)
    body = Element(f"{_NS}body")
    _write(root, body, text)
    return body


def _parts(markup: Markup, length: int, limit: int) -> list[_Part]:
    found: list[_Part] = []
    for child in list(markup)[:limit]:
        try:
            if isinstance(child, List):
                found += _list(child, length, limit)
            elif isinstance(child, Span | BlockCode | BlockQuote):
                start, end = child.start, child.end
                if start is not None and end is not None and start < end <= length:
                    found.append(_Part(start, end, *_tags(child)))
        except BadStanza:
            continue
    return found[:limit]


def _tags(child: Span | BlockCode | BlockQuote) -> tuple[list[tuple[str, str]], bool]:
    if isinstance(child, BlockQuote):
        return [("blockquote", "")], True
    if isinstance(child, BlockCode):
        return [("p", _STYLES["code"])], True
    return [(_SPANS.get(one, "span"), _STYLES.get(one, "")) for one in child.types], False


def _list(child: List, length: int, limit: int) -> list[_Part]:
    start, end = child.start, child.end
    starts = [item.start for item in child.items[:limit]]
    if start is None or end is None or not start < end <= length or not starts:
        return []
    places = [one for one in starts if one is not None]
    # "The first <li/> MUST have a start value equal to the start value of the <list/>" (section 4.3).
    if places != sorted(set(places)) or places[0] != start or places[-1] >= end or len(places) != len(starts):
        return []
    made = [_Part(start, end, [("ol" if child.ordered else "ul", "")], True)]
    made += [
        _Part(one, other, [("li", "")], True) for one, other in zip(places, [*places[1:], end], strict=True)
    ]
    return made


def _put(root: _Part, part: _Part) -> None:
    """Put a part where it belongs; the parts come in the order of their beginnings."""
    around = root
    while around.inner and part.start < around.inner[-1].end:
        around = around.inner[-1]
        if part.end > around.end:
            return  # it crosses the end of another one
    if part.block and not around.block:
        return  # lines inside of a part of a line
    around.inner.append(part)


def _write(root: _Part, body: Element, text: str) -> None:
    todo: list[tuple[_Part, Element]] = [(root, body)]
    while todo:
        part, element = todo.pop()
        position = part.start
        for inner in part.inner:
            _add(element, text[position : inner.start])
            outer = last = element
            for tag, style in inner.tags:
                last = SubElement(outer, f"{_NS}{tag}", {"style": style} if style else {})
                outer = last
            if last is element:
                # A span of no kind that is known: its text alone.
                _add(element, text[inner.start : inner.end])
            else:
                todo.append((inner, last))
            position = inner.end
        _add(element, text[position : part.end])


def _add(element: Element, text: str) -> None:
    """Put text at the end of an element, its lines apart."""
    first, *others = text.split("\n")
    _append(element, first)
    for line in others:
        SubElement(element, f"{_NS}br")
        _append(element, line)


def _append(element: Element, text: str) -> None:
    if text and len(element):
        element[-1].tail = (element[-1].tail or "") + text
    elif text:
        element.text = (element.text or "") + text
