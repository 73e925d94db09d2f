"""``<message/>`` (RFC 6121 section 5)."""

from typing import ClassVar, Self
from xml.etree.ElementTree import Element

from helixmpp.errors import BadStanza
from helixmpp.stanza.fields.attr import Attr
from helixmpp.stanza.fields.child_attr import ChildAttr
from helixmpp.stanza.fields.child_text import ChildText
from helixmpp.stanza.root import StanzaBase
from helixmpp.stanza.types import MESSAGE_TYPE, MessageTypes

__all__ = ["Message"]


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
