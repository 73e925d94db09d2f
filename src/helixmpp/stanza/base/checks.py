"""What a program puts into a stanza is looked at when it does so, not when the stanza is sent."""

from typing import TypeGuard
from xml.etree.ElementTree import Element

from helixmpp.errors import FieldValueError
from helixmpp.xml import NS_CLIENT, NS_COMPONENT, check_name, check_text, copy_element

__all__ = [
    "check_element",
    "checked_copy",
    "checked_name",
    "checked_text",
    "into_stream",
    "is_blank",
    "is_element",
    "same_xml",
    "shape_of",
]


def checked_text(value: object, where: str) -> str:
    """Return a text that XML can hold.

    :raises FieldValueError: it is no text, or it has a character that XML 1.0 forbids (section 2.2).
    """
    if not isinstance(value, str):
        raise FieldValueError(f"{where}: a str is needed, not {type(value).__name__}")
    try:
        return check_text(value)
    except ValueError as error:
        raise FieldValueError(f"{where}: {error}") from None


def checked_name(name: str, where: str) -> str:
    """Return a name in Clark notation that XML can have.

    :raises FieldValueError: it cannot.
    """
    try:
        return check_name(name)
    except ValueError as error:
        raise FieldValueError(f"{where}: {error}") from None


def checked_copy(element: Element, where: str) -> Element:
    """Return a deep copy of an element that holds only what XML allows; the depth does not matter.

    :raises FieldValueError: a name or a character is forbidden, or something is no text.
    """
    copy = copy_element(element)
    check_element(copy, where)
    return copy


def check_element(element: Element, where: str) -> None:
    """Look whether an element holds only what XML allows; the depth does not matter.

    :raises FieldValueError: a name or a character is forbidden, or something is no text.
    """
    for part in element.iter():
        # Comments and processing instructions have a function as their tag; check_name() refuses it.
        checked_name(part.tag, where)
        for text in (part.text, part.tail):
            if text is not None:
                checked_text(text, where)
        for name, value in part.attrib.items():
            checked_name(name, where)
            checked_text(value, where)


def into_stream(element: Element, namespace: str) -> None:
    """Give an element that is put into a stanza the namespace of that stanza's stream.

    A component's stanzas are in ``jabber:component:accept`` (XEP-0114), all others in ``jabber:client``,
    and what stands in them in their own namespace, such as ``<error/>`` and ``<body/>``, has to follow.
    """
    old, new = (NS_CLIENT, NS_COMPONENT) if namespace == NS_COMPONENT else (NS_COMPONENT, NS_CLIENT)
    start = f"{{{old}}}"
    todo = [element]
    while todo:
        part = todo.pop()
        if part.tag.startswith(start):
            part.tag = f"{{{new}}}{part.tag[len(start) :]}"
            todo.extend(part)


def is_element(value: object) -> TypeGuard[Element]:
    """Whether a value is an element of ElementTree."""
    return isinstance(value, Element)


def is_blank(element: Element) -> bool:
    """Whether an element has neither attributes nor children nor text."""
    return not len(element) and not element.attrib and not element.text


Shape = tuple[tuple[object, str | None, tuple[tuple[str, str], ...]], ...] | None


def shape_of(element: Element) -> Shape:
    """Return what tells whether an element was changed between two looks at it; None if it is blank."""
    if is_blank(element):
        return None
    return tuple((part.tag, part.text, tuple(part.attrib.items())) for part in element.iter())


def same_xml(one: Element, other: Element) -> bool:
    """Whether two elements mean the same: the order of attributes, and of children with other tags, is free.

    There is no recursion: a peer decides how deep an element is.
    """
    todo = [(one, other)]
    while todo:
        left, right = todo.pop()
        if left.tag != right.tag or len(left) != len(right) or left.attrib != right.attrib:
            return False
        if (left.text or "") != (right.text or ""):
            return False
        todo.extend(zip(sorted(left, key=_tag), sorted(right, key=_tag), strict=True))
    return True


def _tag(element: Element) -> str:
    return str(element.tag)
