"""``<presence/>`` (RFC 6121 sections 3 and 4)."""

from typing import ClassVar, Self

from helixmpp.errors import BadStanza, FieldValueError
from helixmpp.stanza.codecs import codec_for
from helixmpp.stanza.fields.attr import Attr
from helixmpp.stanza.fields.child_text import ChildText
from helixmpp.stanza.root import StanzaBase
from helixmpp.stanza.types import PRESENCE_TYPE, SHOW, ExtPresenceTypes

__all__ = ["Presence"]

_ANSWERS = {"subscribe": "subscribed", "unsubscribe": "unsubscribed"}


class _Priority:
    """RFC 6121 section 4.7.2.3: a whole number of one byte."""

    def parse(self, text: str) -> int:
        number = codec_for(int).parse(text)
        if not -128 <= number <= 127:
            raise ValueError("a priority is from -128 to 127")
        return number

    def format(self, value: int) -> str:
        text = codec_for(int).format(value)
        self.parse(text)
        return text


class Presence(StanzaBase):
    """A presence: ``presence.show``, ``presence.status``, ``presence["type"]``.

    The item ``type`` says all in one word, as programs are used to: the type of the stanza, else the show
    value, else ``available``; and it takes such a word.
    """

    name = "presence"
    plugin_attrib = "presence"
    interfaces: ClassVar[set[str]] = {"type", "to", "from", "id"}
    types: ClassVar[set[str]] = {
        "available",
        "error",
        "probe",
        "subscribe",
        "subscribed",
        "unavailable",
        "unsubscribe",
        "unsubscribed",
    }
    showtypes: ClassVar[set[str]] = {"away", "chat", "dnd", "xa"}
    id_setting = "use_presence_ids"

    type = Attr(PRESENCE_TYPE, default="available")
    show = ChildText(SHOW, default="")
    status = ChildText(lang=True)
    priority = ChildText(_Priority(), default=0)

    def get_type(self) -> ExtPresenceTypes:
        """Return the type, else the show value, else ``available``.

        :raises BadStanza: the peer sent a type that is not defined.
        """
        if "type" in self.xml.attrib:
            return Presence.type.read(self)
        try:
            return Presence.show.read(self) or "available"
        except BadStanza:
            return "available"

    def set_type(self, value: str) -> None:
        """Set the type; a show value is set as such, and ``available`` is to have neither.

        :raises FieldValueError: it is none of these.
        """
        if value in self.showtypes:
            self._del_attr("type")
            self["show"] = value
        elif value in ("available", ""):
            self.del_type()
        elif value in self.types:
            del self["show"]
            self._set_attr("type", value)
        else:
            words = ", ".join(sorted(self.types | self.showtypes))
            raise FieldValueError(f"Presence.type: one of {words} is needed")

    def del_type(self) -> None:
        """Take away the type and the show value."""
        self._del_attr("type")
        del self["show"]

    def reply(self, clear: bool = True) -> Self:
        """Make the presence that goes back: a request for or against a subscription is granted by it."""
        answer = self.answer(clear=clear)
        old = self.xml.get("type", "")
        if old in _ANSWERS:
            answer["type"] = _ANSWERS[old]
        return answer
