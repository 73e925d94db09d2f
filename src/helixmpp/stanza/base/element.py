"""``ElementBase``: the class that stanzas, payloads and programs' own elements derive from."""

from __future__ import annotations

from typing import Literal, Self, overload
from xml.etree.ElementTree import Element

from helixmpp.stanza.base.checks import same_xml
from helixmpp.stanza.base.matching import matches_path
from helixmpp.stanza.base.values import StanzaValues
from helixmpp.stanza.paths import PathPart, parse_path
from helixmpp.xml import copy_element, serialize

__all__ = ["ElementBase"]


class ElementBase(StanzaValues):  # noqa: PLW1641 - what can change has no hash
    """An XML element as an object; a subclass says which element, and what is in it.

    ::

        class BitsOfBinary(ElementBase):
            name = "data"
            namespace = "urn:xmpp:bob"
            plugin_attrib = "bob"
            cid = Attr(str)
            max_age = Attr(int, "max-age")
            data = Text(bytes, default=b"")

    ``bob.max_age``, ``bob["max_age"]`` and ``bob.get_max_age()`` are the same then. Without fields, the keys
    in ``interfaces`` are read as attributes, those in ``sub_interfaces`` as texts of children, and methods
    ``get_<key>``, ``set_<key>`` and ``del_<key>`` of the class take their place.

    Within methods of the class itself write ``self["max_age"] = 5``: pyright takes an assignment to
    ``self.max_age`` there for a second declaration of the attribute.

    :param xml: the element to wrap; a new one is built when there is none.
    :param parent: the object around the parent element, or a weak reference to it; a new element is put in.
    """

    # -- children -----------------------------------------------------------------------------------------

    @overload
    def get_plugin(self, name: str, lang: str | None = ..., check: Literal[False] = ...) -> ElementBase: ...
    @overload
    def get_plugin(self, name: str, lang: str | None = ..., *, check: bool) -> ElementBase | None: ...
    @overload
    def get_plugin(self, name: str, lang: str | None, check: bool) -> ElementBase | None: ...
    def get_plugin(self, name: str, lang: str | None = None, check: bool = False) -> ElementBase | None:
        """Return the child of that key; with ``check``, None if there is none.

        :raises KeyError: nothing is registered under that key.
        """
        cls: type[ElementBase] | None = self.plugin_attrib_map.get(name)
        if check:
            return None if cls is None else self._attached_child(cls, lang)
        if cls is None:
            raise KeyError(name)
        return self._child(cls, lang)

    # Programs that wrote their own stanza classes call it by this name.
    _get_plugin = get_plugin

    def init_plugin(
        self,
        attrib: str,
        lang: str | None = None,
        existing_xml: Element | None = None,
        reuse: bool = True,
    ) -> ElementBase:
        """Make the child of that key and put it in; the one that is there, if ``reuse`` says so.

        :param existing_xml: an element of this stanza to make the object around.
        :raises KeyError: nothing is registered under that key.
        """
        cls: type[ElementBase] = self.plugin_attrib_map[attrib]
        if existing_xml is not None:
            return self._wrap_child(cls, existing_xml)
        child = self._child(cls, lang) if reuse else cls(parent=self)
        child.attach()
        return child

    def enable(self, attrib: str, lang: str | None = None) -> ElementBase:
        """Put in the child of that key, even if it stays empty.

        :raises KeyError: nothing is registered under that key.
        """
        return self.init_plugin(attrib, lang)

    def append(self, item: Element | ElementBase) -> Self:
        """Put in an element or a stanza object, as the last child.

        A plain element, a whole stanza and whatever stands in another stanza is copied; an object that was
        built by itself and stands nowhere yet is put in as it is. One of a class that nobody registered here is
        one of the :attr:`iterables` then.

        :raises FieldValueError: it holds what XML forbids, or it is neither.
        """
        self._put(item, "append")
        if isinstance(item, ElementBase) and item._owner() is self:
            self._count_as_iterable(item)
        return self

    def appendxml(self, xml: Element) -> Self:
        """Put in a copy of an element, as the last child.

        :raises FieldValueError: it holds what XML forbids.
        """
        self._put(xml, "appendxml")
        return self

    def pop(self, index: int = 0) -> ElementBase:
        """Take one of the :attr:`iterables` out and return it.

        :raises IndexError: there is none with that index.
        """
        child: ElementBase = self["substanzas"][index]
        self._drop([child.xml])
        return child

    def clear(self) -> Self:
        """Take out everything but the attributes."""
        self._drop(list(self.xml))
        self._xml.text = None
        for cls, lang in list(self._outside or ()):
            self._disown(cls, lang)
        return self

    # -- the element --------------------------------------------------------------------------------------

    def match(self, xpath: str | tuple[PathPart, ...]) -> bool:
        """Whether the stanza is what the path says: ``stanza.match("message@type=chat/body")``.

        See :class:`~helixmpp.stanza.StanzaPath`.
        """
        return matches_path(self, parse_path(xpath) if isinstance(xpath, str) else xpath)

    def find(self, path: str) -> Element | None:
        """``stanza.xml.find(path)``."""
        return self.xml.find(path)

    def findall(self, path: str) -> list[Element]:
        """``stanza.xml.findall(path)``."""
        return self.xml.findall(path)

    def __copy__(self) -> Self:
        """Return a deep copy that shares nothing with this one, and stands in no other stanza."""
        copy = type(self)(xml=copy_element(self.xml))
        copy._made = True
        return copy

    def __deepcopy__(self, memo: object) -> Self:
        return self.__copy__()

    def __eq__(self, other: object) -> bool:
        """Stanzas are equal when their elements mean the same."""
        if not isinstance(other, ElementBase):
            return NotImplemented
        return same_xml(self.xml, other.xml)

    def __str__(self) -> str:
        """Return the XML of the element, with its namespace."""
        return serialize(self.xml, stream_ns="")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._xml.tag}, {len(self._xml)} children>"
