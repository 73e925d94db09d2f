"""``<message/>`` (RFC 6121 section 5)."""

from __future__ import annotations

from typing import ClassVar, Self
from xml.etree.ElementTree import Element, SubElement

from helixmpp.errors import BadStanza
from helixmpp.jid import JID
from helixmpp.stanza.codecs import checked_address
from helixmpp.stanza.fields.attr import Attr
from helixmpp.stanza.fields.child_attr import ChildAttr
from helixmpp.stanza.fields.child_text import ChildText
from helixmpp.stanza.root import StanzaBase
from helixmpp.stanza.sender import Sender
from helixmpp.stanza.types import MESSAGE_TYPE, MessageTypes

__all__ = ["Message"]

_ORIGIN_ID = "{urn:xmpp:sid:0}origin-id"


class Message(StanzaBase):
    """A message: ``message.body``, ``message["body"]``, and by language ``message["body|de"]``."""

    name = "message"
    plugin_attrib = "message"
    interfaces: ClassVar[set[str]] = {"type", "to", "from", "id", "mucroom", "mucnick"}
    types: ClassVar[set[str]] = {"chat", "error", "groupchat", "headline", "normal"}
    id_setting = "use_message_ids"

    type = Attr(MESSAGE_TYPE, default="normal")
    subject = ChildText(lang=True)
    body = ChildText(lang=True)
    thread = ChildText()
    parent_thread = ChildAttr(str, "thread", "parent")

    @classmethod
    def compose(cls, stream: Sender, to: object, kind: str | None, body: str | None) -> Self | None:
        """Begin a message to be sent, with its id: the same as assigning the parts, in a third of the time.

        None where that cannot be promised, such as for a wrong value: then assign them.
        """
        if cls.plugin_overrides or (kind is not None and kind not in MESSAGE_TYPE.values):
            return None
        try:
            address = checked_address(to) if isinstance(to, str) else to.full if isinstance(to, JID) else ""
        except ValueError:
            return None
        if not address:
            return None
        namespace = stream.default_ns
        # The order in which they would be assigned.
        attributes = {"id": stream.new_id()} if getattr(stream, cls.id_setting, True) else {}
        attributes["to"] = address
        if kind is not None:
            attributes["type"] = kind
        message = cls.__new__(cls)
        message._xml = xml = Element(f"{{{namespace}}}message", attributes)
        message._stream = stream
        message._made = True
        if namespace != cls.namespace:
            message.namespace = namespace
        if body is not None:
            if body.__class__ is str and body and body.isprintable():
                # What is printable, XML allows (see check_text).
                SubElement(xml, f"{{{namespace}}}body").text = body
            else:
                message["body"] = body
        return message

    def get_type(self) -> MessageTypes:
        """Return the type; what is absent or unknown is ``normal`` (RFC 6121 section 5.2.2)."""
        try:
            return Message.type.read(self)
        except BadStanza:
            return "normal"

    def get_mucroom(self) -> str:
        """Return the room that a message of type ``groupchat`` came from, else ``""``."""
        return self.from_.bare if self.get_type() == "groupchat" else ""

    def set_mucroom(self, value: object) -> None:
        """Do nothing: the room is part of ``from``."""

    def del_mucroom(self) -> None:
        """Do nothing: the room is part of ``from``."""

    def get_mucnick(self) -> str:
        """Return the nickname that a message of type ``groupchat`` came from, else ``""``."""
        return self.from_.resource if self.get_type() == "groupchat" else ""

    def set_mucnick(self, value: object) -> None:
        """Do nothing: the nickname is part of ``from``."""

    def del_mucnick(self) -> None:
        """Do nothing: the nickname is part of ``from``."""

    # -- the origin id (XEP-0359 section 3.1), by methods only: the item is that plugin's -------------------

    def get_origin_id(self) -> str:
        """Return the id that the sender says to have given the message; ``""`` where there is none."""
        found = self.xml.find(_ORIGIN_ID)
        return "" if found is None else found.get("id", "")

    def set_origin_id(self, value: str) -> None:
        """Say the id in ``<origin-id/>``, too.

        :raises FieldValueError: it holds what XML forbids; nothing was changed.
        """
        element = Element(_ORIGIN_ID, {"id": value})
        self.replace_elements(self.xml.findall(_ORIGIN_ID), [element], "origin_id")

    def del_origin_id(self) -> None:
        """Take ``<origin-id/>`` out."""
        self._drop(self.xml.findall(_ORIGIN_ID))

    def chat(self) -> Self:
        """Set the type to ``chat``."""
        self["type"] = "chat"
        return self

    def normal(self) -> Self:
        """Set the type to ``normal``."""
        self["type"] = "normal"
        return self

    def reply(self, clear: bool | str | None = True, body: str | None = None) -> Self:
        """Make the message that answers this one: to its sender, or to the room; in the same thread.

        :param clear: leave out the other content; a text is taken for ``body``: ``message.reply("hello")``.
        :param body: the text of the answer.
        """
        # Programs give the body first, every other stanza has ``clear`` there.
        if isinstance(clear, str):
            body = clear
        clear = clear is not False
        answer = self.answer(clear=clear)
        old = self.get_type()
        if old == "groupchat":
            to = answer.xml.get("to", "")
            answer.xml.set("to", to.partition("/")[0])
        elif old == "error":
            # What is no error has not that type (RFC 6120 section 8.3.1).
            del answer["type"]
        thread = self.xml.find(f"{{{self.namespace}}}thread")
        if clear and thread is not None:
            kept = Element(thread.tag, thread.attrib)
            kept.text = thread.text
            answer.xml.append(kept)
        answer.xml.attrib.pop("id", None)
        stream = self._stream
        if stream is not None and self._wants_id(stream):
            answer.id = stream.new_id()
        if body is not None:
            answer.body = body
        return answer
