"""``stanza["key"]``: fields, texts, attributes, children and lists of children by one spelling.

A key may name a language: ``msg["body|de"]`` is the body in German, ``msg["body|*"]`` a dictionary of all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, ClassVar, Final, TypeVar, overload
from weakref import ref
from xml.etree.ElementTree import Element

from helixmpp.errors import FieldValueError
from helixmpp.stanza.base.checks import check_element, checked_copy, into_stream, is_element
from helixmpp.stanza.base.children import ParentNode
from helixmpp.stanza.base.helpers import HelperMethods

__all__ = ["ItemAccess"]

log = logging.getLogger(__name__)

# The names of methods by key. Only the keys of classes come in here, so that they are few.
_GETTERS: Final[dict[str, str]] = {}
_SETTERS: Final[dict[str, str]] = {}
_DELETERS: Final[dict[str, str]] = {}

N = TypeVar("N", bound=ParentNode)
D = TypeVar("D")


class ItemAccess(HelperMethods):
    """Items by key, in the order: a field or interface, a registered child, a list of registered children.

    An interface is read by the method ``get_<key>`` where there is one, else as the text of a child if it is
    in ``sub_interfaces``, as the presence of a child if it is in ``bool_interfaces``, else as an attribute.
    """

    #: The keys that this class itself has. Fields add theirs.
    interfaces: ClassVar[set[str]] = {"type", "to", "from", "id", "payload"}
    #: Those that are the text of a child of the same name.
    sub_interfaces: ClassVar[set[str]] = set()
    #: Those that say whether there is a child of the same name.
    bool_interfaces: ClassVar[set[str]] = set()
    #: Those that may differ by language.
    lang_interfaces: ClassVar[set[str]] = set()

    @overload
    def __getitem__(self, key: type[N]) -> N: ...
    @overload
    def __getitem__(self, key: str) -> Any: ...
    def __getitem__(self, key: str | type[N]) -> Any:
        """``stanza["key"]`` or ``stanza[ChildClass]``; an unknown key gives ``""``.

        :raises BadStanza: the peer sent a value that does not parse.
        """
        if not isinstance(key, str):
            return self._child(self._registered(key))
        if key in self.interfaces and not self.plugin_overrides and key in _GETTERS:
            # The usual case, which is the same as below.
            method: Any = getattr(self, _GETTERS[key], None)
            if method is not None:
                return method()
        name, _, lang = key.partition("|")
        if name in self.interfaces or name == "lang":
            return self._read_item(name, lang)
        cls = self.plugin_attrib_map.get(name)
        if cls is not None:
            if lang == "*":
                return self.children_of(cls)
            child = self._child(cls, lang or None)
            return child[key] if child.is_extension else child
        cls = self.plugin_multi_map.get(name)
        if cls is not None:
            return self.children_of(cls, lang or None)
        if name == "substanzas":
            return self.iterables
        return ""

    def __setitem__(self, key: str | type[Any], value: Any) -> None:
        """``stanza["key"] = value``; None deletes.

        An element or a stanza object takes the place of a registered child; any other value is given to the
        child's own item of the same key, as in ``presence["nick"] = "Juliet"``.

        :raises FieldValueError: the value is wrong; nothing was changed.
        """
        if not isinstance(key, str):
            self._set_child(self._registered(key), None, key.plugin_attrib, value)
            return
        if value is None:
            del self[key]
            return
        if key in self.interfaces and not self.plugin_overrides and key in _SETTERS:
            # The usual case, which is the same as below.
            method: Any = getattr(self, _SETTERS[key], None)
            if method is not None:
                method(value)
                # A method of a program may have written to the element directly.
                if self.is_loose:
                    self.attach()
                return
        name, _, lang = key.partition("|")
        if name in self.interfaces or name == "lang":
            self._write_item(name, lang, value)
            return
        cls = self.plugin_attrib_map.get(name)
        if cls is not None:
            self._set_child(cls, lang or None, key, value)
            return
        cls = self.plugin_multi_map.get(name)
        if cls is not None:
            self.replace_elements([child.xml for child in self.children_of(cls, lang or None)], value, name)
            return
        if name == "substanzas":
            self.replace_elements([child.xml for child in self.iterables], value, key)
            return
        log.warning(
            "%s has no item %r; is its plugin registered? The value is dropped", type(self).__name__, key
        )

    def __delitem__(self, key: str | type[Any]) -> None:
        """``del stanza["key"]``; nothing happens where there is nothing."""
        if not isinstance(key, str):
            self._remove_child(self._registered(key))
            return
        name, _, lang = key.partition("|")
        if name in self.interfaces or name == "lang":
            self._delete_item(name, lang)
            return
        cls = self.plugin_attrib_map.get(name)
        if cls is not None:
            if cls.is_extension:
                del self._child(cls, lang or None)[key]
            if lang == "*":
                self._drop([child.xml for child in self.children_of(cls)])
            else:
                self._remove_child(cls, lang or None)
            return
        cls = self.plugin_multi_map.get(name)
        if cls is not None:
            self._drop([child.xml for child in self.children_of(cls, lang or None)])

    def __contains__(self, key: object) -> bool:
        """Whether there is such a child, or an item that is not empty."""
        if isinstance(key, type):
            return issubclass(key, ParentNode) and self._attached_child(self._registered(key)) is not None
        if not isinstance(key, str):
            return any(child is key for child in self.iterables)
        name, _, lang = key.partition("|")
        if name not in self.interfaces and name != "lang":
            cls = self.plugin_attrib_map.get(name)
            if cls is not None and not cls.is_extension:
                return self._attached_child(cls, lang or None) is not None
        value = self[key]
        return value is not None and value is not False and value not in ("", [])

    @overload
    def get(self, key: type[N]) -> N | None: ...
    @overload
    def get(self, key: type[N], default: D) -> N | D: ...
    @overload
    def get(self, key: str, default: Any = None) -> Any: ...
    def get(self, key: str | type[N], default: Any = None) -> Any:
        """Return the child of a class, or the item of a key unless that is empty; else ``default``."""
        if isinstance(key, str):
            value = self[key]
            return default if value is None or value == "" else value
        child = self._attached_child(self._registered(key))
        return default if child is None else child

    # -- fields and interfaces ------------------------------------------------------------------------

    def _read_item(self, name: str, lang: str) -> Any:
        method: Any = self._method(_GETTERS, "get_", name)
        if method is not None:
            return method(lang=lang) if lang and name in self.lang_interfaces else method()
        if name in self.sub_interfaces:
            if lang == "*":
                return self._get_all_sub_text(name, lang="*")
            return self._get_sub_text(name, lang=lang or None)
        if name in self.bool_interfaces:
            return self._xml.find(f"{{{self.namespace}}}{name}") is not None
        return self._get_attr(name)

    def _write_item(self, name: str, lang: str, value: Any) -> None:
        method: Any = self._method(_SETTERS, "set_", name)
        if method is not None:
            if lang and name in self.lang_interfaces:
                method(value, lang=lang)
            else:
                method(value)
            # A method of a program may have written to the element directly.
            if self.is_loose:
                self.attach()
        elif name in self.sub_interfaces:
            if lang == "*":
                self._set_all_sub_text(name, value)
            else:
                self._set_sub_text(name, value, lang=lang or None)
        elif name in self.bool_interfaces:
            if value:
                self._set_sub_text(name, keep=True)
            else:
                self._del_sub(name)
        else:
            self._set_attr(name, value)

    def _delete_item(self, name: str, lang: str) -> None:
        method: Any = self._method(_DELETERS, "del_", name)
        if method is not None:
            if lang and name in self.lang_interfaces:
                method(lang=lang)
            else:
                method()
        elif name in self.sub_interfaces:
            self._del_sub(name, lang=lang or None)
        elif name in self.bool_interfaces:
            self._del_sub(name)
        else:
            self._del_attr(name)

    def is_read_only(self, key: str) -> bool:
        """Whether the item of that key has a method that gives it, and none that sets it."""
        return self._method(_GETTERS, "get_", key) is not None and self._method(_SETTERS, "set_", key) is None

    def _method(self, known: dict[str, str], prefix: str, name: str) -> Any:
        """Find the method for an item: that of a child which took it over, else the stanza's own."""
        wanted = known.get(name)
        if wanted is None:
            wanted = known[name] = prefix + name.lower().replace("-", "_")
        if self.plugin_overrides:
            attrib = self.plugin_overrides.get(wanted)
            cls = self.plugin_attrib_map.get(attrib) if attrib is not None else None
            if cls is not None:
                method: Any = getattr(self._child(cls), wanted, None)
                if method is not None:
                    return method
        return getattr(self, wanted, None)

    # -- children -------------------------------------------------------------------------------------

    def claimed_tags(self) -> frozenset[str]:
        """The names of the children that belong to fields of this class."""
        return frozenset()

    def _registered(self, cls: type[N]) -> type[N]:
        """Give the class that children of ``cls`` have here: a registered subclass, or itself."""
        known = self.plugin_attrib_map.get(cls.plugin_attrib)
        if known is not None and known is not cls and issubclass(known, cls):
            return known
        return cls

    def _set_child(self, cls: type[Any], lang: str | None, key: str, value: Any) -> None:
        if value is None:
            self._remove_child(cls, lang)
            return
        tags = (cls.tag_name(), self._child_tag(cls))
        if (is_element(value) or isinstance(value, ParentNode)) and value.tag in tags:
            self._replace_child(cls, lang, value)
            return
        name = key.partition("|")[0]
        if not cls.is_extension and name not in cls.interfaces and name not in cls.plugin_attrib_map:
            if isinstance(value, bool):
                # Of a payload that says all by being there, as those of XEP-0334 do.
                if value:
                    self._child(cls, lang).attach()
                else:
                    self._remove_child(cls, lang)
                return
            raise FieldValueError(
                f"{type(self).__name__}[{key!r}]: a {cls.__name__} or its element is needed, "
                f"not {type(value).__name__}"
            )
        child = self._child(cls, lang)
        if not (cls.is_extension and child.is_loose and child.has_setter(name)):
            child[key] = value
            return
        # A method of a program may look for the element in the stanza, and take it out again.
        child.attach()
        try:
            child[key] = value
        except ValueError:
            self._remove_child(cls, lang)
            raise

    def has_setter(self, key: str) -> bool:
        """Whether the item of that key is set by a method."""
        return self._method(_SETTERS, "set_", key) is not None

    def _replace_child(self, cls: type[Any], lang: str | None, value: ParentNode | Element) -> None:
        old = self._child_element(cls, lang)
        if isinstance(value, ParentNode):
            if value._xml is old:
                return
            if value.is_loose and value._owner() is self:
                value.attach()
                return
        place = None if old is None else list(self._xml).index(old)
        self._put(value, cls.plugin_attrib)
        self._disown(cls, lang)
        if old is not None and place is not None:
            # The new one stands where the old one stood.
            new = self._xml[-1]
            self._drop([old])
            self._xml.remove(new)
            self._xml.insert(place, new)

    def replace_elements(self, old: list[Element], values: Iterable[object], where: str) -> None:
        """Put in elements or objects, as :meth:`ElementBase.append` does, and then take the old ones out.

        :raises FieldValueError: one of the values is wrong; nothing was changed.
        """
        todo = list(values)
        for value in todo:
            check_element(self._element_of(value, where), where)
        # Objects for what stays are moved to their new place; each of them only once.
        ours = {id(element) for element in old}
        moved = {
            id(value._xml): value._xml
            for value in todo
            if isinstance(value, ParentNode) and value._owner() is self and id(value._xml) in ours
        }
        self._drop([element for element in old if id(element) not in moved])
        if moved:
            self._xml[:] = [element for element in self._xml if id(element) not in moved]
        for value in todo:
            element = moved.pop(id(value._xml), None) if isinstance(value, ParentNode) else None
            if element is None:
                self._put(value, where)
            else:
                self._xml.append(element)

    def _put(self, value: object, where: str) -> None:
        """Put in an element or an object; what belongs to somebody else is copied.

        An object that was built here and stands nowhere yet is taken as it is. A received stanza and what is
        in it never goes out by reference, and neither does a plain element: nobody can tell whose it is.
        """
        element = self._element_of(value, where)
        if isinstance(value, ParentNode) and value._is_free() and not self._is_within(value):
            check_element(element, where)
            into_stream(element, self.namespace)
            value.namespace = element.tag[1:].partition("}")[0]
            value.parent = ref(self)
            self._take(value)
        else:
            copy = checked_copy(element, where)
            into_stream(copy, self.namespace)
            self._xml.append(copy)
            self.attach()

    def _element_of(self, value: object, where: str) -> Element:
        if isinstance(value, ParentNode):
            return value.xml
        if is_element(value):
            return value
        raise FieldValueError(
            f"{type(self).__name__}[{where!r}]: an element or a stanza object is needed, "
            f"not {type(value).__name__}"
        )

    def _is_within(self, other: ParentNode) -> bool:
        node: ParentNode | None = self
        while node is not None:
            if node is other:
                return True
            node = node._owner()
        return False
