"""What stands in a stanza: objects around its children, made when they are asked for.

A child class is made known to a parent class by :func:`register_stanza_plugin`. Reading ``msg["bob"]`` never
changes the XML: where there is no such element yet, the object is *loose*, and its element is put into the
parent by its first write. An element that was changed by hand (``msg["bob"].xml.append(...)``) is found when
somebody next looks at the parent's ``.xml``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, TypeVar
from xml.etree.ElementTree import Element

from helixmpp.stanza.base.checks import Shape, shape_of
from helixmpp.stanza.base.node import XML_LANG, Node
from helixmpp.xml import NS_CLIENT, NS_COMPONENT

__all__ = ["ParentNode"]

N = TypeVar("N", bound="ParentNode")


class ParentNode(Node):
    """A node that knows which classes its children have."""

    #: The key by which a parent gives this class: ``msg["bob"]``.
    plugin_attrib: str = "plugin"
    #: The key by which a parent gives the list of all its children of this class.
    plugin_multi_attrib: str = ""
    #: The methods of the parent that this class takes over, such as ``"set_body"``, if it is registered so.
    overrides: ClassVar[Sequence[str]] = ()
    #: The parent's item is not this object but the item of the same key in it.
    is_extension: bool = False

    # What register_stanza_plugin() has made known, for this class and its subclasses.
    plugin_attrib_map: ClassVar[dict[str, type[Any]]] = {}
    plugin_tag_map: ClassVar[dict[str, type[Any]]] = {}
    plugin_multi_map: ClassVar[dict[str, type[Any]]] = {}
    plugin_iterables: ClassVar[set[type[Any]]] = set()
    iterable_tag_map: ClassVar[dict[str, type[Any]]] = {}
    plugin_overrides: ClassVar[dict[str, str]] = {}

    # The objects around children, by element; they are kept so that asking twice gives the same one.
    _wrapped: dict[tuple[int, type[Any]], tuple[Element, ParentNode]] | None = None
    # The objects that have no element in here, with what their own element was when it was made.
    _outside: dict[tuple[type[Any], str | None], tuple[ParentNode, Shape]] | None = None
    # A read is making a child: it stays loose.
    _lending: bool = False
    _iterables: list[Any] | None = None
    _index: int = 0

    @property
    def xml(self) -> Element:
        """The element itself, alive: what is changed in it is changed in the stanza."""
        if self._outside:
            self._take_changed()
        return self._xml

    @xml.setter
    def xml(self, element: Element) -> None:
        self._xml = element

    # -- one child --------------------------------------------------------------------------------------

    def _child(self, cls: type[N], lang: str | None = None) -> N:
        """Give the object for the child of that class, a loose one if there is no such child."""
        found = self._present_child(cls, lang)
        if found is not None:
            return found
        was_lending, self._lending = self._lending, True
        try:
            kid = cls(parent=self)
        finally:
            self._lending = was_lending
        if lang:
            kid.xml.set(XML_LANG, lang)
        if self._outside is None:
            self._outside = {}
        self._outside[cls, lang] = (kid, shape_of(kid.xml))
        return kid

    def _present_child(self, cls: type[N], lang: str | None = None) -> N | None:
        """Give the object for the child of that class, or the loose one that was given before, or None."""
        element = self._child_element(cls, lang)
        if element is not None:
            return self._wrap_child(cls, element)
        if self._outside:
            outside = self._outside.get((cls, lang))
            if outside is not None and isinstance(outside[0], cls):
                return outside[0]
        return None

    def _attached_child(self, cls: type[N], lang: str | None = None) -> N | None:
        """Give the object for the child of that class, or None if there is no such element."""
        if self._outside:
            self._take_changed()
        element = self._child_element(cls, lang)
        return None if element is None else self._wrap_child(cls, element)

    def _child_element(self, cls: type[ParentNode], lang: str | None) -> Element | None:
        tag = self._child_tag(cls)
        if not lang:
            return self._xml.find(tag)
        own = self.get_lang()
        for element in self._xml.iterfind(tag):
            if element.attrib.get(XML_LANG, own) == lang:
                return element
        return None

    def _child_tag(self, cls: type[ParentNode]) -> str:
        """The name of a child of that class in here: ``<error/>`` has the namespace of the stream."""
        tag = cls.tag_name()
        if self.namespace == NS_COMPONENT and cls.namespace == NS_CLIENT:
            return f"{{{NS_COMPONENT}}}{tag[len(NS_CLIENT) + 2 :]}"
        return tag

    def _wrap_child(self, cls: type[N], element: Element) -> N:
        wrapped = self._wrapped
        if wrapped is None:
            wrapped = self._wrapped = {}
        # The element is held, so that no other one can have its id as long as it is in here.
        found = wrapped.get((id(element), cls))
        if found is not None and isinstance(found[1], cls):
            return found[1]
        kid = cls.wrap(element, self)
        wrapped[id(element), cls] = (element, kid)
        return kid

    def children_of(self, cls: type[N], lang: str | None = None) -> list[N]:
        """Return the objects around all children of a class, in one language if that is given."""
        if self._outside:
            self._take_changed()
        elements: Iterator[Element] | list[Element] = self._xml.findall(self._child_tag(cls))
        if lang and lang != "*":
            own = self.get_lang()
            elements = [element for element in elements if element.attrib.get(XML_LANG, own) == lang]
        return [self._wrap_child(cls, element) for element in elements]

    def _remove_child(self, cls: type[ParentNode], lang: str | None = None) -> None:
        self._disown(cls, lang)
        element = self._child_element(cls, lang)
        if element is not None:
            self._drop([element])

    def _disown(self, cls: type[ParentNode], lang: str | None) -> None:
        """Forget the loose child of that class: it was taken out, and a late write does not bring it back."""
        if self._outside:
            kid, _ = self._outside.pop((cls, lang), (None, None))
            if kid is not None:
                kid.is_loose = False
                kid.parent = None

    def _drop(self, elements: list[Element]) -> None:
        """Take children out, in one go: an element may have ten thousand of them."""
        doomed = {id(element) for element in elements}
        if len(doomed) == 1:
            self._xml.remove(elements[0])
        else:
            self._xml[:] = [element for element in self._xml if id(element) not in doomed]
        if self._wrapped:
            for key in [key for key in self._wrapped if key[0] in doomed]:
                self._wrapped.pop(key)[1].parent = None

    # -- joining ----------------------------------------------------------------------------------------

    def _born(self, kid: ParentNode) -> None:
        """A child was built with this parent: by a read it stays loose, by a program it is put in."""
        if self._lending:
            kid.is_loose = True
        else:
            self._take(kid)

    def _take(self, kid: ParentNode) -> None:
        self._xml.append(kid._xml)
        if self._wrapped is None:
            self._wrapped = {}
        self._wrapped[id(kid._xml), type(kid)] = (kid._xml, kid)
        if self._outside:
            for key in [key for key, (other, _) in self._outside.items() if other is kid]:
                del self._outside[key]
        self.attach()
        kid.attached()

    def attached(self) -> None:
        """Told once when the element was put into the parent's; a class may override it."""

    def _take_changed(self) -> None:
        """Put in those loose children whose element was changed by hand."""
        for kid, before in list((self._outside or {}).values()):
            # Its own loose children come first: one of them may be what was changed.
            if kid.is_loose and shape_of(kid.xml) != before:
                kid.attach()

    # -- all children of the classes that are registered as iterable --------------------------------------

    def _count_as_iterable(self, kid: ParentNode) -> None:
        """Have an object among the iterables whose class is not registered here at all."""
        if kid.tag not in self.plugin_tag_map:
            if self._iterables is None:
                self._iterables = []
            self._iterables.append(kid)

    @property
    def iterables(self) -> list[Any]:
        """The objects around the children of the classes that are registered as iterable, in their order.

        And those of other classes, not registered at all, that were put in by :meth:`ElementBase.append`.
        """
        known = self._iterables
        if known is None:
            known = self._iterables = []
        element = self.xml
        kids: list[Any] = []
        tags = self.iterable_tag_map
        component = self.namespace == NS_COMPONENT
        by_element = {id(kid.xml): kid for kid in known}
        for child in element:
            tag = child.tag
            kid = by_element.get(id(child))
            if kid is None:
                cls = tags.get(tag)
                if cls is None and component:
                    cls = tags.get(tag.replace(f"{{{NS_COMPONENT}}}", f"{{{NS_CLIENT}}}", 1))
                if cls is None:
                    continue
                kid = self._wrap_child(cls, child)
            kids.append(kid)
        # The same list object, because programs take items out of it and then out of the XML.
        known[:] = kids
        return known

    @property
    def substanzas(self) -> list[Any]:
        """The same as :attr:`iterables`."""
        return self.iterables

    def __iter__(self) -> Iterator[Any]:
        self._index = 0
        return iter(list(self.iterables))

    def __next__(self) -> Any:
        found = self.iterables
        if self._index >= len(found):
            self._index = 0
            raise StopIteration
        self._index += 1
        return found[self._index - 1]

    def next(self) -> Any:
        """The next of the :attr:`iterables`; ``StopIteration`` behind the last one."""
        return self.__next__()

    def __len__(self) -> int:
        """How many children of iterable classes there are."""
        return len(self.iterables)

    def __bool__(self) -> bool:
        """A stanza is true, whether or not it has children."""
        return True
