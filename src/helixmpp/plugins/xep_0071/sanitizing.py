"""What of a stranger's XHTML may be shown: the elements, attributes and styles of XEP-0071 section 7, and no others.

What is not among them is left out as section 8 ("user agent conformance") says: an unknown element gives way to its
content, and an unknown attribute is dropped. Content that is no text for people, such as a script, goes with it.
"""

import re
from collections.abc import Mapping
from typing import Final
from xml.etree.ElementTree import Element

from helixmpp.xml import NS_XML

__all__ = ["NS_XHTML", "sanitize"]

NS_XHTML: Final = "http://www.w3.org/1999/xhtml"

_ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "a": frozenset({"href", "style", "type"}),
    "blockquote": frozenset({"style"}),
    "body": frozenset({"style"}),
    "br": frozenset(),
    "cite": frozenset({"style"}),
    "em": frozenset(),
    "img": frozenset({"alt", "height", "src", "style", "width"}),
    "li": frozenset({"style"}),
    "ol": frozenset({"style"}),
    "p": frozenset({"style"}),
    "span": frozenset({"style"}),
    "strong": frozenset(),
    "ul": frozenset({"style"}),
}
# Their content is no text for people.
_DROPPED: Final = frozenset(
    {
        *("script", "style", "head", "title", "object", "applet", "embed", "iframe", "frame"),
        *("frameset", "noframes", "noscript", "template", "math", "svg"),
    }
)
_PROPERTIES: Final = frozenset(
    {
        *("background-color", "color", "font-family", "font-size", "font-style", "font-weight"),
        *("margin-left", "margin-right", "text-align", "text-decoration"),
    }
)
# Numbers, names, colours and lists of them: no url(), no expression(), no escapes, no comments.
_STYLE_VALUE: Final = re.compile(r"[#%.,\w \t'-]{1,100}", re.ASCII)
_RGB: Final = re.compile(r"rgb\([\d %,.]{1,30}\)", re.ASCII)
# XEP-0231 has cid: for small pictures.
_SCHEMES: Final[Mapping[str, frozenset[str]]] = {
    "href": frozenset({"http", "https", "xmpp", "mailto", "geo", "tel", "sip", "sips"}),
    "src": frozenset({"http", "https", "cid"}),
}
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):[^\x00-\x20\x7f]", re.ASCII | re.IGNORECASE)
_LENGTH: Final = re.compile(r"\d{1,5}%?", re.ASCII)


def sanitize(body: Element) -> Element:
    """A copy of a body with nothing in it but what XEP-0071 recommends; the depth of the original does not matter."""
    made = Element(f"{{{NS_XHTML}}}body", _attributes("body", body))
    lang = body.get(f"{{{NS_XML}}}lang")
    if lang is not None:
        made.set(f"{{{NS_XML}}}lang", lang)
    _add_text(made, body.text)
    # Where we are, with the index of the next child, and what each level is copied into. An element that gives way to
    # its content is copied into what is around it.
    stack: list[tuple[Element, int]] = [(body, 0)]
    into = [made]
    while stack:
        source, index = stack[-1]
        if index >= len(source):
            stack.pop()
            into.pop()
            if stack:
                _add_text(into[-1], source.tail)
            continue
        stack[-1] = (source, index + 1)
        child = source[index]
        namespace, _, name = child.tag[1:].partition("}")
        target = into[-1]
        if namespace != NS_XHTML or name in _DROPPED:
            _add_text(target, child.tail)
            continue
        if name in _ALLOWED and name != "body":
            copy = Element(f"{{{NS_XHTML}}}{name}", _attributes(name, child))
            target.append(copy)
            target = copy
        _add_text(target, child.text)
        stack.append((child, 0))
        into.append(target)
    return made


def _add_text(target: Element, text: str | None) -> None:
    if not text:
        return
    if len(target):
        target[-1].tail = (target[-1].tail or "") + text
    else:
        target.text = (target.text or "") + text


def _attributes(name: str, element: Element) -> dict[str, str]:
    kept: dict[str, str] = {}
    for attribute in _ALLOWED[name]:
        value = element.get(attribute)
        checked = None if value is None else _checked(attribute, value)
        if checked:
            kept[attribute] = checked
    return kept


def _checked(attribute: str, value: str) -> str | None:
    """The value, as far as it may be shown; None for nothing."""
    value = value.strip()
    if attribute in _SCHEMES:
        found = _SCHEME.match(value)
        return value if found is not None and found[1].lower() in _SCHEMES[attribute] else None
    if attribute == "style":
        return _style(value)
    if attribute in ("height", "width"):
        return value if _LENGTH.fullmatch(value) else None
    return value


def _style(value: str) -> str | None:
    kept: list[str] = []
    for declaration in value.split(";")[:50]:
        name, _, text = declaration.partition(":")
        name, text = name.strip().lower(), text.strip()
        if name in _PROPERTIES and (_STYLE_VALUE.fullmatch(text) or _RGB.fullmatch(text)):
            kept.append(f"{name}: {text}")
    return "; ".join(kept) or None
