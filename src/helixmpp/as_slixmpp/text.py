"""Elements as text, in the form in which programs print and compare them."""

from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape as escape_text

from helixmpp.xml import copy_element, serialize

__all__ = ["escape", "highlight", "tostring", "tostring_fmt"]

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
    return outbuffer + serialize(xml, stream_ns=around)


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

    :param indent: what stands in front of each line.
    """
    if xml is None:
        return outbuffer
    shown = copy_element(xml)
    # Not by ElementTree.indent(): that calls itself for each level, and received trees may be deep.
    todo = [(shown, 0)]
    while todo:
        element, depth = todo.pop()
        if len(element) and not (element.text or "").strip():
            element.text = f"\n{indent}{'  ' * (depth + 1)}"
            for child in element:
                if not (child.tail or "").strip():
                    child.tail = element.text
            element[-1].tail = f"\n{indent}{'  ' * depth}"
        todo.extend((child, depth + 1) for child in element)
    return outbuffer + indent + tostring(shown, xmlns, stream, top_level=top_level)


def escape(text: str, use_cdata: bool = False) -> str:
    """Write text so that it can stand in XML; ``use_cdata`` changes nothing, for a parser they are the same."""
    return escape_text(text, _QUOTES)


def highlight(x: Any) -> str:
    """Give text for a terminal; without colours, so that it can be compared and logged."""
    return str(x)
