"""The text of child elements, one or one for each language (RFC 6121 section 5.2.3).

``own_lang`` tells the language that holds for children that say none. It is a function, because to find that out
is more work than the usual case needs: one text that says no language.
"""

from collections.abc import Callable
from xml.etree.ElementTree import Element, SubElement

from helixmpp.stanza.base.node import XML_LANG

__all__ = ["delete_texts", "find_text", "texts_by_lang", "write_text"]


def find_text(parent: Element, tag: str, lang: str | None, own_lang: Callable[[], str]) -> Element | None:
    """Find the child with the text in one language.

    Without ``lang`` it is the one in the stanza's own language, else the first: a text in another language is
    better than none. With ``lang`` it is the one in exactly that language.
    """
    first = parent.find(tag)
    if first is None or (lang is None and XML_LANG not in first.attrib):
        return first
    default = own_lang()
    wanted = default.lower() if lang is None else lang.lower()
    for element in parent.iterfind(tag):
        if element.attrib.get(XML_LANG, default).lower() == wanted:
            return element
    return first if lang is None else None


def texts_by_lang(parent: Element, tag: str, own_lang: Callable[[], str]) -> dict[str, str]:
    """Return the text for each language; of two in one language, the first."""
    default = own_lang()
    found: dict[str, str] = {}
    for element in parent.iterfind(tag):
        found.setdefault(element.attrib.get(XML_LANG, default), element.text or "")
    return found


def write_text(
    parent: Element, tag: str, text: str, lang: str | None, own_lang: Callable[[], str]
) -> Element:
    """Set the text in one language; the child is made when there is none."""
    if lang is None:
        first = parent.find(tag)
        if first is None:
            first = SubElement(parent, tag)
        # Not by ``attrib``, which makes a dictionary for each element that is asked for it.
        if first.get(XML_LANG) is None:
            first.text = text
            return first
    default = own_lang()
    wanted = default if lang is None else lang
    for element in parent.iterfind(tag):
        if element.attrib.get(XML_LANG, default).lower() == wanted.lower():
            element.text = text
            return element
    element = SubElement(parent, tag)
    # A child says its language only where it differs from what holds anyway.
    if wanted.lower() != default.lower():
        element.set(XML_LANG, wanted)
    element.text = text
    return element


def delete_texts(parent: Element, tag: str, lang: str | None, own_lang: Callable[[], str]) -> None:
    """Take out the children with that text: in one language; without ``lang``, and with ``*``, all of them."""
    doomed = parent.findall(tag)
    if lang is not None and lang != "*":
        default = own_lang()
        doomed = [one for one in doomed if one.attrib.get(XML_LANG, default).lower() == lang.lower()]
    for element in doomed:
        parent.remove(element)
