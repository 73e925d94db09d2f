"""A stanza as a dictionary, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from helixmpp.stanza.base.declared import Declared
from helixmpp.stanza.base.items import ItemAccess

__all__ = ["StanzaValues"]

# Within a list of substanzas, which class one is of: the name of its element.
_CHILD_TAG = "__childtag__"


def _says_nothing(values: Mapping[str, Any]) -> bool:
    """Whether these are the values of a child that is not there; its language is that of what it would stand in."""
    return all(key == "lang" or _is_nothing(value) for key, value in values.items())


def _is_nothing(value: Any) -> bool:
    if hasattr(value, "keys"):
        return _says_nothing(value)
    return value is None or value is False or (isinstance(value, str | bytes | list) and not value)


def _are_children(value: Any) -> bool:
    return value.__class__ is list and bool(value) and isinstance(value[0], ItemAccess)


class StanzaValues(Declared):
    """``stanza.values``: all items, registered children as dictionaries of their own."""

    def keys(self) -> list[str]:
        """The keys of the interfaces, and of the registered children that are there."""
        out = list(self.interfaces)
        out.extend(key for key, _ in self._present_plugins())
        out.append("lang")
        if self.iterables:
            out.append("substanzas")
        return out

    @property
    def plugins(self) -> dict[tuple[str, str | None], Any]:
        """The registered children that are there, by key and language; a new dictionary each time."""
        return {
            (key, child.xml.get(f"{{{self.xml_ns}}}lang")): child for key, child in self._present_plugins()
        }

    @property
    def loaded_plugins(self) -> set[str]:
        """The keys of the registered children that are there; a new set each time."""
        return {key for key, _ in self._present_plugins()}

    def _present_plugins(self) -> list[tuple[str, StanzaValues]]:
        found: list[tuple[str, StanzaValues]] = []
        seen: set[tuple[str, str]] = set()
        if not self.plugin_tag_map:
            return found
        by_tag = {self._child_tag(cls): cls for cls in self.plugin_tag_map.values()}
        for element in self.xml:
            cls: type[StanzaValues] | None = by_tag.get(element.tag)
            if cls is None:
                continue
            known: type[StanzaValues] | None = self.plugin_attrib_map.get(cls.plugin_attrib)
            lang = element.get(f"{{{self.xml_ns}}}lang", "")
            if known is not cls or (cls.plugin_attrib, lang) in seen:
                continue
            seen.add((cls.plugin_attrib, lang))
            found.append((cls.plugin_attrib, self._wrap_child(cls, element)))
        return found

    def get_stanza_values(self) -> dict[str, Any]:
        """Return all items: children as dictionaries, several of a kind in the list ``substanzas``.

        :raises BadStanza: the peer sent a value that does not parse.
        """
        values: dict[str, Any] = {"lang": self["lang"]}
        for key in self.interfaces:
            value = self[key]
            if isinstance(value, StanzaValues):
                # A whole stanza stays one: nobody could tell of a dictionary which kind it was.
                value = value if value._is_root else value.get_stanza_values()
            elif _are_children(value):
                # They are among the substanzas.
                continue
            values[key] = value
            if key in self.lang_interfaces:
                by_lang: Mapping[str, str] = self[f"{key}|*"]
                values.update({f"{key}|{lang}": text for lang, text in by_lang.items() if lang})
        for key, child in self._present_plugins():
            # The first of several, too, which are all among the substanzas: programs look for it by its key.
            lang = child.xml.get(f"{{{self.xml_ns}}}lang")
            values[f"{key}|{lang}" if lang else key] = child.get_stanza_values()
        children: list[dict[str, Any]] = []
        for item in self:
            children.append({**item.get_stanza_values(), _CHILD_TAG: item.tag})
        if children:
            values["substanzas"] = children
        return values

    def set_stanza_values(self, values: Mapping[str, Any]) -> Self:
        """Set items from a dictionary as :meth:`get_stanza_values` makes it; other items stay as they are.

        :raises FieldValueError: a value is wrong; those before it were set.
        """
        for full_key, value in values.items():
            key = full_key.partition("|")[0]
            if full_key == "substanzas":
                self._set_substanzas(value)
            elif full_key == "lang" or key in self.interfaces:
                self._set_value(full_key, value)
            elif key in self.plugin_attrib_map:
                if isinstance(value, Mapping):
                    child = self._child(self.plugin_attrib_map[key], full_key.partition("|")[2] or None)
                    child.set_stanza_values(value)
                    child.attach()
                else:
                    self[full_key] = value
        return self

    def _set_value(self, key: str, value: Any) -> None:
        # A field that is a child of its own gave a dictionary.
        if value.__class__ is list and self.is_read_only(key):
            return  # of what else there is, it is only a view
        current = self[key] if hasattr(value, "keys") and "|" not in key else None
        if isinstance(current, StanzaValues):
            if current.is_loose and _says_nothing(value):
                return  # what is not there gave them; it does not come by that
            current.set_stanza_values(value)
            current.attach()
        else:
            self[key] = value

    def _set_substanzas(self, values: Any) -> None:
        by_tag = {self._child_tag(cls): cls for cls in self.iterable_tag_map.values()}
        made: list[StanzaValues] = []
        for one in values:
            if isinstance(one, StanzaValues):
                made.append(one)
            elif (cls := by_tag.get(one.get(_CHILD_TAG, ""))) is not None:
                child: StanzaValues = cls()
                child.set_stanza_values({key: value for key, value in one.items() if key != _CHILD_TAG})
                made.append(child)
        self["substanzas"] = made

    @property
    def values(self) -> dict[str, Any]:
        """All items as a dictionary; assigning one sets those that it has."""
        return self.get_stanza_values()

    @values.setter
    def values(self, values: Mapping[str, Any]) -> None:
        self.set_stanza_values(values)

    _get_stanza_values = get_stanza_values
    _set_stanza_values = set_stanza_values
