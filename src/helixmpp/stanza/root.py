"""``StanzaBase``: what message, presence, iq and the other elements of a stream have in common."""

from __future__ import annotations

import logging
import sys
from collections.abc import Awaitable, Iterable
from typing import Any, ClassVar, Self
from xml.etree.ElementTree import Element

from helixmpp.errors import FieldValueError, StateError
from helixmpp.jid import JID
from helixmpp.stanza.base.checks import into_stream, is_element
from helixmpp.stanza.base.element import ElementBase
from helixmpp.stanza.base.layout import laid_out
from helixmpp.stanza.fields.attr import Attr
from helixmpp.stanza.sender import Sender
from helixmpp.xml import NS_CLIENT, NS_COMPONENT, copy_element, serialize

__all__ = ["StanzaBase"]

log = logging.getLogger(__name__)

NO_ADDRESS = JID("")


def handed(sent: Any) -> Awaitable[Any]:
    """What to await for room, where a stream knows how to tell; else whatever its ``send()`` gave back."""
    wait = getattr(sent, "handed", None)
    found: Awaitable[Any] = sent if wait is None else wait()
    return found


class StanzaBase(ElementBase):
    """A whole stanza, with its addresses, type and id.

    :param stream: the client or component that it belongs to; it gives a new one its namespace and an id.
    :param xml: the element to wrap; a new one is built when there is none.
    :param stype: the type.
    :param sto: the address that it is sent to.
    :param sfrom: the address that it is from.
    :param sid: the id.
    :param recv: whether it was received: it is given no id then.
    """

    name = "stanza"
    namespace = NS_CLIENT
    interfaces: ClassVar[set[str]] = {"type", "to", "from", "id", "payload"}
    #: The values that the type may have; empty for any.
    types: ClassVar[set[str]] = set()
    #: The setting of the stream that says whether new ones get an id.
    id_setting: ClassVar[str] = ""
    #: The attributes that an answer has in common with what it answers.
    answered: ClassVar[tuple[str, ...]] = ("id", "type")

    _is_root = True
    _stream: Sender | None = None

    to = Attr(JID, default=NO_ADDRESS)
    from_ = Attr(JID, default=NO_ADDRESS)
    id = Attr(str)

    def __init__(
        self,
        stream: Sender | None = None,
        xml: Element | None = None,
        stype: str | None = None,
        sto: JID | str | None = None,
        sfrom: JID | str | None = None,
        sid: str | None = None,
        parent: Any = None,
        recv: bool = False,
    ) -> None:
        if stream is not None:
            self._stream = stream
        if xml is None:
            # Where the two are the same, that of the class is enough.
            if stream is not None and self.namespace == NS_CLIENT != stream.default_ns:
                self.namespace = stream.default_ns
        elif not xml.tag.startswith("{jabber:client}"):
            # A class of another namespace, or a stanza of a component's stream.
            self.namespace = xml.tag[1:].partition("}")[0]
        super().__init__(xml, parent)
        if xml is None and not recv and sid is None and stream is not None and self._wants_id(stream):
            sid = stream.new_id()
        if stype is not None:
            self["type"] = stype
        if sto is not None:
            self["to"] = sto
        if sfrom is not None:
            self["from"] = sfrom
        if sid is not None:
            self["id"] = sid

    @classmethod
    def from_stream(cls, xml: Element, namespace: str, stream: Sender | None) -> Self:
        """Make an object around a stanza that was received: the same as ``cls(stream, xml, recv=True)``.

        Each stanza comes through here, so no more is done than has to be.
        """
        stanza = cls.__new__(cls)
        stanza._xml = xml
        stanza._stream = stream
        if namespace != NS_CLIENT:
            stanza.namespace = namespace
        return stanza

    def _wants_id(self, stream: Sender) -> bool:
        # Programs that do not want ids say so by an attribute of their client.
        return bool(self.id_setting) and bool(getattr(stream, self.id_setting, True))

    @classmethod
    def wrap(cls, xml: Element, parent: Any = None) -> Self:
        """Make an object around a stanza that was received, or that stands in another one."""
        return cls(xml=xml, parent=parent, recv=True)

    @property
    def stream(self) -> Sender | None:
        """The client or component that the stanza belongs to; it gets the namespace of its stream."""
        return self._stream

    @stream.setter
    def stream(self, stream: Sender | None) -> None:
        self._stream = stream
        if stream is not None and stream.default_ns != self.namespace and type(self).namespace == NS_CLIENT:
            into_stream(self.xml, stream.default_ns)
            self.namespace = self._xml.tag[1:].partition("}")[0]

    # -- items ------------------------------------------------------------------------------------------

    def get_type(self) -> str:
        """Return the type; ``""`` where there is none."""
        return self._get_attr("type")

    def set_type(self, value: str) -> None:
        """Set the type.

        :raises FieldValueError: a stanza of this kind has no such type.
        """
        if self.types and value not in self.types and value != "":
            raise FieldValueError(
                f"{type(self).__name__}.type: one of {', '.join(sorted(self.types))} is needed"
            )
        self._set_attr("type", value)

    def get_payload(self) -> list[Element]:
        """Return the child elements."""
        return list(self.xml)

    def set_payload(self, value: Element | ElementBase | Iterable[Element | ElementBase]) -> Self:
        """Put in elements or objects, in the place of everything that is there."""
        one = is_element(value) or isinstance(value, ElementBase)
        values: Any = [value] if one else value
        self.replace_elements(list(self.xml), values, "payload")
        return self

    def del_payload(self) -> Self:
        """Take everything out."""
        return self.clear()

    # -- answering --------------------------------------------------------------------------------------

    def answer(self, *, clear: bool = True) -> Self:
        """Make the stanza that goes back to the sender, with the same id and type.

        The addresses are taken as they were sent: also who has a bad one gets an answer. A client leaves out
        its own address, which the server adds (RFC 6120 section 8.1.2.1); a component has many, and answers
        from the one that was written to.
        """
        xml = self.xml
        old = xml.attrib
        if clear:
            element = Element(xml.tag, {name: old[name] for name in self.answered if name in old})
        else:
            element = copy_element(xml)
            element.attrib.pop("to", None)
            element.attrib.pop("from", None)
        if "from" in old:
            element.set("to", old["from"])
        if "to" in old and self.namespace == NS_COMPONENT:
            element.set("from", old["to"])
        answer = type(self)(xml=element)
        answer._stream = self._stream
        return answer

    def reply(self, clear: bool = True) -> Self:
        """Make the stanza that goes back to the sender, with the same id.

        :param clear: leave out the content; else it is copied.
        """
        return self.answer(clear=clear)

    def error(self) -> Self:
        """Set the type to ``error``."""
        self["type"] = "error"
        return self

    def unhandled(self) -> None:
        """Called when nobody handled the stanza; only an iq request is answered then."""

    def exception(self, e: BaseException) -> None:
        """Called when a handler raised; the stream is told, and the peer is not.

        A message or presence is never answered because a handler failed.
        """
        report = getattr(self._stream, "exception", None)
        if callable(report):
            report(e)
        else:
            log.error("a handler of %r raised", self, exc_info=e)

    def pretty_print(self) -> None:
        """Print the stanza for people, one tag a line."""
        sys.stdout.write(f"{serialize(laid_out(self.xml), stream_ns='')}\n")

    # -- sending ----------------------------------------------------------------------------------------

    def _need_stream(self) -> Sender:
        if self._stream is None:
            raise StateError(
                f"this {self.name} belongs to no client or component; make it by one, or set its stream"
            )
        return self._stream

    def send(self) -> Awaitable[Any]:
        """Send the stanza; what comes back may be ignored, or awaited.

        Awaited, it waits until the stanza is on its way and there is room for more, so that a sender in a loop
        cannot fill the memory, and gives the receipt, which in turn can be awaited until the server has it.

        :raises StateError: it belongs to no client or component.
        """
        return handed(self._need_stream().send(self))

    def __copy__(self) -> Self:
        """Return a deep copy that belongs to the same client or component."""
        copy = super().__copy__()
        copy._stream = self._stream
        return copy
