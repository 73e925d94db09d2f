"""Elements as text, in the form in which programs print and compare them."""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape as escape_text

from helixmpp.stanza import ElementBase, StanzaBase, laid_out
from helixmpp.xml import copy_element, serialize

__all__ = ["escape", "highlight", "text_is_short", "text_is_whole", "tostring", "tostring_fmt"]

_whole_text: Callable[[ElementBase], str] = ElementBase.__str__

_QUOTES = {'"': "&quot;", "'": "&apos;"}


def tostring(
    xml: Element | None = None,
    xmlns: str = "",
    stream: Any = None,
    outbuffer: str = "",
    top_level: bool = False,
    open_only: bool = False,
    namespaces: object = None,
) -> str:
    """Write an element as text.

    :param xmlns: the namespace that stands around it and need not be declared.
    :param stream: a client or component, whose namespace is left out.
    :param outbuffer: text to put in front.
    :param top_level: leave out the namespace of the stream, ``jabber:client`` where no stream is given.
    :param open_only: only the start tag.
    :raises ValueError: something in it cannot be written in XML 1.0.
    """
    if xml is None:
        return outbuffer
    around = xmlns
    if stream is not None and (top_level or not around):
        around = stream.default_ns
    if open_only:
        empty = Element(xml.tag, xml.attrib)
        return f"{outbuffer}{serialize(empty, stream_ns=around).removesuffix('/>')}>"
    # ">" is escaped wherever it is no part of a tag. Tests and logs compare the form with a space.
    return outbuffer + serialize(xml, stream_ns=around).replace("/>", " />")


def tostring_fmt(
    xml: Element | None = None,
    xmlns: str = "",
    stream: Any = None,
    outbuffer: str = "",
    top_level: bool = False,
    namespaces: object = None,
    indent: str = "",
) -> str:
    """Write an element as text for people, one tag a line; takes what :func:`tostring` does.

    Children are sorted by their names, and attributes too, so that two such texts can be compared.

    :param indent: what stands in front of each line.
    """
    if xml is None:
        return outbuffer
    shown = laid_out(_sorted(xml), indent)
    return f"{outbuffer}{indent}{tostring(shown, xmlns, stream, top_level=top_level)}\n"


def _sorted(xml: Element) -> Element:
    """A copy with its children in the order of their names; where there is text between them, in their own."""
    copy = copy_element(xml)
    for element in copy.iter():
        attributes = sorted(element.attrib.items())
        element.attrib.clear()
        element.attrib.update(attributes)
        texts = (element.text, *(child.tail for child in element))
        if not any((text or "").strip() for text in texts):
            element[:] = sorted(element, key=lambda child: child.tag)
    return copy


def escape(text: str, use_cdata: bool = False) -> str:
    """Write text so that it can stand in XML; ``use_cdata`` changes nothing, for a parser they are the same."""
    return escape_text(text, _QUOTES)


def _stanza_text(stanza: ElementBase) -> str:
    """A stanza of a stream as it stands in that stream, any other element with its namespace."""
    stream = stanza.stream if isinstance(stanza, StanzaBase) else None
    return tostring(stanza.xml, stream=stream)


def text_is_short() -> None:
    """Have ``str(stanza)`` leave out the namespace of the stream."""
    type.__setattr__(ElementBase, "__str__", _stanza_text)


def text_is_whole() -> None:
    """Have it as it was."""
    type.__setattr__(ElementBase, "__str__", _whole_text)


def highlight(x: Any) -> str:
    """Give text for a terminal; without colours, so that it can be compared and logged."""
    return str(x)
