"""The helpers that classes with hand-written ``get_x``, ``set_x`` and ``del_x`` methods build on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from helixmpp.jid import JID
from helixmpp.stanza.base.checks import checked_name, checked_text, is_blank
from helixmpp.stanza.base.children import ParentNode
from helixmpp.stanza.base.texts import delete_texts, find_text, texts_by_lang, write_text
from helixmpp.stanza.paths import fix_ns

__all__ = ["HelperMethods"]


class HelperMethods(ParentNode):
    """Reading and writing of attributes and of texts of children.

    A ``name`` is a local name in the namespace of the stanza, a name in Clark notation, or a path of these.
    """

    def _get_attr(self, name: str, default: str = "") -> str:
        """Return an attribute's value."""
        return self._xml.attrib.get(name, default)

    def get_toplevel_attr(self, name: str, default: str = "") -> str:
        """Return an attribute's value, with nothing of what the class makes of it."""
        return self._xml.attrib.get(name, default)

    def _set_attr(self, name: str, value: object) -> None:
        """Set an attribute; None or ``""`` deletes it.

        :raises FieldValueError: neither text, number nor JID, or a character that XML forbids.
        """
        if value is None or value == "":
            self._del_attr(name)
            return
        text = checked_text(_as_text(value), f"{type(self).__name__}[{name!r}]")
        self._xml.set(checked_name(name, type(self).__name__), text)
        self.attach()

    def _del_attr(self, name: str) -> None:
        """Delete an attribute."""
        self._xml.attrib.pop(name, None)

    def _get_sub_text(self, name: str, default: str = "", lang: str | None = None) -> str:
        """Return the text of a child, in a language where that is given."""
        found = self._holder(name)
        if found is None:
            return default
        parent, tag = found
        element = find_text(parent, tag, lang, self.get_lang)
        if element is None or element.text is None:
            return default
        return element.text

    def _get_all_sub_text(self, name: str, default: str = "", lang: str | None = None) -> dict[str, str]:
        """Return the texts of a child by language; with ``lang`` only that one."""
        found = self._holder(name)
        if found is None:
            return {}
        texts = texts_by_lang(*found, self.get_lang)
        chosen = {key: text for key, text in texts.items() if lang in (None, "*", key)}
        return {key: text or default for key, text in chosen.items()}

    def _set_sub_text(
        self, name: str, text: object = None, keep: bool = False, lang: str | None = None
    ) -> Element | None:
        """Set the text of a child; None or ``""`` deletes the child, unless ``keep`` says to leave it empty.

        :raises FieldValueError: a character or a name that XML forbids.
        """
        if (text is None or text == "") and not keep:
            self._del_sub(name, lang=lang)
            return None
        where = f"{type(self).__name__}[{name!r}]"
        content = checked_text(_as_text(text), where) if text is not None else ""
        if lang is not None:
            checked_text(lang, where)
        parent = self._xml
        *outer, tag = self._tags(name)
        for step in outer:
            inner = parent.find(step)
            parent = SubElement(parent, step) if inner is None else inner
        element = write_text(parent, tag, content, lang, self.get_lang)
        if not content:
            element.text = None
        self.attach()
        return element

    def _set_all_sub_text(
        self, name: str, values: Mapping[str, object], keep: bool = False, lang: str | None = None
    ) -> None:
        """Set the texts of a child by language, in place of those that are there."""
        for key, text in values.items():
            checked_text(_as_text(text), f"{type(self).__name__}[{name!r}]")
            checked_text(key, f"{type(self).__name__}[{name!r}]")
        self._del_sub(name, lang="*" if lang is None else lang)
        for key, text in values.items():
            if lang in (None, "*", key):
                self._set_sub_text(name, text, keep, key)

    def _del_sub(self, name: str, all: bool = False, lang: str | None = None) -> None:
        """Delete a child, in one language if that is given.

        :param all: delete also those elements of the path that are blank then.
        """
        *outer, tag = self._tags(name)
        line = [self._xml]
        for step in outer:
            inner = line[-1].find(step)
            if inner is None:
                return
            line.append(inner)
        delete_texts(line[-1], tag, lang, self.get_lang)
        while all and len(line) > 1 and is_blank(line[-1]):
            element = line.pop()
            line[-1].remove(element)

    def _fix_ns(self, xpath: str, split: bool = False, propagate_ns: bool = True) -> str | list[str]:
        """Give the names of a path the namespace of the stanza where they have none: see :func:`fix_ns`."""
        return fix_ns(xpath, split, propagate_ns, self.namespace)

    def _tags(self, name: str) -> list[str]:
        tags = fix_ns(name, split=True, default_ns=self.namespace)
        return [checked_name(tag, type(self).__name__) for tag in tags]

    def _holder(self, name: str) -> tuple[Element, str] | None:
        """Find the element that has the last name of the path as its child, and that name's tag."""
        if "/" not in name and "{" not in name:
            return self._xml, f"{{{self.namespace}}}{name}"
        *outer, tag = self._tags(name)
        element: Element | None = self._xml
        for step in outer:
            element = element.find(step) if element is not None else None
        return None if element is None else (element, tag)


def _as_text(value: object) -> Any:
    # Programs give numbers and addresses where the wire has their text.
    if isinstance(value, int | float | JID) and not isinstance(value, bool):
        return str(value)
    return value
