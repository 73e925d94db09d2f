"""One element, and where it belongs."""

from collections.abc import Callable
from typing import Any, ClassVar, Self
from weakref import ref
from xml.etree.ElementTree import Element, SubElement

from helixmpp.stanza.base.checks import checked_text
from helixmpp.xml import NS_CLIENT, NS_COMPONENT, NS_XML

__all__ = ["XML_LANG", "Node"]

XML_LANG = f"{{{NS_XML}}}lang"


class Node:
    """An object around one :class:`xml.etree.ElementTree.Element`; the base of every stanza class.

    An object that is made around an element that is there already costs one assignment: nothing in
    the element is looked at before it is asked for.
    """

    #: The local name of the element.
    name: str = "stanza"
    #: The namespace of the element.
    namespace: str = NS_CLIENT
    #: The namespace of ``xml:lang``.
    xml_ns: ClassVar[str] = NS_XML

    #: Call it for the object around the parent element (None once that is gone); None for no parent.
    parent: Callable[[], Any] | None = None

    _xml: Element
    # The element was built here, not given: it may be put into a parent as it is.
    _made: bool = False
    #: Built by a read, and not yet part of the parent: the first write puts it in.
    is_loose: bool = False
    _own_setup: ClassVar[bool] = False
    # A whole stanza is never part of another one but as a copy.
    _is_root: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._own_setup = cls.setup is not Node.setup

    def __init__(self, xml: Element | None = None, parent: Any = None) -> None:
        if parent is not None:
            self.parent = parent if callable(parent) else ref(parent)
            # What stands in the stanza's own namespace has that of the stream: XEP-0114 has another one.
            if self.namespace == NS_CLIENT:
                owner = self._owner()
                if owner is not None and owner.namespace == NS_COMPONENT:
                    self.namespace = NS_COMPONENT
        if xml is not None:
            self._xml = xml
            if not self._own_setup:
                return
        elif parent is None and type(self).setup is Node.setup:
            # A stanza that a program begins; the same as below.
            self._xml = self._build()
            self._made = True
            return
        self.setup(xml)
        if "_xml" not in self.__dict__:
            self._xml = self._build()
        if self._made and parent is not None:
            owner = self._owner()
            if owner is not None:
                owner._born(self)

    def setup(self, xml: Element | None = None) -> bool:
        """Build the element if there is none; whether it was built.

        A class may override it, to prepare what is built or to have no element of its own.
        """
        if "_xml" in self.__dict__:
            return False
        if xml is not None:
            self._xml = xml
            return False
        self._xml = self._build()
        self._made = True
        return True

    def _build(self) -> Element:
        name = self.name
        if "/" not in name:
            return Element(f"{{{self.namespace}}}{name}")
        outer, *inner = name.split("/")
        element = last = Element(f"{{{self.namespace}}}{outer}")
        for step in inner:
            last = SubElement(last, f"{{{self.namespace}}}{step}")
        return element

    @property
    def xml(self) -> Element:
        """The element itself, alive: what is changed in it is changed in the stanza."""
        return self._xml

    @xml.setter
    def xml(self, element: Element) -> None:
        self._xml = element

    @property
    def tag(self) -> str:
        """The name of the element, in Clark notation."""
        return self._xml.tag

    @classmethod
    def tag_name(cls) -> str:
        """The name that elements of this class have, in Clark notation."""
        return f"{{{cls.namespace}}}{cls.name.partition('/')[0]}"

    @classmethod
    def wrap(cls, xml: Element, parent: Any = None) -> Self:
        """Make an object around an element that is there already."""
        return cls(xml=xml, parent=parent)

    def attach(self) -> None:
        """Put the element into that of the parent, as the first write does, unless it is there already."""
        if self.is_loose:
            self.is_loose = False
            owner = self._owner()
            if owner is not None:
                owner._take(self)

    def _is_free(self) -> bool:
        """Whether the element was built here and stands nowhere, so that it may be put in as it is."""
        return self._made and self.parent is None and not self._is_root

    def _owner(self) -> Any:
        return self.parent() if self.parent is not None else None

    # -- the language (RFC 6120 section 8.1.5) --------------------------------------------------------

    def get_lang(self, lang: str | None = None) -> str:
        """The language of the text in here: ``xml:lang``, or that of the parent, or ``""``."""
        found = self._xml.attrib.get(XML_LANG)
        if found is not None:
            return found
        owner = self._owner()
        return owner.get_lang() if owner is not None else ""

    def set_lang(self, lang: str | None) -> None:
        """Say the language of the text in here; None or ``""`` says nothing.

        :raises FieldValueError: not a text that XML can hold.
        """
        if not lang:
            self.del_lang()
            return
        self._xml.set(XML_LANG, checked_text(lang, f"{type(self).__name__}.lang"))
        self.attach()

    def del_lang(self) -> None:
        """Say nothing about the language."""
        self._xml.attrib.pop(XML_LANG, None)
