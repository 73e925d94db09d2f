"""Whether a stanza is what a path says: ``iq@type=get/disco_info``, ``message@type=chat/body``.

This is asked for many handlers about every stanza, so it makes no lists and no generators where it need not.
"""

from enum import Enum
from typing import Any
from xml.etree.ElementTree import Element

from helixmpp.errors import BadStanza
from helixmpp.stanza.base.checks import is_element
from helixmpp.stanza.base.declared import Declared
from helixmpp.stanza.paths import PathPart

__all__ = ["matches_path"]

Path = tuple[PathPart, ...]


def matches_path(stanza: Declared, path: Path) -> bool:
    """Whether the stanza has the name of the first step, the items it asks for, and within it the rest.

    A step is the name of an element, with or without namespace, the key of a registered child, or, as the
    last one, the key of an interface that a child element says and that is not empty; an attribute is no step. What
    the peer wrote wrongly does not match.
    """
    first = path[0]
    tag = first.tag
    if tag not in (stanza.name, stanza.plugin_attrib, "*") and tag != stanza.tag:
        return False
    return _matches_rest(stanza, path, 0)


def _matches_rest(stanza: Declared, path: Path, index: int) -> bool:
    """Whether a stanza whose name fits the step has its items, and the steps behind it."""
    for key, wanted in path[index].items:
        if not _has_item(stanza, key, wanted):
            return False
    index += 1
    if index == len(path):
        return True
    step = path[index]
    tag = step.tag
    is_item = index + 1 == len(path) and not step.items
    if is_item and tag in stanza.interfaces and stanza.is_of_child(tag) and _has_item(stanza, tag, None):
        return True
    cls = stanza.plugin_attrib_map.get(tag)
    if cls is not None:
        if is_item and cls.is_extension and _has_item(stanza, tag, None):
            return True
        for child in stanza.children_of(cls):
            if _matches_rest(child, path, index):
                return True
    if stanza.iterable_tag_map:
        for child in stanza:
            if tag in (child.name, child.tag) and _matches_rest(child, path, index):
                return True
    return tag[0] == "{" and _matches_elements(stanza, path, index)


def _matches_elements(stanza: Declared, path: Path, index: int) -> bool:
    """Whether a child that the step gives the full name of has the rest."""
    tag = path[index].tag
    cls = stanza.plugin_tag_map.get(tag)
    for element in stanza.xml.iterfind(tag):
        if cls is None:
            if _element_matches(element, path, index):
                return True
        elif _matches_rest(cls.wrap(element, stanza), path, index):
            return True
    return False


def _element_matches(element: Element, path: Path, index: int) -> bool:
    for key, wanted in path[index].items:
        value = element.attrib.get(key)
        if value is None or (wanted is not None and value != wanted):
            return False
    index += 1
    if index == len(path):
        return True
    tag = path[index].tag
    for child in element:
        if tag in ("*", child.tag, child.tag.rpartition("}")[2]) and _element_matches(child, path, index):
            return True
    return False


def _has_item(stanza: Declared, key: str, wanted: str | None) -> bool:
    if wanted is not None and stanza.xml.attrib.get(key) == wanted and key in ("type", "id"):
        return True
    name = key.partition("|")[0]
    if name not in stanza.interfaces and name != "lang" and name not in stanza.plugin_attrib_map:
        value: Any = stanza.xml.attrib.get(key, "")
    else:
        try:
            value = stanza[key]
        except BadStanza:
            return False
    if wanted is None:
        # An element without children is false in ElementTree.
        return is_element(value) or bool(value)
    if value is True or value is False:
        return wanted in (("true", "True", "1") if value else ("false", "False", "0"))
    return str(value.value if isinstance(value, Enum) else value) == wanted
